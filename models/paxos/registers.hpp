// A server of registers that are decided once, each by the Synod protocol (2001, 2). Every server proposes
// for the clients that ask it, so proposers may duel; whoever is refused waits for a random time before it
// tries again.
//
//   Propose ─▶ known? ─yes─▶ Decided
//                │no
//                ▼
//             phase 1 ─ a majority promises ─▶ phase 2 ─ a majority accepts ─▶ Decided, and Learn to all
//                ▲              │                   │
//                └── TryAgain ◀─┴── refused, or no majority in time
//
// A read proposes nothing. If phase 1 finds no accepted decree, none was chosen before the read began, and
// the answer is that; otherwise it sees through what it has found.
#pragma once

#include <map>
#include <vector>

#include "models/paxos/acceptor.hpp"
#include "models/paxos/reports.hpp"
#include "sim/process.hpp"

namespace lightcone::models::paxos {

class Registers final : public sim::Handlers<Registers, ToRegister, RegisterFacts> {
 public:
  // `members`: all servers, this one too; the acceptors first.
  Registers(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
            std::vector<NodeId> members);

  void start() override { ledger_.recover(); }
  void show(sim::FieldVisitor& visitor) const override;

  void on(const Propose& propose, const sim::From& from);
  void on(const Prepare& prepare, const sim::From& from) { acceptor_.on(prepare, from.node); }
  void on(const Promise& promise, const sim::From& from);
  void on(const Accept& accept, const sim::From& from) { acceptor_.on(accept, from.node); }
  void on(const Vote& vote, const sim::From& from);
  void on(const Nack& nack, const sim::From& from);
  void on(const Learn& learn, const sim::From& from);
  void on(const Synced& synced) { ledger_.on(synced); }
  void on(const TryAgain& again);

  Ledger& ledger() { return ledger_; }
  const Ledger& ledger() const { return ledger_; }

 private:
  enum class Phase : std::uint8_t { waits, prepares, proposes };
  // What this server is doing about a register that it knows no decree of.
  struct Attempt {
    Phase phase = Phase::waits;
    std::uint64_t number = 0;  // of the round, for its timer
    Ballot ballot{};
    Ballot seen{};  // the highest that it was refused for
    Decree own{};   // what it proposes if it may; empty: it only reads
    Decree decree{};
    Reports reports{};
    Members votes{};
    std::vector<sim::From> proposers{};
    std::vector<sim::From> readers{};       // who asked before the round began
    std::vector<sim::From> late_readers{};  // and since: another round has to answer them
    sim::TimerId timer{};
    sim::MonoTime began_at{};
    std::int64_t rounds = 0;
  };

  std::size_t majority() const { return acceptors_.size() / 2 + 1; }
  Acceptor::Office office() const;
  Attempt* attempt_of(Slot slot, Ballot ballot, Phase phase);
  void begin_round(Slot slot, Attempt& attempt);
  void try_again_after(Slot slot, Attempt& attempt, sim::Duration delay);
  void end_phase_1(Slot slot, Attempt& attempt);
  void propose(Slot slot, Attempt& attempt, Decree decree);
  void tell_readers_nothing(Attempt& attempt);
  void decide(Slot slot, const Decree& decree);
  void settle(Slot slot);

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards safe_;
  std::vector<NodeId> members_;
  std::vector<NodeId> acceptors_;
  sim::Stream chance_;
  Ledger ledger_;
  Acceptor acceptor_;
  std::map<Slot, Attempt> attempts_;
};

}  // namespace lightcone::models::paxos

// The coordinator of two-phase commit: a member of the Raft group that keeps the decisions.
//
//   BeginCommit ─▶ leads? ─no─▶ NotCoordinator
//                    │yes
//                    └─ Prepare to the others ─▶ all votes ─▶ decision in the log ─▶ Decide to all ─▶ Ack
//
// Votes are only in memory: when leadership changes they are lost, and whoever is prepared asks. A new leader
// that finds no decision writes one: abort. The first one in the log stands, so that a vote which was under
// way comes too late.
#pragma once

#include <concepts>
#include <map>
#include <set>
#include <vector>

#include "models/parts/raft/group.hpp"
#include "models/saga/book.hpp"
#include "models/saga/messages.hpp"
#include "models/saga/parameters.hpp"
#include "sim/process.hpp"

namespace lightcone::models::saga {

class Coordinator final : private group::Machine {
 public:
  // `members`: of the group, this node too.
  Coordinator(sim::Env& env, const Parameters& parameters, const Safeguards& safe,
              const std::vector<NodeId>& members);
  Coordinator(const Coordinator&) = delete;
  Coordinator& operator=(const Coordinator&) = delete;

  void start() { group_.start(); }
  void show(sim::FieldVisitor& visitor) const;

  void on(const BeginCommit& begin, const sim::From& from);
  void on(const Vote& vote, const sim::From& from);
  void on(const Inquire& inquire, const sim::From& from);
  void on(const Ack& ack, const sim::From& from);
  void on(const VotesOverdue& overdue);
  void on(const ResendDue&);
  template <group::GroupMessage Message>
  void on(const Message& message, const sim::From& from) {
    group_.on(message, from.node);
  }
  template <group::GroupFact Fact>
  void on(const Fact& fact) {
    group_.on(fact);
  }

  const group::Group& raft() const { return group_; }
  const Book& book() const { return book_; }

 private:
  // A transaction whose votes are being collected.
  struct Poll {
    std::uint64_t lowest = 0;
    std::vector<NodeId> participants;
    std::set<NodeId> prepared;
    std::vector<Held> answers;
    bool is_decided = false;  // the decision is on its way through the log
    sim::TimerId timer{};
  };

  // Machine
  void apply(const group::Entry& entry) override;
  sim::Payload snapshot() const override { return book_.snapshot(); }
  void restore(const sim::Payload& snapshot) override { book_.restore(snapshot); }
  void leadership_changed(group::Position position) override;

  bool leads() const { return group_.position() == group::Position::leader; }
  bool refuses(TxnId txn, const sim::From& from);
  bool answers_known(TxnId txn, NodeId to);
  void decide(Decision decision);
  void tell(const Decision& decision);
  void tell(const Decision& decision, NodeId participant);
  void keep_resending();

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards safe_;
  Book book_;
  group::Group group_;
  std::map<TxnId, Poll> polls_;
  std::map<TxnId, std::set<NodeId>> unacknowledged_;  // by whom
  std::set<TxnId> settled_;                           // acknowledged by all, and not forgotten yet
  bool is_resending_ = false;
};

template <class Message>
concept ForCoordinator = requires(Coordinator& c, const Message& m, const sim::From& f) { c.on(m, f); };
template <class Fact>
concept CoordinatorFact = requires(Coordinator& c, const Fact& fact) { c.on(fact); };

// A coordinator on a node of its own.
class CoordinatorNode final : public sim::Handlers<CoordinatorNode, ToCoordinator, CoordinatorFacts,
                                                   group::ToMember, group::MemberFacts> {
 public:
  CoordinatorNode(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
                  const std::vector<NodeId>& members)
      : coordinator_(env, parameters, safeguards_without(bugs), members) {}

  void start() override { coordinator_.start(); }
  void show(sim::FieldVisitor& visitor) const override { coordinator_.show(visitor); }
  template <ForCoordinator Message>
  void on(const Message& message, const sim::From& from) {
    coordinator_.on(message, from);
  }
  template <CoordinatorFact Fact>
  void on(const Fact& fact) {
    coordinator_.on(fact);
  }
  const Coordinator& coordinator() const { return coordinator_; }

 private:
  Coordinator coordinator_;
};

}  // namespace lightcone::models::saga

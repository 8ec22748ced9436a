// A participant: some of the keys, their locks, and its part in each transaction.
//
//   Execute ─▶ locks ─▶ prepared, durably ─▶ BeginCommit ─▶ Decide ─▶ outcome, locks free ─▶ Executed
//   Prepare ─▶ locks ─▶ prepared, durably ─▶ Vote        ─▶ Decide ─▶ outcome, locks free ─▶ Ack
//                │ in the way: aborted           │
//                                                └─ no news: Inquire, for as long as it takes (P17.6)
//
// What concerns one participant alone is done there at once, without a coordinator. A read of one key waits
// while somebody has it locked exclusively, and holds no lock itself.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/parts/workload/connections.hpp"
#include "models/saga/coordinator.hpp"
#include "models/saga/journal.hpp"
#include "models/saga/locks.hpp"
#include "models/saga/messages.hpp"
#include "models/saga/parameters.hpp"
#include "sim/process.hpp"

namespace lightcone::models::saga {

struct Layout {
  std::vector<NodeId> participants;  // in the order of the deployment
  std::vector<NodeId> coordinators;
};

// How a transaction ended at a participant, for those who watch.
struct Deed {
  TxnId txn{};
  Outcome outcome = Outcome::abort;
  std::vector<NodeId> participants;
};

class Participant final : public sim::Handlers<Participant, ToParticipant, ParticipantFacts, ToCoordinator,
                                               CoordinatorFacts, group::ToMember, group::MemberFacts> {
 public:
  // If this node is one of the coordinators, it hosts one.
  Participant(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, Layout layout);

  void start() override;
  void show(sim::FieldVisitor& visitor) const override;

  void on(const Execute& execute, const sim::From& from);
  void on(const Prepare& prepare, const sim::From& from);
  void on(const Decide& decide, const sim::From& from);
  void on(const NotCoordinator& answer, const sim::From& from);
  void on(const Synced& synced) { journal_.syncs().done(synced.write); }
  void on(const OpenDue& due) { journal_.on(due); }
  void on(const LockWaitOver& over);
  void on(const InquiryDue& due);
  void on(const FlushDue&);
  // Everything else belongs to the coordinator.
  template <ForCoordinator Message>
  void on(const Message& message, const sim::From& from) {
    if (coordinator_) coordinator_->on(message, from);
  }
  template <CoordinatorFact Fact>
  void on(const Fact& fact) {
    if (coordinator_) coordinator_->on(fact);
  }

  const Journal& journal() const { return journal_; }
  const Coordinator* coordinator() const { return coordinator_ ? &*coordinator_ : nullptr; }
  // What ended since the last call.
  std::vector<Deed> take_deeds() { return std::exchange(deeds_, {}); }

 private:
  enum class State : std::uint8_t { waits, prepares, prepared };
  struct Work {
    State state = State::waits;
    Intent intent{};
    std::vector<Step> steps;    // of this participant
    std::vector<Part> others;   // what the initiator asks others to do
    sim::From client{no_node};  // whom the initiator answers
    sim::TimerId timer{};
    sim::MonoTime locked_at{};
    sim::MonoTime since{};  // it is prepared
    std::int64_t inquiries = 0;
    bool is_mine() const { return client.node != no_node; }
  };

  std::vector<Part> parts_of(const std::vector<Step>& steps) const;
  void read(const std::string& key, const sim::From& client);
  void ask_about_prepared();
  void begin(Work work);
  void go_on(Work& work);
  sim::Value value(const std::string& key) const;
  bool carry_out(Work& work);
  void do_alone(TxnId txn, Work& work);
  void become_prepared(TxnId txn);
  void tell_coordinator(Work& work);
  void ask_again_later(Work& work);
  void give_up(TxnId txn, Opinion opinion);
  bool finish(TxnId txn, const Decide& decide);
  void answer(const sim::From& client, const Decide& decide);
  void free_locks(TxnId txn);
  void acknowledge(TxnId txn, NodeId coordinator);
  void abort_alone(TxnId txn);
  std::uint64_t lowest() const;
  void turn_to(NodeId coordinator);
  void sample_in_doubt();

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards safe_;
  Layout layout_;
  std::size_t guess_ = 0;  // which of them coordinates
  Journal journal_;
  Locks locks_;
  std::string in_doubt_name_;  // a time series
  parts::Connections connections_;
  std::optional<Coordinator> coordinator_;
  std::map<TxnId, Work> works_;
  std::multimap<std::string, sim::From, std::less<>> readers_;  // who wait for a lock to go
  std::vector<std::pair<TxnId, NodeId>> owed_;                  // acknowledgements, when outcomes are durable
  std::vector<Deed> deeds_;
};

// Where a key is, if it is at one participant only. Keys are a letter and a number.
NodeId home_of(const std::string& key, const std::vector<NodeId>& participants);

}  // namespace lightcone::models::saga

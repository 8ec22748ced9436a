// A server of the replicated log: proposer, acceptor and learner, and the clients' counterpart (2001, 3; van
// Renesse and Altinbuken 2015).
//
//   start() ─ recover ─▶ follower ─ no leader heard ─▶ preparing ─ a majority promises ─▶ leading
//                           ▲                             │                                │
//                           └─── a higher ballot ─────────┴──── no majority heard ◀────────┘
//
// One ballot covers all slots: phase 1 is done once a leadership, for every slot from the first whose decree
// the new leader does not know. Then it proposes again whatever was accepted there, fills what is empty
// before that with no-ops, and goes on with phase 2 alone, a slot a command, at most `window` of them
// undecided at a time.
//
// A server that ceases to lead forgets whom it owes an answer: it does not know whether the commands will
// take effect, and so its clients must not be told that they did not.
#pragma once

#include <map>
#include <span>

#include "models/parts/key_value/store.hpp"
#include "models/paxos/acceptor.hpp"
#include "models/paxos/reports.hpp"
#include "sim/process.hpp"

namespace lightcone::models::paxos {

enum class Position : std::uint8_t { follower, preparing, leading };
BOOST_DESCRIBE_ENUM(Position, follower, preparing, leading)

class Replica final : public sim::Handlers<Replica, ToReplica, ReplicaFacts> {
 public:
  // `members`: all servers, this one too; the acceptors first.
  Replica(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, std::vector<NodeId> members);

  void start() override;
  void show(sim::FieldVisitor& visitor) const override;

  void on(const Execute& execute, const sim::From& from);
  void on(const Prepare& prepare, const sim::From& from);
  void on(const Promise& promise, const sim::From& from);
  void on(const Accept& accept, const sim::From& from);
  void on(const Vote& vote, const sim::From& from);
  void on(const Nack& nack, const sim::From& from);
  void on(const Learn& learn, const sim::From& from);
  void on(const Heartbeat& heartbeat, const sim::From& from);
  void on(const Heard& heard, const sim::From& from);
  void on(const Synced& synced) { ledger_.on(synced); }
  void on(const ElectionTimedOut& timed_out);
  void on(const HeartbeatDue& due);

  Position position() const { return position_; }
  Ballot ballot() const { return ballot_; }
  Slot applied() const { return applied_; }
  Ledger& ledger() { return ledger_; }
  const Ledger& ledger() const { return ledger_; }
  const parts::key_value::Store& store() const { return store_; }

 private:
  // A slot in phase 2, as its proposer sees it.
  struct Proposal {
    Decree decree{};
    Ballot ballot{};
    Members votes{};
    sim::From client{no_node};  // who is owed the answer, if it is a client's command
    sim::MonoTime sent_at{};
  };
  struct Waiting {
    Command command;
    sim::From client;
  };
  struct Peer {
    NodeId node;
    sim::MonoTime heard_at{};
  };

  std::span<const NodeId> acceptors() const {
    return std::span(members_).first(parameters_.acceptor_count());
  }
  bool is_acceptor(NodeId node) const;
  std::size_t majority() const { return parameters_.acceptor_count() / 2 + 1; }
  // replica.cpp: acceptor, learner and state machine
  void apply_chosen();
  void answer(Slot slot, const sim::Value* result);
  void learn_up_to(Slot chosen, Ballot ballot);
  void send_elsewhere(const sim::From& client);
  void hear_from_leader(NodeId leader);
  bool has_leader_lately() const;
  void arm_election_timer(sim::Duration delay);
  // replica_leader.cpp: phases 1 and 2
  void begin_ballot();
  void ask_for_promises();
  void lead();
  void settle(Slot slot);
  void serve_waiting();
  void propose(Slot slot, Decree decree, const sim::From& client);
  void send_proposal(Slot slot, const Proposal& proposal);
  void count_vote(Slot slot, NodeId from);
  void catch_up(NodeId peer, Slot chosen);
  bool has_majority_lately() const;
  void beat();
  void step_down(NodeId leader);

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards safe_;
  std::vector<NodeId> members_;
  sim::Stream chance_;
  parts::key_value::Store store_;
  Ledger ledger_;
  Acceptor acceptor_;

  Position position_ = Position::follower;
  NodeId leader_ = no_node;
  sim::MonoTime heard_leader_at_{};
  Ballot seen_{};  // the highest that it was refused for
  Slot applied_ = 0;
  sim::Duration patience_{};
  std::uint64_t attempt_ = 0;
  sim::TimerId election_timer_;

  // Preparing and leading.
  Ballot ballot_{};
  Slot first_ = 0;  // of the slots that the ballot is about
  Reports reports_;
  sim::MonoTime began_at_{};
  Slot next_ = 1;  // for a new command
  std::map<Slot, Proposal> proposals_;
  std::map<Slot, sim::From> owed_;  // chosen but not applied: there is a gap before it
  std::deque<Waiting> waiting_;     // for room in the window
  std::vector<Peer> peers_;
  sim::TimerId heartbeat_timer_;
};

}  // namespace lightcone::models::paxos

// A member of a Raft group, as a library (block B2): whoever hosts it forwards the group's messages and
// facts to on(), and gives it a state machine. Everything that needs an elected authority stands on it.
//
//   start() ─ recover ─▶ follower ─ election timed out ─▶ candidate ─ a quorum votes ─▶ leader
//                           ▲                                 │                           │
//                           └── a newer term, or a leader ────┴──── no quorum in time ◀───┘
//
// What it keeps true (numbers of SYSTEMS T18; Figure 3 of the paper):
//   P18.1 election safety        one vote a term, durable before it is answered   -> group_election.cpp
//   P18.2 leader append-only     a leader never truncates                          -> group_replication.cpp
//   P18.3 log matching           entries are taken only behind a matching one      -> group_replication.cpp
//   P18.4 leader completeness    votes only for logs at least as up to date        -> group_election.cpp
//   P18.5 state-machine safety   applied in order, only what is committed          -> group_commit.cpp
//   P18.8 intersecting quorums   one membership change at a time, or joint         -> group_membership.cpp
//   P18.9 no vote without memory a wiped member abstains                           -> group.cpp
//   P18.10 corruption of a minority loses nothing                                  -> log.cpp
//
// Writing and answering are two steps: whatever promises that something is durable waits in `deferred_` for
// the sync that makes it so.
#pragma once

#include <boost/container/small_vector.hpp>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/parts/raft/log.hpp"
#include "models/parts/raft/messages.hpp"
#include "models/parts/raft/options.hpp"
#include "models/parts/raft/quorum.hpp"
#include "models/parts/raft/types.hpp"
#include "models/parts/stable/cell.hpp"
#include "sim/env.hpp"

namespace lightcone::models::parts::raft {

// The replicated state machine. Calls come in log order; configuration entries are not passed on.
class Machine {
 public:
  virtual ~Machine() = default;
  virtual void apply(const Entry& entry) = 0;
  virtual Payload snapshot() const = 0;
  // An empty payload: the initial state.
  virtual void restore(const Payload& snapshot) = 0;
  // The member began or ceased to lead. What was proposed but not applied may still happen, or not.
  virtual void leadership_changed(Position position) = 0;
};

class Group {
 public:
  struct Setup {
    GroupId id = 0;
    std::string file_prefix = "raft/";
    Options options;
    Safeguards safeguards;
    Configuration initial;  // of a group that starts anew; members that are to join later are in none
  };

  Group(sim::Env& env, Machine& machine, Setup setup);
  // The only group on its nodes, with all safeguards.
  Group(sim::Env& env, Machine& machine, Options options, std::vector<NodeId> voters);
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;

  // Recovers from the disk, or creates the member on a blank one.
  void start();

  // --- for the host --------------------------------------------------------------------------------------

  // Appends a command to the log; it is applied when a quorum has it, or never. Nothing when this member
  // does not lead or is handing leadership over: then certainly nothing happens.
  std::optional<Index> propose(Payload command);

  // Calls `ready(applied)` when this member has applied everything that was committed when confirm_read was
  // called, so that a read of the state is linearizable; `false` when it turned out that it cannot (not the
  // leader any more). May call at once. A follower asks the leader. Dissertation 6.4.
  using ReadReady = std::function<void(bool)>;
  void confirm_read(ReadReady ready);
  // True while the leader's lease lasts: it may read without asking (6.4.1).
  bool lease_is_valid() const;

  // False: not the leader, a change is under way, or it makes no sense.
  bool add_server(NodeId node);
  bool remove_server(NodeId node);
  bool change_to(std::vector<NodeId> voters);
  bool transfer_leadership(NodeId to);

  // --- messages and facts ----------------------------------------------------------------------------------
  void on(const RequestVote& request, NodeId from);
  void on(const Voted& vote, NodeId from);
  void on(const AppendEntries& append, NodeId from);
  void on(const Appended& appended, NodeId from);
  void on(const InstallSnapshot& install, NodeId from);
  void on(const TimeoutNow& now, NodeId from);
  void on(const ReadIndex& request, NodeId from);
  void on(const ReadIndexed& answer, NodeId from);
  void on(const ElectionTimedOut& timed_out);
  void on(const HeartbeatDue& due);
  void on(const BatchDue& due);
  void on(const Persisted& persisted);

  // --- to be looked at
  // ---------------------------------------------------------------------------------------
  Position position() const { return position_; }
  Term term() const { return ballot_.term; }
  NodeId voted_for() const { return ballot_.voted_for; }
  NodeId leader() const { return leader_; }
  Index commit_index() const { return commit_; }
  Index applied_index() const { return applied_; }
  const Log& log() const { return log_; }
  const Configuration& configuration() const { return configuration_; }
  bool has_lost_memory() const { return self_.lost_memory; }
  // This incarnation found no trace of the ones before it.
  bool began_wiped() const { return began_wiped_; }
  // This incarnation could not read entries up to here that had been promised; 0: it could read all.
  Index unreadable_up_to() const { return unreadable_up_to_; }
  GroupId id() const { return setup_.id; }
  void show(sim::FieldVisitor& visitor) const;

 private:
  // What a leader knows of another member.
  struct Peer {
    NodeId node;
    Index next = 1;               // the next entry to send
    Index match = 0;              // its log is known to agree up to here, durably
    Round acked_round = 0;        // the newest broadcast that it answered
    std::uint64_t in_flight = 0;  // messages with entries that are not answered yet
    bool probing = true;          // agreement is not known yet: one message at a time
    bool counts = true;           // it has its memory
    sim::MonoTime heard_at{};
  };
  // A message that promises durability, waiting for a sync.
  struct Deferred {
    std::uint64_t write;
    NodeId to;
    std::variant<Voted, Appended, RequestVote> message;
  };
  struct PendingRead {
    Round round = 0;  // confirmed when a quorum answered this broadcast or a later one
    Index index = 0;  // then served when this is applied; 0: not known yet
    NodeId asker;     // a follower, or no_node for this member's own
    std::uint64_t request = 0;
    ReadReady ready;
    bool confirmed = false;
    sim::MonoTime asked_at{};
  };
  struct SentRound {
    Round round = 0;
    sim::MonoTime at;
  };

  // group.cpp
  void create();
  void recover();
  void persist();
  void start_sync();
  template <class M>
  void send_when_durable(NodeId to, M message);
  void send_deferred();
  void finish_own_appends();
  // Both are false when the disk is full; then nothing changed.
  bool set_ballot(Ballot ballot);
  bool observe_term(Term term);
  void become_follower(NodeId leader);
  Peer* peer_of(NodeId node);
  template <class ValueOf>
  std::uint64_t reached(const ValueOf& value) const {
    const Counting counting = safe_.only_voters_count ? Counting::voters : Counting::voters_and_learners;
    const Quorum quorum = safe_.quorums_meet ? Quorum::majority : Quorum::half;
    return reached_by_quorum(configuration_, counting, value, quorum);
  }

  // group_election.cpp
  void arm_election_timer();
  void hear_from_leader(NodeId leader);
  bool heard_recently() const;
  enum class Reason : std::uint8_t { timeout, transfer };
  bool may_stand() const;
  void ask_before_standing();
  void stand(Reason reason);
  void request_votes(const RequestVote& request);
  bool is_up_to_date(const RequestVote& request) const;
  bool may_vote() const;
  void answer_pre_vote(const RequestVote& request, NodeId from);
  void count_vote(NodeId voter);
  void lead();
  void refresh_peers();

  // group_replication.cpp
  bool append_own(EntryKind kind, Payload payload);
  void broadcast();
  bool batches() const { return options_.batch > sim::Duration::zero(); }
  void persist_own_appends();
  void replicate_soon(Index first);
  enum class Empty : std::uint8_t { skip, send };
  void replicate_to(Peer& peer, Empty empty);
  void send_snapshot(Peer& peer);
  Appended answer_to(const AppendEntries& append);
  std::optional<Appended> conflict_with(const AppendEntries& append) const;
  bool take_entries(const AppendEntries& append);
  void peer_conflicts(Peer& peer, const Appended& appended);
  bool has_quorum_lately() const;
  Appended blank_answer(Round round) const;

  // group_commit.cpp
  void advance_commit();
  void commit_to(Index index);
  void apply_committed();
  void maybe_snapshot();

  // group_reads.cpp
  void begin_read(PendingRead read);
  void finish_read(PendingRead& read, bool served);
  void serve_reads();
  void serve_reads_of_leader();
  void serve_reads_of_follower();
  void fail_reads();
  void renew_lease();
  Round quorum_round() const;

  // group_membership.cpp
  bool propose_configuration(const Configuration& configuration);
  void use_configuration(Index index, const Configuration& configuration);
  void reload_configuration();
  const Configuration& configuration_at(Index index) const;
  void configuration_committed(const Entry& entry);
  void promote_learners();
  void finish_transfer_if_ready();

  sim::Env& env_;
  Machine& machine_;
  Setup setup_;
  Options& options_;
  Safeguards& safe_;
  sim::Stream chance_;

  // Durable.
  stable::Cell<Ballot> ballots_;
  struct Identity {
    static constexpr std::string_view fact_name = "RaftIdentity";
    bool lost_memory = false;
    Index lost_at = 0;  // commit index of the first leader heard after the loss; 0: none yet
  };
  stable::Cell<Identity> identity_;
  Log log_;
  Ballot ballot_;

  // Durability in progress.
  std::uint64_t written_ = 0;  // number of the latest write
  std::uint64_t syncing_ = 0;  // write that the sync under way will make durable; 0: none under way
  std::uint64_t durable_ = 0;  // everything up to this write is durable
  Index durable_index_ = 0;    // own log, as far as it may be counted
  std::deque<std::pair<std::uint64_t, Index>> own_appends_;  // (write, last index then)
  std::deque<Deferred> deferred_;
  std::uint64_t snapshot_write_ = 0;  // write that holds the newest snapshot, until it is durable

  // Volatile.
  Position position_ = Position::follower;
  NodeId leader_ = no_node;
  Identity self_;
  bool began_wiped_ = false;
  Index unreadable_up_to_ = 0;
  Index commit_ = 0;
  Index applied_ = 0;
  Configuration configuration_;
  Index configuration_index_ = 0;
  sim::TimerId election_timer_;
  std::uint64_t attempt_ = 0;
  sim::MonoTime heard_leader_at_ = sim::MonoTime::min();
  sim::MonoTime no_votes_before_ = sim::MonoTime::min();
  bool pre_ = false;  // candidate: asking whether to stand
  bool in_transfer_ = false;
  boost::container::small_vector<NodeId, 9> votes_;

  // Leader.
  boost::container::small_vector<Peer, 9> peers_;
  Round round_ = 0;
  Index term_start_ = 0;  // index of this term's no-op
  sim::TimerId heartbeat_timer_;
  Index batch_from_ = 0;  // where the batch that is being collected begins in the log; 0: none is
  std::deque<SentRound> rounds_;
  sim::MonoTime lease_until_ = sim::MonoTime::min();
  sim::MonoTime led_since_{};
  NodeId transfer_to_ = no_node;
  sim::MonoTime transfer_until_{};

  // Reads.
  std::deque<PendingRead> reads_;
  std::uint64_t next_request_ = 1;
};

}  // namespace lightcone::models::parts::raft

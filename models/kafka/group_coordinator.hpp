// The coordinator of a consumer group: who is a member, who gets what, and how far the group is in each
// partition (KIP-62, KIP-429).
//
//            somebody joins, leaves or is not heard of
//   empty ───────┐      ┌────────────────────────────┐
//                ▼      │                            │
//             joining ──┴ all have joined ─▶ syncing ┴ the leader's assignment is in the log ─▶ stable
//                         (or are left out)
//
// Each pass makes a generation. What a generation gives to whom, and how far the group is, is in the log
// (P7.7): the next coordinator goes on from there. Who was heard of when is not.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "models/kafka/group_messages.hpp"
#include "models/kafka/logged_state.hpp"
#include "models/kafka/transaction_messages.hpp"

namespace lightcone::models::kafka {

class GroupCoordinator final : public LoggedState {
 public:
  GroupCoordinator(sim::Env& env, const Parameters& parameters, const Safeguards& safe, Replica& replica);

  void on(const JoinGroup& join, const sim::From& from);
  void on(const SyncGroup& sync, const sim::From& from);
  void on(const GroupHeartbeat& heartbeat, const sim::From& from);
  void on(const LeaveGroup& leave, const sim::From& from);
  void on(const OffsetCommit& commit, const sim::From& from);
  void on(const OffsetFetch& fetch, const sim::From& from);
  void on(const TransactionalOffsetCommit& commit, const sim::From& from);
  // Regularly: who was not heard of for too long?
  void check();

  void show(sim::FieldVisitor& visitor) const;

 private:
  enum class Phase : std::uint8_t { empty, joining, syncing, stable };
  struct Member {
    Holding holding{};
    std::uint64_t round = 0;
    sim::MonoTime heard_at{};
    std::optional<sim::From> joining{};  // it waits for the others
    std::optional<sim::From> syncing{};  // it waits for its share
  };

  struct Fetching {
    std::vector<PartitionId> partitions;
    sim::From from{};
  };

  void forget() override;
  void apply(const Record& record) override;
  void become_ready() override;
  void resign() override;

  void refuse(const sim::From& from, GroupReason reason);
  // The member, if it may act in this generation; otherwise it is told why not.
  Member* admit(MemberId id, Generation generation, const sim::From& from);
  void begin_rebalance();
  void maybe_complete_join();
  void complete_join();
  void answer_join(Member& member);
  void answer_join_again(MemberId id, const sim::From& from);
  void remove(MemberId id);
  void answer_sync(MemberId id, Member& member);
  void answer_fetch();
  // False: it was refused.
  bool may_commit(MemberId member, Generation generation, const sim::From& from);
  void write_offset(const TransactionalOffsetCommit& commit, const Record& record, const sim::From& from);
  void apply_marker(Pid pid, bool is_commit);

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards& safe_;

  // What the log says.
  GroupGeneration decided_;
  std::map<PartitionId, Position> committed_;
  std::map<Pid, std::vector<OffsetOf>> in_transactions_;  // that are open

  Phase phase_ = Phase::empty;
  Generation generation_ = 0;
  MemberId leader_ = 0;
  std::map<MemberId, Member> members_;
  sim::MonoTime began_at_{};  // the rebalance
  sim::MonoTime deadline_{};  // of the phase
  bool gathers_ = false;      // it was empty, and waits for more than the first
  bool is_writing_ = false;   // the assignment
  // Who waits for the record there to be committed.
  std::map<Offset, sim::From> committing_;
  std::map<Offset, Fetching> fetching_;
};

}  // namespace lightcone::models::kafka

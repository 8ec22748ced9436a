#include "models/kafka/group_coordinator.hpp"

#include <algorithm>

#include "sim/fields_of.hpp"

namespace lightcone::models::kafka {

namespace {

// A group that was empty waits for more members than the first, so that it rebalances once.
constexpr int heartbeats_for_the_first = 3;

}  // namespace

GroupCoordinator::GroupCoordinator(sim::Env& env, const Parameters& parameters, const Safeguards& safe,
                                   Replica& replica)
    : LoggedState(replica), env_(env), parameters_(parameters), safe_(safe) {}

void GroupCoordinator::show(sim::FieldVisitor& visitor) const {
  static constexpr std::string_view phases[] = {"empty", "joining", "syncing", "stable"};
  if (!is_ready()) return;
  visitor.open_object("group");
  visitor.text("phase", phases[static_cast<std::size_t>(phase_)]);
  sim::visit_field("generation", generation_, visitor);
  sim::visit_field("members", static_cast<std::uint64_t>(members_.size()), visitor);
  visitor.close();
}

void GroupCoordinator::refuse(const sim::From& from, GroupReason reason) {
  env_.reply(from, GroupRefused{reason});
}

// --- members -----------------------------------------------------------------------------------------------

void GroupCoordinator::on(const JoinGroup& join, const sim::From& from) {
  if (!is_ready()) return refuse(from, GroupReason::not_coordinator);
  Member& member = members_[join.holding.member];
  if (join.round < member.round) return;  // late, or a copy
  member.heard_at = env_.mono();
  const bool is_repeated = join.round == member.round && phase_ != Phase::joining;
  member.round = join.round;
  if (is_repeated) return answer_join_again(join.holding.member, from);
  member.holding = join.holding;
  member.joining = from;
  if (phase_ != Phase::joining) begin_rebalance();
  maybe_complete_join();
}

// Its answer was lost: the generation that it joined has begun.
void GroupCoordinator::answer_join_again(MemberId id, const sim::From& from) {
  Member& member = members_[id];
  member.joining = from;
  answer_join(member);
}

void GroupCoordinator::begin_rebalance() {
  env_.mark(GroupRebalancing{generation_});
  const bool was_empty = phase_ == Phase::empty;
  if (phase_ != Phase::syncing) began_at_ = env_.mono();
  phase_ = Phase::joining;
  is_writing_ = false;
  gathers_ = was_empty;
  deadline_ = env_.mono() +
              (was_empty ? parameters_.heartbeat * heartbeats_for_the_first : parameters_.rebalance_timeout);
  for (auto& [id, member] : members_) {
    if (!member.syncing) continue;
    refuse(*member.syncing, GroupReason::rebalance_in_progress);
    member.syncing.reset();
  }
}

void GroupCoordinator::maybe_complete_join() {
  if (phase_ != Phase::joining || (gathers_ && env_.mono() < deadline_)) return;
  const bool all = std::all_of(members_.begin(), members_.end(),
                               [](const auto& each) { return each.second.joining.has_value(); });
  if (all) complete_join();
}

void GroupCoordinator::complete_join() {
  std::erase_if(members_, [](const auto& each) { return !each.second.joining; });
  if (members_.empty()) {
    phase_ = Phase::empty;
    return;
  }
  generation_ = std::max(generation_, decided_.generation) + 1;
  phase_ = Phase::syncing;
  deadline_ = env_.mono() + parameters_.rebalance_timeout;
  if (!members_.contains(leader_)) leader_ = members_.begin()->first;
  for (auto& [id, member] : members_) {
    member.heard_at = env_.mono();
    answer_join(member);
  }
}

void GroupCoordinator::answer_join(Member& member) {
  Joined answer{generation_, leader_, {}};
  if (member.holding.member == leader_) {
    for (const auto& [id, each] : members_) answer.members.push_back(each.holding);
  }
  env_.reply(*member.joining, std::move(answer));
  member.joining.reset();
}

GroupCoordinator::Member* GroupCoordinator::admit(MemberId id, Generation generation, const sim::From& from) {
  if (!is_ready()) {
    refuse(from, GroupReason::not_coordinator);
    return nullptr;
  }
  const auto found = members_.find(id);
  if (found == members_.end()) {
    refuse(from, GroupReason::unknown_member);
    return nullptr;
  }
  if (generation != generation_) {
    refuse(from, GroupReason::illegal_generation);
    return nullptr;
  }
  found->second.heard_at = env_.mono();
  return &found->second;
}

void GroupCoordinator::on(const SyncGroup& sync, const sim::From& from) {
  Member* member = admit(sync.member, sync.generation, from);
  if (member == nullptr) return;
  if (phase_ == Phase::joining) return refuse(from, GroupReason::rebalance_in_progress);
  member->syncing = from;
  if (phase_ == Phase::stable) return answer_sync(sync.member, *member);
  if (sync.member != leader_ || is_writing_) return;
  is_writing_ = true;
  if (!write(GroupGeneration{generation_, sync.shares})) {
    is_writing_ = false;
    member->syncing.reset();
    refuse(from, GroupReason::not_coordinator);
  }
}

void GroupCoordinator::answer_sync(MemberId id, Member& member) {
  if (!member.syncing) return;
  Synced answer{generation_, {}};
  for (const Share& share : decided_.shares) {
    if (share.member == id) answer.partitions = share.partitions;
  }
  env_.reply(*member.syncing, std::move(answer));
  member.syncing.reset();
}

void GroupCoordinator::on(const GroupHeartbeat& heartbeat, const sim::From& from) {
  if (admit(heartbeat.member, heartbeat.generation, from) == nullptr) return;
  if (phase_ == Phase::joining) return refuse(from, GroupReason::rebalance_in_progress);
  env_.reply(from, GroupHeartbeatTaken{});
}

void GroupCoordinator::on(const LeaveGroup& leave, const sim::From&) {
  if (is_ready()) remove(leave.member);
}

void GroupCoordinator::remove(MemberId id) {
  if (members_.erase(id) == 0) return;
  if (phase_ == Phase::joining) return maybe_complete_join();
  if (members_.empty()) {
    phase_ = Phase::empty;
  } else {
    begin_rebalance();
  }
}

void GroupCoordinator::check() {
  if (!is_ready()) return;
  std::vector<MemberId> expired;
  for (const auto& [id, member] : members_) {
    if (!member.joining && env_.mono() - member.heard_at > parameters_.session_timeout) expired.push_back(id);
  }
  for (const MemberId id : expired) {
    env_.mark(MemberExpired{members_[id].holding.node});
    env_.metrics().count("members expired");
    remove(id);
  }
  if (phase_ == Phase::joining) {
    if (env_.mono() >= deadline_) complete_join();
    maybe_complete_join();
  } else if (phase_ == Phase::syncing && env_.mono() >= deadline_) {
    begin_rebalance();
  }
}

// --- offsets -----------------------------------------------------------------------------------------------

// P7.7
bool GroupCoordinator::may_commit(MemberId member, Generation generation, const sim::From& from) {
  const auto reason = [&]() -> std::optional<GroupReason> {
    if (!is_ready()) return GroupReason::not_coordinator;
    if (!safe_.checks_generation) return std::nullopt;
    if (!members_.contains(member)) return GroupReason::unknown_member;
    if (generation != generation_) return GroupReason::illegal_generation;
    if (phase_ == Phase::syncing) return GroupReason::rebalance_in_progress;
    members_[member].heard_at = env_.mono();
    return std::nullopt;
  }();
  if (reason) refuse(from, *reason);
  return !reason;
}

void GroupCoordinator::on(const OffsetCommit& commit, const sim::From& from) {
  if (!may_commit(commit.member, commit.generation, from)) return;
  for (std::size_t i = 0; i < commit.offsets.size(); ++i) {
    const OffsetOf& each = commit.offsets[i];
    const bool is_last = i + 1 == commit.offsets.size();
    const auto waits = is_last ? committing_.emplace(next(), from).first : committing_.end();
    if (write(CommittedOffset{each.partition, each.position, commit.generation, commit.member})) continue;
    if (is_last) committing_.erase(waits);
    return refuse(from, GroupReason::not_coordinator);
  }
}

// It counts when the transaction is committed.
void GroupCoordinator::on(const TransactionalOffsetCommit& commit, const sim::From& from) {
  if (!may_commit(commit.member, commit.generation, from)) return;
  Record record;
  record.pid = commit.session.pid;
  record.producer_epoch = commit.session.epoch;
  record.content = CommittedOffset{commit.offset.partition, commit.offset.position, commit.generation,
                                   commit.member, commit.attempt};
  if (!replica().needs_verification(record)) return write_offset(commit, record, from);
  replica().verify(commit.session, [this, commit, record, from](bool is_in) {
    if (!is_in) return env_.reply(from, TransactionRefused{TransactionReason::not_verified});
    if (may_commit(commit.member, commit.generation, from)) write_offset(commit, record, from);
  });
}

void GroupCoordinator::write_offset(const TransactionalOffsetCommit& commit, const Record& record,
                                    const sim::From& from) {
  if (replica().is_fenced(commit.session))
    return env_.reply(from, TransactionRefused{TransactionReason::fenced});
  const auto waits = committing_.emplace(next(), from).first;
  if (write_record(record)) return;
  committing_.erase(waits);
  refuse(from, GroupReason::not_coordinator);
}

void GroupCoordinator::apply_marker(Pid pid, bool is_commit) {
  for (const OffsetOf& each : in_transactions_[pid]) {
    if (is_commit) committed_[each.partition] = each.position;
  }
  in_transactions_.erase(pid);
}

// Through the log: a coordinator that has been replaced and does not know it would tell what was once.
void GroupCoordinator::on(const OffsetFetch& fetch, const sim::From& from) {
  if (!is_ready()) return refuse(from, GroupReason::not_coordinator);
  const auto waits = fetching_.emplace(next(), Fetching{fetch.partitions, from}).first;
  if (write(Barrier{})) return;
  fetching_.erase(waits);
  refuse(from, GroupReason::not_coordinator);
}

void GroupCoordinator::answer_fetch() {
  const auto waits = fetching_.find(applied());
  if (waits == fetching_.end()) return;
  OffsetsFetched answer;
  for (const PartitionId partition : waits->second.partitions)
    answer.offsets.push_back({partition, committed_[partition]});
  env_.reply(waits->second.from, std::move(answer));
  fetching_.erase(waits);
}

// --- the log -----------------------------------------------------------------------------------------------

void GroupCoordinator::forget() {
  decided_ = {};
  committed_.clear();
  in_transactions_.clear();
  members_.clear();
  phase_ = Phase::empty;
  generation_ = 0;
  is_writing_ = false;
}

void GroupCoordinator::apply(const Record& record) {
  if (const auto* offset = std::get_if<CommittedOffset>(&record.content)) {
    if (record.is_transactional()) {
      in_transactions_[record.pid].push_back({offset->partition, offset->position});
    } else {
      committed_[offset->partition] = offset->position;
    }
    const auto waits = committing_.find(applied());
    if (waits == committing_.end()) return;
    env_.reply(waits->second, OffsetsCommitted{});
    committing_.erase(waits);
    return;
  }
  if (const auto* marker = std::get_if<Marker>(&record.content))
    return apply_marker(record.pid, marker->is_commit);
  if (std::holds_alternative<Barrier>(record.content)) return answer_fetch();
  const auto* generation = std::get_if<GroupGeneration>(&record.content);
  if (generation == nullptr) return;
  decided_ = *generation;
  if (!is_ready() || phase_ != Phase::syncing || decided_.generation != generation_) return;
  phase_ = Phase::stable;
  is_writing_ = false;
  env_.mark(GroupStable{generation_, members_.size()});
  env_.metrics().count("rebalances");
  env_.metrics().record("rebalance", env_.mono() - began_at_);
  for (auto& [id, member] : members_) answer_sync(id, member);
}

// Members have their time to find the new coordinator.
void GroupCoordinator::become_ready() {
  generation_ = decided_.generation;
  for (const Share& share : decided_.shares) {
    Member member;
    member.holding = {share.member, share.node, generation_, share.partitions};
    member.heard_at = env_.mono();
    members_.emplace(share.member, std::move(member));
  }
  phase_ = members_.empty() ? Phase::empty : Phase::stable;
  leader_ = members_.empty() ? 0 : members_.begin()->first;
}

void GroupCoordinator::resign() {
  const auto tell = [&](const std::optional<sim::From>& waiting) {
    if (waiting) refuse(*waiting, GroupReason::not_coordinator);
  };
  for (const auto& [id, member] : members_) {
    tell(member.joining);
    tell(member.syncing);
  }
  for (const auto& [offset, from] : committing_) refuse(from, GroupReason::not_coordinator);
  for (const auto& [offset, fetching] : fetching_) refuse(fetching.from, GroupReason::not_coordinator);
  members_.clear();
  committing_.clear();
  fetching_.clear();
}

}  // namespace lightcone::models::kafka

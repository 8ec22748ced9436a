#include "models/kafka/group_member.hpp"

#include <utility>
#include <variant>

#include "models/kafka/assignment.hpp"

namespace lightcone::models::kafka {

namespace {

// After a refusal: nobody is asked in a loop.
constexpr sim::Duration breather = std::chrono::milliseconds(20);
// Of a commit that is not answered: where the group is only goes on from what is committed.
constexpr int tries_to_commit = 3;

}  // namespace

GroupMember::GroupMember(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
                         Directory& directory)
    : env_(env),
      parameters_(parameters),
      workload_(workload),
      directory_(directory),
      id_(env.stream("member").next() >> 1 | 1U) {}

sim::Task<> GroupMember::look_elsewhere() {
  co_await directory_.refresh(workload_.timeout);
  co_await sim::sleep(env_, breather);
}

sim::Task<> GroupMember::was_refused(GroupReason reason) {
  switch (reason) {
    case GroupReason::not_coordinator:
      co_await look_elsewhere();
      break;
    case GroupReason::unknown_member:
    case GroupReason::illegal_generation:
      generation_ = 0;
      must_join_ = true;
      break;
    case GroupReason::rebalance_in_progress:
      must_join_ = true;
      break;
  }
}

// --- a place in the group ----------------------------------------------------------------------------------

sim::Task<> GroupMember::heartbeats() {
  while (true) {
    co_await sim::sleep(env_, parameters_.heartbeat);
    co_await heartbeat();
  }
}

sim::Task<> GroupMember::heartbeat() {
  if (generation_ == 0 || is_joining_) co_return;
  if (coordinator() == no_node) {
    co_await look_elsewhere();
    co_return;
  }
  const Generation generation = generation_;
  GroupHeartbeat request{id_, generation};
  auto reply = co_await sim::call<GroupHeartbeatTaken, GroupRefused>(env_, coordinator(), request,
                                                                     parameters_.session_timeout / 2);
  if (generation != generation_ || is_joining_) co_return;  // it is about another time
  if (!reply) {
    co_await directory_.refresh(workload_.timeout);
  } else if (const auto* refused = std::get_if<GroupRefused>(&*reply)) {
    co_await was_refused(refused->reason);
  }
}

// Answered when the others have asked too. Nothing: it was refused, or there was no answer.
template <class Answer, class Request>
sim::Task<std::optional<Answer>> GroupMember::ask_with_the_others(Request request) {
  const sim::Duration within = parameters_.rebalance_timeout + workload_.timeout;
  auto reply = co_await sim::call<Answer, GroupRefused>(env_, coordinator(), std::move(request), within);
  if (!reply) {
    co_await directory_.refresh(workload_.timeout);
    co_return std::nullopt;
  }
  if (const auto* refused = std::get_if<GroupRefused>(&*reply)) {
    co_await was_refused(refused->reason);
    co_return std::nullopt;
  }
  co_return std::get<Answer>(std::move(*reply));
}

sim::Task<std::optional<std::vector<PartitionId>>> GroupMember::join(std::vector<PartitionId> has) {
  is_joining_ = true;
  std::optional<std::vector<PartitionId>> given;
  if (coordinator() == no_node) {
    co_await look_elsewhere();
  } else {
    ++round_;
    JoinGroup request{round_, {id_, env_.self(), generation_, std::move(has)}};
    std::optional<Joined> joined = co_await ask_with_the_others<Joined>(std::move(request));
    if (joined) given = co_await sync(std::move(*joined));
  }
  is_joining_ = false;
  co_return given;
}

sim::Task<std::optional<std::vector<PartitionId>>> GroupMember::sync(Joined joined) {
  SyncGroup request{id_, joined.generation, {}};
  if (joined.leader == id_)
    request.shares = assign(parameters_.assign, std::move(joined.members), parameters_.partitions);
  std::optional<Synced> synced = co_await ask_with_the_others<Synced>(std::move(request));
  if (!synced) co_return std::nullopt;
  generation_ = synced->generation;
  given_ = synced->partitions;
  must_join_ = false;
  env_.mark(PartitionsAssigned{generation_, synced->partitions});
  co_return std::move(synced->partitions);
}

// --- offsets -----------------------------------------------------------------------------------------------

sim::Task<bool> GroupMember::commit(std::vector<OffsetOf> offsets) {
  if (offsets.empty()) co_return true;
  const Generation generation = generation_;
  for (int i = 0; i < tries_to_commit && generation == generation_ && generation != 0; ++i) {
    if (coordinator() == no_node) {
      co_await look_elsewhere();
      continue;
    }
    OffsetCommit request{id_, generation, offsets};
    auto reply = co_await sim::call<OffsetsCommitted, GroupRefused>(env_, coordinator(), std::move(request),
                                                                    workload_.timeout);
    if (!reply) {
      co_await directory_.refresh(workload_.timeout);
    } else if (std::holds_alternative<OffsetsCommitted>(*reply)) {
      env_.mark(OffsetsWereCommitted{offsets});
      co_return true;
    } else {
      const GroupReason reason = std::get<GroupRefused>(*reply).reason;
      if (reason != GroupReason::not_coordinator) env_.metrics().count("commits refused");
      co_await was_refused(reason);
      if (reason == GroupReason::rebalance_in_progress) break;
    }
  }
  co_return false;
}

sim::Task<std::vector<OffsetOf>> GroupMember::fetch(std::vector<PartitionId> partitions) {
  if (coordinator() == no_node) {
    co_await look_elsewhere();
    co_return {};
  }
  OffsetFetch request{std::move(partitions)};
  auto reply = co_await sim::call<OffsetsFetched, GroupRefused>(env_, coordinator(), std::move(request),
                                                                workload_.timeout);
  if (reply && std::holds_alternative<OffsetsFetched>(*reply))
    co_return std::move(std::get<OffsetsFetched>(*reply).offsets);
  co_await look_elsewhere();
  co_return {};
}

}  // namespace lightcone::models::kafka

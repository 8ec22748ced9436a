#include "models/kafka/reader.hpp"

#include <algorithm>
#include <utility>

namespace lightcone::models::kafka {

namespace {

// After a refusal: who leads is not asked in a loop.
constexpr sim::Duration breather = std::chrono::milliseconds(20);

}  // namespace

Position end_of(const Polled& polled) {
  const Entry& last = polled.entries.back();
  return {last.offset + 1, last.record.epoch};
}

Position go_on_after(sim::Env& env, PartitionId partition, Offset from, const OffsetOutOfRange& answer,
                     Reset reset) {
  const Position& to = reset == Reset::earliest ? answer.start : answer.end;
  env.mark(ReaderWasOvertaken{partition, from, to.offset});
  env.metrics().count("readers overtaken");
  if (to.offset > from) env.metrics().count("records that readers missed", to.offset - from);
  return to;
}

bool is_given(const Polled& polled, const Entry& entry) {
  const Record& record = entry.record;
  if (std::holds_alternative<Marker>(record.content)) return false;
  if (std::holds_alternative<Emptied>(record.content)) return false;
  if (!record.is_transactional()) return true;
  return std::none_of(polled.aborted.begin(), polled.aborted.end(), [&](const AbortedTransaction& each) {
    return each.pid == record.pid && each.first <= entry.offset && entry.offset < each.marker;
  });
}

sim::Task<Answer> ask_leader(sim::Env& env, Directory& directory, PartitionId partition, Position position,
                             Isolation isolation, sim::Duration within) {
  const PartitionLeader leader = directory.leader_of(partition);
  if (leader.leader == no_node) {
    co_await directory.refresh(within);
    co_await sim::sleep(env, breather);
    co_return std::nullopt;
  }
  Poll request{partition, leader.epoch, position.offset, position.last_epoch, isolation};
  auto reply =
      co_await sim::call<Polled, Refused, Moved, OffsetOutOfRange>(env, leader.leader, request, within);
  if (!reply || std::holds_alternative<Refused>(*reply)) {
    co_await directory.refresh(within);
    if (reply) co_await sim::sleep(env, breather);
    co_return std::nullopt;
  }
  if (const auto* moved = std::get_if<Moved>(&*reply)) {
    env.metrics().count("consumers sent back");
    co_return Answer{*moved};
  }
  if (const auto* gone = std::get_if<OffsetOutOfRange>(&*reply)) co_return Answer{*gone};
  co_return Answer{std::get<Polled>(std::move(*reply))};
}

}  // namespace lightcone::models::kafka

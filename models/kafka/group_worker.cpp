#include "models/kafka/group_worker.hpp"

#include <algorithm>
#include <utility>

#include "sim/fields_of.hpp"

namespace lightcone::models::kafka {

namespace {

// Between two looks when there was nothing to do.
constexpr sim::Duration idle = std::chrono::milliseconds(30);

}  // namespace

GroupWorker::GroupWorker(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
                         const std::vector<NodeId>& brokers, Commit commits)
    : Story(env),
      parameters_(parameters),
      workload_(workload),
      commits_(commits),
      directory_(env, parameters, brokers),
      member_(env, parameters, workload, directory_),
      chance_(env.stream("processing")) {}

void GroupWorker::show(sim::FieldVisitor& visitor) const {
  sim::visit_field("generation", member_.generation(), visitor);
  sim::visit_field("partitions", held(), visitor);
}

std::vector<PartitionId> GroupWorker::held() const {
  std::vector<PartitionId> partitions;
  for (const auto& [partition, position] : positions_) partitions.push_back(partition);
  return partitions;
}

sim::Task<> GroupWorker::run() {
  env().stories().spawn(member_.heartbeats());
  while (true) {
    if (member_.is_left_out() && !given_) drop_everything();
    if (given_) {
      std::vector<PartitionId> given = *std::exchange(given_, std::nullopt);
      co_await take(std::move(given));
    } else if (member_.must_join() && !is_joining_) {
      co_await rebalance();
    }
    const bool did_something = co_await work();
    if (!did_something) co_await sleep(idle);
  }
}

// --- the group ---------------------------------------------------------------------------------------------

void GroupWorker::drop_everything() {
  if (!positions_.empty()) stopped_at_ = env().mono();
  positions_.clear();
}

sim::Task<> GroupWorker::rebalance() {
  if (parameters_.assign == Assign::cooperative) {
    is_joining_ = true;
    env().stories().spawn(join_beside());
    co_return;
  }
  co_await save(offsets_of_held());
  drop_everything();
  std::vector<PartitionId> nothing;
  std::optional<std::vector<PartitionId>> given = co_await member_.join(std::move(nothing));
  if (given) co_await begin(std::move(*given));
}

sim::Task<> GroupWorker::join_beside() {
  claimed_ = held();
  given_ = co_await member_.join(claimed_);
  is_joining_ = false;
}

sim::Task<> GroupWorker::take(std::vector<PartitionId> given) {
  const auto is_given = [&](PartitionId partition) {
    return std::find(given.begin(), given.end(), partition) != given.end();
  };
  std::vector<OffsetOf> back;
  for (const auto& [partition, position] : positions_) {
    if (!is_given(partition)) back.push_back({partition, position});
  }
  co_await save(back);
  for (const OffsetOf& each : back) positions_.erase(each.partition);
  // Also of what it has lost meanwhile: nobody was given what this member said that it had.
  if (!std::all_of(claimed_.begin(), claimed_.end(), is_given)) member_.join_again();
  std::erase_if(given, [&](PartitionId partition) { return positions_.contains(partition); });
  co_await begin(std::move(given));
}

// Where the group is in partitions that are new to this member.
sim::Task<> GroupWorker::begin(std::vector<PartitionId> partitions) {
  const Generation generation = member_.generation();
  const bool is_taken_over = co_await take_over(partitions);
  if (!is_taken_over) co_return;
  while (!partitions.empty() && member_.generation() == generation) {
    std::vector<OffsetOf> offsets = co_await member_.fetch(partitions);
    if (offsets.empty()) continue;
    if (member_.generation() != generation) co_return;
    for (const OffsetOf& each : offsets)
      positions_[each.partition] = committed_[each.partition] = each.position;
    break;
  }
  if (stopped_at_ && !positions_.empty())
    env().metrics().record("stop of the world", env().mono() - *std::exchange(stopped_at_, std::nullopt));
}

sim::Task<bool> GroupWorker::take_over(std::vector<PartitionId>) { co_return true; }

sim::Task<> GroupWorker::save(std::vector<OffsetOf> offsets) {
  if (commits_ != Commit::before) co_await commit(std::move(offsets));
}

std::vector<OffsetOf> GroupWorker::offsets_of_held() const {
  std::vector<OffsetOf> offsets;
  for (const auto& [partition, position] : positions_) offsets.push_back({partition, position});
  return offsets;
}

sim::Task<> GroupWorker::commit_what_is_held() { co_await commit(offsets_of_held()); }

sim::Task<> GroupWorker::commit(std::vector<OffsetOf> offsets) {
  std::erase_if(offsets, [&](const OffsetOf& each) { return each.position == committed_[each.partition]; });
  committed_at_ = env().mono();
  const bool is_committed = co_await member_.commit(offsets);
  for (const OffsetOf& each : offsets) {
    if (is_committed) committed_[each.partition] = each.position;
  }
}

// --- records -----------------------------------------------------------------------------------------------

sim::Task<bool> GroupWorker::work() {
  if (commits_ == Commit::automatic && env().mono() - committed_at_ >= parameters_.commit_every)
    co_await commit_what_is_held();
  bool did_something = false;
  for (const PartitionId partition : held()) {
    if (!positions_.contains(partition)) continue;
    const bool had_records = co_await work_on(partition);
    did_something = did_something || had_records;
    if (member_.is_left_out() || given_ || (member_.must_join() && !is_joining_)) co_return true;
  }
  co_return did_something;
}

sim::Task<std::optional<Polled>> GroupWorker::poll(PartitionId partition) {
  const Position from = positions_[partition];
  Answer answer =
      co_await ask_leader(env(), directory_, partition, from, parameters_.isolation, workload_.timeout);
  if (!answer || member_.is_left_out() || !positions_.contains(partition)) co_return std::nullopt;
  if (const auto* moved = std::get_if<Moved>(&*answer)) {
    positions_[partition] = moved->position;
    co_return std::nullopt;
  }
  if (const auto* gone = std::get_if<OffsetOutOfRange>(&*answer)) {
    positions_[partition] = go_on_after(env(), partition, from.offset, *gone, parameters_.reset);
    note_overtaken(partition, from.offset, positions_[partition].offset);
    co_return std::nullopt;
  }
  Polled polled = std::get<Polled>(std::move(*answer));
  const Offset behind = std::max(polled.high_watermark, from.offset) - from.offset;
  env().metrics().sample(parameters_.name_of(partition) + ": lag of the group",
                         static_cast<std::int64_t>(behind));
  if (polled.entries.size() > static_cast<std::size_t>(parameters_.batch))
    polled.entries.resize(static_cast<std::size_t>(parameters_.batch));
  if (!polled.entries.empty()) env().mark(BatchPolled{partition, polled.offset, polled.entries.size()});
  note_skipped(partition, polled);
  co_return polled;
}

void GroupWorker::note_skipped(PartitionId partition, const Polled& polled) {
  std::vector<Offset> offsets;
  Offset next = polled.offset;
  for (const Entry& entry : polled.entries) {
    const bool is_emptied = std::holds_alternative<Emptied>(entry.record.content);
    for (; next < entry.offset + (is_emptied ? 1 : 0); ++next) offsets.push_back(next);
    next = entry.offset + 1;
  }
  if (!offsets.empty()) skipped_ = {skipped_.count + 1, partition, std::move(offsets), false};
}

void GroupWorker::note_overtaken(PartitionId partition, Offset from, Offset to) {
  std::vector<Offset> offsets;
  for (Offset offset = from; offset < to; ++offset) offsets.push_back(offset);
  if (!offsets.empty()) skipped_ = {skipped_.count + 1, partition, std::move(offsets), true};
}

void GroupWorker::move_on(PartitionId partition, Position to) {
  if (!member_.is_left_out() && positions_.contains(partition)) positions_[partition] = to;
}

}  // namespace lightcone::models::kafka

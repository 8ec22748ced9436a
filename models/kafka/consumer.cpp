#include "models/kafka/consumer.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lightcone::models::kafka {

using parts::Ending;

namespace {

constexpr int tries_to_read = 4;  // time-outs that a poll has to find a leader in

}  // namespace

Consumer::Consumer(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
                   Directory& directory)
    : env_(env),
      parameters_(parameters),
      workload_(workload),
      directory_(directory),
      readings_(static_cast<std::size_t>(parameters.of_clients())) {}

sim::MonoTime Consumer::deadline() const { return env_.mono() + workload_.timeout * tries_to_read; }

sim::Value Consumer::given(const Entry& entry) const {
  const auto* keyed = std::get_if<Keyed>(&entry.record.content);
  const auto offset = static_cast<std::int64_t>(entry.offset);
  if (keyed == nullptr) return sim::ValueList{offset, entry.record.value};
  sim::Value value;
  if (!keyed->is_deletion) value = entry.record.value;
  return sim::ValueList{offset, static_cast<std::int64_t>(keyed->key), std::move(value)};
}

// Nothing: no leader answered in time.
sim::Task<std::optional<Polled>> Consumer::ask(PartitionId partition, Reading& reading, Reset reset,
                                               sim::MonoTime deadline) {
  while (env_.mono() < deadline) {
    const sim::MonoTime asked = env_.mono();
    const sim::Duration left = std::min(deadline - asked, workload_.timeout);
    const NodeId leader = directory_.leader_of(partition).leader;
    const Position at{reading.next, reading.epochs.before(reading.next)};
    Answer answer = co_await ask_leader(env_, directory_, partition, at, parameters_.isolation, left);
    if (!answer) continue;
    if (at.offset != reading.next) continue;  // another poll of this partition was faster
    if (const auto* moved = std::get_if<Moved>(&*answer)) {
      reading.next = std::min(reading.next, moved->position.offset);
      reading.epochs.truncate(reading.next);
      continue;
    }
    if (const auto* gone = std::get_if<OffsetOutOfRange>(&*answer)) {
      const Position to = go_on_after(env_, partition, reading.next, *gone, reset);
      reading.next = to.offset;
      reading.epochs = {};
      reading.epochs.begin_at(to);
      continue;
    }
    Polled polled = std::get<Polled>(std::move(*answer));
    for (const Entry& entry : polled.entries) reading.epochs.took(entry.record.epoch, entry.offset);
    if (!polled.entries.empty()) reading.next = end_of(polled).offset;
    delivered_ = {delivered_.count + 1, reading.number, partition, polled, leader, asked, env_.mono()};
    co_return polled;
  }
  co_return std::nullopt;
}

sim::Task<Ending> Consumer::poll(PartitionId partition) {
  Reading& reading = readings_[partition];
  std::optional<Polled> polled = co_await ask(partition, reading, parameters_.reset, deadline());
  if (!polled) co_return Ending{sim::Outcome::fail, {}, "no answer"};
  sim::ValueList list;
  for (const Entry& entry : polled->entries) {
    if (is_given(*polled, entry)) list.emplace_back(given(entry));
  }
  if (!list.empty())
    env_.metrics().sample(
        fmt::format("{}: consumed by {}", parameters_.name_of(partition), env_.name(env_.self())),
        static_cast<std::int64_t>(end_of(*polled).offset));
  co_return Ending{sim::Outcome::ok, std::move(list), {}, delivered_.by};
}

sim::Task<Ending> Consumer::read_all(PartitionId partition) {
  Reading reading{++readings_of_all_};
  std::vector<Entry> read;
  std::optional<Offset> until;
  while (!until || reading.next < *until) {
    std::optional<Polled> polled = co_await ask(partition, reading, Reset::earliest, deadline());
    if (!polled) co_return Ending{sim::Outcome::fail, {}, "no answer"};
    if (!until) until = polled->high_watermark;
    while (!read.empty() && read.back().offset >= polled->offset) read.pop_back();  // it was sent back
    for (const Entry& entry : polled->entries) {
      if (is_given(*polled, entry)) read.push_back(entry);
    }
    if (polled->entries.empty()) break;
  }
  sim::ValueList list;
  for (const Entry& entry : read)
    list.emplace_back(parameters_.is_compacted() ? given(entry) : sim::Value(entry.record.value));
  co_return Ending{sim::Outcome::ok, std::move(list), {}, delivered_.by};
}

}  // namespace lightcone::models::kafka

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
      epochs_(static_cast<std::size_t>(parameters.of_clients())) {}

sim::MonoTime Consumer::deadline() const { return env_.mono() + workload_.timeout * tries_to_read; }

// Nothing: no leader answered in time.
sim::Task<std::optional<Polled>> Consumer::ask(PartitionId partition, Epochs& epochs,
                                               sim::MonoTime deadline) {
  while (env_.mono() < deadline) {
    const sim::Duration left = std::min(deadline - env_.mono(), workload_.timeout);
    const NodeId leader = directory_.leader_of(partition).leader;
    const Position at{epochs.size(), epochs.empty() ? 0 : epochs.back()};
    Answer answer = co_await ask_leader(env_, directory_, partition, at, parameters_.isolation, left);
    if (!answer) continue;
    if (const auto* moved = std::get_if<Moved>(&*answer)) {
      epochs.resize(std::min(epochs.size(), static_cast<std::size_t>(moved->position.offset)));
      continue;
    }
    Polled polled = std::get<Polled>(std::move(*answer));
    if (polled.offset != epochs.size()) continue;  // another poll of this partition was faster
    for (const Record& record : polled.records) epochs.push_back(record.epoch);
    delivered_ = {delivered_.count + 1, partition, polled, leader};
    co_return polled;
  }
  co_return std::nullopt;
}

sim::Task<Ending> Consumer::poll(PartitionId partition) {
  std::optional<Polled> polled = co_await ask(partition, epochs_[partition], deadline());
  if (!polled) co_return Ending{sim::Outcome::fail, {}, "no answer"};
  sim::ValueList list;
  Offset offset = polled->offset;
  for (const Record& record : polled->records) {
    const Offset at = offset++;
    if (is_given(*polled, at, record))
      list.emplace_back(sim::ValueList{static_cast<std::int64_t>(at), record.value});
  }
  if (!list.empty())
    env_.metrics().sample(
        fmt::format("{}: consumed by {}", parameters_.name_of(partition), env_.name(env_.self())),
        static_cast<std::int64_t>(offset));
  co_return Ending{sim::Outcome::ok, std::move(list), {}, delivered_.by};
}

sim::Task<Ending> Consumer::read_all(PartitionId partition) {
  Epochs epochs;
  std::vector<std::pair<Offset, std::int64_t>> values;
  std::optional<Offset> until;
  while (!until || epochs.size() < *until) {
    std::optional<Polled> polled = co_await ask(partition, epochs, deadline());
    if (!polled) co_return Ending{sim::Outcome::fail, {}, "no answer"};
    if (!until) until = polled->high_watermark;
    while (!values.empty() && values.back().first >= polled->offset) values.pop_back();  // it was sent back
    Offset offset = polled->offset;
    for (const Record& record : polled->records) {
      const Offset at = offset++;
      if (is_given(*polled, at, record)) values.emplace_back(at, record.value);
    }
    if (polled->records.empty()) break;
  }
  sim::ValueList list;
  for (const auto& [offset, value] : values) list.emplace_back(value);
  co_return Ending{sim::Outcome::ok, std::move(list), {}, delivered_.by};
}

}  // namespace lightcone::models::kafka

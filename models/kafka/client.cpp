#include "models/kafka/client.hpp"

#include <numeric>
#include <utility>

namespace lightcone::models::kafka {

using parts::Ending;
using parts::OperationSource;

namespace {

// How often a client with as many records in flight as it may have looks whether one is done.
constexpr sim::Duration look = std::chrono::microseconds(200);
// What was refused was not done: it is tried once more, as an operation of its own.
constexpr int tries = 2;
// Of the history: a record in flight beside the first is a process of its own.
constexpr std::int64_t processes_a_lane = 1000;

}  // namespace

const std::vector<sim::OperationKind>& operation_kinds() {
  static const std::vector<sim::OperationKind> all = {
      {"append", "Appends a record; answers its offset.", 2},
      {"poll", "Reads on where this client stopped; answers records with their offsets.", 1},
      {"delete", "cleanup=compact: appends a record that there is no value of a key any more.", 0},
  };
  return all;
}

Client::Client(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
               const sim::Workload& workload, const sim::Phases& phases, const std::vector<NodeId>& brokers,
               std::size_t index)
    : Worker(env, workload, phases, operation_kinds(), index),
      parameters_(parameters),
      directory_(env, parameters, brokers),
      producer_(env, parameters, bugs, workload, directory_),
      consumer_(env, parameters, workload, directory_),
      free_(static_cast<std::size_t>(parameters.max_inflight)) {
  std::iota(free_.begin(), free_.end(), std::size_t{0});
}

PartitionId Client::input_of(std::uint64_t key) const {
  return static_cast<PartitionId>(key % static_cast<std::uint64_t>(parameters_.partitions));
}

PartitionId Client::polled_of(std::uint64_t key) const {
  if (!parameters_.has_transactions()) return input_of(key);
  const std::uint64_t output = key % static_cast<std::uint64_t>(parameters_.outputs);
  return static_cast<PartitionId>(static_cast<std::uint64_t>(parameters_.partitions) + output);
}

// With one record in flight appending and polling take turns, and are one process.
std::int64_t Client::process_of(std::size_t lane) const {
  const auto self = static_cast<std::int64_t>(const_cast<Client*>(this)->env().self().index);
  return parameters_.max_inflight == 1 ? self
                                       : self + processes_a_lane * (static_cast<std::int64_t>(lane) + 1);
}

sim::Task<> Client::perform(OperationSource::Drawn drawn) {
  if (drawn.f == "poll") {
    co_await poll(polled_of(drawn.key));
  } else if (parameters_.max_inflight == 1) {
    co_await append(drawn, 0);
  } else {
    while (free_.empty()) co_await sleep(look);
    const std::size_t lane = free_.front();
    free_.pop_front();
    env().stories().spawn(append_in(lane, drawn));
  }
}

sim::Task<> Client::append_in(std::size_t lane, OperationSource::Drawn drawn) {
  co_await append(drawn, lane);
  free_.push_back(lane);
}

sim::Task<> Client::append(OperationSource::Drawn drawn, std::size_t lane) {
  const PartitionId partition = input_of(drawn.key);
  const std::string key = parameters_.name_of(partition);
  const bool is_deletion = drawn.f == "delete";
  Content content;
  sim::Value what = drawn.value;
  if (parameters_.is_compacted()) {
    content = Keyed{drawn.key, is_deletion};
    sim::Value value;
    if (!is_deletion) value = drawn.value;
    what = sim::ValueList{static_cast<std::int64_t>(drawn.key), std::move(value)};
  }
  int refused = 0;
  std::int64_t unknown = 0;
  const std::int64_t again = workload().retry == sim::Retry::new_id ? workload().retry_max : 0;
  while (refused < tries && unknown <= again) {
    const auto operation = env().history().invoke(process_of(lane), drawn.f, key, what);
    Ending ending{sim::Outcome::fail, {}, "records have no keys here"};
    if (!is_deletion || parameters_.is_compacted())
      ending = co_await producer_.send(partition, drawn.value, content);
    parts::record(env(), operation, ending);
    if (ending.outcome == sim::Outcome::ok) break;
    if (ending.outcome == sim::Outcome::fail) ++refused;
    if (ending.outcome == sim::Outcome::info) ++unknown;
  }
}

sim::Task<> Client::poll(PartitionId partition) {
  const std::string key = parameters_.name_of(partition);
  for (int i = 0; i < tries; ++i) {
    const auto operation = env().history().invoke(env().self().index, "poll", key, {});
    Ending ending = co_await consumer_.poll(partition);
    parts::record(env(), operation, ending);
    if (ending.outcome != sim::Outcome::fail) break;
  }
}

// When everything is quiet: what was acknowledged is there.
sim::Task<> Client::read_everything() {
  for (std::size_t id = index(); id < static_cast<std::size_t>(parameters_.of_clients());
       id += static_cast<std::size_t>(workload().clients)) {
    for (int i = 0; i < tries; ++i) {
      const auto operation = env().history().invoke(env().self().index, "read",
                                                    parameters_.name_of(static_cast<PartitionId>(id)), {});
      Ending ending = co_await consumer_.read_all(static_cast<PartitionId>(id));
      parts::record(env(), operation, ending);
      if (ending.outcome != sim::Outcome::fail) break;
    }
  }
}

}  // namespace lightcone::models::kafka

#include "models/spanner/client.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "models/parts/workload/ending.hpp"

namespace lightcone::models::spanner {

using parts::OperationSource;

namespace {

// What failed was not done: it is tried once more, as an operation of its own.
constexpr int tries = 2;

std::int64_t balance(const sim::Value& value) {
  return value.as_int() == nullptr ? initial_balance : *value.as_int();
}

bool is_about_accounts(std::string_view f) { return f == "transfer" || f == "total"; }

sim::Value micro(std::string_view f, const std::string& key, sim::Value value) {
  return sim::ValueList{sim::Value(f), sim::Value(key), std::move(value)};
}

}  // namespace

Client::Client(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
               const sim::Phases& phases, std::unique_ptr<Transactor> session, std::size_t index)
    : Worker(env, workload, phases, operation_kinds(), index),
      parameters_(parameters),
      operations_(parameters, workload),
      session_(std::move(session)) {}

// Transactions on lists and registers are lists of micro-operations; of accounts it is the balances.
sim::Value Client::asked(std::string_view f, const std::vector<Access>& accesses) const {
  if (is_about_accounts(f)) return {};
  sim::ValueList list;
  for (const Access& access : accesses) {
    if (access.reads) list.push_back(micro("r", access.key, {}));
    if (access.write)
      list.push_back(
          micro(access.write->change == Change::append ? "append" : "w", access.key, access.write->value));
  }
  return list;
}

sim::Value Client::answered(std::string_view f, const std::vector<Access>& accesses,
                            Transactor::Ending& ending) {
  sim::ValueList list;
  if (is_about_accounts(f)) {
    for (const sim::Value& value : ending.values) list.emplace_back(balance(value));
    return list;
  }
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    const Access& access = accesses[i];
    if (access.reads) list.push_back(micro("r", access.key, std::move(ending.values[i])));
    if (access.write)
      list.push_back(
          micro(access.write->change == Change::append ? "append" : "w", access.key, access.write->value));
  }
  return list;
}

sim::Task<> Client::perform(OperationSource::Drawn drawn) {
  greatest_value_ = std::max(greatest_value_, drawn.value);
  for (int i = 0; i < tries; ++i) {
    const sim::Outcome outcome = co_await try_once(drawn);
    if (outcome != sim::Outcome::fail) break;
  }
}

sim::Task<sim::Outcome> Client::try_once(OperationSource::Drawn drawn) {
  const std::vector<Access> accesses = operations_.accesses(drawn);
  const auto operation = env().history().invoke(env().self().index, drawn.f, {}, asked(drawn.f, accesses));
  Transactor::Ending ending;
  if (drawn.f == "read" || drawn.f == "total" || drawn.f == "snapshot") {
    const sim::Duration ago = drawn.f == "snapshot" ? parameters_.staleness : sim::Duration::zero();
    ending = co_await session_->read(accesses, ago);
  } else {
    Transactor::Complete complete;
    if (drawn.f == "transfer") {
      complete = [drawn](const std::vector<sim::Value>& read, std::vector<Access>& writes) {
        if (writes.size() < 2) return;
        const std::int64_t amount = Operations::amount(drawn.value);
        writes[0].write->value = balance(read[0]) - amount;
        writes[1].write->value = balance(read[1]) + amount;
      };
    }
    ending = co_await session_->transact(accesses, complete);
  }
  parts::Ending told{ending.outcome, {}, ending.error, ending.server};
  if (ending.outcome == sim::Outcome::ok) told.answer = answered(drawn.f, accesses, ending);
  if (ending.outcome == sim::Outcome::ok && drawn.f == "total") {
    std::int64_t total = 0;
    for (const sim::Value& each : *told.answer.as_list()) total += balance(each);
    totals_.push_back(total);
  }
  parts::record(env(), operation, told);
  co_return ending.outcome;
}

sim::Task<> Client::read_everything() {
  for (std::uint64_t key = index(); key < static_cast<std::uint64_t>(workload().keys);
       key += static_cast<std::uint64_t>(workload().clients)) {
    for (Access& access : operations_.keys_numbered(key, greatest_value_)) {
      std::vector<Access> one{std::move(access)};
      co_await read_keys(std::move(one));
    }
  }
}

sim::Task<> Client::read_keys(std::vector<Access> accesses) {
  for (int i = 0; i < tries; ++i) {
    const auto operation = env().history().invoke(env().self().index, "read", {}, asked("read", accesses));
    Transactor::Ending ending = co_await session_->read(accesses, sim::Duration::zero());
    parts::Ending told{ending.outcome, {}, ending.error, ending.server};
    if (ending.outcome == sim::Outcome::ok) told.answer = answered("read", accesses, ending);
    parts::record(env(), operation, told);
    if (ending.outcome == sim::Outcome::ok) break;
  }
}

}  // namespace lightcone::models::spanner

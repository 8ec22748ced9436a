#include "reports/histories/entries.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace lightcone::reports::histories {

namespace {

sim::Outcome outcome_of(EntryType type) {
  if (type == EntryType::ok) return sim::Outcome::ok;
  return type == EntryType::fail ? sim::Outcome::fail : sim::Outcome::info;
}

}  // namespace

bool OperationOrder::fail(std::size_t line, Fault fault, std::string text) {
  problem_ = Problem{line, fault, std::move(text)};
  return false;
}

bool OperationOrder::check_times(const Entry& entry) {
  const bool info = entry.type == EntryType::info;
  if (entry.complete && !entry.call)
    return fail(entry.line, Fault::return_without_invoke,
                fmt::format("process {} returns at {} from an operation with no call",
                            entry.operation.process, *entry.complete));
  if (!history_.empty() && entry.call.has_value() != timed_)
    return fail(entry.line, Fault::mixed_order,
                timed_ ? "an operation without times among operations that have them"
                       : "an operation with times among operations that have none");
  if (!entry.call) return true;
  if (*entry.call < 0)
    return fail(entry.line, Fault::wrong_kind, fmt::format("call at {}: times begin at 0", *entry.call));
  if (*entry.call == sim::Operation::open || entry.complete == sim::Operation::open)
    return fail(entry.line, Fault::number_out_of_range, "a time beyond what 64 bits hold");
  if (!entry.complete && !info)
    return fail(entry.line, Fault::missing_field,
                "an operation that is ok or fail has returned, but there is no \"return\"");
  if (entry.complete && *entry.complete < *entry.call)
    return fail(entry.line, Fault::return_before_call,
                fmt::format("call at {}, return at {}", *entry.call, *entry.complete));
  return true;
}

bool OperationOrder::check_session(const Entry& entry) {
  if (!entry.call) return true;
  Last& last = last_[entry.operation.process];
  if (last.line != 0 && *entry.call < last.invoke)
    return fail(entry.line, Fault::time_goes_back,
                fmt::format("process {} invokes at {}, but it invoked at {} before (line {})",
                            entry.operation.process, *entry.call, last.invoke, last.line));
  if (last.line != 0 && last.outcome != sim::Outcome::info && *entry.call < last.complete)
    return fail(entry.line, Fault::two_in_flight,
                fmt::format("process {} invokes at {}, while its operation of line {} runs until {}",
                            entry.operation.process, *entry.call, last.line, last.complete));
  last = {entry.line, *entry.call, entry.complete.value_or(sim::Operation::open), outcome_of(entry.type)};
  return true;
}

bool OperationOrder::add(Entry&& entry) {
  if (problem_) return false;
  if (!check_times(entry) || !check_session(entry)) return false;
  timed_ = entry.call.has_value();
  sim::Operation& operation = entry.operation;
  operation.outcome = outcome_of(entry.type);
  operation.invoke = entry.call.value_or(sim::Operation::unordered);
  const std::int64_t absent = timed_ ? sim::Operation::open : sim::Operation::unordered;
  operation.complete = operation.outcome == sim::Outcome::info ? absent : entry.complete.value_or(absent);
  sorted_ = sorted_ && (history_.empty() || history_.back().invoke <= operation.invoke);
  history_.push_back(std::move(operation));
  return true;
}

sim::History OperationOrder::finish() {
  if (sorted_) return std::exchange(history_, {});
  std::vector<std::size_t> order(history_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(history_[a].invoke, a) < std::pair(history_[b].invoke, b);
  });
  sim::History sorted;
  sorted.reserve(order.size());
  for (const std::size_t i : order) sorted.push_back(std::move(history_[i]));
  history_ = {};
  return sorted;
}

bool EventPairing::fail(std::size_t line, Fault fault, std::string text) {
  problem_ = Problem{line, fault, std::move(text)};
  return false;
}

bool EventPairing::pass(std::size_t line, std::optional<std::int64_t> time) {
  if (problem_) return false;
  if (events_ == 0) timed_ = time.has_value();
  if (time.has_value() != timed_)
    return fail(line, Fault::mixed_order,
                timed_ ? "an event without a time among events that have one"
                       : "an event with a time among events that have none");
  if (time && *time < 0)
    return fail(line, Fault::wrong_kind, fmt::format("time {}: times begin at 0", *time));
  if (time && events_ > 0 && *time < last_time_)
    return fail(line, Fault::time_goes_back,
                fmt::format("an event at {} follows an event at {}", *time, last_time_));
  if (time) last_time_ = *time;
  if (now_ >= sim::Operation::open - 1)
    return fail(line, Fault::number_out_of_range, "times beyond what 64 bits hold");
  now_ = std::max(now_ + 1, time.value_or(0));
  ++events_;
  return true;
}

// Jepsen has no result beside the value: a completion repeats the argument of a write, and fills in what
// a read found. Where it repeats the argument the result is `true`, as in files of operations.
bool EventPairing::complete(Entry& entry, Flight& flight) {
  sim::Operation& operation = history_[flight.operation];
  if (operation.f != entry.operation.f)
    return fail(entry.line, Fault::return_without_invoke,
                fmt::format("process {} returns from \"{}\", but line {} invoked \"{}\"", operation.process,
                            entry.operation.f, flight.line, operation.f));
  flight = {};
  operation.outcome = outcome_of(entry.type);
  operation.error = std::move(entry.operation.error);
  if (!entry.operation.node.empty()) operation.node = std::move(entry.operation.node);
  if (operation.outcome == sim::Outcome::info) return true;
  operation.complete = now_;
  if (entry.has_result) {
    operation.result = std::move(entry.operation.result);
  } else if (operation.outcome == sim::Outcome::ok) {
    const bool echo =
        operation.f != "txn" && !operation.value.is_null() && entry.operation.value == operation.value;
    operation.result = echo ? sim::Value(true) : std::move(entry.operation.value);
  }
  return true;
}

bool EventPairing::add(Entry&& entry) {
  if (!pass(entry.line, entry.time)) return false;
  Flight& flight = flights_[entry.operation.process];
  if (entry.type != EntryType::invoke) {
    if (flight.operation == none)
      return fail(entry.line, Fault::return_without_invoke,
                  fmt::format("process {} returns from \"{}\", which it has not invoked",
                              entry.operation.process, entry.operation.f));
    return complete(entry, flight);
  }
  if (flight.operation != none)
    return fail(
        entry.line, Fault::two_in_flight,
        fmt::format("process {} invokes \"{}\", while its \"{}\" of line {} is unanswered",
                    entry.operation.process, entry.operation.f, history_[flight.operation].f, flight.line));
  flight = {history_.size(), entry.line};
  entry.operation.invoke = now_;
  entry.operation.complete = sim::Operation::open;
  entry.operation.outcome = sim::Outcome::info;
  history_.push_back(std::move(entry.operation));
  return true;
}

sim::History EventPairing::finish() { return std::exchange(history_, {}); }

}  // namespace lightcone::reports::histories

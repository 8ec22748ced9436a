#include "tests/checkers/generated_histories.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "reports/checkers/linearizability/operations.hpp"
#include "reports/checkers/linearizability/specification.hpp"
#include "sim/stable_sort.hpp"

namespace lightcone::tests {
namespace {

using reports::checkers::Failures;
using reports::checkers::NullReads;
using reports::checkers::Object;
using reports::checkers::Op;
using reports::checkers::Operations;
using reports::checkers::Shape;
using reports::checkers::State;
using sim::History;
using sim::Operation;
using sim::Outcome;
using sim::Value;
using sim::ValueList;

// Draws operations without answers.
class Asker {
 public:
  Asker(const Workload& workload, Dice& dice) : workload_(workload), dice_(dice) {}

  void ask(Operation& operation) {
    if (workload_.keys > 1)
      operation.key = static_cast<std::int64_t>(dice_.below(static_cast<std::uint64_t>(workload_.keys)));
    switch (workload_.object.shape) {
      case Shape::plain_register:
        return any(operation, {{"read", 5}, {"write", 5}, {"swap", 1}});
      case Shape::cas_register:
        return any(operation, {{"read", 4}, {"write", 4}, {"cas", 4}});
      case Shape::key_value:
        return any(operation,
                   {{"get", 5}, {"put", 3}, {"cas", 2}, {"delete", 1}, {"append", 1}, {"incr", 1}});
      case Shape::multi_register:
        return transact(operation);
      case Shape::counter:
        return any(operation, {{"read", 3}, {"add", 3}, {"incr", 1}, {"decr", 1}});
      case Shape::set:
        return any(operation, {{"add", 4}, {"remove", 3}, {"contains", 3}, {"read", whole_ ? 3U : 0U}});
      case Shape::fifo_queue:
      case Shape::unordered_queue:
      case Shape::priority_queue:
        return any(operation, {{"enqueue", 5}, {"dequeue", 5}});
      case Shape::stack:
        return any(operation, {{"push", 5}, {"pop", 5}});
      case Shape::log:
        return any(operation, {{"append", 5}, {"read", 4}});
      case Shape::mutex:
      case Shape::fenced_lock:
        return any(operation, {{"acquire", 1}, {"release", 1}});
    }
  }

 private:
  struct Choice {
    const char* f;
    std::uint64_t weight;
  };

  Value fresh() {
    if (workload_.written == Written::unique) return ++last_;
    return static_cast<std::int64_t>(dice_.below(3) + 1);
  }
  // One of the last few that were written, or, where all differ, one that will be.
  Value old() {
    if (workload_.written == Written::from_a_few) return static_cast<std::int64_t>(dice_.below(4));
    return std::max(std::int64_t{0}, last_ + 1 - static_cast<std::int64_t>(dice_.below(4)));
  }

  void any(Operation& operation, const std::vector<Choice>& choices) {
    std::uint64_t sum = 0;
    for (const Choice& choice : choices) sum += choice.weight;
    std::uint64_t drawn = dice_.below(sum);
    const Choice* chosen = choices.data();
    while (drawn >= chosen->weight) drawn -= chosen++->weight;
    operation.f = chosen->f;
    const std::string& f = operation.f;
    if (f == "write" || f == "put" || f == "swap" || f == "append" || f == "enqueue" || f == "push")
      operation.value = fresh();
    if (f == "add") operation.value = workload_.object.shape == Shape::counter ? old() : fresh();
    if (f == "remove" || f == "contains") operation.value = old();
    if (f == "cas") {
      Value expected = old();
      operation.value = ValueList{std::move(expected), fresh()};
    }
    if (f == "release" && workload_.object.shape == Shape::fenced_lock && dice_.chance(70))
      operation.value = static_cast<std::int64_t>(dice_.below(4) + 1);
  }

  void transact(Operation& operation) {
    operation.f = "txn";
    ValueList accesses;
    const std::uint64_t count = 1 + dice_.below(3);
    for (std::uint64_t i = 0; i < count; ++i) {
      const char* key = dice_.chance(50) ? "x" : "y";
      if (dice_.chance(50)) {
        accesses.emplace_back(ValueList{"r", key, Value()});
      } else {
        accesses.emplace_back(ValueList{"w", key, fresh()});
      }
    }
    operation.value = std::move(accesses);
  }

  const Workload& workload_;
  Dice& dice_;
  std::int64_t last_ = 0;
  bool whole_ = true;
};

// Gives every operation a process that is free when it is invoked.
void assign_processes(History& history) {
  std::vector<std::int64_t> free_at;
  for (Operation& operation : history) {
    std::size_t process = 0;
    while (process < free_at.size() && free_at[process] >= operation.invoke) ++process;
    if (process == free_at.size()) free_at.push_back(0);
    free_at[process] = operation.complete;
    operation.process = static_cast<std::int64_t>(process);
  }
}

struct Effect {
  std::int64_t time;
  std::size_t op;  // in Operations::ops
};

// Runs the operations of one part in the order of their effects and writes what was answered.
void run_part(const Object& object, Operations& operations, std::size_t part, History& history,
              const std::vector<std::int64_t>& effects) {
  const auto specification = specification_of(object, operations.part(part), operations.values);
  std::vector<Effect> order;
  for (std::size_t i = operations.parts[part].first; i < operations.parts[part].second; ++i)
    order.push_back({effects[operations.ops[i].index], i});
  sim::stable_sort(order, [](const Effect& a, const Effect& b) { return a.time < b.time; });
  State state = specification->initial();
  std::vector<State> next;
  for (const Effect& effect : order) {
    Op op = operations.ops[effect.op];
    op.answered = false;
    Operation& operation = history[op.index];
    if (effect.time < 0) continue;  // never
    next.clear();
    specification->apply(state, op, next);
    if (operation.outcome == Outcome::ok) operation.result = specification->answer(state, op);
    if (next.empty()) {
      operation.outcome = Outcome::fail;
    } else {
      state = next.front();
    }
  }
}

}  // namespace

std::uint64_t Dice::next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t x = state_;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

History legal_history(const Workload& workload, Dice& dice) {
  Asker asker(workload, dice);
  History history(workload.operations);
  std::int64_t now = 0;
  for (Operation& operation : history) {
    asker.ask(operation);
    now += 1 + static_cast<std::int64_t>(dice.below(4));
    operation.invoke = now;
    operation.complete = now + 1 + static_cast<std::int64_t>(dice.below(5 * workload.concurrency));
    operation.outcome = Outcome::ok;
  }
  Object asked = workload.object;
  asked.failures = Failures::did_not_happen;
  asked.null_reads = NullReads::absent;
  Operations operations;
  read_operations(history, asked, operations);
  std::vector<std::int64_t> effects;
  for (Operation& operation : history) {
    // In halves, so that an effect falls between two positions.
    const auto length = static_cast<std::uint64_t>(operation.complete - operation.invoke);
    effects.push_back(2 * operation.invoke + 1 + 2 * static_cast<std::int64_t>(dice.below(length)));
    if (!dice.chance(workload.unknown_percent)) continue;
    operation.outcome = Outcome::info;
    operation.complete = Operation::open;
    effects.back() = dice.chance(40) ? -1 : effects.back() + static_cast<std::int64_t>(dice.below(20));
  }
  for (std::size_t part = 0; part < operations.parts.size(); ++part)
    run_part(workload.object, operations, part, history, effects);
  assign_processes(history);
  return history;
}

void damage(History& history, Dice& dice) {
  Operation& a = history[dice.below(history.size())];
  Operation& b = history[dice.below(history.size())];
  switch (dice.below(7)) {
    case 0:
      if (a.f == b.f) std::swap(a.result, b.result);
      break;
    case 1:
      if (a.f == b.f) std::swap(a.value, b.value);
      break;
    case 2:
      history.erase(history.begin() + (&a - history.data()));
      break;
    case 3: {
      Operation again = a;
      const auto shift = static_cast<std::int64_t>(dice.below(6));
      again.invoke += shift;
      if (again.complete != Operation::open) again.complete += shift;
      history.push_back(std::move(again));
      break;
    }
    case 4:
      if (a.complete != Operation::open) a.complete += static_cast<std::int64_t>(dice.below(10));
      break;
    case 5: {
      const auto shift = std::max(-a.invoke, static_cast<std::int64_t>(dice.below(41)) - 20);
      a.invoke += shift;
      if (a.complete != Operation::open) a.complete += shift;
      break;
    }
    default:
      if (a.f == b.f) a.result = b.result;
      break;
  }
  sim::stable_sort(history, [](const Operation& x, const Operation& y) { return x.invoke < y.invoke; });
  assign_processes(history);
}

}  // namespace lightcone::tests

#include "reports/checkers/linearizability/operations.hpp"
#include "sim/stable_sort.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <string_view>
#include <tuple>

namespace lightcone::reports::checkers {
namespace {

struct Name {
  std::string_view f;
  Verb verb;
};

constexpr std::array register_names = {
    Name{"read", Verb::read},           Name{"write", Verb::write},   Name{"get", Verb::read},
    Name{"put", Verb::write},           Name{"r", Verb::read},        Name{"w", Verb::write},
    Name{"cas", Verb::compare_and_set}, Name{"swap", Verb::swap},     Name{"append", Verb::append},
    Name{"delete", Verb::erase},        Name{"incr", Verb::increment}};
constexpr std::array multi_names = {Name{"txn", Verb::transact}};
constexpr std::array counter_names = {Name{"read", Verb::read}, Name{"get", Verb::read},
                                      Name{"add", Verb::increment}, Name{"incr", Verb::increment},
                                      Name{"decr", Verb::increment}};
constexpr std::array set_names = {Name{"add", Verb::insert},     Name{"insert", Verb::insert},
                                  Name{"remove", Verb::remove},  Name{"delete", Verb::remove},
                                  Name{"discard", Verb::remove}, Name{"contains", Verb::contains},
                                  Name{"read", Verb::read}};
constexpr std::array queue_names = {Name{"enqueue", Verb::insert}, Name{"dequeue", Verb::take},
                                    Name{"insert", Verb::insert},  Name{"push", Verb::insert},
                                    Name{"pop", Verb::take},       Name{"take", Verb::take}};
constexpr std::array log_names = {Name{"append", Verb::append}, Name{"read", Verb::read}};
constexpr std::array lock_names = {Name{"acquire", Verb::acquire}, Name{"lock", Verb::acquire},
                                   Name{"release", Verb::release}, Name{"unlock", Verb::release}};

std::span<const Name> names_of(Shape shape) {
  switch (shape) {
    case Shape::plain_register:
    case Shape::cas_register:
    case Shape::key_value:
      return register_names;
    case Shape::multi_register:
      return multi_names;
    case Shape::counter:
      return counter_names;
    case Shape::set:
      return set_names;
    case Shape::fifo_queue:
    case Shape::unordered_queue:
    case Shape::priority_queue:
    case Shape::stack:
      return queue_names;
    case Shape::log:
      return log_names;
    case Shape::mutex:
    case Shape::fenced_lock:
      return lock_names;
  }
  return {};
}

bool is_quiet(Verb verb) { return verb == Verb::read || verb == Verb::contains || verb == Verb::read_at; }

// One pass over the history: operations in the vocabulary of the object.
class Reader {
 public:
  Reader(const sim::History& history, const Object& object, Operations& out)
      : history_(history), object_(object), out_(out), names_(names_of(object.shape)) {}

  bool read() {
    out_.ops.reserve(history_.size());
    for (std::size_t i = 0; i < history_.size(); ++i) {
      if (!read_one(i)) return false;
    }
    return true;
  }

 private:
  bool fail(std::size_t at, std::string why) {
    out_.problem = std::move(why);
    out_.problem_at = at;
    return false;
  }

  bool read_one(std::size_t at) {
    const sim::Operation& from = history_[at];
    if (!object_.is_about(from.key)) return true;
    if (from.invoke == sim::Operation::unordered)
      return fail(at, "operations without times cannot be linearized");
    if (from.outcome != sim::Outcome::info && from.complete < from.invoke)
      return fail(at, fmt::format("operation {} returned before it was invoked", at));
    const auto name = std::ranges::find(names_, std::string_view(from.f), &Name::f);
    if (name == names_.end())
      return fail(at, fmt::format("operation {} is '{}', which a {} does not offer", at, from.f,
                                  name_of(object_.shape)));
    Op op;
    op.verb = name->verb;
    op.index = static_cast<std::uint32_t>(at);
    op.must = from.outcome != sim::Outcome::info;
    bool says_something = true;
    if (from.outcome == sim::Outcome::fail) {
      says_something = observe_failure(op);
    } else {
      says_something = op.must ? observe_answer(from, op) : !is_quiet(op.verb);
    }
    if (!says_something) return true;
    op.key = out_.values.of(from.key);
    if (!read_argument(from, at, op)) return false;
    out_.ops.push_back(op);
    return true;
  }

  // False: the operation says nothing.
  bool observe_failure(Op& op) const {
    if (object_.failures == Failures::did_not_happen) return false;
    op.answered = true;
    op.answer = op.verb == Verb::take ? Values::null : Values::no;
    return op.verb == Verb::compare_and_set || op.verb == Verb::take || op.verb == Verb::acquire ||
           op.verb == Verb::release;
  }

  bool observe_answer(const sim::Operation& from, Op& op) {
    const bool* told = from.result.as_bool();
    switch (op.verb) {
      case Verb::read:
      case Verb::read_at:
      case Verb::contains:
      case Verb::take:
        op.answered = !from.result.is_null() || object_.null_reads == NullReads::absent;
        op.answer = out_.values.of(from.result);
        if (op.verb == Verb::take && from.result.as_text() != nullptr && *from.result.as_text() == "EMPTY")
          op.answer = Values::null;
        return op.answered || op.verb == Verb::take;
      case Verb::compare_and_set:
      case Verb::acquire:
      case Verb::release:
        op.answered =
            op.verb != Verb::acquire || object_.shape != Shape::fenced_lock || !from.result.is_null();
        op.answer = told != nullptr && !*told ? Values::no : Values::yes;
        if (from.result.as_int() != nullptr) op.answer = out_.values.of(from.result);
        return true;
      case Verb::swap:
        op.answered = true;
        break;
      case Verb::transact:
        op.answered = from.result.as_list() != nullptr;
        break;
      case Verb::increment:
      case Verb::append:
        op.answered = from.result.as_int() != nullptr;
        break;
      case Verb::insert:
      case Verb::remove:
      case Verb::erase:
        op.answered = told != nullptr && object_.answers == Answers::tell;
        break;
      case Verb::write:
        break;
    }
    if (op.answered) op.answer = out_.values.of(from.result);
    return true;
  }

  bool read_argument(const sim::Operation& from, std::size_t at, Op& op) {
    if (op.verb == Verb::compare_and_set) {
      const sim::ValueList* pair = from.value.as_list();
      if (pair == nullptr || pair->size() != 2)
        return fail(at, fmt::format("operation {}: a cas takes [from, to]", at));
      op.value = out_.values.of((*pair)[0]);
      op.other = out_.values.of((*pair)[1]);
      return true;
    }
    if (op.verb == Verb::transact && from.value.as_list() == nullptr)
      return fail(at, fmt::format("operation {}: a txn takes a list of reads and writes", at));
    if (op.verb == Verb::increment) {
      const std::int64_t* by = from.value.as_int();
      if (by == nullptr && !from.value.is_null())
        return fail(at, fmt::format("operation {}: {} takes an integer", at, from.f));
      const std::int64_t amount = by == nullptr ? 1 : *by;
      op.value = out_.values.keep(from.f == "decr" ? -amount : amount);
      return true;
    }
    if (op.verb == Verb::read && object_.shape == Shape::log && from.value.as_int() != nullptr)
      op.verb = Verb::read_at;
    if (op.verb == Verb::insert && from.value.is_null())
      return fail(at, fmt::format("operation {}: null cannot be an element", at));
    if (!is_quiet(op.verb) || op.verb == Verb::contains || op.verb == Verb::read_at)
      op.value = out_.values.of(from.value);
    return true;
  }

  const sim::History& history_;
  const Object& object_;
  Operations& out_;
  std::span<const Name> names_;
};

struct Event {
  std::int64_t time;
  std::uint32_t round;  // how many operations of the process returned at this very time before this one began
  bool is_end;
  std::uint32_t op;

  bool operator<(const Event& b) const {
    return std::tie(time, round, is_end, op) < std::tie(b.time, b.round, b.is_end, b.op);
  }
};

// Begin and end of every operation become positions in the order of events.
class Clock {
 public:
  Clock(const sim::History& history, std::vector<Op>& ops) : history_(history), ops_(ops) {}

  void number() {
    std::vector<Event> begins;
    std::vector<Event> ends;
    begins.reserve(ops_.size());
    ends.reserve(ops_.size());
    const std::vector<std::uint32_t> rounds = rounds_of();
    for (std::uint32_t i = 0; i < ops_.size(); ++i) {
      const sim::Operation& from = history_[ops_[i].index];
      begins.push_back({from.invoke, rounds[i], false, i});
      if (ops_[i].must)
        ends.push_back({from.complete, from.complete == from.invoke ? rounds[i] : 0, true, i});
    }
    if (!std::ranges::is_sorted(begins, std::less<>())) std::ranges::sort(begins, std::less<>());
    if (!std::ranges::is_sorted(ends, std::less<>())) std::ranges::sort(ends, std::less<>());
    std::uint32_t position = 0;
    auto end = ends.begin();
    for (const Event& begin : begins) {
      for (; end != ends.end() && *end < begin; ++end) ops_[end->op].end = position++;
      ops_[begin.op].begin = position++;
    }
    for (; end != ends.end(); ++end) ops_[end->op].end = position++;
  }

 private:
  std::vector<std::uint32_t> rounds_of() const {
    Values processes;
    std::vector<std::uint32_t> rounds(ops_.size(), 0);
    std::vector<std::uint32_t> latest;  // of each process, the operation before
    std::vector<std::uint32_t> ascending(ops_.size());
    std::iota(ascending.begin(), ascending.end(), 0U);
    const auto earlier = [&](std::uint32_t a, std::uint32_t b) {
      return history_[ops_[a].index].invoke < history_[ops_[b].index].invoke;
    };
    if (!std::ranges::is_sorted(ascending, earlier)) sim::stable_sort(ascending, earlier);
    for (const std::uint32_t i : ascending) {
      const sim::Operation& from = history_[ops_[i].index];
      const ValueId process = processes.keep(sim::Value(from.process));
      if (process >= latest.size()) latest.resize(process + 1, Op::never);
      const std::uint32_t before = latest[process];
      latest[process] = i;
      if (before == Op::never) continue;
      const sim::Operation& previous = history_[ops_[before].index];
      if (!ops_[before].must || previous.complete != from.invoke) continue;
      rounds[i] = 1 + (previous.complete == previous.invoke ? rounds[before] : 0);
    }
    return rounds;
  }

  const sim::History& history_;
  std::vector<Op>& ops_;
};

std::string_view access_verb(const sim::Value& access) {
  const sim::ValueList* parts = access.as_list();
  if (parts == nullptr || parts->size() != 3 || (*parts)[0].as_text() == nullptr) return {};
  return *(*parts)[0].as_text();
}

// Registers that a transaction joins belong together: union-find over their ids.
class Joins {
 public:
  std::uint32_t root(std::uint32_t register_id) {
    if (register_id >= parents_.size()) {
      const std::size_t known = parents_.size();
      parents_.resize(register_id + 1);
      std::iota(parents_.begin() + static_cast<std::ptrdiff_t>(known), parents_.end(),
                static_cast<std::uint32_t>(known));
    }
    while (parents_[register_id] != register_id) {
      parents_[register_id] = parents_[parents_[register_id]];
      register_id = parents_[register_id];
    }
    return register_id;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    parents_[std::max(root(a), root(b))] = std::min(root(a), root(b));
  }

 private:
  std::vector<std::uint32_t> parents_;
};

bool join_registers(Operations& out) {
  Joins joins;
  for (Op& op : out.ops) {
    std::optional<ValueId> first;
    for (const sim::Value& access : *out.values[op.value].as_list()) {
      const std::string_view verb = access_verb(access);
      if (verb != "r" && verb != "w" && verb != "read" && verb != "write") {
        out.problem = fmt::format("operation {}: a txn is a list of [\"r\" or \"w\", key, value]", op.index);
        out.problem_at = op.index;
        return false;
      }
      const ValueId key = out.values.of((*access.as_list())[1]);
      if (!first) first = key;
      joins.join(*first, key);
    }
    op.key = first.value_or(Values::null);
  }
  for (Op& op : out.ops) op.key = joins.root(op.key);
  return true;
}

// Sorts `ops` by key (stable) and lists the parts.
void split(Operations& out) {
  const auto by_key = [](const Op& a, const Op& b) { return a.key < b.key; };
  const auto by_begin = [](const Op& a, const Op& b) { return a.begin < b.begin; };
  if (!std::ranges::is_sorted(out.ops, by_begin)) std::ranges::sort(out.ops, by_begin);
  if (!std::ranges::is_sorted(out.ops, by_key)) sim::stable_sort(out.ops, by_key);
  for (std::size_t i = 0; i < out.ops.size(); ++i) {
    if (i == 0 || out.ops[i].key != out.ops[i - 1].key) out.parts.emplace_back(i, i);
    ++out.parts.back().second;
  }
}

}  // namespace

void read_operations(const sim::History& history, const Object& object, Operations& out) {
  if (!Reader(history, object, out).read()) return;
  Clock(history, out.ops).number();
  if (object.shape == Shape::multi_register && !join_registers(out)) return;
  const bool whole = std::ranges::any_of(out.ops, [](const Op& op) { return op.verb == Verb::read; });
  if (object.shape == Shape::set && !whole) {
    // Elements of one set do not touch each other; those of sets under several keys do not meet either.
    Values elements;
    for (Op& op : out.ops) op.key = elements.keep(sim::ValueList{out.values[op.key], out.values[op.value]});
  }
  split(out);
}

}  // namespace lightcone::reports::checkers

// Sets, queues, stacks and logs: objects that hold elements. A state is the list of their ids, sorted where
// the object keeps no order of its own.
#include <algorithm>
#include <utility>

#include "reports/checkers/linearizability/specifications.hpp"

namespace lightcone::reports::checkers {
namespace {

State ids_of(const sim::Value& list, Values& values) {
  State ids;
  if (const sim::ValueList* elements = list.as_list()) {
    for (const sim::Value& element : *elements) ids.push_back(values.keep(element));
  }
  return ids;
}

sim::Value list_of(const State& ids, const Values& values) {
  sim::ValueList list;
  for (const std::int64_t id : ids) list.push_back(values[static_cast<ValueId>(id)]);
  return list;
}

class SetSpecification final : public Specification {
 public:
  SetSpecification(const Object& object, Part part, Values& values)
      : values_(values),
        initial_(ids_of(object.initial, values)),
        grows_(std::ranges::none_of(part, [](const Op& op) { return op.verb == Verb::remove; })) {
    sort_once(initial_);
  }

  State initial() const override { return initial_; }

  void apply(const State& state, const Op& op, std::vector<State>& next) const override {
    if (op.verb == Verb::read) {
      State seen = ids_of(values_[op.answer], values_);
      sort_once(seen);
      if (!op.answered || seen == state) next.push_back(state);
      return;
    }
    const std::int64_t element = op.value;
    const auto at = std::ranges::lower_bound(state, element);
    const bool there = at != state.end() && *at == element;
    if (op.answered && (op.answer == Values::yes) != (op.verb == Verb::insert ? !there : there)) return;
    State after = state;
    const auto offset = at - state.begin();
    if (op.verb == Verb::insert && !there) after.insert(after.begin() + offset, element);
    if (op.verb == Verb::remove && there) after.erase(after.begin() + offset);
    next.push_back(std::move(after));
  }

  sim::Value answer(const State& state, const Op& op) const override {
    if (op.verb == Verb::read) return list_of(state, values_);
    const bool there = std::ranges::binary_search(state, std::int64_t{op.value});
    return op.verb == Verb::insert ? !there : there;
  }

  bool is_read_only(const Op& op) const override {
    if (op.verb == Verb::insert || op.verb == Verb::remove) return op.answered && op.answer != Values::yes;
    return true;
  }

  bool grows() const override { return grows_; }

  bool can_grow_to(const State& state, const Op& read) const override {
    if (read.verb != Verb::read) return true;
    State seen = ids_of(values_[read.answer], values_);
    sort_once(seen);
    return std::ranges::includes(seen, state);
  }

 private:
  static void sort_once(State& ids) {
    std::ranges::sort(ids);
    const auto repeated = std::ranges::unique(ids);
    ids.erase(repeated.begin(), repeated.end());
  }

  Values& values_;
  State initial_;
  bool grows_ = false;
};

// FIFO and priority queues, bags and stacks: they differ in which element comes out.
class QueueSpecification final : public Specification {
  struct Order {
    const Values& values;
    bool by_id;
    bool operator()(std::int64_t a, std::int64_t b) const {
      return by_id ? a < b : values[static_cast<ValueId>(a)] < values[static_cast<ValueId>(b)];
    }
  };

 public:
  QueueSpecification(const Object& object, Values& values)
      : values_(values), shape_(object.shape), initial_(ids_of(object.initial, values)) {
    if (!keeps_order()) std::ranges::sort(initial_, order());
  }

  State initial() const override { return initial_; }

  void apply(const State& state, const Op& op, std::vector<State>& next) const override {
    if (op.verb == Verb::insert) {
      State after = state;
      const std::int64_t element = op.value;
      after.insert(keeps_order() ? after.end() : std::ranges::upper_bound(after, element, order()), element);
      next.push_back(std::move(after));
      return;
    }
    if (state.empty()) {
      if (!op.answered || op.answer == Values::null) next.push_back(state);
      return;
    }
    for (std::size_t at = first(state); at < last(state); ++at) {
      if (op.answered && op.answer != static_cast<ValueId>(state[at])) continue;
      if (at > first(state) && state[at] == state[at - 1]) continue;
      State after = state;
      after.erase(after.begin() + static_cast<std::ptrdiff_t>(at));
      next.push_back(std::move(after));
    }
  }

  sim::Value answer(const State& state, const Op& op) const override {
    if (op.verb == Verb::insert) return true;
    return state.empty() ? sim::Value() : values_[static_cast<ValueId>(state[first(state)])];
  }

  bool is_read_only(const Op& op) const override {
    return op.verb == Verb::take && op.answered && op.answer == Values::null;
  }

 private:
  Order order() const { return {values_, shape_ == Shape::unordered_queue}; }
  bool keeps_order() const { return shape_ == Shape::fifo_queue || shape_ == Shape::stack; }

  // [first, last): which positions may come out.
  std::size_t first(const State& state) const { return shape_ == Shape::stack ? state.size() - 1 : 0; }
  std::size_t last(const State& state) const {
    return shape_ == Shape::unordered_queue ? state.size() : first(state) + 1;
  }

  const Values& values_;
  Shape shape_;
  State initial_;
};

class LogSpecification final : public Specification {
 public:
  LogSpecification(const Object& object, Values& values)
      : values_(values), initial_(ids_of(object.initial, values)) {}

  State initial() const override { return initial_; }

  void apply(const State& state, const Op& op, std::vector<State>& next) const override {
    if (op.answered && !fits(state, op)) return;
    next.push_back(state);
    if (op.verb == Verb::append) next.back().push_back(op.value);
  }

  sim::Value answer(const State& state, const Op& op) const override {
    if (op.verb == Verb::append) return static_cast<std::int64_t>(state.size());
    if (op.verb == Verb::read) return list_of(state, values_);
    const std::int64_t* at = values_[op.value].as_int();
    if (at == nullptr || *at < 0 || *at >= static_cast<std::int64_t>(state.size())) return {};
    return values_[static_cast<ValueId>(state[static_cast<std::size_t>(*at)])];
  }

  bool grows() const override { return true; }

  bool can_grow_to(const State& state, const Op& read) const override {
    const sim::ValueList* seen = values_[read.answer].as_list();
    return read.verb != Verb::read || (seen == nullptr ? state.empty() : is_prefix(state, *seen));
  }

 private:
  bool is_prefix(const State& state, const sim::ValueList& list) const {
    if (state.size() > list.size()) return false;
    for (std::size_t i = 0; i < state.size(); ++i) {
      if (!(list[i] == values_[static_cast<ValueId>(state[i])])) return false;
    }
    return true;
  }

  bool fits(const State& state, const Op& op) const {
    if (op.verb != Verb::read) return values_[op.answer] == answer(state, op);
    const sim::ValueList* seen = values_[op.answer].as_list();
    if (seen == nullptr) return state.empty() && op.answer == Values::null;
    return seen->size() == state.size() && is_prefix(state, *seen);
  }

  const Values& values_;
  State initial_;
};

}  // namespace

std::unique_ptr<Specification> set_specification(const Object& object, Part part, Values& values) {
  return std::make_unique<SetSpecification>(object, part, values);
}

std::unique_ptr<Specification> queue_specification(const Object& object, Values& values) {
  return std::make_unique<QueueSpecification>(object, values);
}

std::unique_ptr<Specification> log_specification(const Object& object, Values& values) {
  return std::make_unique<LogSpecification>(object, values);
}

}  // namespace lightcone::reports::checkers

// Registers, key-value entries and counters: objects whose state is a value or a few.
#include <algorithm>
#include <utility>

#include "reports/checkers/linearizability/specifications.hpp"

namespace lightcone::reports::checkers {
namespace {

// One register or one key of a map; an absent key holds null.
class RegisterSpecification final : public Specification {
 public:
  RegisterSpecification(const Object& object, Part part, Values& values)
      : values_(values),
        initial_(values.keep(object.initial)),
        grows_(std::ranges::any_of(part, [](const Op& op) { return op.verb == Verb::append; }) &&
               std::ranges::all_of(part, [&](const Op& op) {
                 return op.verb == Verb::read || op.verb == Verb::append || is_overwrite(op);
               })) {}

  State initial() const override { return {initial_}; }

  void apply(const State& state, const Op& op, std::vector<State>& next) const override {
    const auto held = static_cast<ValueId>(state[0]);
    switch (op.verb) {
      case Verb::read:
        if (!op.answered || op.answer == held) next.push_back(state);
        return;
      case Verb::write:
        next.push_back({op.value});
        return;
      case Verb::compare_and_set:
        if (op.answered && (op.answer == Values::yes) != (op.value == held)) return;
        next.push_back({op.value == held ? op.other : held});
        return;
      case Verb::swap:
        if (!op.answered || op.answer == held) next.push_back({op.value});
        return;
      case Verb::erase:
        if (!op.answered || (op.answer == Values::yes) == (held != Values::null))
          next.push_back({Values::null});
        return;
      case Verb::append:
        next.push_back({appended(held, op.value)});
        return;
      case Verb::increment: {
        const sim::Value sum = incremented(held, op.value);
        if (sum.is_null()) return;
        const ValueId id = values_.keep(sum);
        if (!op.answered || op.answer == id) next.push_back({id});
        return;
      }
      default:
        return;
    }
  }

  sim::Value answer(const State& state, const Op& op) const override {
    const auto held = static_cast<ValueId>(state[0]);
    if (op.verb == Verb::read || op.verb == Verb::swap) return values_[held];
    if (op.verb == Verb::compare_and_set) return op.value == held;
    if (op.verb == Verb::erase) return held != Values::null;
    if (op.verb == Verb::increment) return incremented(held, op.value);
    return true;
  }

  bool is_read_only(const Op& op) const override {
    return op.verb == Verb::read ||
           (op.verb == Verb::compare_and_set && op.answered && op.answer == Values::no);
  }

  bool is_overwrite(const Op& op) const override {
    return op.verb == Verb::write || (op.verb == Verb::erase && !op.answered);
  }

  bool can_hide(const Op& op) const override {
    return is_overwrite(op) || op.verb == Verb::append || (op.verb == Verb::swap && !op.answered);
  }

  bool grows() const override { return grows_; }

  bool can_grow_to(const State& state, const Op& read) const override {
    const sim::Value& small = values_[static_cast<ValueId>(state[0])];
    const sim::Value& large = values_[read.answer];
    if (small.is_null() || small == large) return true;
    if (small.as_text() != nullptr && large.as_text() != nullptr)
      return large.as_text()->starts_with(*small.as_text());
    const sim::ValueList* list = large.as_list();
    const sim::ValueList begun = as_list(small);
    return list != nullptr && begun.size() <= list->size() &&
           std::equal(begun.begin(), begun.end(), list->begin());
  }

 private:
  // Text to text, any other element to a list; an absent key is an empty text or list, and what is neither is
  // the first element of a list.
  ValueId appended(ValueId held, ValueId tail) const {
    const std::string* more = values_[tail].as_text();
    const std::string* text = values_[held].as_text();
    if (more != nullptr && (text != nullptr || held == Values::null)) {
      return text == nullptr ? tail : values_.keep(*text + *more);
    }
    sim::ValueList list = as_list(values_[held]);
    list.push_back(values_[tail]);
    return values_.keep(std::move(list));
  }

  static sim::ValueList as_list(const sim::Value& value) {
    if (const sim::ValueList* list = value.as_list()) return *list;
    if (value.is_null()) return {};
    return {value};
  }

  // Null when what is held is no number. Wraps at the ends of std::int64_t.
  sim::Value incremented(ValueId held, ValueId by) const {
    const std::int64_t* number = values_[held].as_int();
    if (number == nullptr && held != Values::null) return {};
    return wrapping_sum(number == nullptr ? 0 : *number, *values_[by].as_int());
  }

  Values& values_;
  ValueId initial_;
  bool grows_ = false;
};

class CounterSpecification final : public Specification {
 public:
  CounterSpecification(const Object& object, Part part, const Values& values)
      : values_(values),
        initial_(object.initial.as_int() == nullptr ? 0 : *object.initial.as_int()),
        grows_(std::ranges::all_of(part, [&](const Op& op) {
          const std::int64_t* by = values_[op.value].as_int();
          return op.verb == Verb::read || (by != nullptr && *by >= 0 && *by < std::int64_t{1} << 30U);
        })) {
    // Small enough that no sum wraps.
  }

  State initial() const override { return {initial_}; }

  void apply(const State& state, const Op& op, std::vector<State>& next) const override {
    const std::int64_t sum =
        op.verb == Verb::increment ? wrapping_sum(state[0], *values_[op.value].as_int()) : state[0];
    if (op.answered) {
      const std::int64_t* told = values_[op.answer].as_int();
      if (told == nullptr || *told != sum) return;
    }
    next.push_back({sum});
  }

  sim::Value answer(const State& state, const Op& op) const override {
    return op.verb == Verb::increment ? wrapping_sum(state[0], *values_[op.value].as_int()) : state[0];
  }

  bool grows() const override { return grows_; }

  bool can_grow_to(const State& state, const Op& read) const override {
    const std::int64_t* told = values_[read.answer].as_int();
    return told != nullptr && state[0] <= *told;
  }

 private:
  const Values& values_;
  std::int64_t initial_;
  bool grows_ = false;
};

// Registers that transactions join: one word a register, in the order of their keys' ids.
class MultiRegisterSpecification final : public Specification {
 public:
  MultiRegisterSpecification(const Object& object, Part part, Values& values) : values_(values) {
    for (const Op& op : part) {
      for (const sim::Value& access : *values_[op.value].as_list()) keys_.push_back(key_of(access));
    }
    std::ranges::sort(keys_);
    const auto repeated = std::ranges::unique(keys_);
    keys_.erase(repeated.begin(), repeated.end());
    const sim::ValueList* pairs = object.initial.as_list();
    initial_.assign(keys_.size(), pairs == nullptr ? values_.keep(object.initial) : Values::null);
    if (pairs == nullptr) return;
    for (const sim::Value& pair : *pairs) {
      const sim::ValueList* both = pair.as_list();
      if (both == nullptr || both->size() != 2) continue;
      const ValueId key = values_.keep((*both)[0]);
      if (std::ranges::binary_search(keys_, key)) initial_[register_of(key)] = values_.keep((*both)[1]);
    }
  }

  State initial() const override { return initial_; }

  void apply(const State& state, const Op& op, std::vector<State>& next) const override {
    State after = state;
    const sim::ValueList& asked = *values_[op.value].as_list();
    const sim::ValueList* told = op.answered ? values_[op.answer].as_list() : nullptr;
    if (told != nullptr && told->size() != asked.size()) return;
    for (std::size_t i = 0; i < asked.size(); ++i) {
      const std::size_t at = register_of(key_of(asked[i]));
      if (is_write(asked[i])) {
        after[at] = values_.of(operand(asked[i]));
      } else if (told != nullptr) {
        // A null read is a value only where null was ever written or is the initial value.
        const ValueId seen = values_.of(operand((*told)[i]));
        if (seen != Values::null && seen != static_cast<ValueId>(after[at])) return;
        if (seen == Values::null && initial_[at] == Values::null && after[at] != Values::null) return;
      }
    }
    next.push_back(std::move(after));
  }

  sim::Value answer(const State& state, const Op& op) const override {
    State now = state;
    sim::ValueList told;
    for (const sim::Value& access : *values_[op.value].as_list()) {
      const std::size_t at = register_of(key_of(access));
      sim::ValueList parts = *access.as_list();
      if (is_write(access)) now[at] = values_.of(operand(access));
      parts[2] = values_[static_cast<ValueId>(now[at])];
      told.emplace_back(std::move(parts));
    }
    return told;
  }

  bool is_read_only(const Op& op) const override {
    return std::ranges::none_of(*values_[op.value].as_list(), is_write);
  }

 private:
  static bool is_write(const sim::Value& access) { return (*access.as_list())[0].as_text()->front() == 'w'; }
  static const sim::Value& operand(const sim::Value& access) { return (*access.as_list())[2]; }
  ValueId key_of(const sim::Value& access) const { return values_.of((*access.as_list())[1]); }
  std::size_t register_of(ValueId key) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(keys_, key) - keys_.begin());
  }

  Values& values_;
  std::vector<ValueId> keys_;
  State initial_;
};

}  // namespace

std::unique_ptr<Specification> register_specification(const Object& object, Part part, Values& values) {
  return std::make_unique<RegisterSpecification>(object, part, values);
}

std::unique_ptr<Specification> counter_specification(const Object& object, Part part, const Values& values) {
  return std::make_unique<CounterSpecification>(object, part, values);
}

std::unique_ptr<Specification> multi_register_specification(const Object& object, Part part, Values& values) {
  return std::make_unique<MultiRegisterSpecification>(object, part, values);
}

}  // namespace lightcone::reports::checkers

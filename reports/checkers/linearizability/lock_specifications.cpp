// Mutexes and fenced locks.
#include "reports/checkers/linearizability/specifications.hpp"

namespace lightcone::reports::checkers {
namespace {

class MutexSpecification final : public Specification {
 public:
  explicit MutexSpecification(const Object& object)
      : held_(object.initial.as_bool() != nullptr && *object.initial.as_bool()) {}

  State initial() const override { return {held_ ? 1 : 0}; }

  void apply(const State& state, const Op& op, std::vector<State>& next) const override {
    const bool held = state[0] != 0;
    const bool taken = op.verb == Verb::acquire ? !held : held;  // whether the object does what is asked
    const bool refused = op.answered && op.answer == Values::no;
    if (refused ? taken : op.answered && !taken) return;
    next.push_back({(taken ? op.verb == Verb::acquire : held) ? 1 : 0});
  }

  sim::Value answer(const State& state, const Op& op) const override {
    return op.verb == Verb::acquire ? state[0] == 0 : state[0] != 0;
  }

  bool is_read_only(const Op& op) const override { return op.answered && op.answer == Values::no; }

 private:
  bool held_;
};

// State: the token of the holder (0 when free), and the largest token granted so far.
class FencedLockSpecification final : public Specification {
 public:
  FencedLockSpecification(const Object& object, const Values& values)
      : values_(values), leases_(object.leases) {}

  State initial() const override { return {0, 0}; }

  void apply(const State& state, const Op& op, std::vector<State>& next) const override {
    const bool held = state[0] != 0;
    const bool refused = op.answered && op.answer == Values::no;
    if (op.verb == Verb::acquire) {
      const bool free = !held || leases_ == Leases::expire;
      if (refused) {
        if (held) next.push_back(state);
        return;
      }
      if (held && !op.answered) next.push_back(state);  // refused
      if (!free) return;
      // A token that nobody was told is taken to be the next one: a larger one only forbids more.
      const std::int64_t* told = op.answered ? values_[op.answer].as_int() : nullptr;
      const std::int64_t token = told == nullptr ? state[1] + 1 : *told;
      if (token > state[1]) next.push_back({token, token});
      return;
    }
    const std::int64_t* token = values_[op.value].as_int();
    const bool owner = held && (token == nullptr || *token == state[0]);
    if (refused ? !owner || leases_ == Leases::expire : owner || !op.answered)
      next.push_back({owner && !refused ? 0 : state[0], state[1]});
  }

  sim::Value answer(const State& state, const Op& op) const override {
    if (op.verb == Verb::acquire) return state[0] == 0 ? sim::Value(state[1] + 1) : sim::Value(false);
    const std::int64_t* token = values_[op.value].as_int();
    return state[0] != 0 && (token == nullptr || *token == state[0]);
  }

  bool is_read_only(const Op& op) const override { return op.answered && op.answer == Values::no; }

 private:
  const Values& values_;
  Leases leases_;
};

}  // namespace

std::unique_ptr<Specification> lock_specification(const Object& object, Values& values) {
  if (object.shape == Shape::mutex) return std::make_unique<MutexSpecification>(object);
  return std::make_unique<FencedLockSpecification>(object, values);
}

}  // namespace lightcone::reports::checkers

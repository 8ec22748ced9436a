// Small executions of replicated data types: updates at replicas, and merges of one replica into another.
// What each replica has seen is kept beside, as sets of updates, so that a twin can say what it must read.
#pragma once

#include <cstddef>
#include <set>
#include <vector>

#include "models/parts/crdt/dot.hpp"
#include "sim/chance/stream.hpp"

namespace lightcone::tests::crdt {

using models::parts::crdt::ReplicaId;

struct Update {
  ReplicaId replica;
  std::size_t verb = 0;
  std::set<std::size_t> seen;  // by its replica beforehand, as places in the history
};
using Updates = std::vector<Update>;

// Type::State, Type::verbs, Type::update(State&, Update, number) -> delta, Type::agrees(State, Updates,
// seen).
template <class Type>
class Execution {
 public:
  using State = typename Type::State;
  explicit Execution(std::size_t replicas) : states_(replicas), seen_(replicas) {}

  // Of each replica all verbs, and a merge from each other one.
  std::size_t steps() const { return states_.size() * (Type::verbs + states_.size() - 1); }
  void take(std::size_t step) {
    const std::size_t replica = step % states_.size();
    const std::size_t choice = step / states_.size();
    if (choice < Type::verbs) {
      update(replica, choice);
    } else {
      const std::size_t from = (replica + 1 + choice - Type::verbs) % states_.size();
      states_[replica].merge(states_[from]);
      seen_[replica].insert(seen_[from].begin(), seen_[from].end());
    }
    all_.push_back(states_[replica]);
  }
  void update(std::size_t replica, std::size_t verb) {
    const ReplicaId id{{static_cast<std::uint32_t>(replica)}, 7};
    updates_.push_back({id, verb, seen_[replica]});
    State sum = states_[replica];
    deltas_.push_back(Type::update(states_[replica], updates_.back(), updates_.size() - 1));
    sum.merge(deltas_.back());
    deltas_are_exact_ = deltas_are_exact_ && sum == states_[replica];
    seen_[replica].insert(updates_.size() - 1);
  }

  const std::vector<State>& states() const { return states_; }
  const std::vector<State>& deltas() const { return deltas_; }
  const std::vector<State>& all() const { return all_; }  // states after each step
  // The state before joined with the delta was always the state after.
  bool deltas_are_exact() const { return deltas_are_exact_; }
  bool all_agree() const {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      if (!Type::agrees(states_[i], updates_, seen_[i])) return false;
    }
    return true;
  }
  // The twin on a state that has seen every update.
  bool agrees_with_everything(const State& state) const {
    std::set<std::size_t> everything;
    for (std::size_t i = 0; i < updates_.size(); ++i) everything.insert(i);
    return Type::agrees(state, updates_, everything);
  }

 private:
  std::vector<State> states_;
  std::vector<std::set<std::size_t>> seen_;
  Updates updates_;
  std::vector<State> deltas_;
  std::vector<State> all_;
  bool deltas_are_exact_ = true;
};

// Every execution of so many steps.
template <class Type, class Visit>
void every_execution(std::size_t replicas, std::size_t length, const Visit& visit) {
  const std::size_t steps = Execution<Type>(replicas).steps();
  std::vector<std::size_t> taken(length, 0);
  for (bool more = true; more;) {
    Execution<Type> execution(replicas);
    for (const std::size_t step : taken) execution.take(step);
    visit(execution);
    std::size_t at = 0;
    while (at < length && ++taken[at] == steps) taken[at++] = 0;
    more = at < length;
  }
}

// `count` random ones.
template <class Type, class Visit>
void random_executions(std::size_t count, std::size_t length, const Visit& visit) {
  sim::Stream chance(11, "executions");
  for (std::size_t i = 0; i < count; ++i) {
    Execution<Type> execution(3);
    for (std::size_t step = 0; step < length; ++step) {
      execution.take(static_cast<std::size_t>(chance.below(execution.steps())));
    }
    visit(execution);
  }
}

}  // namespace lightcone::tests::crdt

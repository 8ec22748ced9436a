#include "tests/checkers/brute_force.hpp"

#include <algorithm>
#include <memory>
#include <set>

#include "reports/checkers/linearizability/operations.hpp"
#include "reports/checkers/linearizability/specification.hpp"

namespace lightcone::tests {

using reports::checkers::Object;
using reports::checkers::Op;
using reports::checkers::Operations;
using reports::checkers::Part;
using reports::checkers::Specification;
using reports::checkers::State;

namespace {

// `left` are the operations that have not taken effect.
bool can_be_ordered(Part part, const Specification& specification, const State& state,
                    std::vector<bool>& left) {
  std::uint32_t first_end = Op::never;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (left[i]) first_end = std::min(first_end, part[i].end);
  }
  if (first_end == Op::never) return true;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (!left[i] || part[i].begin > first_end) continue;
    std::vector<State> next;
    specification.apply(state, part[i], next);
    left[i] = false;
    for (const State& after : next) {
      if (can_be_ordered(part, specification, after, left)) return true;
    }
    left[i] = true;
  }
  return false;
}

// The states after every prefix of `order` that the specification allows: several where it leaves a choice.
bool explains(const std::vector<const Op*>& order, const Specification& specification) {
  std::set<State> states{specification.initial()};
  for (const Op* op : order) {
    std::set<State> after;
    for (const State& state : states) {
      std::vector<State> next;
      specification.apply(state, *op, next);
      after.insert(next.begin(), next.end());
    }
    states = std::move(after);
  }
  return !states.empty();
}

}  // namespace

bool linearizable_by_brute_force(const sim::History& history, const Object& object) {
  Operations operations;
  read_operations(history, object, operations);
  for (std::size_t i = 0; i < operations.parts.size(); ++i) {
    const Part part = operations.part(i);
    const auto specification = specification_of(object, part, operations.values);
    std::vector<bool> left(part.size(), true);
    if (!can_be_ordered(part, *specification, specification->initial(), left)) return false;
  }
  return true;
}

std::string flaw_of(const std::vector<std::size_t>& certificate, const sim::History& history,
                    const Object& object) {
  Operations operations;
  read_operations(history, object, operations);
  std::vector<std::size_t> place(history.size(), SIZE_MAX);
  for (std::size_t i = 0; i < certificate.size(); ++i) {
    if (place[certificate[i]] != SIZE_MAX) return "an operation twice";
    place[certificate[i]] = i;
  }
  std::size_t placed = 0;
  for (std::size_t i = 0; i < operations.parts.size(); ++i) {
    std::vector<const Op*> order;
    for (const Op& op : operations.part(i)) {
      if (place[op.index] != SIZE_MAX) {
        order.push_back(&op);
      } else if (op.must) {
        return "an operation that returned is missing";
      }
    }
    placed += order.size();
    std::ranges::sort(order, {}, [&](const Op* op) { return place[op->index]; });
    std::uint32_t latest_begin = 0;
    for (const Op* op : order) {
      if (op->end < latest_begin) return "an operation after one that began when it had ended";
      latest_begin = std::max(latest_begin, op->begin);
    }
    if (!explains(order, *specification_of(object, operations.part(i), operations.values)))
      return "an answer that the order does not give";
  }
  return placed == certificate.size() ? "" : "an operation that says nothing";
}

}  // namespace lightcone::tests

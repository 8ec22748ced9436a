// A register that keeps all writes that no other write has seen: concurrent writes are all there, for the
// reader to settle (RR-7506, section 3.2; with dots and a causal context, Almeida et al. 2018, section 7).
#pragma once

#include <map>
#include <utility>

#include "models/parts/crdt/causal_context.hpp"

namespace lightcone::models::parts::crdt {

template <class T>
class MvRegister {
 public:
  // Replaces what this replica sees.
  MvRegister assign(const ReplicaId& replica, T value) {
    MvRegister delta;
    const Dot dot = context_.next(replica);
    for (const auto& [seen, old] : values_) delta.context_.add(seen);
    delta.context_.add(dot);
    delta.values_.emplace(dot, std::move(value));
    merge(delta);
    return delta;
  }
  // In the order of their dots; several after concurrent writes, none before the first.
  const std::map<Dot, T>& values() const { return values_; }
  void merge(const MvRegister& other) {
    std::erase_if(values_, [&](const auto& mine) {
      return !other.values_.contains(mine.first) && other.context_.contains(mine.first);
    });
    for (const auto& [dot, value] : other.values_) {
      if (!context_.contains(dot)) values_.emplace(dot, value);
    }
    context_.merge(other.context_);
  }
  const CausalContext& context() const { return context_; }

  bool operator==(const MvRegister&) const = default;

 private:
  std::map<Dot, T> values_;
  CausalContext context_;  // of all writes known, those in values_ included
};

}  // namespace lightcone::models::parts::crdt

// A counter that goes up and down: one that grows for each direction (RR-7506, section 3.1). The value may
// become negative, whatever each replica checked beforehand: "not below zero" is no local property.
#pragma once

#include <cstdint>

#include "models/parts/crdt/g_counter.hpp"

namespace lightcone::models::parts::crdt {

class PnCounter {
 public:
  // All amounts of either direction together stay below 2^63.
  PnCounter increment(const ReplicaId& replica, std::uint64_t amount) {
    PnCounter delta;
    delta.up_ = up_.add(replica, amount);
    return delta;
  }
  PnCounter decrement(const ReplicaId& replica, std::uint64_t amount) {
    PnCounter delta;
    delta.down_ = down_.add(replica, amount);
    return delta;
  }
  std::int64_t value() const {
    return static_cast<std::int64_t>(up_.value()) - static_cast<std::int64_t>(down_.value());
  }
  void merge(const PnCounter& other) {
    up_.merge(other.up_);
    down_.merge(other.down_);
  }

  bool operator==(const PnCounter&) const = default;
  friend std::uint64_t wire_bytes(const PnCounter& counter) {
    return wire_bytes(counter.up_) + wire_bytes(counter.down_);
  }

 private:
  GCounter up_;
  GCounter down_;
};

}  // namespace lightcone::models::parts::crdt

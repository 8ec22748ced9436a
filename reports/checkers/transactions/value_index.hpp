// Small numbers for values: an open-addressing table, so that a million of them cost no allocation each.
// Nothing is ever visited in table order.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/value.hpp"

namespace lightcone::reports::checkers {

std::uint64_t value_hash(const sim::Value& value);
constexpr std::uint64_t mixed(std::uint64_t x) {  // the finalizer of SplitMix64
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

// Numbers pairs (owner, value) in the order of first use. The values must outlive it.
class ValueIndex {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  // The number of the pair, new if it was not there.
  std::uint32_t insert(std::uint32_t owner, const sim::Value& value);
  std::uint32_t find(std::uint32_t owner, const sim::Value& value) const;
  std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }
  const sim::Value& value(std::uint32_t number) const { return *entries_[number].value; }

 private:
  struct Entry {
    std::uint64_t hash;
    std::uint32_t owner;
    const sim::Value* value;
  };
  std::size_t slot_of(std::uint64_t hash, std::uint32_t owner, const sim::Value& value) const;
  void grow();

  std::vector<std::uint32_t> slots_;  // numbers, or none; a power of two
  std::vector<Entry> entries_;
};

}  // namespace lightcone::reports::checkers

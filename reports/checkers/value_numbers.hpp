// Dense numbers for pairs of a small number and a value, in the order of first appearance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/value.hpp"

namespace lightcone::reports::checkers {

// An open-addressing table, so that a million values cost no allocation each. Never visited in table order.
class ValueNumbers {
 public:
  static constexpr std::uint32_t none = UINT32_MAX;

  // The number of (owner, value), new if it was not there. `value` must outlive the table.
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

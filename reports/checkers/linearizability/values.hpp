// Values as small integers, so that the engines compare and hash words.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "sim/value.hpp"

namespace lightcone::reports::checkers {

using ValueId = std::uint32_t;

// Equal values have equal ids; ids are dense, in the order of first appearance after these three.
class Values {
 public:
  static constexpr ValueId null = 0;
  static constexpr ValueId yes = 1;
  static constexpr ValueId no = 2;

  Values();

  // `value` must outlive this table.
  ValueId of(const sim::Value& value);
  // The same for a value that nobody else keeps.
  ValueId keep(sim::Value value);

  const sim::Value& operator[](ValueId id) const { return *values_[id]; }
  std::size_t size() const { return values_.size(); }

 private:
  std::size_t slot_of(const sim::Value& value, std::uint64_t hash) const;
  void grow();

  std::vector<const sim::Value*> values_;
  std::vector<std::uint64_t> hashes_;
  std::vector<ValueId> slots_;  // open addressing; 0 marks a free slot, as null is never looked up
  std::deque<sim::Value> kept_;
};

std::uint64_t hash_of(const sim::Value& value);

// A good 64-bit mix of one word (the finaliser of SplitMix64, Steele et al., OOPSLA 2014).
inline std::uint64_t mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

}  // namespace lightcone::reports::checkers

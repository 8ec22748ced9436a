// Which write had seen which, as the clients know it and no server needs to: what is held against the clocks
// that the store keeps.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "models/dynamo/version.hpp"

namespace lightcone::models::dynamo {

class Causality {
 public:
  // A write begins, by a client that has read `seen` of the key. Each write once.
  void begin(WriteId write, std::vector<WriteId> seen);

  // Whether the writer of `later` had seen `earlier`, directly or through others. O(writes that began
  // between).
  bool precedes(WriteId earlier, WriteId later) const;
  // Any number of writes. Only those that began later can have seen one, and these are found at once.
  class Many {
   public:
    bool contains(WriteId write) const { return all_.contains(write); }

   private:
    friend class Causality;
    std::set<WriteId> all_;
    std::map<std::size_t, WriteId> by_age_;
  };
  void add(WriteId write, Many& to) const;

  // Whether `write` is among these, or precedes one.
  bool is_covered(WriteId write, const std::set<WriteId>& by) const;
  bool is_covered(WriteId write, const Many& by) const;
  // Whether their writers had read the same, and neither the other's.
  bool read_the_same(WriteId a, WriteId b) const;

 private:
  struct Begun {
    std::size_t order = 0;
    std::vector<WriteId> seen{};
  };
  std::map<WriteId, Begun> writes_;
};

}  // namespace lightcone::models::dynamo

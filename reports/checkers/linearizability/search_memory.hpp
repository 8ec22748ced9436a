// What the search remembers: configurations that need not be visited again.
#pragma once

#include <cstdint>
#include <vector>

namespace lightcone::reports::checkers {

// Multisets of classes of operations of unknown outcome, each stored once.
class UsedSets {
 public:
  using Id = std::uint32_t;
  static constexpr Id nothing = 0;

  UsedSets();

  Id with(Id set, std::uint32_t element);
  std::uint32_t count(Id set, std::uint32_t element) const;
  bool includes(Id set, Id subset) const;

 private:
  struct Entry {
    std::uint32_t element;
    std::uint32_t count;
    bool operator==(const Entry&) const = default;
  };
  using Entries = std::vector<Entry>;  // by element

  std::vector<Entries> sets_;
  std::vector<Id> slots_;
};

class VisitedConfigurations {
 public:
  void set_width(std::uint32_t slots);

  // The pending operations of the configuration that is asked about next.
  void clear_pending();
  void set_pending(std::uint32_t slot) { pending_[slot / 64] |= std::uint64_t{1} << (slot % 64); }

  // False if a configuration that stands for this one was admitted before: the same return, state and pending
  // operations, no more operations of unknown outcome used, and no fewer overwrites that can hide.
  bool admit(std::uint32_t first_return, std::uint32_t state, std::uint32_t hiding_until, UsedSets::Id used,
             const UsedSets& sets);

  std::size_t bytes() const {
    return words_.capacity() * sizeof(std::uint64_t) + entries_.capacity() * sizeof(Entry) +
           heads_.capacity() * sizeof(std::uint32_t);
  }

 private:
  struct Entry {
    std::uint64_t hash;
    std::uint64_t where;  // return and state
    std::uint32_t hiding_until;
    UsedSets::Id used;
    std::uint32_t next;  // in the bucket
  };
  static constexpr std::uint32_t none = UINT32_MAX;

  void grow();
  bool same_pending(std::size_t entry) const;

  std::size_t width_ = 1;  // words of pending operations
  std::vector<std::uint64_t> pending_{0};
  std::vector<std::uint64_t> words_;  // of entry i from i * width_
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> heads_;
};

}  // namespace lightcone::reports::checkers

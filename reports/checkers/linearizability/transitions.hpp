// States and operations as small integers, and what leads from one to the other, remembered.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "reports/checkers/linearizability/specification.hpp"

namespace lightcone::reports::checkers {

using StateId = std::uint32_t;
using ClassId = std::uint32_t;  // operations that differ in time and process only

class Transitions {
 public:
  static constexpr StateId none = UINT32_MAX;

  explicit Transitions(const Specification& specification);

  StateId initial() const { return 0; }
  ClassId class_of(const Op& op);  // `op` must outlive this

  // The states after the operation, in a fixed order. Valid until the next call.
  std::span<const StateId> after(StateId state, ClassId op);
  // The only one; `none` if there is none or there are several.
  StateId only_after(StateId state, ClassId op) {
    const std::span<const StateId> next = after(state, op);
    return next.size() == 1 ? next[0] : none;
  }

  bool grows() const { return specification_.grows(); }
  bool can_grow_to(StateId state, ClassId read);

  bool is_read_only(ClassId op) const { return classes_[op].read_only; }
  bool is_overwrite(ClassId op) const { return classes_[op].overwrite; }
  bool can_hide(ClassId op) const { return classes_[op].can_hide; }

  std::size_t bytes() const { return bytes_; }  // about

 private:
  struct Class {
    const Op* op;
    bool read_only;
    bool overwrite;
    bool can_hide;
  };
  struct Cached {
    std::uint64_t key = UINT64_MAX;  // state and class
    std::uint32_t first = 0;         // in successors_
    std::uint32_t count = 0;
  };
  enum class Growth : std::uint8_t { unasked, possible, impossible };

  StateId id_of(State state);
  Cached& slot_of(std::uint64_t key);
  void grow_cache();

  const Specification& specification_;
  std::vector<State> states_;
  std::vector<std::uint64_t> state_hashes_;
  std::vector<StateId> state_slots_;
  std::vector<Class> classes_;
  std::vector<ClassId> class_slots_;
  std::vector<Cached> cache_;
  std::size_t cached_ = 0;
  std::vector<StateId> successors_;
  std::vector<std::uint64_t> growth_keys_;  // state and class; a cache that forgets
  std::vector<Growth> growths_;
  std::vector<State> made_;  // by the specification, for one call
  std::size_t bytes_ = 0;
};

}  // namespace lightcone::reports::checkers

// From operations that cannot be ordered to the few that show it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "reports/checkers/budget.hpp"
#include "reports/checkers/linearizability/operations.hpp"
#include "reports/checkers/linearizability/specification.hpp"
#include "reports/checkers/linearizability/zones.hpp"

namespace lightcone::reports::checkers {

// Decides small questions while a witness is made smaller.
class Refuter {
 public:
  virtual ~Refuter() = default;

  // `op` without force: it may take effect at any time after its invocation, or never, whatever it was
  // answered. Nullopt where that leaves nothing.
  virtual std::optional<Op> relaxed(const Op& op) const = 0;

  // Whether `ops` surely cannot be ordered. Adds the steps it took.
  virtual bool refutes(const std::vector<Op>& ops, std::uint64_t& steps) = 0;
};

class SearchRefuter final : public Refuter {
 public:
  explicit SearchRefuter(const Specification& specification) : specification_(specification) {}
  std::optional<Op> relaxed(const Op& op) const override;
  bool refutes(const std::vector<Op>& ops, std::uint64_t& steps) override;

 private:
  const Specification& specification_;
};

// For registers of different values, and of versions (see lineages.hpp).
class ZoneRefuter final : public Refuter {
 public:
  ZoneRefuter(ValueId initial, std::size_t bound) : initial_(initial), bound_(bound) {}
  std::optional<Op> relaxed(const Op& op) const override;
  bool refutes(const std::vector<Op>& ops, std::uint64_t& steps) override;

 private:
  ValueId initial_;
  std::size_t bound_;
  ZoneJudge judge_;
};

// For collections: an element is there with all that happened to it, or not at all.
class CollectionRefuter final : public Refuter {
 public:
  CollectionRefuter(const Object& object, Values& values) : object_(object), values_(values) {}
  std::optional<Op> relaxed(const Op&) const override { return std::nullopt; }
  bool refutes(const std::vector<Op>& ops, std::uint64_t& steps) override;

 private:
  const Object& object_;
  Values& values_;
};

// Relaxes groups of operations (positions in `part`) that surely cannot be ordered, in halves, quarters, and
// so on down to one by one, as long as they still cannot, and as the steps last. Returns the groups that keep
// their force.
using Group = std::vector<std::uint32_t>;
std::vector<Group> shrunk(Part part, const std::vector<Group>& groups, Refuter& refuter,
                          std::uint64_t& steps);

// Whether `forced` surely cannot be ordered even when the rest of `context` is relaxed: both positions in
// `part`, ascending.
bool refutes(Part part, const std::vector<std::uint32_t>& context, const std::vector<std::uint32_t>& forced,
             Refuter& refuter, std::uint64_t& steps);

std::vector<Group> one_by_one(const std::vector<std::uint32_t>& ops);
std::vector<std::uint32_t> flat(const std::vector<Group>& groups);  // ascending

// The first operation whose return no order reaches, where `stuck` is one that none reaches.
std::uint32_t first_stuck(Part part, std::uint32_t stuck, Refuter& refuter, std::uint64_t& steps);

// The operations of `part` that matter to `stuck`: those that began before it returned.
std::vector<std::uint32_t> begun_before_end_of(Part part, std::uint32_t stuck);

}  // namespace lightcone::reports::checkers

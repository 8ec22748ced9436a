// Transactions that also read by predicate, over a closed universe: all versions of all objects are known, so
// what a predicate read did not find tells which version of the object it chose (Adya 4.1, "version sets").
//
// The first operation may set up the universe: its members are [key, value]. Micro-operations are
//   ["insert", key, value]  ["w", key, value]  ["delete", key]  ["r", key, value or null]
//   ["rp", predicate, found]   found is a list of [key, value]; the predicate "true", "[:= 2]" or "[:mod 2
//   0]",
//                              or the same as a list, ["=", 2] or ["mod", 2, 0]
#pragma once

#include "reports/checkers/transactions/dependencies.hpp"

namespace lightcone::reports::checkers {

class PredicateReads : public Dependencies {
 public:
  // O(micro-operations, and predicate reads times keys).
  explicit PredicateReads(Transactions& parsed);

  std::string why(std::uint32_t a, std::uint32_t b, Relation relation, const std::string& a_name,
                  const std::string& b_name) const override;

 private:
  struct Choice {  // the version of a key in a predicate read's version set
    std::uint32_t key;
    VersionId version;
  };

  void find_orders();
  bool matches(std::uint32_t predicate, VersionId version) const;
  VersionId resolved(std::uint32_t key, VersionId version) const;
  VersionId after(std::uint32_t key, VersionId version) const;
  std::vector<VersionId> all_after(std::uint32_t key, VersionId version) const;
  std::vector<Choice> choices(Transactions& parsed, const MicroOperation& read) const;
  void add_edges(Transactions& parsed);
  void find_misses();
  std::uint32_t writer(VersionId version) const;
  std::string order_text(std::uint32_t key) const;

  std::vector<std::vector<VersionId>> orders_;  // by key, with initial_version where it was unborn once
  std::vector<std::vector<Choice>> choices_;    // by micro-operation; empty for all but predicate reads
};

}  // namespace lightcone::reports::checkers

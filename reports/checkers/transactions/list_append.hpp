// Transactions over lists: every read shows in which order the elements it holds were appended, so the order
// of versions is known up to the last one read (Kingsbury and Alvaro, Elle, VLDB 2020, section 3).
#pragma once

#include "reports/checkers/transactions/dependencies.hpp"

namespace lightcone::reports::checkers {

class ListAppend : public Dependencies {
 public:
  // O(micro-operations and list elements).
  explicit ListAppend(Transactions& parsed);

  std::string why(std::uint32_t a, std::uint32_t b, Relation relation, const std::string& a_name,
                  const std::string& b_name) const override;

 private:
  static constexpr std::uint32_t unread = UINT32_MAX;

  void find_orders(Transactions& parsed);
  void find_read_anomalies();
  void find_element_anomalies(std::uint32_t transaction, const MicroOperation& read);
  void find_internal(std::uint32_t transaction);
  void find_future_reads(std::uint32_t transaction);
  void find_dirty_updates();
  void find_reordered_appends();
  void index_readers();
  void add_edges();
  // The version just before an append: the last one read where the append was never read.
  VersionId before(VersionId version) const;
  // The elements of which the order is known, as the longest read of the key has them.
  const std::vector<VersionId>& order(std::uint32_t key) const { return orders_[key]; }
  void report(Anomaly anomaly, std::vector<std::uint32_t> witness, std::string summary);

  std::vector<std::vector<VersionId>> orders_;               // by key
  std::vector<const MicroOperation*> longest_;               // by key, or null
  std::vector<std::uint32_t> longest_reader_;                // by key
  std::vector<std::uint32_t> place_;                         // by version: in its key's order, or unread
  std::vector<std::size_t> first_aborted_;                   // by key: place of the first aborted element
  std::vector<std::vector<std::uint32_t>> readers_;          // by version: who read it last, ascending
  std::vector<std::vector<std::uint32_t>> initial_readers_;  // by key
};

}  // namespace lightcone::reports::checkers

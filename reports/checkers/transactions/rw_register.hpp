// Transactions over registers: a read names the write it saw, but nothing shows which of two writes was the
// later one. What order can be inferred depends on what may be assumed of single keys (Elle, VLDB 2020,
// section 5; the rest is decided by axioms.hpp).
#pragma once

#include "reports/checkers/transactions/dependencies.hpp"

namespace lightcone::reports::checkers {

struct RegisterAssumptions {
  bool writes_follow_reads = false;  // a transaction that read and wrote a key wrote the later version
  bool sequential_keys = false;      // each session meets the versions of a key in their order
  bool linearizable_keys = false;    // real time orders the versions of a key
};

// What a transaction shows of a key to the outside: its first read, if that came before any write, and its
// last write.
struct External {
  std::uint32_t key = 0;
  VersionId read = no_version;
  VersionId write = no_version;
};

class RwRegister : public Dependencies {
 public:
  // O(micro-operations log micro-operations), times the concurrency for linearizable keys.
  RwRegister(const Transactions& parsed, const RegisterAssumptions& assumptions);

  std::string why(std::uint32_t a, std::uint32_t b, Relation relation, const std::string& a_name,
                  const std::string& b_name) const override;

 private:
  enum class Source : std::uint8_t { writes_follow_reads, sequential_keys, linearizable_keys };
  struct Order {  // of two versions of a key; `from` may be initial_version
    std::uint32_t key;
    VersionId from;
    VersionId to;
    Source source;
  };
  struct Touch {  // a transaction meets a key
    std::uint32_t key;
    std::uint32_t transaction;
    VersionId first;
    VersionId last;
  };

  void find_read_anomalies();
  void find_internal(std::uint32_t transaction);
  void find_externals();
  const External* external(std::uint32_t transaction, std::uint32_t key) const;
  std::vector<Touch> touches(bool unknown_too) const;
  void add_orders(std::vector<Order> more);
  std::vector<Order> from_reads_before_writes() const;
  std::vector<Order> from_sessions() const;
  std::vector<Order> from_real_time() const;
  bool report_cycles(const std::vector<Order>& orders);
  void add_edges();
  const Order* order(std::uint32_t key, VersionId from, VersionId to) const;
  std::uint32_t committed_writer(VersionId version) const;

  std::vector<External> externals_;                          // by transaction, then in the order of first use
  std::vector<std::uint32_t> first_external_;                // by transaction, and one more
  std::vector<std::vector<std::uint32_t>> readers_;          // by version
  std::vector<std::vector<std::uint32_t>> initial_readers_;  // by key
  std::vector<std::vector<std::uint32_t>> writers_;          // by key: committed, of external writes
  std::vector<Order> orders_;                                // sorted
};

}  // namespace lightcone::reports::checkers

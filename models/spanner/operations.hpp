// What clients do, and which keys a drawn operation is about. An operation follows from its kind, its key and
// its value alone, so that a run can be written down and done again.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/parts/workload/operation_source.hpp"
#include "models/spanner/parameters.hpp"
#include "models/spanner/types.hpp"
#include "sim/workload.hpp"

namespace lightcone::models::spanner {

const std::vector<sim::OperationKind>& operation_kinds();

struct Access {
  std::string key;
  ShardId shard = 0;
  bool reads = false;            // and wants to know what is there
  std::optional<Write> write{};  // with a value, unless it depends on what is read
};

inline constexpr std::int64_t initial_balance = 100;

class Operations {
 public:
  Operations(const Parameters& parameters, const sim::Workload& workload)
      : parameters_(parameters), workload_(workload) {}

  // What it reads and writes, in this order, no key twice.
  std::vector<Access> accesses(const parts::OperationSource::Drawn& drawn) const;
  // Of a transfer.
  static std::int64_t amount(std::int64_t value) { return 1 + value % 7; }
  std::vector<Access> accounts() const;
  // The lists or registers that operations up to this value are about, with this key number.
  std::vector<Access> keys_numbered(std::uint64_t number, std::int64_t value) const;

 private:
  // Lists would grow without bound: after a while clients turn to others.
  std::uint64_t generation(std::int64_t value) const;
  Access object(std::uint64_t number, std::uint64_t generation) const;
  Access account(std::uint64_t number) const;
  Access changed(Access access, std::int64_t value) const;
  std::vector<Access> mixture(const parts::OperationSource::Drawn& drawn) const;
  std::uint64_t keys() const { return static_cast<std::uint64_t>(workload_.keys); }

  const Parameters& parameters_;
  const sim::Workload& workload_;
};

}  // namespace lightcone::models::spanner

// Which operation a client does next: drawn from the workload's mix and the keys' popularity, with values
// that are unique within a run, so that a read identifies its write.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sim/chance/stream.hpp"
#include "sim/chance/zipf.hpp"
#include "sim/model.hpp"
#include "sim/workload.hpp"

namespace lightcone::models::parts {

class OperationSource {
 public:
  struct Drawn {
    std::string_view f;      // one of the model's operations
    std::uint64_t key = 0;   // from 0, below Workload::keys
    std::int64_t value = 0;  // unique
  };

  // `client` from 0. The mix must name operations of `kinds` only (the scenario's validator sees to it).
  OperationSource(const sim::Workload& workload, std::span<const sim::OperationKind> kinds,
                  sim::Stream chance, std::size_t client);

  Drawn next();
  // When the next operation begins, after the one before: think time, or the open arrivals' spacing.
  sim::Duration pause();
  // True for open arrivals: the pause counts from the operation's scheduled begin, not from its answer.
  bool is_open() const { return spacing_.has_value(); }
  // Operations that this client may still do.
  bool is_exhausted() const { return limited_ && left_ == 0; }

 private:
  const sim::Workload& workload_;
  std::vector<std::string> names_;
  std::vector<std::uint64_t> weights_;
  sim::Stream chance_;
  sim::Stream pauses_;
  sim::Zipf keys_;
  std::optional<sim::Distribution> spacing_;
  std::int64_t next_value_;
  bool limited_;
  std::int64_t left_ = 0;
};

}  // namespace lightcone::models::parts

// What a run of authorization looks like in numbers, once a second: latencies, how old what is evaluated is,
// what caches and the index answer, how late revocations take effect, and how often answers are wrong.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "models/zanzibar/server.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::zanzibar {

class Meter {
 public:
  explicit Meter(sim::Simulation& simulation) : simulation_(simulation) {}

  void answered(const Server::Answer& answer);
  void was_wrong(bool is_allowed) { ++(is_allowed ? wrong_allows_ : wrong_denials_); }
  // Somebody was let in, although a revocation had been decided for so long.
  void was_late(sim::Duration revoked_for);
  // Once in a while, with the servers that are up.
  void sample_if_due(const std::map<sim::NodeId, const Server*>& servers);
  bool is_due() const { return simulation_.now() >= next_; }

 private:
  struct Mean {
    std::int64_t sum = 0;
    std::int64_t count = 0;

    void add(std::int64_t value) {
      sum += value;
      ++count;
    }
  };
  void sample(const std::string& name, std::int64_t value);
  void sample_share(const std::string& name, std::uint64_t hits, std::uint64_t misses);

  sim::Simulation& simulation_;
  sim::Instant next_{std::chrono::seconds(1)};
  std::int64_t checks_ = 0;
  std::int64_t wrong_allows_ = 0;
  std::int64_t wrong_denials_ = 0;
  // since the latest sample
  Mean lag_;
  std::map<std::uint32_t, Mean> latency_;  // by depth
  std::map<Userset, std::int64_t> asked_;
  sim::Duration revoked_for_{};
  // of all servers, at the latest sample
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
  std::uint64_t index_hits_ = 0;
  std::uint64_t index_misses_ = 0;
  std::uint64_t reads_ = 0;
};

}  // namespace lightcone::models::zanzibar

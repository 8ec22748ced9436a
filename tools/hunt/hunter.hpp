// Runs the seeds of a hunt on all cores and gathers what they show. One simulation a job, and nothing shared
// between jobs: results are taken in the order of the seeds, so what a hunt finds does not depend on how many
// jobs it has.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tools/hunt/strategy.hpp"
#include "tools/hunt/trial.hpp"

namespace lightcone::tools::hunt {

struct Limits {
  std::uint64_t first_seed = 1;
  std::uint64_t last_seed = 1'000;
  std::optional<std::chrono::nanoseconds> time;  // then the seeds stop at the latest
  std::uint64_t distinct_failures = 0;           // enough when so many are known; 0: all seeds
  unsigned jobs = 1;
  // This shard's seeds: every `shards`-th, from the `shard`-th on (0 <= shard < shards).
  std::uint64_t shard = 0;
  std::uint64_t shards = 1;
};

// One failure as the hunt knows it: the first seed that showed it, and the shortest run.
struct Found {
  std::uint64_t first_seed = 0;
  std::uint64_t runs = 0;  // that showed it
  Failure shortest;
};

struct Tally {
  std::uint64_t trials = 0;
  std::uint64_t events = 0;
  sim::Duration simulated{};
  std::uint64_t faults_in_effect = 0;
  std::uint64_t claims_judged = 0;
  std::uint64_t undecided = 0;
  std::uint64_t invalid = 0;
  std::uint64_t failing = 0;    // trials with a violated claim
  std::uint64_t digest = 0;     // of all fingerprints, in the order of the seeds
  std::uint64_t last_news = 0;  // the seed that last showed a new failure or a new feature
  std::set<std::uint64_t> features;
  std::map<Signature, Found> found;

  // The trial with the next seed. True if it shows a failure that was not known or a shorter run of it.
  bool add(const Trial& trial);
};

enum class End : std::uint8_t { all_seeds, enough_found, time_is_up, interrupted };

class Hunter {
 public:
  // Called after each trial that was taken, with the tally so far, and five times a second besides (null).
  // False ends the hunt.
  using Watch = std::function<bool(const Tally&, const Trial*)>;

  Hunter(const models::Registry& registry, const scenarios::Loaded& scenario, StrategyKind strategy,
         const Limits& limits);

  // Seeds that are done already, from an earlier call that was interrupted; they are not run again.
  void skip(std::set<std::uint64_t> seeds) { done_ = std::move(seeds); }
  Tally& tally() { return tally_; }

  End run(const Watch& watch);

 private:
  struct Job;
  class Pool;

  std::optional<std::uint64_t> next_seed();

  const scenarios::Loaded& scenario_;
  std::unique_ptr<Strategy> strategy_;
  Limits limits_;
  std::set<std::uint64_t> done_;
  std::uint64_t next_ = 0;
  Tally tally_;
};

}  // namespace lightcone::tools::hunt

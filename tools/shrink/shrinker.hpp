// Cuts a frozen scenario down to what its failure needs: delta debugging (Zeller and Hildebrandt,
// "Simplifying and Isolating Failure-Inducing Input", IEEE TSE 2002) over its faults, operations, clients,
// keys and servers, and then whatever makes it shorter to read: rounder times, smaller numbers, constant
// latencies, exact clocks, parameters at their defaults. Each step keeps the same claim violated by the same
// kind of anomaly.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "scenarios/scenario.hpp"
#include "tools/shrink/probe.hpp"

namespace lightcone::tools::shrink {

// How much a scenario asks of its reader.
struct Extent {
  std::size_t faults = 0;
  std::size_t operations = 0;
  std::int64_t clients = 0;
  std::size_t nodes = 0;
  sim::Duration length{};
};
Extent extent_of(const scenarios::Scenario& scenario, const models::Registry& registry);

class Shrinker {
 public:
  // Called with each scenario that is smaller than the one before, and what was done to it.
  using Improved = std::function<void(const scenarios::Scenario&, std::string_view step)>;

  // `frozen` must fail (Probe::fails), and have a script.
  Shrinker(Probe& probe, scenarios::Scenario frozen, Improved improved);

  // True: 1-minimal, that is, without any one of its faults or operations it does not fail. False: the time
  // was up before that was known.
  bool run();

  const scenarios::Scenario& best() const { return best_; }

 private:
  using Scenario = scenarios::Scenario;
  using Change = std::function<bool(Scenario&)>;  // false: there is nothing to change

  bool attempt(std::string_view step, const Change& change);
  template <class List>
  bool drop_pieces(std::string_view step, const List& list_of);
  bool drop_faults();
  bool drop_operations();
  bool drop_with_other_luck();
  bool drop_faults_with_other_luck();
  bool drop_where(std::string_view step,
                  const std::function<std::int64_t(const sim::ScriptedOperation&)>& group);
  bool cut_tail();
  bool shorten();
  bool drop_clients();
  bool drop_keys();
  bool drop_servers();
  bool simplify_faults();
  bool simplify_fault(std::size_t at);
  bool round_times();
  bool simplify_world();
  bool reset_parameters();
  bool renumber_values();
  void accept(Scenario scenario, std::string_view step);

  Probe& probe_;
  Scenario best_;
  Improved improved_;
};

}  // namespace lightcone::tools::shrink

// The random nemesis: draws the faults of a run from its seed, swarm style: each run gets its own random
// subset of the kinds, so that what one kind would hide is seen in runs without it (Groce et al., "Swarm
// Testing", ISSTA 2012). What it draws is a list of ordinary specs, so that a run can be frozen and cut down.
//
// The usual one keeps to the assumptions A0 and A1: no more than `budget` nodes are wiped, data that was
// synced survives, and clocks are left alone unless bounds are given for them; with bounds, all their steps
// and drifts of a run together stay within (A2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "faults/spec.hpp"
#include "faults/world.hpp"
#include "sim/chance/stream.hpp"
#include "sim/fields.hpp"
#include "sim/workload.hpp"

namespace lightcone::faults {

struct Nemesis {
  std::vector<FaultName> kinds;  // empty: the usual ones
  std::int64_t windows_min = 1;
  std::int64_t windows_max = 6;
  sim::Ratio intensity{1, 2};
  sim::Ratio aim{1, 2};
  std::int64_t budget = 0;
  sim::Ratio loss_max{2, 100};
  sim::Ratio duplication_max{1, 100};
  std::int64_t delay_spread_max = 10;  // round trips
  std::optional<sim::Duration> clock_error;
  std::optional<std::int64_t> clock_drift_ppm;

  static const sim::FieldTable<Nemesis>& fields();
};

// What the lengths of windows are measured by.
struct Scale {
  sim::Phases phases;
  sim::Duration round_trip{};       // the longest, when nothing is wrong
  sim::Duration longest_timeout{};  // of the protocol
};

// Depends on the arguments alone. Nodes are drawn from the servers of the census (whoever is no client).
std::vector<FaultSpec> draw_faults(const Nemesis& nemesis, const Scale& scale, const Census& census,
                                   sim::Stream chance);

// The kinds that a nemesis draws from.
std::vector<FaultName> kinds_of(const Nemesis& nemesis);

// What is wrong with one that its field table does not see: paths are within the nemesis ("kinds[2]").
struct NemesisComplaint {
  std::string path;
  sim::Mismatch why;
};
std::vector<NemesisComplaint> validate(const Nemesis& nemesis);

// Between both, both included; each factor equally likely: as often in [1, 2] as in [2, 4]. 0 < least <=
// most.
sim::Duration log_uniform(sim::Stream& chance, sim::Duration least, sim::Duration most);

}  // namespace lightcone::faults

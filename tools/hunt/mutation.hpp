// How a hunt changes scenarios.
#pragma once

#include <memory>

#include "models/registry.hpp"
#include "scenarios/load.hpp"
#include "sim/chance/stream.hpp"

namespace lightcone::tools::hunt {

// Other kinds of faults, other numbers of them, other clients and another mix of operations.
scenarios::Scenario swarm(const scenarios::Loaded& base, sim::Stream chance);

// Messages that arrive together, and priorities among nodes that change a few times.
scenarios::Scenario with_priorities(const scenarios::Loaded& base, sim::Stream chance);

// `parent` with some of its faults moved, made longer or shorter, aimed at who leads, doubled, left out, or
// joined by one of `other`'s.
scenarios::Scenario mutated(scenarios::Scenario parent, const scenarios::Scenario& other,
                            sim::Stream& chance);

// The scenario, or `base` itself if it is not sound. `base` must outlive the result.
std::shared_ptr<const scenarios::Loaded> reload_or(const models::Registry& registry,
                                                   const scenarios::Scenario& scenario,
                                                   const scenarios::Loaded& base);

}  // namespace lightcone::tools::hunt

// The fields of a fact as text: for people ("term=3 granted=true") and as a JSON object.
#pragma once

#include <string>

#include "sim/fact.hpp"
#include "sim/simulation.hpp"

namespace lightcone::sim {

// Nodes by name, durations with a unit, lists in brackets; empty for a fact without fields.
std::string fields_as_text(const FactType& type, const void* fact, const Simulation& simulation);

// {"term":3,"granted":true}, appended to `out`. Durations are numbers of nanoseconds.
void append_fields_as_json(std::string& out, const FactType& type, const void* fact,
                           const Simulation& simulation);

}  // namespace lightcone::sim

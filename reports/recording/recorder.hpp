// Watches a run for a page or an explanation: an observer of everything that is sent and handled, and a
// monitor that asks each process for its state (sim::Process::show) after each event. It changes nothing in
// the run.
#pragma once

#include <memory>

#include "reports/recording/recording.hpp"
#include "sim/simulation.hpp"

namespace lightcone::reports {

// Fills `into` until the simulation ends. What is returned must die before the simulation; `into` must
// outlive both.
std::shared_ptr<void> record(sim::Simulation& simulation, Recording& into);

}  // namespace lightcone::reports

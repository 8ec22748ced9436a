// What a client knows of an operation in the end.
#pragma once

#include <string>

#include "sim/env.hpp"
#include "sim/history.hpp"
#include "sim/history_recorder.hpp"

namespace lightcone::models::parts {

struct Ending {
  sim::Outcome outcome = sim::Outcome::info;
  sim::Value answer{};
  std::string error{};
  sim::NodeId server = sim::no_node;  // who answered, if somebody did
};

// Puts it into the run's history.
void record(sim::Env& env, sim::HistoryRecorder::OperationId operation, const Ending& ending);

}  // namespace lightcone::models::parts

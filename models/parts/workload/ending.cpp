#include "models/parts/workload/ending.hpp"

namespace lightcone::models::parts {

void record(sim::Env& env, sim::HistoryRecorder::OperationId operation, const Ending& ending) {
  const std::string_view server = env.name(ending.server);
  switch (ending.outcome) {
    case sim::Outcome::ok:
      env.history().ok(operation, ending.answer, server);
      break;
    case sim::Outcome::fail:
      env.history().fail(operation, ending.error, server);
      break;
    case sim::Outcome::info:
      env.history().unknown(operation, ending.error);
      break;
  }
}

}  // namespace lightcone::models::parts

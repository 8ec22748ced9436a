// Keeps what a reader of the run wants on a time line: marks, and the life of nodes.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/observer.hpp"
#include "sim/run_record.hpp"
#include "sim/simulation.hpp"

namespace lightcone::scenarios {

class LandmarkKeeper final : public sim::Observer {
 public:
  // Listens until it dies.
  explicit LandmarkKeeper(sim::Simulation& simulation);
  ~LandmarkKeeper() override;

  void on(const sim::Occurrence& occurrence) override;
  std::vector<sim::Landmark> take() { return std::move(landmarks_); }

 private:
  sim::Simulation& simulation_;
  std::vector<sim::Landmark> landmarks_;
};

}  // namespace lightcone::scenarios

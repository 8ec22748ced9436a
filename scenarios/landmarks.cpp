#include "scenarios/landmarks.hpp"

#include "sim/trace/field_text.hpp"

namespace lightcone::scenarios {

LandmarkKeeper::LandmarkKeeper(sim::Simulation& simulation) : simulation_(simulation) {
  simulation_.observe(*this, sim::Interest::landmarks);
}

LandmarkKeeper::~LandmarkKeeper() { simulation_.stop_observing(*this); }

void LandmarkKeeper::on(const sim::Occurrence& occurrence) {
  sim::Landmark landmark;
  landmark.what = occurrence.what;
  landmark.at = occurrence.at;
  landmark.node = occurrence.node;
  landmark.event = occurrence.number;
  if (occurrence.type != nullptr) {
    landmark.name = occurrence.type->name;
    landmark.text = sim::fields_as_text(*occurrence.type, occurrence.fact, simulation_);
  } else {
    landmark.text = occurrence.text;
  }
  landmarks_.push_back(std::move(landmark));
}

}  // namespace lightcone::scenarios

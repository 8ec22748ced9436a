#include "models/registry.hpp"

#include "models/lock/model.hpp"
#include "models/raft/model.hpp"

namespace lightcone::models {

// A new model is added here.
Registry::Registry() {
  models_.push_back(raft::make_model());
  models_.push_back(lock::make_model());
}

const sim::Model* Registry::find(std::string_view name) const {
  for (const auto& model : models_) {
    if (model->name() == name) return model.get();
  }
  return nullptr;
}

}  // namespace lightcone::models

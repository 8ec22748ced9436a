#include "models/registry.hpp"

#include "models/crdt/model.hpp"
#include "models/dynamo/model.hpp"
#include "models/kafka/model.hpp"
#include "models/lock/model.hpp"
#include "models/paxos/model.hpp"
#include "models/raft/model.hpp"
#include "models/saga/model.hpp"
#include "models/spanner/model.hpp"
#include "models/zanzibar/model.hpp"
#include "sim/ensure.hpp"

namespace lightcone::models {

// A new model is added here.
Registry::Registry() {
  add(raft::make_model());
  add(paxos::make_model());
  add(lock::make_model());
  add(dynamo::make_model());
  add(crdt::make_model());
  add(kafka::make_model());
  add(spanner::make_model());
  add(saga::make_model());
  add(zanzibar::make_model());
}

void Registry::add(std::unique_ptr<sim::Model> model) {
  sim::ensure(find(model->name()) == nullptr, "models have names of their own");
  models_.push_back(std::move(model));
}

const sim::Model* Registry::find(std::string_view name) const {
  for (const auto& model : models_) {
    if (model->name() == name) return model.get();
  }
  return nullptr;
}

}  // namespace lightcone::models

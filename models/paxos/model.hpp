// The model's entry for models/registry.cpp.
#pragma once

#include <memory>

#include "sim/model.hpp"

namespace lightcone::models::paxos {

std::unique_ptr<sim::Model> make_model();

}  // namespace lightcone::models::paxos

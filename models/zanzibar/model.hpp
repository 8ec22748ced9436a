// The model's entry for models/registry.cpp.
#pragma once

#include <memory>

#include "sim/model.hpp"

namespace lightcone::models::zanzibar {

std::unique_ptr<sim::Model> make_model();

}  // namespace lightcone::models::zanzibar

// Transactions across services. See README.md.
#pragma once

#include <memory>

#include "sim/model.hpp"

namespace lightcone::models::saga {

std::unique_ptr<sim::Model> make_model();

}  // namespace lightcone::models::saga

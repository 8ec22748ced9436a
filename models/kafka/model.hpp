// The partitioned log as a model.
#pragma once

#include <memory>

#include "sim/model.hpp"

namespace lightcone::models::kafka {

std::unique_ptr<sim::Model> make_model();

}  // namespace lightcone::models::kafka

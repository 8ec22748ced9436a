// A database in shards with transactions over all of them, as the model `spanner`.
#pragma once

#include <memory>

#include "sim/model.hpp"

namespace lightcone::models::spanner {

std::unique_ptr<sim::Model> make_model();

}  // namespace lightcone::models::spanner

// What the partitioned log promises. Numbers are those of SYSTEMS T7; replica.hpp says where each is kept.
#pragma once

#include <vector>

#include "models/kafka/parameters.hpp"
#include "sim/claims.hpp"

namespace lightcone::models::kafka {

std::vector<sim::Claim> claims_of(const Parameters& parameters);

}  // namespace lightcone::models::kafka

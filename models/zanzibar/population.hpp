// The tuples that are there before the first write, the same for everybody: groups in groups, folders,
// documents in folders.
#pragma once

#include <vector>

#include "models/zanzibar/parameters.hpp"
#include "models/zanzibar/tuple.hpp"
#include "sim/chance/stream.hpp"

namespace lightcone::models::zanzibar {

// Who may edit every document.
constexpr UserId author = 0;

// `docs` for each tenant. Start::plain: folder f is for members of group f, group g has the users g and g +
// 1, and documents are in no folder. Start::random: all of it is drawn, and groups may contain each other.
std::vector<Tuple> population(const Parameters& parameters, std::int64_t docs, sim::Stream chance);

}  // namespace lightcone::models::zanzibar

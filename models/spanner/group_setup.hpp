// The Raft group of a shard: every server is a member, and one of them is to lead.
#pragma once

#include <fmt/format.h>

#include <vector>

#include "models/parts/raft/group.hpp"
#include "models/spanner/parameters.hpp"
#include "models/spanner/types.hpp"

namespace lightcone::models::spanner {

// Of the member on `self`.
inline parts::raft::Group::Setup group_setup(const Parameters& parameters, ShardId id,
                                             const std::vector<NodeId>& members, NodeId self) {
  parts::raft::Group::Setup setup;
  setup.id = id;
  setup.file_prefix = fmt::format("s{}/", id);
  setup.options = parameters.group_options(members[id % members.size()] == self);
  setup.initial.voters = members;
  return setup;
}

}  // namespace lightcone::models::spanner

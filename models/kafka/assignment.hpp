// Who gets which partitions: what the leader of a group works out.
#pragma once

#include <vector>

#include "models/kafka/group_messages.hpp"
#include "models/kafka/parameters.hpp"

namespace lightcone::models::kafka {

// Every partition below `partitions` goes to one of `members`, and no member gets more than one more than
// another. Not empty: members.
//
//   eager          ranges, in the order of the members
//   cooperative    who has a partition keeps it as long as that is fair. One that moves is given to nobody
//   yet:
//                  who has it gives it back first, and then joins again (KIP-429). Of two that claim to have
//                  it, the one of the later generation does (KIP-792)
std::vector<Share> assign(Assign how, std::vector<Holding> members, std::int64_t partitions);

}  // namespace lightcone::models::kafka

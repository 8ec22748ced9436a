#include "models/kafka/assignment.hpp"

#include <algorithm>
#include <cstddef>

namespace lightcone::models::kafka {

namespace {

// The member that has the partition, as a position among them; their number when nobody has it.
std::size_t owner_of(PartitionId partition, const std::vector<Holding>& members) {
  std::size_t owner = members.size();
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto& has = members[i].partitions;
    if (std::find(has.begin(), has.end(), partition) == has.end()) continue;
    if (owner == members.size() || members[i].generation > members[owner].generation) owner = i;
  }
  return owner;
}

void assign_ranges(std::vector<Share>& shares, std::size_t partitions) {
  PartitionId next = 0;
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const std::size_t count = partitions / shares.size() + (i < partitions % shares.size() ? 1 : 0);
    for (std::size_t n = 0; n < count; ++n) shares[i].partitions.push_back(next++);
  }
}

void assign_stickily(std::vector<Share>& shares, const std::vector<Holding>& members,
                     std::size_t partitions) {
  const std::size_t least = partitions / shares.size();
  std::size_t with_more = partitions % shares.size();  // members that may have one more
  std::vector<PartitionId> free;
  for (PartitionId id = 0; id < partitions; ++id) {
    const std::size_t owner = owner_of(id, members);
    if (owner == members.size()) {
      free.push_back(id);
      continue;
    }
    auto& kept = shares[owner].partitions;
    if (kept.size() > least || (kept.size() == least && with_more == 0)) continue;  // it moves
    if (kept.size() == least) --with_more;
    kept.push_back(id);
  }
  const auto fewest = [](const Share& a, const Share& b) {
    return a.partitions.size() < b.partitions.size();
  };
  for (const PartitionId id : free)
    std::min_element(shares.begin(), shares.end(), fewest)->partitions.push_back(id);
}

}  // namespace

std::vector<Share> assign(Assign how, std::vector<Holding> members, std::int64_t partitions) {
  std::sort(members.begin(), members.end(),
            [](const Holding& a, const Holding& b) { return a.member < b.member; });
  std::vector<Share> shares;
  for (const Holding& member : members) shares.push_back({member.member, member.node, {}});
  if (how == Assign::eager) {
    assign_ranges(shares, static_cast<std::size_t>(partitions));
  } else {
    assign_stickily(shares, members, static_cast<std::size_t>(partitions));
  }
  return shares;
}

}  // namespace lightcone::models::kafka

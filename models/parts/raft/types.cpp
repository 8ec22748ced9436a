#include "models/parts/raft/types.hpp"

#include <algorithm>

namespace lightcone::models::parts::raft {

namespace {

bool contains(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

}  // namespace

bool Configuration::is_voter(NodeId node) const { return contains(voters, node) || contains(incoming, node); }

bool Configuration::is_member(NodeId node) const { return is_voter(node) || contains(learners, node); }

std::vector<NodeId> Configuration::everyone() const {
  std::vector<NodeId> all = voters;
  all.insert(all.end(), incoming.begin(), incoming.end());
  all.insert(all.end(), learners.begin(), learners.end());
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace lightcone::models::parts::raft

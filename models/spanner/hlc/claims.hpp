// What the profile hlc promises, and the monitor that sees all shards and clients at once. Numbers are those
// of SYSTEMS T4; models/spanner/hlc/replica.hpp says where each is kept.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/spanner/clock_offsets.hpp"
#include "models/spanner/fates.hpp"
#include "models/spanner/hlc/replica.hpp"
#include "models/spanner/hlc/session.hpp"
#include "models/spanner/parameters.hpp"
#include "models/spanner/totals.hpp"
#include "sim/claims.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::spanner::hlc {

std::vector<sim::Claim> claims_of(const Parameters& parameters);

class Monitor final : public sim::Monitor {
 public:
  Monitor(sim::Simulation& simulation, const Parameters& parameters, const sim::Workload& workload,
          const sim::Phases& phases);

  void after_event(NodeId node) override;
  void at_end() override;

 private:
  struct Seen {
    std::uint32_t incarnation = 0;
    std::vector<std::size_t> events;  // by shard: how many were looked at
  };
  // What is known of a shard's replicas together.
  struct Ghost {
    std::uint64_t commits = 0;
    TimestampCache reads;  // of all leaseholders so far
    TimestampCache reads_but_ties{TimestampCache::Ties::ignored};
    std::map<std::string, Timestamp, std::less<>> written;  // when each key was, at last
    // Of each client's latest transactions: what they read, and when at last.
    std::map<TransactionId, std::map<std::string, Timestamp>> read_by;
  };
  struct Client {
    std::size_t events = 0;   // that were looked at
    std::uint64_t known = 0;  // acknowledgements, of whomever, before its operation began
  };
  // The acknowledged writes of a key: how many acknowledgements there were, of any key, and the latest
  // timestamp of this one's until then.
  using Acknowledged = std::vector<std::pair<std::uint64_t, Timestamp>>;

  void look_at_server(NodeId node);
  void look(NodeId node, const Replica& replica, const Replica::Served& served);
  void look(NodeId node, const Replica& replica, const Replica::Over& over);
  void check_key(NodeId node, const Replica& replica, const Replica::Over& over, const std::string& key);
  void look_at_client(NodeId node);
  void look(NodeId node, const Session::Began& began);
  void look(NodeId node, const Session::Saw& saw);
  void look(NodeId node, const Session::Wrote& wrote);
  void check_settled(NodeId node, const Replica& replica);
  void check_clocks(NodeId node);
  std::string name(NodeId node) const { return simulation_.node(node).node_name(); }

  sim::Simulation& simulation_;
  const Parameters& parameters_;
  const sim::Phases& phases_;
  std::vector<NodeId> servers_;
  Fates fates_;
  Totals totals_;
  ClockOffsets offsets_;
  std::map<NodeId, Seen> seen_;
  std::map<NodeId, Client> clients_;
  std::vector<Ghost> ghosts_;  // by shard
  std::map<std::string, Acknowledged, std::less<>> acknowledged_;
  std::uint64_t acknowledgements_ = 0;
  std::set<std::pair<NodeId, NodeId>> wrong_clocks_;
};

}  // namespace lightcone::models::spanner::hlc

// What the quorum store promises, and the monitor that compares what clients were told with what servers
// hold. Numbers are those of SYSTEMS T11.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/dynamo/messages.hpp"
#include "models/dynamo/parameters.hpp"
#include "sim/claims.hpp"
#include "sim/finding.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::dynamo {

class Client;
class Server;

std::vector<sim::Claim> claims_of(const Parameters& parameters);

// Remembers of each key the newest version that some client was told is written (the floor), and who ever
// held which version durably.
class Monitor final : public sim::Monitor {
 public:
  // Owners are compared at `quiet`: when the load has ended and repair has had its time.
  Monitor(sim::Simulation& simulation, const Parameters& parameters, sim::Instant quiet);

  void after_event(sim::NodeId node) override;
  void at_end() override { look_for_lost_writes(); }

 private:
  struct Floor {
    Tag tag{};
    bool deleted = false;
    Tag read{};  // the newest that some read found
  };
  struct SeenClient {
    std::uint32_t incarnation = 0;
    std::uint64_t begun = 0;
    std::uint64_t ended = 0;
    Floor floor{};  // of its key, when its operation began
  };
  struct SeenServer {
    std::uint32_t incarnation = 0;
    std::uint64_t changes = 0;
    std::uint64_t successes = 0;
    bool is_back = false;  // restarted, and not yet looked at
  };

  void look_at_client(sim::NodeId node);
  void look_at_server(sim::NodeId node);
  void look_for_lost_writes();
  void look_at_write(sim::NodeId client, const Floor& floor);
  void look_at_read(sim::NodeId client, const Floor& floor);
  void look_at_success(sim::NodeId node);
  void compare_owners();
  bool was_forgotten(const std::string& key, const Tag& tag) const;
  const Client* client_on(sim::NodeId node) const;
  const Server* server_on(sim::NodeId node) const;
  std::string name(sim::NodeId node) const { return simulation_.node(node).node_name(); }

  sim::Simulation& simulation_;
  const Parameters& parameters_;
  sim::Instant quiet_;
  bool compared_ = false;
  std::vector<sim::NodeId> servers_;
  std::map<sim::NodeId, SeenClient> clients_;
  std::map<sim::NodeId, SeenServer> seen_servers_;
  std::map<std::string, Floor> floors_;
  std::map<std::string, std::map<sim::NodeId, Tag>>
      held_;                              // the newest version that a node ever held durably
  std::map<std::string, Tag> forgotten_;  // the newest tombstone that somebody forgot
};

}  // namespace lightcone::models::dynamo

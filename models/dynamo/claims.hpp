// What the quorum store promises, and the monitor that compares what clients were told with what servers
// hold, where timestamps order versions. Numbers are those of SYSTEMS T11 and T20.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/dynamo/parameters.hpp"
#include "models/dynamo/watcher.hpp"
#include "sim/claims.hpp"
#include "sim/finding.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::dynamo {

std::vector<sim::Claim> claims_of(const Parameters& parameters);

// Remembers of each key the newest version that some client was told is written (the floor), and who ever
// held which version durably.
class Monitor final : public Watcher {
 public:
  // Owners are compared at `quiet`: when the load has ended and repair has had its time.
  Monitor(sim::Simulation& simulation, const Parameters& parameters, sim::Instant quiet);

  void after_event(sim::NodeId node) override;
  void at_end() override { look_for_lost_writes(); }

 protected:
  void request_began(sim::NodeId client, const Client::Doing& doing) override;
  void request_ended(sim::NodeId client, const Client::Done& done) override;
  void server_is_back() override { look_for_lost_writes(); }
  void became_durable(sim::NodeId node, const Store::Change& change) override;
  void write_succeeded(sim::NodeId node, const Coordinator::Success& success) override;

 private:
  struct Floor {
    Tag tag{};
    bool deleted = false;
    Tag read{};  // the newest that some read found
  };

  void look_for_lost_writes();
  void look_at_write(sim::NodeId client, const Client::Done& done);
  void look_at_read(sim::NodeId client, const Client::Done& done);
  void compare_owners();
  bool was_forgotten(const std::string& key, const Tag& tag) const;

  const Parameters& parameters_;
  sim::Instant quiet_;
  bool compared_ = false;
  std::map<std::string, Floor> floors_;
  std::map<sim::NodeId, Floor> floor_at_begin_;  // by client, of its key, when its request began
  std::map<std::string, std::map<sim::NodeId, Tag>>
      held_;                              // the newest version that a node ever held durably
  std::map<std::string, Tag> forgotten_;  // the newest tombstone that somebody forgot
};

}  // namespace lightcone::models::dynamo

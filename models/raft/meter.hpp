// Numbers over time about a Raft group (SYSTEMS T18, metrics): who leads and in which term, how long nobody
// did, elections in vain, how far followers lag, and how long the log is. It promises nothing.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "models/raft/server.hpp"
#include "sim/simulation.hpp"

namespace lightcone::models::raft {

class Meter final : public sim::Monitor {
 public:
  // `heal`: when the last fault ends.
  Meter(sim::Simulation& simulation, std::vector<sim::NodeId> servers, sim::Instant heal);

  void after_event(sim::NodeId node) override;

 private:
  using Position = parts::raft::Position;

  struct Seen {
    sim::NodeId node;
    std::string lag_curve;
    Position position = Position::follower;
    std::int64_t lag = -1;  // what was sampled last
  };

  void look_at_position(Seen& seen, const Server* server);
  void begin_leading(const Seen& seen, parts::raft::Term term);
  void stop_leading();
  void sample_logs();
  const Server* server_on(sim::NodeId node) const;

  sim::Simulation& simulation_;
  std::vector<Seen> servers_;
  sim::Instant heal_;
  bool is_healed_ = false;             // and there has been a leader since
  sim::NodeId leader_ = sim::no_node;  // of the greatest term that anybody led
  std::optional<sim::Instant> leaderless_since_ = sim::Instant{};
  parts::raft::Term term_ = 0;
  sim::Instant next_sample_{};
};

}  // namespace lightcone::models::raft

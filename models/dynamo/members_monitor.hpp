// Watches who the servers believe to be there: that they agree soon after the trouble has ended, that who was
// removed stays out, and that ranges are where they belong before anybody relies on it (SYSTEMS P20.4 and
// P20.5). It measures how long news of a step take to be everywhere.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/dynamo/parameters.hpp"
#include "models/dynamo/watcher.hpp"

namespace lightcone::models::dynamo {

class MembersMonitor final : public Watcher {
 public:
  // Beliefs are compared some rounds of gossip after `heal`, and at the end.
  MembersMonitor(sim::Simulation& simulation, const Parameters& parameters, sim::Instant heal);

  void after_event(sim::NodeId node) override;
  void at_end() override { look_for_missing_news(); }

 protected:
  void read_succeeded(sim::NodeId node, const Coordinator::Success& success) override;

 private:
  struct View {  // of one server, in one incarnation
    std::uint32_t incarnation = 0;
    std::uint64_t changes = 0;
    std::map<sim::NodeId, Standing> standings{};  // spare, if nothing was seen
  };
  struct News {
    sim::Instant since{};
    bool is_everywhere = false;
  };
  using Step = std::pair<sim::NodeId, Standing>;
  // What a server had when it heard that ranges find new owners, and who they are.
  struct Moving {
    std::string key;
    Version version;
    std::vector<sim::NodeId> to;
  };

  void look_at_standings(sim::NodeId node);
  void step_seen(sim::NodeId node, const Step& step);
  void see_who_has_heard();
  void remember_what_moves(sim::NodeId node, sim::NodeId who);
  void look_at_what_moved(const Step& step);
  bool is_member(sim::NodeId node) const;
  void compare_beliefs();
  void look_for_missing_news();

  sim::Instant heal_;
  sim::Duration rounds_;   // in which news are everywhere
  std::int64_t may_miss_;  // in a removal: servers that have not streamed
  bool compared_ = false;
  std::map<sim::NodeId, View> views_;
  std::map<Step, News> steps_;
  std::map<sim::NodeId, std::map<sim::NodeId, std::vector<Moving>>> moving_;  // by who goes, and holder
};

}  // namespace lightcone::models::dynamo

// Watches the shopping carts and the sets: an item that a client was told is in its cart stays there until
// somebody takes it out (SYSTEMS P20.2).
#pragma once

#include <map>
#include <string>

#include "models/dynamo/watcher.hpp"

namespace lightcone::models::dynamo {

class CartMonitor final : public Watcher {
 public:
  explicit CartMonitor(sim::Simulation& simulation) : Watcher(simulation) {}

  void at_end() override;

 protected:
  void request_began(sim::NodeId client, const Client::Doing& doing) override;
  void request_ended(sim::NodeId client, const Client::Done& done) override;

 private:
  struct Item {
    bool is_acknowledged = false;
    bool removal_began = false;
    bool is_removed = false;  // acknowledged
  };
  std::map<std::string, std::map<sim::Value, Item>> carts_;
};

}  // namespace lightcone::models::dynamo

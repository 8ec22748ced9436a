// Watches a store whose versions have dots: no acknowledged write is gone that nobody replaced, and no
// version stays beside one that replaced it. Numbers are those of SYSTEMS T11 and T20.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "models/dynamo/causality.hpp"
#include "models/dynamo/parameters.hpp"
#include "models/dynamo/watcher.hpp"

namespace lightcone::models::dynamo {

class SiblingMonitor final : public Watcher {
 public:
  // Owners are compared at `quiet`: when the load has ended and repair has had its time.
  SiblingMonitor(sim::Simulation& simulation, const Parameters& parameters, sim::Instant quiet);

  void after_event(sim::NodeId node) override;
  void at_end() override { look_for_lost_writes(); }

 protected:
  void request_began(sim::NodeId client, const Client::Doing& doing) override;
  void request_ended(sim::NodeId client, const Client::Done& done) override;
  void server_started(sim::NodeId node) override;
  void server_is_back() override { look_for_lost_writes(); }
  void became_durable(sim::NodeId node, const Store::Change& change) override;
  void store_changed(sim::NodeId node, const Store& store) override;
  void write_succeeded(sim::NodeId node, const Coordinator::Success& success) override;

 private:
  using Writes = std::set<WriteId>;
  struct Key {
    Writes frontier{};            // acknowledged, and not known to precede another that is
    Causality::Many forgotten{};  // tombstones
    Writes acknowledged{};
    Writes replaced{};                              // unseen, by a writer that had read the same
    std::map<sim::NodeId, Causality::Many> held{};  // ever, durably
    std::map<sim::NodeId, Writes> current{};        // siblings, as far as they were looked at
    bool has_false_siblings = false;
  };

  void acknowledge(sim::NodeId client, const std::string& name, WriteId write);
  void look_at_read(sim::NodeId client, const Client::Done& done);
  void look_at_siblings(sim::NodeId node, const std::string& name, const Writes& now);
  void look_at_what_went(sim::NodeId node, const std::string& name, const Writes& now);
  void report_lost_update(const std::string& key, WriteId write);
  bool has_held(const Key& key, sim::NodeId node, WriteId write) const;
  void look_for_lost_writes();
  void compare_owners();

  const Parameters& parameters_;
  sim::Instant quiet_;
  bool compared_ = false;
  Causality causality_;
  std::map<std::string, Key> keys_;
  std::map<sim::NodeId, Writes> frontier_at_begin_;   // by client, of the key it reads
  std::set<std::pair<WriteId, WriteId>> concurrent_;  // pairs that were looked at
};

}  // namespace lightcone::models::dynamo

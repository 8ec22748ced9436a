// Measures how far behind reads and owners are (SYSTEMS T11, metrics): of each read how many acknowledged
// writes it does not show, and for how long they had been acknowledged when it began; and of how many keys
// the owners that are up hold different versions. Curves have a point every 100 ms at most. It promises
// nothing.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "models/dynamo/parameters.hpp"
#include "models/dynamo/watcher.hpp"

namespace lightcone::models::dynamo {

class StalenessMeter final : public Watcher {
 public:
  StalenessMeter(sim::Simulation& simulation, const Parameters& parameters)
      : Watcher(simulation), parameters_(parameters) {}

  void after_event(sim::NodeId node) override;

 protected:
  void request_began(sim::NodeId client, const Client::Doing& doing) override;
  void request_ended(sim::NodeId client, const Client::Done& done) override;
  void became_durable(sim::NodeId, const Store::Change& change) override { keys_.insert(change.key); }

 private:
  struct Acknowledged {
    Tag tag;
    sim::Instant at;
    bool deleted;
  };

  void look_at_read(sim::Instant began, const Client::Done& read);
  void count_differing_keys();
  bool owners_differ(const Server& one, const std::string& key) const;
  void sample(const std::string& name, std::int64_t value);

  const Parameters& parameters_;
  std::set<std::string> keys_;
  sim::Instant next_sample_{};
  std::int64_t most_behind_ = 0;               // of the reads since the last sample: versions
  std::map<sim::NodeId, sim::Instant> began_;  // by client: its request
  // By key, ascending by tag. Siblings have no tags: of them the other monitor says what a read lacks.
  std::map<std::string, std::vector<Acknowledged>> acknowledged_;
  std::map<std::string, std::int64_t> latest_;  // what was sampled last
};

}  // namespace lightcone::models::dynamo

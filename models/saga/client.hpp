// A client: moves money between accounts and looks at all of them, or uses registers, counters and sets. What
// was aborted was not done, and is tried again with its age for as long as the client's patience lasts.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "models/parts/workload/ending.hpp"
#include "models/parts/workload/worker.hpp"
#include "models/saga/messages.hpp"
#include "models/saga/parameters.hpp"

namespace lightcone::models::saga {

// Accounts where each key is at one participant; registers, counters and sets where all have all.
const std::vector<sim::OperationKind>& operation_kinds(Placement placement);

class Client final : public parts::Worker {
 public:
  // `participants`: in the order of the deployment; `nearest`: nearest first. `index`: of this client among
  // the clients, from 0.
  Client(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
         const sim::Phases& phases, std::vector<NodeId> participants, std::vector<NodeId> nearest,
         std::size_t index);

 private:
  sim::Task<> perform(parts::OperationSource::Drawn drawn) override;
  sim::Task<> read_everything() override;
  sim::Task<> transfer(std::uint64_t key);
  sim::Task<> read_accounts();
  // Or a counter, or a set.
  sim::Task<> use_register(std::string_view f, std::string key, sim::Value value);
  sim::Value element_for(std::string_view f, const std::string& set, std::int64_t drawn);
  sim::Task<parts::Ending> execute(std::vector<Step> steps, NodeId server);
  NodeId server_for(const std::string& key);
  bool uses(std::string_view f) const;

  const Parameters& parameters_;
  std::vector<NodeId> participants_;
  std::vector<NodeId> nearest_;
  sim::Stream chance_;
  NodeId favourite_ = sim::no_node;  // who answered last
  std::map<NodeId, std::uint64_t> connections_;
  std::uint64_t requests_ = 0;
  std::map<std::string, std::deque<std::int64_t>> inserted_;  // by set: what this client has not taken out
};

}  // namespace lightcone::models::saga

// A Raft cluster with clients for tests, without scenario files.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/raft/model.hpp"
#include "models/raft/parameters.hpp"
#include "models/raft/server.hpp"
#include "sim/model.hpp"
#include "sim/simulation.hpp"

namespace lightcone::tests {

class Cluster {
 public:
  struct Plan {
    models::raft::Parameters parameters{};
    sim::Workload workload{};
    sim::BugSet bugs{};
    std::uint64_t seed = 1;
    sim::Duration load{std::chrono::seconds(10)};
    sim::LinkQuality link{};
  };

  explicit Cluster(Plan plan)
      : plan_(std::move(plan)), model_(models::raft::make_model()), simulation_(plan_.seed) {
    phases_.load_ends = phases_.heal = plan_.load;
    phases_.final_reads = plan_.load + std::chrono::seconds(5);
    phases_.end = plan_.load + std::chrono::seconds(10);
    simulation_.network().set_default(plan_.link);
    for (const sim::Role& role : model_->roles(&plan_.parameters, plan_.workload)) {
      for (std::int64_t i = 0; i < role.count; ++i) {
        const std::string name = role.prefix + std::to_string(i + 1);
        simulation_.add_node({name, role.name, [this, role_name = role.name, i](sim::Env& env) {
                                return factory(role_name, static_cast<std::size_t>(i))(env);
                              }});
      }
    }
    model_->watch(&plan_.parameters, deployment_);
    simulation_.start();
  }

  sim::Simulation& simulation() { return simulation_; }
  void run_until(sim::Duration at) { simulation_.run_until(sim::Instant(at)); }
  void run_to_the_end() {
    simulation_.run_until(sim::Instant(phases_.end));
    simulation_.finish();
  }
  sim::NodeId leader() const { return model_->focus(simulation_); }
  models::raft::Server& server(sim::NodeId node) {
    return *static_cast<models::raft::Server*>(simulation_.node(node).process());
  }
  std::size_t operations(sim::Outcome outcome) {
    std::size_t count = 0;
    for (const auto& operation : simulation_.history().history())
      count += operation.outcome == outcome ? 1 : 0;
    return count;
  }

 private:
  sim::ProcessFactory factory(std::string_view role, std::size_t index) {
    return model_->process(&plan_.parameters, deployment_, role, index);
  }

  Plan plan_;
  std::unique_ptr<sim::Model> model_;
  sim::Phases phases_;
  sim::Simulation simulation_;
  sim::Deployment deployment_{simulation_, plan_.workload, phases_, plan_.bugs};
};

}  // namespace lightcone::tests

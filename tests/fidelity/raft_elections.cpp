#include "tests/fidelity/raft_elections.hpp"

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>

#include "models/parts/key_value/command.hpp"
#include "models/raft/server.hpp"
#include "sim/ensure.hpp"
#include "sim/fact.hpp"
#include "sim/network/rule.hpp"
#include "sim/simulation.hpp"

namespace lightcone::tests {

namespace raft = models::raft;
namespace group = models::parts::raft;
using sim::NodeId;

namespace {

// Drops what would bring `without` up to date, and notes when a leader speaks to everybody.
class ShortLogs final : public sim::Rule {
 public:
  std::vector<NodeId> without{};
  group::Round newest_round = 0;

  sim::RuleVerdict on_send(const sim::Passage& passage) override {
    if (&passage.type != &sim::fact_type<group::AppendEntries>) return {};
    const auto& append = *static_cast<const group::AppendEntries*>(passage.fact);
    newest_round = std::max(newest_round, append.round);
    const bool is_kept_short = std::find(without.begin(), without.end(), passage.to) != without.end();
    if (!is_kept_short || append.entries.empty()) return {};
    return {sim::RuleVerdict::Action::drop, {}};
  }
};

class Cluster {
 public:
  Cluster(const Elections& given, std::uint64_t seed) : parameters_(given.parameters()), simulation_(seed) {
    sim::LinkQuality link;
    link.latency = given.one_way;
    simulation_.network().set_default(link);
    for (std::int64_t i = 0; i < given.servers; ++i) {
      sim::NodeSpec spec("n" + std::to_string(i + 1), "server", [this](sim::Env& env) {
        return std::make_unique<raft::Server>(env, parameters_, bugs_, servers_);
      });
      spec.disk.sync_latency = given.write;
      servers_.push_back(simulation_.add_node(std::move(spec)));
    }
    simulation_.network().add_rule(rule);
    simulation_.start();
    for (std::int64_t i = 0; i < given.down; ++i)
      simulation_.crash(servers_.at(static_cast<std::size_t>(i)), sim::Simulation::CrashKind::process);
  }
  ~Cluster() { simulation_.network().remove_rule(rule); }

  ShortLogs rule{};

  sim::Simulation& simulation() { return simulation_; }
  const std::vector<NodeId>& servers() const { return servers_; }
  group::Group& member(NodeId node) {
    return static_cast<raft::Server*>(simulation_.node(node).process())->raft();
  }
  bool is_up(NodeId node) { return simulation_.node(node).is_up(); }

  // Of the highest term; no_node: nobody leads.
  NodeId leader() {
    NodeId found = sim::no_node;
    for (const NodeId node : servers_) {
      if (!is_up(node) || member(node).position() != group::Position::leader) continue;
      if (found == sim::no_node || member(node).term() > member(found).term()) found = node;
    }
    return found;
  }
  void run_until_leader() {
    while (leader() == sim::no_node) sim::ensure(simulation_.step(), "an election ends");
  }
  void run_for(sim::Duration time) { simulation_.run_until(simulation_.now() + time); }

 private:
  raft::Parameters parameters_;
  sim::BugSet bugs_{};
  std::vector<NodeId> servers_{};
  sim::Simulation simulation_;
};

double milliseconds(sim::Duration time) { return static_cast<double>(time.count()) / 1e6; }

// A leader whose last entry two of the others never got.
NodeId lead_with_short_logs(Cluster& cluster) {
  cluster.run_until_leader();
  const NodeId leader = cluster.leader();
  const auto agrees = [&](NodeId node) {
    return cluster.member(node).log().last_index() == cluster.member(leader).log().last_index() &&
           cluster.member(node).leader() == leader;
  };
  while (cluster.leader() == leader &&
         !std::all_of(cluster.servers().begin(), cluster.servers().end(), agrees))
    cluster.simulation().step();
  if (cluster.leader() != leader) return lead_with_short_logs(cluster);
  for (const NodeId node : cluster.servers()) {
    if (node != leader && cluster.rule.without.size() < 2) cluster.rule.without.push_back(node);
  }
  models::parts::key_value::Command command;
  command.verb = models::parts::key_value::Verb::put;
  command.key = "x";
  const auto index = cluster.member(leader).propose(sim::Payload::of(command));
  sim::ensure(index.has_value(), "the leader leads");
  while (cluster.member(leader).commit_index() < *index && cluster.leader() == leader)
    cluster.simulation().step();
  return leader;
}

}  // namespace

raft::Parameters Elections::parameters() const {
  raft::Parameters parameters;
  parameters.servers = servers;
  parameters.election_min = timeout_min;
  parameters.election_max = timeout_max;
  parameters.heartbeat = timeout_min / 2;
  parameters.prevote = parameters.check_quorum = parameters.stickiness = false;
  return parameters;
}

double Measured::quantile(double share) const {
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(times.size()));
  return times.at(std::min(times.size() - 1, rank));
}

double Measured::mean() const {
  return std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
}

Measured from_fresh_timers(const Elections& given) {
  Measured measured;
  for (std::uint64_t trial = 0; trial < given.trials; ++trial) {
    Cluster cluster(given, trial + 1);
    cluster.run_until_leader();
    measured.times.push_back(milliseconds(cluster.simulation().now().time_since_epoch()));
    measured.split += cluster.member(cluster.leader()).term() > 1 ? 1 : 0;
  }
  measured.split /= static_cast<double>(given.trials);
  std::sort(measured.times.begin(), measured.times.end());
  return measured;
}

Measured after_a_crash(const Elections& given) {
  Measured measured;
  for (std::uint64_t seed = 1; measured.times.size() < given.trials; ++seed) {
    Cluster cluster(given, seed);
    sim::Stream chance(seed, "crash");
    const NodeId leader = lead_with_short_logs(cluster);
    const group::Term term = cluster.member(leader).term();
    const group::Round before = cluster.rule.newest_round;
    while (cluster.rule.newest_round == before) cluster.simulation().step();
    cluster.run_for(chance.between(sim::Duration::zero(), given.parameters().heartbeat - sim::Duration(1)));
    if (cluster.leader() != leader) continue;  // a voter's timer was shorter than the disk's writes
    const sim::Instant crashed = cluster.simulation().now();
    cluster.simulation().crash(leader, sim::Simulation::CrashKind::process);
    cluster.run_until_leader();
    measured.times.push_back(milliseconds(cluster.simulation().now() - crashed));
    measured.split += cluster.member(cluster.leader()).term() > term + 1 ? 1 : 0;
  }
  measured.split /= static_cast<double>(given.trials);
  std::sort(measured.times.begin(), measured.times.end());
  return measured;
}

}  // namespace lightcone::tests

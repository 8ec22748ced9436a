#include <catch2/catch.hpp>

#include "tests/models/cluster.hpp"

namespace lightcone::tests {

using namespace std::chrono_literals;

TEST_CASE("raft: a cluster elects a leader and serves its clients") {
  const Cluster::Plan plan;
  Cluster cluster(plan);
  cluster.run_to_the_end();
  CHECK(cluster.leader() != sim::no_node);
  CHECK(cluster.operations(sim::Outcome::ok) > 1000);
  CHECK(cluster.operations(sim::Outcome::info) == 0);
  CHECK(cluster.operations(sim::Outcome::fail) == 0);
  CHECK(cluster.simulation().findings().empty());
}

TEST_CASE("raft: a crashed leader is replaced, and nothing is lost when it comes back") {
  const Cluster::Plan plan;
  Cluster cluster(plan);
  cluster.run_until(3s);
  const sim::NodeId first = cluster.leader();
  REQUIRE(first != sim::no_node);
  cluster.simulation().crash(first, sim::Simulation::CrashKind::power);
  cluster.run_until(5s);
  const sim::NodeId second = cluster.leader();
  CHECK(second != sim::no_node);
  CHECK(second != first);
  cluster.simulation().restart(first);
  cluster.run_to_the_end();
  CHECK(cluster.simulation().findings().empty());
  CHECK(cluster.operations(sim::Outcome::ok) > 1000);
  CHECK(cluster.server(first).store().digest() == cluster.server(second).store().digest());
}

TEST_CASE("raft: the same seed gives the same run, another seed another one") {
  const auto fingerprint = [](std::uint64_t seed) {
    Cluster::Plan plan;
    plan.seed = seed;
    Cluster cluster(plan);
    cluster.run_to_the_end();
    return cluster.simulation().fingerprint();
  };
  CHECK(fingerprint(1) == fingerprint(1));
  CHECK(fingerprint(1) != fingerprint(2));
}

}  // namespace lightcone::tests

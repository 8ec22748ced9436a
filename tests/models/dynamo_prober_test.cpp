// One server that pings others, without a simulation: who is asked, who passes an answer on, and who is
// believed to be down.
#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <vector>

#include "models/dynamo/server.hpp"
#include "tests/models/one_server.hpp"

namespace lightcone::tests {

namespace {

using namespace models::dynamo;
using State = models::parts::gossip::Swim::State;
using Update = models::parts::gossip::Swim::Update;

constexpr NodeId n1{0}, n2{1}, n3{2}, n4{3};

Parameters pinging() {
  Parameters parameters;
  parameters.servers = 4;
  parameters.conflict = Conflict::dvv;
  parameters.read_repair = ReadRepair::async;
  parameters.gossip_every = std::chrono::milliseconds(100);
  parameters.detector = Detector::swim;
  parameters.indirect_probes = 2;
  parameters.suspicion_periods = 3;
  return parameters;
}

class Pinging : public OneServer<Server, Parameters> {
 public:
  explicit Pinging(NodeId self) : OneServer(self, pinging(), {}, {n1, n2, n3, n4}) {}
  // The next period: whom it pings.
  NodeId ping(std::uint64_t& number) {
    env().fire<ProbeDue>(server());
    const auto probes = sent<Probe>();
    REQUIRE(probes.size() == 1);
    number = probes[0].message.number;
    return probes[0].to;
  }
  bool believes_up(NodeId node) { return server().membership().is_up(node); }
};

}  // namespace

TEST_CASE("dynamo: who does not answer in time is pinged by others, and is not if it does") {
  Pinging server(n1);
  std::uint64_t number = 0;
  const NodeId answering = server.ping(number);
  server.hear(answering, ProbeAnswer{number, {}});
  server.env().fire<ProbeLate>(server.server());
  CHECK(server.sent<ProbeFor>().empty());

  const NodeId silent = server.ping(number);
  server.env().fire<ProbeLate>(server.server());
  const auto asked = server.sent<ProbeFor>();
  REQUIRE(asked.size() == 2);
  CHECK(asked[0].to != asked[1].to);
  for (const auto& [to, request] : asked) {
    CHECK(to != silent);
    CHECK(request.target == silent);
    CHECK(request.number == number);
  }
}

TEST_CASE("dynamo: an answer to a ping for another server is passed on, once, and is none to an own ping") {
  Pinging helper(n2);
  helper.hear(n1, ProbeFor{7, n3, {}});
  const auto pings = helper.sent<Probe>();
  REQUIRE(pings.size() == 1);
  CHECK(pings[0].to == n3);
  for (int i = 0; i < 2; ++i) helper.hear(n3, ProbeAnswer{pings[0].message.number, {}});
  const auto answers = helper.sent<ProbeAnswer>();
  REQUIRE(answers.size() == 1);
  CHECK(answers[0].to == n1);
  CHECK(answers[0].message.number == 7);
}

TEST_CASE("dynamo: who is silent for long is believed to be down, and is up when it refutes that") {
  Pinging server(n1);
  for (int period = 0; period < 20; ++period) {
    std::uint64_t number = 0;
    const NodeId target = server.ping(number);
    if (target != n3) server.hear(target, ProbeAnswer{number, {}});
  }
  CHECK_FALSE(server.believes_up(n3));
  CHECK(server.believes_up(n2));
  CHECK(server.believes_up(n4));
  // A ping says what is held against its target, whose answer refutes it.
  Pinging silent(n3);
  const Update held{n3, State::down, 0};
  silent.hear(n1, Probe{9, {held}});
  const auto answer = silent.sent<ProbeAnswer>();
  REQUIRE(answer.size() == 1);
  server.hear(n3, answer[0].message);
  CHECK(server.believes_up(n3));
}

TEST_CASE("dynamo: who has left is pinged no more") {
  Pinging server(n1);
  server.hear(n2, Outdated{0, {{n4, {1, 1, left}}}});
  for (int period = 0; period < 10; ++period) {
    std::uint64_t number = 0;
    CHECK(server.ping(number) != n4);
  }
}

}  // namespace lightcone::tests

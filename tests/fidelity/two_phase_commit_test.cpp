// What two-phase commit costs when nothing goes wrong, as published: Gray and Lamport, "Consensus on
// Transaction Commit", TODS 2006, figure 4. One transaction of N participants, from the moment at which its
// initiator is prepared until every participant knows the outcome. Acknowledgements come later and are not
// counted there; neither is the disk of the initiator, who was prepared before.
#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "models/registry.hpp"
#include "scenarios/load.hpp"
#include "scenarios/run.hpp"
#include "sim/simulation.hpp"
#include "tests/fidelity/row.hpp"

namespace lightcone::tests {

namespace {

using namespace std::chrono_literals;

constexpr sim::Duration message_delay = 1ms;
constexpr sim::Duration write_delay = 100ms;

// Counts what goes over the wire, and when the last decision has arrived.
class Watch final : public sim::Observer {
 public:
  void on(const sim::Occurrence& occurrence) override {
    const std::string_view type = occurrence.type == nullptr ? "" : occurrence.type->name;
    if (occurrence.what == sim::Happening::sent && type == "BeginCommit") began_ = occurrence.at;
    const bool is_counted = type == "BeginCommit" || type == "Prepare" || type == "Vote" || type == "Decide";
    if (occurrence.what == sim::Happening::sent && is_counted && occurrence.node != occurrence.peer)
      ++messages;
    if (occurrence.what == sim::Happening::delivered && type == "Decide" &&
        told_.insert(occurrence.node).second)
      took = occurrence.at - began_;
  }
  int messages = 0;
  sim::Duration took{};

 private:
  sim::Instant began_{};
  std::set<sim::NodeId> told_;
};

struct Cost {
  double message_delays = 0;
  double messages = 0;
  double write_delays = 0;
  double writes = 0;
};

Cost measure(int participants, bool together) {
  const std::string text = fmt::format(
      R"({{"title": "One write", "system": {{"model": "saga", "profile": "2pc-copies",
      "parameters": {{"participants": {}, "coordinators": 1, "together": {}, "vote_timeout": "10s",
      "inquire_after": "10s"}}}}, "network": {{"latency": "1ms"}}, "machines": {{"sync": "100ms"}},
      "workload": {{"clients": 1, "keys": 1, "sticky": "node", "timeout": "5s",
      "script": [{{"client": 1, "at": "3s", "f": "put", "key": 0, "value": 1}}]}},
      "length": "10s", "calm": "2s", "seed": 1}})",
      participants, together);
  const models::Registry registry;
  scenarios::Diagnostics diagnostics("commit", text);
  const auto loaded = scenarios::load(registry, {}, diagnostics);
  INFO(diagnostics.to_text());
  REQUIRE(loaded);
  Watch watch;
  scenarios::RunOptions options;
  options.attach = [&](sim::Simulation& simulation) {
    simulation.observe(watch, sim::Interest::everything);
    return nullptr;
  };
  const auto run = scenarios::run(*loaded, options);
  REQUIRE(run);
  Cost cost;
  cost.messages = watch.messages;
  cost.write_delays = static_cast<double>(watch.took / write_delay);
  cost.message_delays = static_cast<double>(watch.took % write_delay / message_delay);
  cost.writes = static_cast<double>(run->metrics.counters.at("forced writes"));
  return cost;
}

}  // namespace

TEST_CASE("two-phase commit: what a transaction of five costs") {
  const Cost apart = measure(5, false);
  check_row({"two-phase commit, N = 5: message delays", "4", 4, 0}, apart.message_delays);
  check_row({"two-phase commit, N = 5: messages", "3N - 1", 14, 0}, apart.messages);
  check_row({"two-phase commit, N = 5: delays by stable writes", "2", 2, 0}, apart.write_delays);
  check_row({"two-phase commit, N = 5: stable writes", "N + 1", 6, 0}, apart.writes);
  check_row({"two-phase commit, N = 5, coordinator with the initiator: messages", "3N - 3", 12, 0},
            measure(5, true).messages);
}

TEST_CASE("two-phase commit: what it costs grows with the participants") {
  for (const int n : {2, 3, 4, 7, 9, 16, 31}) {
    const Cost cost = measure(n, false);
    const std::string name = fmt::format("two-phase commit, N = {}", n);
    check_row({name + ": messages", "3N - 1", 3.0 * n - 1, 0}, cost.messages);
    check_row({name + ": stable writes", "N + 1", n + 1.0, 0}, cost.writes);
    CHECK(cost.message_delays == 4);
    CHECK(cost.write_delays == 2);
    check_row({name + ", coordinator with the initiator: messages", "3N - 3", 3.0 * n - 3, 0},
              measure(n, true).messages);
  }
}

}  // namespace lightcone::tests

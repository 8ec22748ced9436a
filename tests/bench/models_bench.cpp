// What each model costs: processor time of simulating and of judging, simulated time against it, and how much
// a protocol chatters (events an operation). No faults; each profile's own defaults otherwise.
//
//   models_bench [REPETITIONS [MODEL...]]     default 3, medians; all models
//
// Loads: ten simulated minutes with ten clients that pause 100 ms between operations, about 100 operations a
// second, and one minute with a hundred of them, about 1,000 a second. A Raft key-value store also for ten
// minutes at 1,000 a second that do not wait for answers, with a batch every 10 ms: how such stores are run.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "models/registry.hpp"
#include "reports/judge.hpp"
#include "scenarios/load.hpp"
#include "scenarios/run.hpp"
#include "tests/bench/usage.hpp"

namespace {

using namespace lightcone;

struct Load {
  int clients;
  int minutes;
  std::string_view workload = R"("think": {"exponential": {"mean": "100ms"}})";
  std::string_view parameters = "{}";
};
constexpr Load hundred_a_second{10, 10};
constexpr Load thousand_a_second{100, 1};
constexpr Load thousand_in_batches{100, 10, R"("rate": 1000)", R"({"batch": "10ms"})"};

struct Cost {
  double simulating = 0;  // CPU seconds
  double judging = 0;
  std::size_t operations = 0;
  std::uint64_t events = 0;
  reports::Verdict verdict = reports::Verdict::held;
};

std::string scenario(std::string_view model, std::string_view profile, const Load& load) {
  return fmt::format(
      R"({{"title": "Cost", "question": "What does it cost?", "system": {{"model": "{}", "profile": "{}", "parameters": {}}},
 "workload": {{"clients": {}, {}}}, "length": "{}m", "calm": "20s"}})",
      model, profile, load.parameters, load.clients, load.workload, load.minutes);
}

Cost measure(const scenarios::Loaded& loaded) {
  Cost cost;
  const double start = cpu_seconds();
  const auto record = scenarios::run(loaded, {});
  const double ran = cpu_seconds();
  cost.verdict = reports::judge(*record).verdict;
  cost.judging = cpu_seconds() - ran;
  cost.simulating = ran - start;
  cost.operations = record->history.size();
  cost.events = record->events;
  return cost;
}

bool bench(const models::Registry& registry, std::string_view model, std::string_view profile,
           const Load& load, int repetitions) {
  scenarios::Diagnostics diagnostics("models_bench", scenario(model, profile, load));
  const auto loaded = scenarios::load(registry, {}, diagnostics);
  if (!loaded) {
    std::fputs(diagnostics.to_text().c_str(), stderr);
    return false;
  }
  std::vector<Cost> costs;
  for (int i = 0; i < repetitions; ++i) costs.push_back(measure(*loaded));
  std::sort(costs.begin(), costs.end(),
            [](const Cost& a, const Cost& b) { return a.simulating < b.simulating; });
  const Cost& cost = costs[costs.size() / 2];
  const auto operations = static_cast<double>(cost.operations);
  fmt::print("{:16} {:5} min {:8} ops {:9.2f} s {:9.2f} s {:9.0f} x {:9.0f} {:11.1f}  {}\n",
             fmt::format("{}/{}", model, profile), load.minutes, cost.operations, cost.simulating,
             cost.judging, 60.0 * load.minutes / cost.simulating, operations / cost.simulating,
             static_cast<double>(cost.events) / operations, to_string(cost.verdict));
  std::fflush(stdout);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  const int repetitions = argc > 1 ? std::max(1, std::atoi(argv[1])) : 3;
  const models::Registry registry;
  fmt::print("{:16} {:>9} {:>12} {:>11} {:>11} {:>11} {:>9} {:>11}  {}\n", "model", "simulated", "",
             "simulating", "judging", "real time", "ops/s", "events/op", "verdict");
  const std::vector<std::string> wanted(argv + std::min(argc, 2), argv + argc);
  for (const auto& model : registry.all()) {
    if (!wanted.empty() && std::ranges::count(wanted, model->name()) == 0) continue;
    for (const sim::Profile& profile : model->profiles()) {
      for (const Load& load : {hundred_a_second, thousand_a_second, thousand_in_batches}) {
        if (!load.parameters.starts_with("{}") && model->name() != "raft") continue;
        if (!bench(registry, model->name(), profile.name, load, repetitions)) return EXIT_FAILURE;
      }
    }
  }
  return EXIT_SUCCESS;
}

// How soon does a hunt find a missing safeguard, strategy by strategy, and how small does shrinking make what
// it found? Seeds are exact and the same on every machine; seconds are of all cores.
//
//   hunt_bench [--repetitions N] [--limit SEEDS] [--bug NAME] [--no-shrink]      from the top of the sources
//
// Each core switch of each model, by each strategy, from N places in the seeds that are far apart, in that
// scenarios/<model>/random-*.json in which the uniform search finds it first. "-": not within the limit. The
// median of N, where not found counts as more than all.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "models/registry.hpp"
#include "scenarios/load.hpp"
#include "tools/hunt/hunter.hpp"
#include "tools/shrink/shrinker.hpp"

namespace {

using namespace lightcone;
using tools::hunt::StrategyKind;
namespace hunt = tools::hunt;
namespace shrink = tools::shrink;
using Clock = std::chrono::steady_clock;

constexpr StrategyKind strategies[] = {StrategyKind::uniform, StrategyKind::swarm, StrategyKind::pct,
                                       StrategyKind::guided};

struct Settings {
  std::uint64_t repetitions = 5;
  std::uint64_t limit = 1'000;
  std::string bug;
  bool shrink = true;
};

struct Search {
  std::uint64_t seeds = 0;  // until found
  double seconds = 0;
  bool found = false;
  hunt::Failure failure;
};

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

std::optional<scenarios::Loaded> load(const models::Registry& registry, const std::string& file,
                                      const std::string& bug) {
  std::ifstream in(file);
  if (!in) return std::nullopt;
  scenarios::Diagnostics diagnostics(file, {std::istreambuf_iterator<char>(in), {}});
  scenarios::Overrides overrides;
  overrides.bugs = {bug};
  auto loaded = scenarios::load(registry, overrides, diagnostics);
  if (!loaded) std::fputs(diagnostics.to_text().c_str(), stderr);
  return loaded;
}

Search search(const models::Registry& registry, const scenarios::Loaded& loaded, StrategyKind strategy,
              std::uint64_t first, std::uint64_t limit) {
  hunt::Limits limits;
  limits.first_seed = first;
  limits.last_seed = first + limit - 1;
  limits.distinct_failures = 1;
  limits.jobs = std::max(1U, std::thread::hardware_concurrency());
  hunt::Hunter hunter(registry, loaded, strategy, limits);
  const Clock::time_point began = Clock::now();
  hunter.run([](const hunt::Tally&, const hunt::Trial*) { return true; });
  Search result;
  result.seconds = seconds_since(began);
  result.seeds = hunter.tally().trials;
  for (const auto& [signature, found] : hunter.tally().found) {
    result.found = true;
    result.failure = found.shortest;
  }
  return result;
}

std::string median_of(std::vector<Search> searches) {
  std::sort(searches.begin(), searches.end(), [](const Search& a, const Search& b) {
    return a.found != b.found ? a.found : a.seeds < b.seeds;
  });
  const Search& median = searches[searches.size() / 2];
  return median.found ? fmt::format("{:>5} {:>7.2f}s", median.seeds, median.seconds)
                      : fmt::format("{:>5} {:>8}", "-", "");
}

shrink::Extent print_shrunk(const models::Registry& registry, const std::string& bug, const Search& found) {
  const shrink::Extent before = shrink::extent_of(found.failure.frozen, registry);
  const Clock::time_point began = Clock::now();
  shrink::Probe probe(registry, {std::max(1U, std::thread::hardware_concurrency()), {}, {}});
  shrink::Shrinker shrinker(probe, found.failure.frozen, [](const scenarios::Scenario&, std::string_view) {});
  const bool minimal = shrinker.run();
  const shrink::Extent after = shrink::extent_of(shrinker.best(), registry);
  fmt::print("{:<38} {:>4} →{:>3} {:>7} →{:>4} {:>4} →{:>3} {:>5.1f} →{:>5.1f} {:>7} {:>7.1f}s {}\n", bug,
             before.faults, after.faults, before.operations, after.operations, before.nodes, after.nodes,
             static_cast<double>(before.length.count()) / 1e9,
             static_cast<double>(after.length.count()) / 1e9, probe.runs(), seconds_since(began),
             minimal ? "" : "not minimal");
  std::fflush(stdout);
  return after;
}

template <class T>
T middle(std::vector<T> all) {
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

// Whatever is random of the model, in the order of names: random-faults.json, if it is there, before those
// that say more.
std::vector<std::string> random_scenarios_of(const sim::Model& model) {
  std::vector<std::string> files;
  std::error_code none;
  for (const auto& entry :
       std::filesystem::directory_iterator(fmt::format("scenarios/{}", model.name()), none)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("random-") && name.ends_with(".json")) files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end(), [](const std::string& a, const std::string& b) {
    return std::pair(a.size(), a) < std::pair(b.size(), b);
  });
  return files;
}

// In which of them the switch is found with the fewest seeds; the first one, if in none.
std::string where_found(const models::Registry& registry, const std::vector<std::string>& files,
                        const std::string& bug, std::uint64_t limit) {
  std::string where = files.front();
  std::uint64_t fewest = limit;
  for (const std::string& file : files) {
    const auto loaded = load(registry, file, bug);
    if (!loaded) std::exit(1);
    const Search found = search(registry, *loaded, StrategyKind::uniform, 1, fewest);
    if (!found.found || (found.seeds >= fewest && file != files.front())) continue;
    where = file;
    fewest = std::max<std::uint64_t>(found.seeds, 1);
  }
  return where;
}

void bench_model(const models::Registry& registry, const sim::Model& model, const Settings& settings) {
  const std::vector<std::string> files = random_scenarios_of(model);
  if (files.empty()) return;
  fmt::print("\n{}: median seeds and seconds until found, of {}\n{:<38}", model.name(), settings.repetitions,
             "");
  for (const StrategyKind strategy : strategies) fmt::print(" {:>14}", hunt::to_string(strategy));
  fmt::print("  in\n");
  std::map<std::string, Search> to_shrink;
  for (const sim::BugSwitch& bug : model.bugs()) {
    if (settings.bug.empty() ? bug.shelf != sim::BugSwitch::Shelf::core : bug.name != settings.bug) continue;
    const std::string file = where_found(registry, files, bug.name, settings.limit);
    const auto loaded = load(registry, file, bug.name);
    if (!loaded) std::exit(1);
    std::string line = fmt::format("{:<38}", bug.name);
    for (const StrategyKind strategy : strategies) {
      std::vector<Search> searches;
      for (std::uint64_t i = 0; i < settings.repetitions; ++i) {
        searches.push_back(search(registry, *loaded, strategy, 1 + i * 1'000'000, settings.limit));
        if (searches.back().found) to_shrink.try_emplace(bug.name, searches.back());
      }
      line += " " + median_of(std::move(searches));
    }
    fmt::print("{}  {}\n", line, std::filesystem::path(file).filename().string());
    std::fflush(stdout);
  }
  if (!settings.shrink || to_shrink.empty()) return;
  fmt::print("\n{:<38} {:>9} {:>13} {:>9} {:>13} {:>7} {:>8}\n", "shrunk, before → after", "faults",
             "operations", "nodes", "seconds", "runs", "took");
  std::vector<std::size_t> faults;
  std::vector<std::size_t> operations;
  for (const auto& [bug, found] : to_shrink) {
    const shrink::Extent after = print_shrunk(registry, bug, found);
    faults.push_back(after.faults);
    operations.push_back(after.operations);
  }
  fmt::print("median after: {} faults, {} operations\n", middle(faults), middle(operations));
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const bool has_value = i + 1 < arguments.size();
    if (arguments[i] == "--repetitions" && has_value) {
      settings.repetitions = std::max(1ULL, std::strtoull(arguments[++i].c_str(), nullptr, 10));
    } else if (arguments[i] == "--limit" && has_value) {
      settings.limit = std::max(1ULL, std::strtoull(arguments[++i].c_str(), nullptr, 10));
    } else if (arguments[i] == "--bug" && has_value) {
      settings.bug = arguments[++i];
    } else if (arguments[i] == "--no-shrink") {
      settings.shrink = false;
    } else {
      fmt::print(stderr, "usage: hunt_bench [--repetitions N] [--limit SEEDS] [--bug NAME] [--no-shrink]\n");
      return 64;
    }
  }
  const models::Registry registry;
  for (const auto& model : registry.all()) bench_model(registry, *model, settings);
}

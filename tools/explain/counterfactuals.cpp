#include "tools/explain/counterfactuals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "scenarios/freeze.hpp"
#include "tools/explain/holds.hpp"

namespace lightcone::tools::explain {

using reports::text::folded;
using reports::text::grouped;
using reports::text::harmless;
using reports::text::Paint;
using reports::text::painted;
using reports::text::Style;
using scenarios::Scenario;

namespace {

constexpr std::size_t most_faults = 8;

// What a reader knows the fault by: what it was when it began, or else what was asked for.
std::string name_of(const faults::FaultSpec& spec, const sim::RunRecord& record) {
  const sim::FaultRecord* only = nullptr;
  std::size_t of_its_kind = 0;
  for (const sim::FaultRecord& fault : record.faults) {
    if (fault.kind != spec.fault.text()) continue;
    if (spec.at && fault.began == sim::Instant(*spec.at)) return fault.description;
    only = &fault;
    ++of_its_kind;
  }
  return of_its_kind == 1 ? only->description : spec.fault.text();
}

}  // namespace

WhatIfs::WhatIfs(const models::Registry& registry, Scenario frozen, const sim::RunRecord& record,
                 std::string claim, std::uint64_t others)
    : registry_(registry), claim_(std::move(claim)), others_(others) {
  frozen.claims = {claim_};
  frozen.expect = {};
  frozen.marks.clear();
  // Without one fault another may have nothing to do, and that is no matter here.
  for (faults::FaultSpec& fault : frozen.faults) fault.may_miss = true;
  add({}, frozen);
  for (std::size_t i = 0; i < frozen.faults.size() && i < most_faults; ++i) {
    Scenario without = frozen;
    without.faults.erase(without.faults.begin() + static_cast<std::ptrdiff_t>(i));
    add(fmt::format("without: {}", name_of(frozen.faults[i], record)), std::move(without));
  }
  for (const sim::BugSwitch& bug : record.bugs) {
    Scenario with = frozen;
    std::erase(with.system.bugs, bug.name);
    add(fmt::format("with the safeguard on: {} ({})", bug.removes, bug.name), std::move(with),
        fmt::format("{} See {}.", bug.moral, bug.reference));
  }
}

void WhatIfs::add(std::string what, Scenario scenario, std::string why) {
  WhatIf one;
  one.what = std::move(what);
  one.scenario = std::move(scenario);
  one.why = std::move(why);
  all_.push_back(std::move(one));
}

bool WhatIfs::run(unsigned jobs, const Watch& watch) {
  std::vector<std::optional<scenarios::Loaded>> loaded;
  for (WhatIf& one : all_) {
    loaded.push_back(scenarios::reload(registry_, one.scenario, "what-if"));
    one.is_sound = loaded.back().has_value();
  }
  const std::uint64_t total = all_.size() * (others_ + 1);
  std::atomic<bool> go_on = true;
  std::atomic<std::uint64_t> over = 0;
  std::vector<std::atomic<std::uint64_t>> held(all_.size());
  std::vector<std::atomic<bool>> held_here(all_.size());
  std::vector<std::atomic<std::uint64_t>> runs(all_.size());
  boost::asio::thread_pool pool(std::max(1U, jobs));
  for (std::size_t i = 0; i < all_.size(); ++i) {
    for (std::uint64_t other = 0; other <= others_; ++other) {
      boost::asio::post(pool, [&, i, other] {
        ++over;
        if (!go_on || !loaded[i]) return;
        scenarios::RunOptions options;
        options.seed = all_[i].scenario.seed + other;
        const auto kept = holds(*loaded[i], std::move(options), claim_, [&] { return go_on.load(); });
        if (!kept) return;
        if (other == 0) {
          held_here[i] = *kept;
          return;
        }
        ++runs[i];
        if (*kept) ++held[i];
      });
    }
  }
  while (over < total) {
    if (!watch(over, total)) go_on = false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  pool.join();
  for (std::size_t i = 0; i < all_.size(); ++i) {
    all_[i].holds = held_here[i];
    all_[i].held = held[i];
    all_[i].runs = runs[i];
  }
  return go_on;
}

std::string WhatIfs::text(const Style& style) const {
  std::string out = "\n" + painted("What if", Paint::bold, style) + "\n";
  for (const WhatIf& one : all_) {
    const std::string what = one.what.empty() ? "as it was" : harmless(one.what);
    if (!one.is_sound) {
      out += "   - " + folded(fmt::format("{}: cannot be run", what), 5, style) + "\n";
      continue;
    }
    const std::string here = one.holds ? painted("the claim holds", Paint::good, style)
                                       : painted("the claim is broken", Paint::bad, style);
    out += "   - " +
           folded(fmt::format("{}: {} with this seed, and it holds with {} of {} others", what, here,
                              grouped(one.held), grouped(one.runs)),
                  5, style) +
           "\n";
    if (!one.why.empty()) out += "     " + folded(harmless(one.why), 5, style) + "\n";
  }
  return out;
}

}  // namespace lightcone::tools::explain

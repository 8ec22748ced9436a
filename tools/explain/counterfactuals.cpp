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
constexpr std::uint64_t most_guessed = 100;  // other seeds for a parameter: there are many of them

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
    add(fmt::format("with the safeguard on: {} ({})", bug.removes, bug.name), std::move(with)).why =
        fmt::format("{} See {}.", bug.moral, bug.reference);
  }
  add_parameters(frozen);
}

WhatIfs::WhatIf& WhatIfs::add(std::string what, Scenario scenario) {
  WhatIf one;
  one.what = std::move(what);
  one.scenario = std::move(scenario);
  one.others = others_;
  all_.push_back(std::move(one));
  return all_.back();
}

// One more of what is counted, and every other choice of what is chosen.
void WhatIfs::add_parameters(const Scenario& frozen) {
  const auto loaded = scenarios::reload(registry_, frozen, "what-if");
  if (!loaded) return;
  const auto with = [&](const sim::Field& field, const sim::Literal& now, const sim::Literal& value) {
    Scenario changed = frozen;
    sim::Literal& parameters = changed.system.parameters.literal;
    if (parameters.form != sim::Form::object) parameters = sim::Literal::object();
    parameters.set(field.name, value);
    WhatIf& guess =
        add(fmt::format("with {} {} instead of {}", field.name, value.text, now.text), std::move(changed));
    guess.others = std::min(others_, most_guessed);
    guess.is_guess = true;
  };
  for (const sim::Field& field : loaded->model->parameter_table().fields()) {
    const sim::Literal now = field.type->write(field.in(static_cast<const void*>(loaded->parameters.get())));
    if (field.type->kind() == sim::Kind::integer && now.text != "0") {  // 0 means none, or all
      with(field, now, sim::Literal::number(std::stoll(now.text) + 1));
    } else if (field.type->kind() == sim::Kind::choice) {
      for (const sim::ChoiceWord& word : static_cast<const sim::ChoiceType*>(field.type)->words()) {
        if (word.name != now.text) with(field, now, sim::Literal::string(word.name));
      }
    }
  }
}

// A guess is worth a line when the claim always holds with it, and did not without.
bool WhatIfs::is_told(const WhatIf& one) const {
  if (!one.is_guess) return true;
  const WhatIf& as_it_was = all_.front();
  return one.is_sound && one.holds && one.runs > 0 && one.held == one.runs && as_it_was.held < as_it_was.runs;
}

bool WhatIfs::run(unsigned jobs, const Watch& watch) {
  std::vector<std::optional<scenarios::Loaded>> loaded;
  for (WhatIf& one : all_) {
    loaded.push_back(scenarios::reload(registry_, one.scenario, "what-if"));
    one.is_sound = loaded.back().has_value();
  }
  std::uint64_t total = 0;
  for (const WhatIf& one : all_) total += one.others + 1;
  std::atomic<bool> go_on = true;
  std::atomic<std::uint64_t> over = 0;
  std::vector<std::atomic<std::uint64_t>> held(all_.size());
  std::vector<std::atomic<bool>> held_here(all_.size());
  std::vector<std::atomic<std::uint64_t>> runs(all_.size());
  boost::asio::thread_pool pool(std::max(1U, jobs));
  for (std::size_t i = 0; i < all_.size(); ++i) {
    for (std::uint64_t other = 0; other <= all_[i].others; ++other) {
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
    if (!is_told(one)) continue;
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

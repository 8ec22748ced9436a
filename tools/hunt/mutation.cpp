#include "tools/hunt/mutation.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "faults/nemesis.hpp"
#include "scenarios/freeze.hpp"

namespace lightcone::tools::hunt {

using faults::FaultKind;
using faults::FaultSpec;
using scenarios::Loaded;
using scenarios::Scenario;
using sim::Duration;
using sim::Stream;
using namespace std::chrono_literals;

namespace {

// The scenario with the safeguards off that the command line named, too.
Scenario whole(const Loaded& base) {
  Scenario scenario = base.scenario;
  scenario.system.bugs.assign(base.bugs.begin(), base.bugs.end());
  return scenario;
}

void vary_kinds(faults::Nemesis& nemesis, Stream chance) {
  const std::vector<faults::FaultName> all = faults::kinds_of(nemesis);
  std::vector<faults::FaultName> some;
  for (const faults::FaultName& kind : all) {
    if (chance.below(2) == 0) some.push_back(kind);
  }
  if (some.empty() && !all.empty()) some.push_back(chance.pick(all));
  nemesis.kinds = std::move(some);
  nemesis.intensity = {1, 1};  // the subset is drawn here
}

void vary_parameters(faults::Nemesis& nemesis, Stream chance) {
  nemesis.windows_min = chance.between(1, 4);
  nemesis.windows_max = nemesis.windows_min + chance.between(0, 6);
  nemesis.aim = {chance.between(0, 4), 4};
  nemesis.loss_max.numerator *= chance.between(0, 2);
  nemesis.duplication_max.numerator *= chance.between(0, 4);
  nemesis.delay_spread_max *= chance.between(0, 2);
}

void vary_workload(sim::Workload& workload, const std::vector<sim::OperationKind>& kinds, Stream chance) {
  workload.keys = chance.between(1, std::max<std::int64_t>(workload.keys, 1));
  // Half as busy to four times as busy.
  const std::int64_t pace = chance.between(1, 8);
  if (workload.rate) {
    workload.rate->numerator *= pace;
    workload.rate->denominator *= 2;
  }
  std::map<std::string, std::int64_t> mix;
  std::int64_t sum = 0;
  for (const sim::OperationKind& kind : kinds) {
    const auto known = workload.mix.find(kind.f);
    const bool used =
        workload.mix.empty() ? kind.weight > 0 : known != workload.mix.end() && known->second > 0;
    const std::int64_t weight = chance.between(0, 4);
    if (used) mix[kind.f] = weight;
    if (used) sum += weight;
  }
  if (sum > 0) workload.mix = std::move(mix);
}

// Those of which a run may have no more than the nemesis drew, for a promise about them depends on how many.
bool is_counted(FaultKind kind) {
  switch (kind) {
    case FaultKind::disk_rot:
    case FaultKind::disk_wipe:
    case FaultKind::disk_lie:
    case FaultKind::clk_offset:
    case FaultKind::clk_jump:
    case FaultKind::clk_drift:
    case FaultKind::clk_freeze:
    case FaultKind::clk_masters_lost:
      return true;
    default:
      return false;
  }
}

bool is_background(const FaultSpec& spec) { return spec.id && spec.id->starts_with("background"); }

// Changes the faults of one scenario, one step at a time.
class Mutator {
 public:
  Mutator(Scenario& scenario, Stream& chance)
      : scenario_(scenario), chance_(chance), phases_(scenario.phases()) {
    for (std::size_t i = 0; i < scenario.faults.size(); ++i) {
      if (!is_background(scenario.faults[i])) windows_.push_back(i);
    }
  }

  void step(const Scenario& other) {
    const std::uint64_t what = chance_.below(7);
    if (what == 0 || windows_.empty()) {
      borrow(other);
      return;
    }
    const std::size_t at = chance_.pick(windows_);
    FaultSpec& spec = scenario_.faults[at];
    if (what <= 2) move(spec);
    if (what == 3) stretch(spec);
    if (what == 4) aim(spec);
    if (what == 5) repeat(spec);
    if (what == 6) leave_out(at);
  }

 private:
  Duration somewhere() { return chance_.between(phases_.faults_begin, phases_.heal); }

  void move(FaultSpec& spec) {
    if (!spec.at) return;
    const Duration by = (phases_.heal - phases_.faults_begin) / 8;
    const Duration moved = *spec.at + chance_.between(-by, by);
    spec.at = std::clamp(moved, phases_.faults_begin, phases_.heal - 1ms);
  }

  void stretch(FaultSpec& spec) {
    if (!spec.lasts) return;
    const std::int64_t quarters = chance_.between(1, 12);
    spec.lasts = std::max<Duration>(*spec.lasts * quarters / 4, 1ms);
  }

  void aim(FaultSpec& spec) {
    if (!spec.node || is_counted(spec.fault.kind)) return;
    spec.node = chance_.below(3) == 0 ? "random" : "leader or random";
  }

  void repeat(const FaultSpec& spec) {
    if (!spec.at || is_counted(spec.fault.kind)) return;
    FaultSpec again = spec;
    again.at = somewhere();
    add(std::move(again));
  }

  void borrow(const Scenario& other) {
    std::vector<const FaultSpec*> choices;
    for (const FaultSpec& spec : other.faults) {
      if (spec.at && !is_background(spec) && !is_counted(spec.fault.kind)) choices.push_back(&spec);
    }
    if (!choices.empty()) add(*chance_.pick(choices));
  }

  // With a name that nobody has, if it needs one.
  void add(FaultSpec spec) {
    if (scenario_.faults.size() >= most_faults) return;
    if (spec.id) spec.id = *spec.id + "+" + std::to_string(chance_.below(1'000'000));
    windows_.push_back(scenario_.faults.size());
    scenario_.faults.push_back(std::move(spec));
  }

  void leave_out(std::size_t at) {
    scenario_.faults.erase(scenario_.faults.begin() + static_cast<std::ptrdiff_t>(at));
    std::erase(windows_, at);
    for (std::size_t& window : windows_) window -= window > at ? 1 : 0;
  }

  static constexpr std::size_t most_faults = 24;

  Scenario& scenario_;
  Stream& chance_;
  sim::Phases phases_;
  std::vector<std::size_t> windows_;  // faults that are no background
};

}  // namespace

Scenario swarm(const Loaded& base, Stream chance) {
  Scenario scenario = whole(base);
  if (scenario.nemesis) {
    vary_kinds(*scenario.nemesis, chance.split("kinds"));
    vary_parameters(*scenario.nemesis, chance.split("parameters"));
  }
  vary_workload(scenario.workload, base.model->operations(), chance.split("workload"));
  return scenario;
}

Scenario with_priorities(const Loaded& base, Stream chance) {
  Scenario scenario = whole(base);
  scenario.ties.policy = sim::TiePolicy::priorities;
  // A millisecond makes ties of what would be within a round trip; a tenth of it, of some.
  scenario.ties.quantum = chance.below(2) == 0 ? Duration(1ms) : Duration(100us);
  scenario.ties.changes = static_cast<std::uint32_t>(chance.between(1, 20));
  return scenario;
}

Scenario mutated(Scenario parent, const Scenario& other, Stream& chance) {
  Mutator mutator(parent, chance);
  const std::int64_t steps = chance.between(1, 4);
  for (std::int64_t i = 0; i < steps; ++i) mutator.step(other);
  return parent;
}

std::shared_ptr<const Loaded> reload_or(const models::Registry& registry, const Scenario& scenario,
                                        const Loaded& base) {
  auto loaded = scenarios::reload(registry, scenario, base.file);
  if (!loaded) return {&base, [](const Loaded*) {}};
  return std::make_shared<const Loaded>(std::move(*loaded));
}

}  // namespace lightcone::tools::hunt

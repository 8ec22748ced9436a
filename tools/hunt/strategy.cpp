#include "tools/hunt/strategy.hpp"

#include <algorithm>
#include <array>
#include <unordered_set>
#include <utility>
#include <vector>

#include "scenarios/freeze.hpp"
#include "sim/chance/stream.hpp"
#include "tools/hunt/mutation.hpp"

namespace lightcone::tools::hunt {

namespace {

using scenarios::Loaded;
using scenarios::Scenario;

constexpr std::array<std::pair<std::string_view, StrategyKind>, 4> names = {
    {{"uniform", StrategyKind::uniform},
     {"swarm", StrategyKind::swarm},
     {"pct", StrategyKind::pct},
     {"guided", StrategyKind::guided}}};

class Uniform final : public Strategy {
 public:
  explicit Uniform(const Loaded& base) : base_(&base, [](const Loaded*) {}) {}
  std::shared_ptr<const Loaded> candidate(std::uint64_t) const override { return base_; }

 private:
  std::shared_ptr<const Loaded> base_;  // not owned
};

// A variation of the scenario for each seed.
class Varied final : public Strategy {
 public:
  using Vary = Scenario (*)(const Loaded& base, sim::Stream chance);

  Varied(const models::Registry& registry, const Loaded& base, Vary vary)
      : registry_(registry), base_(base), vary_(vary) {}

  std::shared_ptr<const Loaded> candidate(std::uint64_t seed) const override {
    return reload_or(registry_, vary_(base_, sim::Stream(seed, "hunt")), base_);
  }

 private:
  const models::Registry& registry_;
  const Loaded& base_;
  Vary vary_;
};

// Half of the seeds are fresh ones, by swarm; the other half mutate what was worth keeping.
class Guided final : public Strategy {
 public:
  Guided(const models::Registry& registry, const Loaded& base) : registry_(registry), base_(base) {}

  std::uint64_t generation() const override { return 64; }

  std::shared_ptr<const Loaded> candidate(std::uint64_t seed) const override {
    sim::Stream chance(seed, "hunt");
    if (kept_.empty() || chance.below(2) == 0) return reload_or(registry_, swarm(base_, chance), base_);
    // Newer entries have seen less of their neighbourhood: the later of two draws.
    const std::size_t one = static_cast<std::size_t>(chance.below(kept_.size()));
    const std::size_t other = static_cast<std::size_t>(chance.below(kept_.size()));
    const Scenario child = mutated(kept_[std::max(one, other)], kept_[std::min(one, other)], chance);
    return reload_or(registry_, child, base_);
  }

  void learn(const Trial& trial, const std::shared_ptr<const Loaded>& ran) override {
    std::size_t news = 0;
    for (const std::uint64_t feature : trial.features) news += seen_.insert(feature).second ? 1 : 0;
    if (news == 0) return;
    Scenario scenario = ran->scenario;
    scenario.system.bugs.assign(ran->bugs.begin(), ran->bugs.end());
    scenario.faults = trial.faults;
    scenario.nemesis.reset();
    learnt_.push_back(std::move(scenario));
  }

  void begin_generation() override {
    for (Scenario& scenario : learnt_) kept_.push_back(std::move(scenario));
    learnt_.clear();
  }

 private:
  const models::Registry& registry_;
  const Loaded& base_;
  std::vector<Scenario> kept_;
  std::vector<Scenario> learnt_;            // in this generation
  std::unordered_set<std::uint64_t> seen_;  // asked for membership only
};

}  // namespace

std::optional<StrategyKind> strategy_named(std::string_view name) {
  for (const auto& [known, kind] : names) {
    if (known == name) return kind;
  }
  return std::nullopt;
}

std::string_view to_string(StrategyKind kind) { return names[static_cast<std::size_t>(kind)].first; }

void Strategy::learn(const Trial&, const std::shared_ptr<const Loaded>&) {}

std::unique_ptr<Strategy> make_strategy(StrategyKind kind, const models::Registry& registry,
                                        const Loaded& base) {
  switch (kind) {
    case StrategyKind::uniform:
      break;
    case StrategyKind::swarm:
      return std::make_unique<Varied>(registry, base, swarm);
    case StrategyKind::pct:
      return std::make_unique<Varied>(registry, base, with_priorities);
    case StrategyKind::guided:
      return std::make_unique<Guided>(registry, base);
  }
  return std::make_unique<Uniform>(base);
}

}  // namespace lightcone::tools::hunt

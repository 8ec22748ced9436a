#include "reports/checkers/transactions/levels.hpp"

#include <array>
#include <optional>

namespace lightcone::reports::checkers {

namespace {

struct Place {
  Level level;
  Ordered ordered;
  ModelSet models;  // that hold only if the level does
  std::string_view anomaly;
};

// With single objects, Adya's repeatable read and serializability are the same.
constexpr std::array<Place, 10> places = {{
    {Level::read_committed, Ordered::by_reads, {Model::monotonic_atomic_view}, "non-monotonic-view"},
    {Level::read_atomic, Ordered::by_reads, {Model::read_atomic}, "fractured-read"},
    {Level::causal, Ordered::by_reads, {Model::causal_cerone}, "causality-violation"},
    {Level::prefix, Ordered::by_reads, {Model::prefix}, "prefix-violation"},
    {Level::snapshot_isolation, Ordered::by_reads, {Model::snapshot_isolation}, "PL-SI-cycle-exists"},
    {Level::serializable,
     Ordered::by_reads,
     {Model::serializable, Model::repeatable_read},
     "PL-2.99-cycle-exists"},
    {Level::snapshot_isolation,
     Ordered::by_sessions,
     {Model::strong_session_snapshot_isolation},
     "strong-session-snapshot-isolation-cycle-exists"},
    {Level::serializable,
     Ordered::by_sessions,
     {Model::strong_session_serializable},
     "strong-session-serializable-cycle-exists"},
    {Level::snapshot_isolation,
     Ordered::by_real_time,
     {Model::strong_snapshot_isolation},
     "strong-snapshot-isolation-cycle-exists"},
    {Level::serializable, Ordered::by_real_time, {Model::strong_serializable}, "PL-SS-cycle-exists"},
}};

// Whether what satisfies `a` satisfies `b`.
bool stronger(const Place& a, const Place& b) { return a.level >= b.level && a.ordered >= b.ordered; }

class Decision {
 public:
  Decision(const Transactions& transactions, ModelSet asked, ModelSet ruled_out, std::uint64_t& steps,
           const Budget& budget)
      : axioms_(transactions),
        timed_(transactions.timed),
        asked_(asked),
        ruled_out_(ruled_out),
        steps_(steps),
        budget_(budget) {}

  Levels run() {
    // The strongest first: where it holds all is said. Then those that need no search, then from the strong
    // down.
    for (std::size_t i = places.size(); i-- > 0;)
      if (places[i].level == Level::serializable && decide(i) == Verdict::held &&
          places[i].ordered == strongest())
        break;
    for (std::size_t i = 0; i < places.size(); ++i)
      if (places[i].level <= Level::causal) decide(i);
    for (std::size_t i = places.size(); i-- > 0;) decide(i);
    Levels out;
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (!wanted(i) || !known_[i]) continue;
      if (known_[i]->verdict == Verdict::unknown) out.unknown |= places[i].models;
      if (known_[i]->verdict == Verdict::violated && !known_[i]->reason.empty())
        out.violated.push_back(
            {places[i].level, places[i].ordered, stronger_than(places[i].models), *known_[i]});
    }
    return out;
  }

 private:
  Ordered strongest() const { return timed_ ? Ordered::by_real_time : Ordered::by_sessions; }

  bool wanted(std::size_t place) const {
    if (places[place].ordered == Ordered::by_real_time && !timed_) return false;
    return !(places[place].models & asked_).empty() && !(places[place].models - ruled_out_).empty();
  }

  Verdict decide(std::size_t place) {
    if (known_[place]) return known_[place]->verdict;
    if (!wanted(place)) return Verdict::unknown;
    // What a stronger level that holds, or a weaker one that does not, has settled.
    for (std::size_t other = 0; other < places.size(); ++other) {
      if (!known_[other] || other == place) continue;
      const Verdict verdict = known_[other]->verdict;
      const bool settled = (verdict == Verdict::held && stronger(places[other], places[place])) ||
                           (verdict == Verdict::violated && stronger(places[place], places[other]));
      if (!settled) continue;
      known_[place] = LevelVerdict{};
      known_[place]->verdict = verdict;
      return verdict;
    }
    known_[place] = axioms_.decide(places[place].level, places[place].ordered, steps_, budget_);
    return known_[place]->verdict;
  }

  Axioms axioms_;
  bool timed_;
  ModelSet asked_, ruled_out_;
  std::uint64_t& steps_;
  Budget budget_;
  std::array<std::optional<LevelVerdict>, places.size()> known_;
};

}  // namespace

std::string_view anomaly_name(Level level, Ordered ordered) {
  for (const Place& place : places)
    if (place.level == level && place.ordered == ordered) return place.anomaly;
  return {};
}

Levels decide_levels(const Transactions& transactions, ModelSet asked, ModelSet ruled_out,
                     std::uint64_t& steps, const Budget& budget) {
  return Decision(transactions, asked, ruled_out, steps, budget).run();
}

}  // namespace lightcone::reports::checkers

#include "tools/shrink/shrinker.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "scenarios/freeze.hpp"

namespace lightcone::tools::shrink {

using faults::FaultSpec;
using scenarios::Scenario;
using sim::Duration;
using sim::ScriptedOperation;
using namespace std::chrono_literals;

namespace {

// Down to a multiple of the unit.
Duration rounded(Duration span, Duration unit) { return span / unit * unit; }

constexpr Duration units[] = {1s, 500ms, 100ms, 10ms, 1ms, 100us};

// Numbers of the groups that occur, ascending.
std::set<std::int64_t> groups_in(const std::vector<ScriptedOperation>& script,
                                 const std::function<std::int64_t(const ScriptedOperation&)>& group) {
  std::set<std::int64_t> groups;
  for (const ScriptedOperation& operation : script) groups.insert(group(operation));
  return groups;
}

// Gives the groups that occur the numbers from `first` on, in their order.
template <class Member>
std::int64_t renumber(std::vector<ScriptedOperation>& script, Member member, std::int64_t first) {
  std::map<std::int64_t, std::int64_t> number;
  for (const std::int64_t group : groups_in(script, [&](const auto& o) { return o.*member; })) {
    number.emplace(group, first + static_cast<std::int64_t>(number.size()));
  }
  for (ScriptedOperation& operation : script) operation.*member = number.at(operation.*member);
  return static_cast<std::int64_t>(number.size());
}

// One operation's time, unless it would come before one that its client does earlier.
bool round_one(std::vector<ScriptedOperation>& script, std::size_t index, Duration unit) {
  ScriptedOperation& operation = script[index];
  const Duration to = rounded(operation.at, unit);
  if (to == operation.at) return false;
  for (std::size_t i = 0; i < index; ++i) {
    if (script[i].client == operation.client && script[i].at > to) return false;
  }
  operation.at = to;
  return true;
}

}  // namespace

Extent extent_of(const Scenario& scenario, const models::Registry& registry) {
  Extent extent;
  extent.faults = scenario.faults.size();
  extent.operations = scenario.workload.script ? scenario.workload.script->size() : 0;
  extent.clients = scenario.workload.clients;
  extent.length = scenario.length;
  if (const auto loaded = scenarios::reload(registry, scenario, "scenario")) {
    extent.nodes = loaded->node_names.size();
  }
  return extent;
}

Shrinker::Shrinker(Probe& probe, Scenario frozen, Improved improved)
    : probe_(probe), best_(std::move(frozen)), improved_(std::move(improved)) {}

void Shrinker::accept(Scenario scenario, std::string_view step) {
  best_ = std::move(scenario);
  improved_(best_, step);
}

bool Shrinker::attempt(std::string_view step, const Change& change) {
  if (probe_.is_over()) return false;
  Scenario candidate = best_;
  if (!change(candidate)) return false;
  if (!probe_.first(0, 1, [&](std::size_t) { return candidate; })) return false;
  accept(std::move(candidate), step);
  return true;
}

namespace {

// Whether `list` could be cut, and how: pieces of half of it, of a quarter, and so on to single items, each
// left out for good when the rest still fails.
template <class Item, class Try>
bool minimise(std::vector<Item>& list, const Try& first_of) {
  bool smaller = false;
  for (std::size_t piece = std::max<std::size_t>(1, list.size() / 2); !list.empty();) {
    for (std::size_t begin = 0; begin < list.size();) {
      const std::size_t pieces = (list.size() + piece - 1) / piece;
      const auto without = [&](std::size_t i) {
        std::vector<Item> rest = list;
        const std::size_t from = std::min(i * piece, rest.size());
        const std::size_t to = std::min(from + piece, rest.size());
        rest.erase(rest.begin() + static_cast<std::ptrdiff_t>(from),
                   rest.begin() + static_cast<std::ptrdiff_t>(to));
        return rest;
      };
      const auto found = first_of(begin / piece, pieces, without);
      if (!found) break;
      list = without(*found);
      begin = *found * piece;
      smaller = true;
    }
    if (piece == 1) break;
    piece = std::max<std::size_t>(1, std::min(piece, list.size()) / 2);
  }
  return smaller;
}

}  // namespace

template <class List>
bool Shrinker::drop_pieces(std::string_view step, const List& list_of) {
  auto items = list_of(best_);
  return minimise(items, [&](std::size_t begin, std::size_t pieces, const auto& without) {
    const auto make = [&](std::size_t i) {
      Scenario candidate = best_;
      list_of(candidate) = without(i);
      return candidate;
    };
    const auto found = probe_.first(begin, pieces, make);
    if (found) accept(make(*found), step);
    return found;
  });
}

bool Shrinker::drop_operations() {
  return drop_pieces("fewer operations", [](Scenario& s) -> auto& { return *s.workload.script; });
}

bool Shrinker::drop_faults() {
  return drop_pieces("fewer faults", [](Scenario& s) -> auto& { return s.faults; });
}

// An operation that is left out also shifts what chance deals to those behind it, and so the failure can hang
// on operations that have no part in it. Another seed, and a piece less, gets past that.
bool Shrinker::drop_with_other_luck() {
  constexpr std::size_t few = 6;       // what one can read
  constexpr std::uint64_t seeds = 24;  // to try with each
  bool smaller = false;
  while (best_.workload.script->size() > few) {
    // One of so many pieces is left out.
    const std::size_t pieces = best_.workload.script->size() > 16 ? 4 : best_.workload.script->size();
    const auto make = [&](std::size_t i) {
      Scenario candidate = best_;
      std::vector<ScriptedOperation>& script = *candidate.workload.script;
      const std::size_t from = script.size() * (i % pieces) / pieces;
      const std::size_t to = script.size() * (i % pieces + 1) / pieces;
      script.erase(script.begin() + static_cast<std::ptrdiff_t>(from),
                   script.begin() + static_cast<std::ptrdiff_t>(to));
      candidate.seed = 1 + i / pieces;
      return candidate;
    };
    const auto found = probe_.first(0, pieces * seeds, make);
    if (!found) break;
    accept(make(*found), "fewer operations, with another seed");
    smaller = true;
  }
  return smaller;
}

// The same for faults.
bool Shrinker::drop_faults_with_other_luck() {
  constexpr std::size_t few = 2;
  constexpr std::uint64_t seeds = 24;
  bool smaller = false;
  while (best_.faults.size() > few) {
    const std::size_t faults = best_.faults.size();
    const auto make = [&](std::size_t i) {
      Scenario candidate = best_;
      candidate.faults.erase(candidate.faults.begin() + static_cast<std::ptrdiff_t>(i % faults));
      candidate.seed = 1 + i / faults;
      return candidate;
    };
    const auto found = probe_.first(0, faults * seeds, make);
    if (!found) break;
    accept(make(*found), "fewer faults, with another seed");
    smaller = true;
  }
  return smaller;
}

// All operations of one kind, key or client at once.
bool Shrinker::drop_where(std::string_view step,
                          const std::function<std::int64_t(const ScriptedOperation&)>& group) {
  bool smaller = false;
  for (const std::int64_t number : groups_in(*best_.workload.script, group)) {
    smaller |= attempt(step, [&](Scenario& scenario) {
      return std::erase_if(*scenario.workload.script,
                           [&](const ScriptedOperation& o) { return group(o) == number; }) > 0;
    });
  }
  return smaller;
}

// What begins late, as much of it as possible: halves of what is left, from the end.
bool Shrinker::cut_tail() {
  bool smaller = false;
  while (best_.workload.script->size() > 1) {
    const std::size_t size = best_.workload.script->size();
    bool cut = false;
    for (const std::size_t keep : {size / 8, size / 4, size / 2, size * 3 / 4}) {
      if (keep == 0 || cut) continue;
      cut = attempt("fewer operations", [&](Scenario& scenario) {
        scenario.workload.script->resize(keep);
        return true;
      });
    }
    smaller |= cut;
    if (!cut) break;
  }
  return smaller;
}

// The run ends soon after what matters.
bool Shrinker::shorten() {
  bool smaller = false;
  for (const Duration calm : {Duration(500ms), Duration(1s), Duration(2s), Duration(5s)}) {
    if (calm >= best_.calm) break;
    const bool done = attempt("a shorter calm", [&](Scenario& scenario) {
      scenario.length -= scenario.calm - calm;
      scenario.calm = calm;
      return true;
    });
    smaller |= done;
    if (done) break;
  }
  for (const Duration unit : units) {
    if (unit < 100ms) break;
    for (const int part : {8, 4, 2}) {
      smaller |= attempt("a shorter run", [&](Scenario& scenario) {
        const Duration active = scenario.length - scenario.calm;
        const Duration less = rounded(active - active / part * (part - 1), unit);
        const Duration kept = part == 2 ? rounded(active * 3 / 4, unit) : less;
        if (kept <= Duration::zero() || kept >= active) return false;
        scenario.length = kept + scenario.calm;
        scenario.warm_up = std::min(scenario.warm_up, kept);
        return true;
      });
    }
  }
  return smaller;
}

bool Shrinker::drop_clients() {
  return attempt("fewer clients", [](Scenario& scenario) {
    const std::int64_t before = scenario.workload.clients;
    const std::int64_t used = renumber(*scenario.workload.script, &ScriptedOperation::client, 1);
    scenario.workload.clients = std::max<std::int64_t>(1, used);
    return scenario.workload.clients < before;
  });
}

bool Shrinker::drop_keys() {
  return attempt("fewer keys", [](Scenario& scenario) {
    const std::int64_t before = scenario.workload.keys;
    scenario.workload.keys =
        std::max<std::int64_t>(1, renumber(*scenario.workload.script, &ScriptedOperation::key, 0));
    return scenario.workload.keys < before;
  });
}

// Of models that have a number of servers.
bool Shrinker::drop_servers() {
  for (const std::int64_t fewer : {1, 2, 3, 4, 5, 6}) {
    const bool done = attempt("fewer servers", [&](Scenario& scenario) {
      sim::Literal& parameters = scenario.system.parameters.literal;
      if (parameters.form != sim::Form::object) parameters = sim::Literal::object();
      parameters.set("servers", sim::Literal::number(fewer));
      return extent_of(scenario, probe_.registry()).nodes < extent_of(best_, probe_.registry()).nodes;
    });
    if (done) return true;
  }
  return false;
}

bool Shrinker::simplify_fault(std::size_t at) {
  bool simpler = false;
  const auto change = [&](std::string_view step, const std::function<bool(FaultSpec&)>& edit) {
    const bool done = attempt(step, [&](Scenario& scenario) { return edit(scenario.faults[at]); });
    simpler |= done;
    return done;
  };
  change("a steady fault",
         [](FaultSpec& fault) { return std::exchange(fault.flap, std::nullopt).has_value(); });
  // What happens to every message needs no luck, and so fewer messages.
  change("every message", [](FaultSpec& fault) {
    if (!fault.share || fault.share->numerator == fault.share->denominator) return false;
    fault.share = sim::Ratio{1, 1};
    return true;
  });
  // A longer one, too, if only the rare long ones mattered.
  for (const int factor : {1, 2, 5, 10}) {
    if (change("a constant delay", [factor](FaultSpec& fault) {
          if (!fault.delay || std::holds_alternative<Duration>(fault.delay->form())) return false;
          const auto mean = fault.delay->distribution().mean();
          if (!mean) return false;
          fault.delay = sim::DrawnDuration(std::max(rounded(*mean * factor, 1ms), Duration(1ms)));
          return true;
        })) {
      break;
    }
  }
  change("a fault that has to matter", [](FaultSpec& fault) { return std::exchange(fault.may_miss, false); });
  for (const Duration unit : units) {
    if (change("rounder times", [&](FaultSpec& fault) {
          if (!fault.at || rounded(*fault.at, unit) == *fault.at) return false;
          fault.at = rounded(*fault.at, unit);
          return true;
        })) {
      break;
    }
  }
  for (const Duration unit : units) {
    if (change("rounder times", [&](FaultSpec& fault) {
          if (!fault.lasts) return false;
          const Duration round = rounded(*fault.lasts, unit);
          if (round == *fault.lasts || round == Duration::zero()) return false;
          fault.lasts = round;
          return true;
        })) {
      break;
    }
  }
  for (int halvings = 0; halvings < 6; ++halvings) {
    if (!change("a shorter fault", [&](FaultSpec& fault) {
          if (!fault.lasts || *fault.lasts <= 20ms) return false;
          fault.lasts = *fault.lasts / 2;
          return true;
        })) {
      break;
    }
  }
  return simpler;
}

bool Shrinker::simplify_faults() {
  bool simpler = false;
  for (std::size_t i = 0; i < best_.faults.size(); ++i) simpler |= simplify_fault(i);
  return simpler;
}

bool Shrinker::round_times() {
  bool rounder = false;
  for (const Duration unit : units) {
    const bool done = attempt("rounder times", [&](Scenario& scenario) {
      bool changed = false;
      for (ScriptedOperation& operation : *scenario.workload.script) {
        changed |= rounded(operation.at, unit) != operation.at;
        operation.at = rounded(operation.at, unit);
      }
      return changed;
    });
    rounder |= done;
    if (done) break;
  }
  // And those that could not be rounded together, one by one.
  for (std::size_t i = 0; i < best_.workload.script->size() && best_.workload.script->size() < 100; ++i) {
    for (const Duration unit : units) {
      const bool done = attempt(
          "rounder times", [&](Scenario& scenario) { return round_one(*scenario.workload.script, i, unit); });
      rounder |= done;
      if (done) break;
    }
  }
  return rounder;
}

bool Shrinker::simplify_world() {
  bool simpler = false;
  simpler |= attempt("constant latencies", [](Scenario& scenario) {
    if (!scenario.network.latency) return false;
    const auto mean = scenario.network.latency->distribution().mean();
    if (std::holds_alternative<Duration>(scenario.network.latency->form()) || !mean) return false;
    scenario.network.latency =
        sim::DrawnDuration(rounded(*mean, 100us) > 0ns ? rounded(*mean, 100us) : *mean);
    return true;
  });
  simpler |= attempt("exact clocks", [](Scenario& scenario) {
    scenarios::MachinesSection& machines = scenario.machines;
    if (machines.clock_offset == 0ns && machines.clock_drift_ppm == 0) return false;
    machines.clock_offset = 0ns;
    machines.clock_drift_ppm = 0;
    return true;
  });
  simpler |= attempt("ties in order", [](Scenario& scenario) {
    if (scenario.ties.policy == sim::TiePolicy::fifo && scenario.ties.quantum == 0ns) return false;
    scenario.ties = {};
    return true;
  });
  simpler |= attempt("no retries", [](Scenario& scenario) {
    return std::exchange(scenario.workload.retry, sim::Retry::none) != sim::Retry::none;
  });
  return simpler;
}

bool Shrinker::reset_parameters() {
  bool simpler = false;
  const std::vector<sim::Member> members = best_.system.parameters.literal.members;
  for (const sim::Member& member : members) {
    if (member.key == "servers") continue;
    simpler |= attempt("a parameter at its default", [&](Scenario& scenario) {
      return std::erase_if(scenario.system.parameters.literal.members,
                           [&](const sim::Member& m) { return m.key == member.key; }) > 0;
    });
  }
  return simpler;
}

bool Shrinker::renumber_values() {
  return attempt("smaller values", [](Scenario& scenario) {
    std::int64_t next = 0;
    bool changed = false;
    for (ScriptedOperation& operation : *scenario.workload.script) {
      ++next;
      changed |= operation.value != next;
      operation.value = next;
    }
    return changed;
  });
}

bool Shrinker::run() {
  // Only the claim at issue, so that no time is spent on others.
  attempt("one claim", [](Scenario& scenario) {
    if (!scenario.expect.claim || !scenario.claims.empty()) return false;
    scenario.claims = {*scenario.expect.claim};
    return true;
  });
  attempt("marks are not asked for",
          [](Scenario& scenario) { return !std::exchange(scenario.marks, {}).empty(); });
  drop_faults();
  simplify_faults();
  simplify_world();
  cut_tail();
  const std::vector<std::string> kinds = [&] {
    std::set<std::string> names;
    for (const ScriptedOperation& operation : *best_.workload.script) names.insert(operation.f);
    return std::vector<std::string>(names.begin(), names.end());
  }();
  const auto kind_of = [&](const ScriptedOperation& operation) {
    return std::lower_bound(kinds.begin(), kinds.end(), operation.f) - kinds.begin();
  };
  drop_where("fewer operations", [](const ScriptedOperation& o) { return o.key; });
  drop_where("fewer operations", [](const ScriptedOperation& o) { return o.client; });
  drop_where("fewer operations", kind_of);
  shorten();
  for (bool smaller = true; smaller && !probe_.is_over();) {
    smaller = false;
    smaller |= drop_faults();
    smaller |= drop_operations();
    smaller |= drop_with_other_luck();
    smaller |= drop_faults_with_other_luck();
    smaller |= drop_clients();
    smaller |= drop_keys();
    smaller |= drop_servers();
    smaller |= simplify_world();
    smaller |= reset_parameters();
    smaller |= shorten();
    smaller |= simplify_faults();
    smaller |= round_times();
    smaller |= renumber_values();
  }
  return !probe_.is_over();
}

}  // namespace lightcone::tools::shrink

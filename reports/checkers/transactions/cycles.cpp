#include "reports/checkers/transactions/cycles.hpp"

#include <algorithm>
#include <array>

#include "reports/checkers/transactions/component.hpp"

namespace lightcone::reports::checkers {

namespace {

enum class Shape : std::uint8_t {
  plain,        // dependencies only
  single,       // exactly one anti-dependency
  nonadjacent,  // several, no two in a row
  several,      // any number
};

struct CycleClass {
  Anomaly anomaly;
  Shape shape;
  Relations dependencies;  // what may be between anti-dependencies
  Relations anti_dependencies;
};

constexpr Relations any = ww | wr | wrp;

// In an order in which whatever implies a class comes before it.
constexpr std::array<CycleClass, 8> classes = {{
    {Anomaly::g0, Shape::plain, ww, 0},
    {Anomaly::g1c, Shape::plain, any, 0},
    {Anomaly::g_single_item, Shape::single, any, rw},
    {Anomaly::g_single, Shape::single, any, rw | rwp},
    {Anomaly::g_nonadjacent_item, Shape::nonadjacent, any, rw},
    {Anomaly::g_nonadjacent, Shape::nonadjacent, any, rw | rwp},
    {Anomaly::g2_item, Shape::several, any, rw},
    {Anomaly::g2, Shape::several, any, rw | rwp},
}};

constexpr std::uint8_t variant_step = 8;  // from a class to its -process and from that to its -realtime

Anomaly shifted(Anomaly anomaly, unsigned variants) {
  return static_cast<Anomaly>(static_cast<unsigned>(anomaly) + variants * variant_step);
}

// What is said where there is a cycle that a model forbids, but none of the classes above was worked out: the
// budget ended, or the order that it takes is one between transactions that data join in another way too.
struct Forbidden {
  std::array<Anomaly, 3> exists;  // by data alone, with the order of sessions, with real time
  Shape shape;
  Relations dependencies;
};
constexpr std::array<Forbidden, 4> forbidden = {{
    {{Anomaly::pl_1_cycle_exists, Anomaly::strong_session_pl_1_cycle_exists,
      Anomaly::strong_pl_1_cycle_exists},
     Shape::plain,
     ww},
    {{Anomaly::pl_2_cycle_exists, Anomaly::strong_session_pl_2_cycle_exists,
      Anomaly::strong_pl_2_cycle_exists},
     Shape::plain,
     any},
    {{Anomaly::pl_si_cycle_exists, Anomaly::strong_session_snapshot_isolation_cycle_exists,
      Anomaly::strong_snapshot_isolation_cycle_exists},
     Shape::nonadjacent,
     any},
    {{Anomaly::pl_3_cycle_exists, Anomaly::strong_session_serializable_cycle_exists,
      Anomaly::pl_ss_cycle_exists},
     Shape::several,
     any},
}};

class Search {
 public:
  Search(Component& component, CycleSearch& search, std::vector<Cycle>& out)
      : component_(component), search_(search), out_(out) {}

  void run() {
    const std::array<Relations, 3> orders = {0, process_order, realtime_order};
    for (unsigned variant = 0; variant < 3; ++variant) {
      if (variant > 0 && (component_.relations() & orders[variant]) == 0) continue;
      for (const CycleClass& base : classes) {
        const Anomaly anomaly = shifted(base.anomaly, variant);
        if (found_.contains(anomaly)) continue;
        const Relations free = base.dependencies | orders[variant];
        std::vector<CycleStep> steps = look(base, free, anomaly);
        if (!steps.empty()) add(std::move(steps));
      }
      look_behind(variant, orders[variant]);
    }
  }

 private:
  void add(std::vector<CycleStep> steps) {
    Cycle cycle;
    if (!classify(steps, cycle.anomaly)) return;
    cycle.steps = std::move(steps);
    found_ |= implied_by({cycle.anomaly});
    out_.push_back(std::move(cycle));
  }

  std::vector<CycleStep> look(const CycleClass& base, Relations free, Anomaly anomaly) {
    // A share of what is left, so that no component and no class starves the others.
    const std::uint64_t left = search_.budget > search_.steps ? search_.budget - search_.steps : 0;
    const std::uint64_t limit = search_.steps + std::max<std::uint64_t>(left / 8, 1000);
    if (base.shape == Shape::plain) return component_.shortest_cycle(free, search_.steps, limit);
    Component::Through how = Component::Through::freely;
    if (base.shape != Shape::several) {
      // Whether a closed walk exists in which no two anti-dependencies meet is settled in linear time.
      if (!component_.has_alternating_walk(base.anti_dependencies, free)) return {};
      how = base.shape == Shape::single ? Component::Through::once : Component::Through::alternating;
    }
    auto found = component_.shortest_through(base.anti_dependencies, free, how, search_.steps, limit);
    if (found.steps.empty() && !found.complete) search_.undecided.insert(anomaly);
    return std::move(found.steps);
  }

  void look_behind(unsigned variant, Relations order) {
    const bool shadows = order != 0 && (component_.relations() & shadowed_order) != 0;
    if (!shadows && search_.undecided.empty()) return;
    for (const Forbidden& model : forbidden) {
      const Anomaly exists = model.exists[variant];
      if ((ruled_out_by({exists}) - ruled_out_by(found_)).empty()) continue;
      const Relations free = model.dependencies | order | (shadows ? shadowed_order : 0);
      if (model.shape == Shape::nonadjacent && !component_.has_alternating_walk(rw | rwp, free)) continue;
      std::vector<CycleStep> steps = look({exists, model.shape, model.dependencies, rw | rwp}, free, exists);
      if (steps.empty() && model.shape != Shape::nonadjacent) continue;
      search_.undecided.erase(exists);
      found_ |= implied_by({exists});
      out_.push_back({exists, std::move(steps)});
    }
  }

  Component& component_;
  CycleSearch& search_;
  std::vector<Cycle>& out_;
  AnomalySet found_;
};

}  // namespace

bool classify(const std::vector<CycleStep>& steps, Anomaly& anomaly) {
  bool adjacent = false, predicate = false, reads = false, writes_seen = false;
  unsigned anti = 0, variant = 0;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Relation relation = steps[i].relation;
    const Relation next = steps[(i + 1) % steps.size()].relation;
    const bool is_anti = relation == rw || relation == rwp;
    anti += is_anti ? 1 : 0;
    adjacent = adjacent || (is_anti && (next == rw || next == rwp));
    predicate = predicate || relation == rwp;
    reads = reads || relation == wr || relation == wrp;
    writes_seen = writes_seen || relation == ww;
    if (relation == process_order) variant = std::max(variant, 1U);
    if (relation == realtime_order) variant = 2;
  }
  Anomaly base = Anomaly::g0;
  if (anti == 1)
    base = predicate ? Anomaly::g_single : Anomaly::g_single_item;
  else if (anti > 1 && adjacent)
    base = predicate ? Anomaly::g2 : Anomaly::g2_item;
  else if (anti > 1)
    base = predicate ? Anomaly::g_nonadjacent : Anomaly::g_nonadjacent_item;
  else if (reads)
    base = Anomaly::g1c;
  else if (!writes_seen)
    return false;
  anomaly = shifted(base, variant);
  return true;
}

std::vector<Cycle> find_cycles(const DependencyGraph& graph, CycleSearch& search) {
  std::vector<Cycle> out;
  constexpr Relations everything = 0xff;
  ComponentMaker maker(graph);
  for (const auto& nodes : components(graph, everything)) {
    Component component = maker.make(nodes);
    Search(component, search, out).run();
  }
  return out;
}

std::vector<Step> explain_cycle(const Dependencies& dependencies, const Cycle& cycle) {
  std::vector<Step> out;
  const Transactions& transactions = dependencies.transactions;
  const auto name = [&](std::size_t i) {
    std::string out_name = "T";
    return out_name += std::to_string(i % cycle.steps.size() + 1);
  };
  for (std::size_t i = 0; i < cycle.steps.size(); ++i) {
    const std::uint32_t t = cycle.steps[i].from;
    out.push_back({(i == 0 ? "Let " : "    ") + name(i) + " = " + transaction_text(transactions, t), {t}});
  }
  for (std::size_t i = 0; i < cycle.steps.size(); ++i) {
    const CycleStep& step = cycle.steps[i];
    const std::uint32_t to = cycle.steps[(i + 1) % cycle.steps.size()].from;
    const bool order = step.relation == process_order || step.relation == realtime_order;
    const std::string because =
        order ? why_ordered(transactions, step.from, to, step.relation, name(i), name(i + 1))
              : dependencies.why(step.from, to, step.relation, name(i), name(i + 1));
    if (because.empty()) return {};
    const bool last = i + 1 == cycle.steps.size();
    out.push_back({(i == 0 ? "Then "
                    : last ? "However, "
                           : "     ") +
                       name(i) + " < " + name(i + 1) + ", because " + because +
                       (last ? ": a contradiction!" : "."),
                   {step.from, to},
                   std::string(to_string(step.relation))});
  }
  return out;
}

}  // namespace lightcone::reports::checkers

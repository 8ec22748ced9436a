// Cycles and choices against every possibility.
#include <algorithm>
#include <catch2/catch.hpp>

#include "reports/checkers/transactions/cycles.hpp"
#include "reports/checkers/transactions/polygraph.hpp"
#include "tests/checkers/transactions/simulated_store.hpp"

using namespace lightcone::reports::checkers;
using lightcone::tests::Draw;

namespace {

struct Edge {
  std::uint32_t from;
  std::uint32_t to;
  Relation relation;
};

// Every class of simple cycle there is.
void every_cycle(const std::vector<Edge>& edges, std::vector<CycleStep>& path, std::uint32_t at,
                 AnomalySet& out) {
  for (const Edge& edge : edges) {
    if (edge.from != at || edge.to < path.front().from) continue;
    path.back().relation = edge.relation;
    if (edge.to == path.front().from) {
      Anomaly anomaly = Anomaly::g0;
      if (classify(path, anomaly)) out.insert(anomaly);
      continue;
    }
    if (std::any_of(path.begin(), path.end(), [&](const CycleStep& step) { return step.from == edge.to; }))
      continue;
    path.push_back({edge.to, ww});
    every_cycle(edges, path, edge.to, out);
    path.pop_back();
  }
}

bool acyclic(std::uint32_t nodes, const std::vector<Edge>& edges) {
  std::vector<std::uint32_t> in(nodes, 0);
  for (const Edge& edge : edges) ++in[edge.to];
  std::vector<bool> gone(nodes, false);
  for (bool more = true; more;) {
    more = false;
    for (std::uint32_t node = 0; node < nodes; ++node) {
      if (gone[node] || in[node] != 0) continue;
      gone[node] = more = true;
      for (const Edge& edge : edges)
        if (edge.from == node) --in[edge.to];
    }
  }
  return std::all_of(gone.begin(), gone.end(), [](bool g) { return g; });
}

}  // namespace

TEST_CASE("cycles: the classes found in small graphs are those of all their cycles, but what these imply") {
  Draw draw(5);
  for (int round = 0; round < 3000; ++round) {
    const auto nodes = static_cast<std::uint32_t>(2 + draw.below(5));
    // One edge between two nodes in a direction: an order beside data is another matter.
    static constexpr Relation relations[] = {ww, wr, rw, rw, wrp, rwp, process_order};
    std::vector<Edge> edges;
    DependencyGraph graph(nodes);
    for (std::uint32_t a = 0; a < nodes; ++a) {
      for (std::uint32_t b = 0; b < nodes; ++b) {
        if (a == b || draw.below(3) != 0) continue;
        const Relation relation = relations[draw.below(7)];
        if (relation == process_order && b < a) continue;  // an order has no cycle of its own
        edges.push_back({a, b, relation});
        graph.add(a, b, relation);
      }
    }
    graph.freeze();
    AnomalySet every;
    for (std::uint32_t start = 0; start < nodes; ++start) {
      std::vector<CycleStep> path = {{start, ww}};
      every_cycle(edges, path, start, every);
    }
    CycleSearch search;
    search.budget = 1'000'000;
    AnomalySet found;
    for (const Cycle& cycle : find_cycles(graph, search)) {
      found.insert(cycle.anomaly);
      for (std::size_t i = 0; i < cycle.steps.size(); ++i) {
        const std::uint32_t to = cycle.steps[(i + 1) % cycle.steps.size()].from;
        CHECK(std::any_of(edges.begin(), edges.end(), [&](const Edge& edge) {
          return edge.from == cycle.steps[i].from && edge.to == to &&
                 edge.relation == cycle.steps[i].relation;
        }));
      }
    }
    INFO(round);
    CHECK((found - every).empty());
    CHECK((every - implied_by(found)).empty());
    CHECK(search.undecided.empty());
  }
}

TEST_CASE("graph: everybody before everybody but itself takes few edges and reaches the same") {
  for (std::uint32_t size : {3U, 9U, 40U}) {
    std::vector<std::uint32_t> from, to;
    for (std::uint32_t i = 0; i < size; ++i) {
      if (i % 3 != 0) from.push_back(i);
      if (i % 2 == 0) to.push_back(i);
    }
    DependencyGraph graph(size);
    graph.add_all(from, to, rw);
    CHECK(graph.edges() <= 8 * (from.size() + to.size()));
    graph.freeze();
    for (std::uint32_t start : from) {
      std::vector<bool> seen(graph.nodes(), false);
      std::vector<std::uint32_t> open = {start};
      while (!open.empty()) {
        const std::uint32_t node = open.back();
        open.pop_back();
        for (const DependencyEdge* edge = graph.begin(node); edge != graph.end(node); ++edge) {
          if (seen[edge->to]) continue;
          seen[edge->to] = true;
          if (edge->to >= size) open.push_back(edge->to);
        }
      }
      for (std::uint32_t node = 0; node < size; ++node)
        CHECK(seen[node] == (node != start && std::count(to.begin(), to.end(), node) == 1));
    }
  }
}

TEST_CASE("polygraph: small ones are decided as trying every choice decides them") {
  Draw draw(9);
  int solvable = 0;
  for (int round = 0; round < 3000; ++round) {
    const auto nodes = static_cast<std::uint32_t>(3 + draw.below(6));
    const auto choices = static_cast<std::uint32_t>(draw.below(9));
    const auto edge = [&] {
      const auto from = static_cast<std::uint32_t>(draw.below(nodes));
      const auto to = static_cast<std::uint32_t>((from + 1 + draw.below(nodes - 1)) % nodes);
      return Edge{from, to, ww};
    };
    Polygraph graph(std::vector<std::uint64_t>(nodes, 0));
    std::vector<Edge> known;
    for (std::uint64_t i = draw.below(nodes); i-- > 0;) {
      known.push_back(edge());
      graph.add_edge(known.back().from, known.back().to);
    }
    std::vector<std::vector<Edge>> forward(choices), backward(choices);
    for (std::uint32_t choice = 0; choice < choices; ++choice) {
      forward[choice].push_back(edge());
      backward[choice].push_back({forward[choice][0].to, forward[choice][0].from, ww});
      for (std::uint64_t i = draw.below(3); i-- > 0;) forward[choice].push_back(edge());
      for (std::uint64_t i = draw.below(3); i-- > 0;) backward[choice].push_back(edge());
      graph.add_choice(forward[choice][0].from, forward[choice][0].to);
      for (const Edge& e : forward[choice]) graph.add_edge_if_forward(choice, e.from, e.to);
      for (const Edge& e : backward[choice]) graph.add_edge_if_backward(choice, e.from, e.to);
    }
    bool possible = false;
    for (std::uint32_t mask = 0; mask < (1U << choices) && !possible; ++mask) {
      std::vector<Edge> all = known;
      for (std::uint32_t choice = 0; choice < choices; ++choice) {
        const auto& more = (mask >> choice & 1) != 0 ? backward[choice] : forward[choice];
        all.insert(all.end(), more.begin(), more.end());
      }
      possible = acyclic(nodes, all);
    }
    std::uint64_t steps = 0;
    INFO(round);
    const auto outcome = graph.solve(steps, UINT64_MAX);
    CHECK(outcome == (possible ? Polygraph::Outcome::acyclic : Polygraph::Outcome::cyclic));
    solvable += possible ? 1 : 0;
    if (outcome != Polygraph::Outcome::acyclic) continue;
    std::vector<std::uint32_t> place(nodes);
    const auto order = graph.order();
    for (std::uint32_t i = 0; i < nodes; ++i) place[order[i]] = i;
    const auto follows = [&](const std::vector<Edge>& some) {
      return std::all_of(some.begin(), some.end(),
                         [&](const Edge& e) { return place[e.from] < place[e.to]; });
    };
    CHECK(follows(known));
    for (std::uint32_t choice = 0; choice < choices; ++choice)
      CHECK((follows(forward[choice]) || follows(backward[choice])));
  }
  CHECK(solvable > 500);
  CHECK(solvable < 2500);
}

// One strongly connected component of a dependency graph, numbered from 0, and searches in it.
#pragma once

#include <cstdint>
#include <vector>

#include "reports/checkers/transactions/cycles.hpp"

namespace lightcone::reports::checkers {

class Component {
 public:
  enum class Through : std::uint8_t {
    once,         // exactly one edge in `through`
    alternating,  // any number, no two in a row
    freely,       // any number
  };
  struct Found {
    std::vector<CycleStep> steps;
    bool complete = true;  // false: the limit came before every candidate was tried
  };

  // All kinds of edges there are. A step that data explain is not put down to an order, so an order between
  // transactions that are joined by data too is `shadowed_order`.
  Relations relations() const { return relations_; }

  // A shortest cycle of edges in `free`, or none. That there is one is always found; the shortest, as far as
  // `limit` goes: `spent`, in edges looked at, is compared with it.
  std::vector<CycleStep> shortest_cycle(Relations free, std::uint64_t& spent, std::uint64_t limit);

  // A shortest cycle through an edge in `through` beside which there is no dependency, and otherwise edges in
  // `free`.
  Found shortest_through(Relations through, Relations free, Through how, std::uint64_t& spent,
                         std::uint64_t limit);

  // Whether some closed walk uses edges in `through`, never two in a row, and otherwise edges in `free`.
  bool has_alternating_walk(Relations through, Relations free) const;

 private:
  friend class ComponentMaker;
  struct Edge {
    std::uint32_t to;
    Relation relation;
  };
  // A state is 2 * node, or one more if the node was reached by an edge in `through` and that matters.
  struct Rules {
    Relations through;
    Relations free;
    Through how;
  };
  struct Visit {
    std::uint32_t round = 0;
    std::uint32_t parent = 0;
    Relation relation = ww;
  };
  static constexpr std::uint32_t none = UINT32_MAX;

  void shadow_orders();
  std::uint32_t size() const { return static_cast<std::uint32_t>(names_.size()); }
  bool is_transaction(std::uint32_t node) const { return node < transactions_; }
  std::uint32_t next_state(std::uint32_t state, const Edge& edge, const Rules& rules) const;
  // By state: the number of its component among the states, or none where it is alone.
  std::vector<std::uint32_t> state_parts(const Rules& rules) const;
  bool begins(std::uint32_t node, const Rules& rules, const std::vector<std::uint32_t>& parts) const;
  // The shortest way from `root` to itself in fewer than `bound` steps. With rules that have `through`, the
  // first step is such an edge.
  std::vector<CycleStep> around(std::uint32_t root, const Rules& rules,
                                const std::vector<std::uint32_t>& parts, std::size_t bound,
                                std::uint64_t& spent);
  bool visit(std::uint32_t from, const Edge& edge, std::uint32_t state);
  std::vector<CycleStep> way_back(std::uint32_t root, std::uint32_t state) const;
  Relation plainest(std::uint32_t from, std::uint32_t to, Relation relation) const;
  bool simple(const std::vector<CycleStep>& steps) const;

  std::uint32_t transactions_ = 0;    // nodes below are transactions
  std::vector<std::uint32_t> names_;  // in the whole graph
  std::vector<std::size_t> first_;
  std::vector<Edge> edges_;
  Relations relations_ = 0;
  Relation order_ = process_order;     // what `shadowed_order` stands for
  std::vector<Visit> visits_;          // by state
  std::vector<std::uint32_t> beside_;  // by node: the round in which it was a dependant of the root
  std::uint32_t round_ = 0;
};

class ComponentMaker {
 public:
  explicit ComponentMaker(const DependencyGraph& graph) : graph_(graph), number_(graph.nodes(), UINT32_MAX) {}
  Component make(const std::vector<std::uint32_t>& nodes);

 private:
  const DependencyGraph& graph_;
  std::vector<std::uint32_t> number_;
};

}  // namespace lightcone::reports::checkers

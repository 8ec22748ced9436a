// Is there a way to choose, for each of many alternatives, one of two sets of edges so that the whole graph
// has no cycle? The form that deciding serializability takes when the order of writes is unknown
// (Papadimitriou, JACM 1979); NP-complete, so there is a budget.
//
// Conflict-driven search: choices are made along a topological order that is kept up to date (Pearce and
// Kelly, JEA 2006); the choices on a cycle become a clause, and the search goes back to where that clause
// would have forced the other choice (Marques-Silva and Sakallah, 1996). No clock and no chance: the same
// input takes the same steps everywhere.
#pragma once

#include <cstdint>
#include <vector>

namespace lightcone::reports::checkers {

class Polygraph {
 public:
  enum class Outcome : std::uint8_t { acyclic, cyclic, unknown };

  // `hint`: a place for each node; where nothing else decides, lower places come first.
  explicit Polygraph(std::vector<std::uint64_t> hint)
      : hint_(std::move(hint)), out_(hint_.size()), in_(hint_.size()) {}

  std::uint32_t nodes() const { return static_cast<std::uint32_t>(hint_.size()); }
  std::uint32_t add_node(std::uint64_t place) {
    hint_.push_back(place);
    out_.emplace_back();
    in_.emplace_back();
    return nodes() - 1;
  }
  void add_edge(std::uint32_t from, std::uint32_t to) { add(from, to, always); }
  // A choice between two orders of two nodes that matter most: taken as first before second where the order
  // of the moment has them so.
  std::uint32_t add_choice(std::uint32_t first, std::uint32_t second);
  // An edge that is there if the choice is for first before second, or for the other.
  void add_edge_if_forward(std::uint32_t choice, std::uint32_t from, std::uint32_t to) {
    choices_[choice].forward.push_back({from, to});
  }
  void add_edge_if_backward(std::uint32_t choice, std::uint32_t from, std::uint32_t to) {
    choices_[choice].backward.push_back({from, to});
  }

  // `steps`: edges looked at; compared with `budget`.
  Outcome solve(std::uint64_t& steps, std::uint64_t budget);

  // The strongly connected components of the edges that are there without a choice.
  std::vector<std::vector<std::uint32_t>> tangles() const;

  // After acyclic: the nodes, each before whatever it has an edge to.
  std::vector<std::uint32_t> order() const;

 private:
  using Literal = std::uint32_t;  // 2 * choice, or one more for backward
  static constexpr Literal always = UINT32_MAX;
  static constexpr std::uint32_t none = UINT32_MAX;
  struct Pair {
    std::uint32_t from;
    std::uint32_t to;
  };
  struct Edge {
    std::uint32_t to;
    Literal because;
  };
  struct Choice {
    std::uint32_t first;
    std::uint32_t second;
    std::vector<Pair> forward;
    std::vector<Pair> backward;
  };
  struct Assigned {
    bool made = false;
    Literal literal = 0;
    std::uint32_t level = 0;
    std::uint32_t reason = none;  // a clause, or none for a decision
  };

  void add(std::uint32_t from, std::uint32_t to, Literal because);
  bool sort_known();
  bool insert(std::uint32_t from, std::uint32_t to, Literal because);
  bool forward_from(std::uint32_t from, std::uint32_t to, Literal because);
  void backward_from(std::uint32_t node);
  void reorder();
  bool assign(Literal literal, std::uint32_t reason);
  bool propagate();
  bool follow(Literal falsified);
  bool learn();
  void undo_to(std::uint32_t level);
  bool decide();
  bool is_true(Literal literal) const {
    return assigned_[literal / 2].made && assigned_[literal / 2].literal == literal;
  }
  bool is_false(Literal literal) const {
    return assigned_[literal / 2].made && assigned_[literal / 2].literal != literal;
  }
  void to_front(std::uint32_t choice);

  std::vector<std::uint64_t> hint_;
  std::vector<std::vector<Edge>> out_, in_;
  std::vector<Choice> choices_;

  std::vector<std::uint32_t> place_;  // by node: in the topological order
  std::vector<std::uint32_t> seen_;   // by node: the search that saw it
  std::vector<Edge> came_from_;       // by node: from where, in the search forward
  std::vector<std::uint32_t> ahead_, behind_;
  std::uint32_t search_ = 0;

  std::vector<Assigned> assigned_;  // by choice
  std::vector<Literal> trail_;
  std::vector<std::size_t> level_starts_;
  std::vector<std::vector<Pair>> added_;  // by trail place: the edges that it brought
  std::size_t propagated_ = 0;
  std::vector<std::vector<Literal>> clauses_;
  std::vector<std::vector<std::uint32_t>> watchers_;  // by literal
  std::vector<Literal> conflict_;                     // literals that cannot all be true

  std::vector<std::uint32_t> next_, previous_;  // choices, the most recently in conflict first
  std::uint32_t front_ = none, cursor_ = none;
  std::vector<std::uint64_t> stamp_;  // by choice: when it was moved to the front
  std::uint64_t stamps_ = 0;
  std::uint64_t* steps_ = nullptr;
};

}  // namespace lightcone::reports::checkers

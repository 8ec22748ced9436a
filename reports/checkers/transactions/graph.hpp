// Who must precede whom, and why: transactions as nodes, dependencies as edges.
//
// Real time, the order of a session, and "everybody here before everybody there" would need edges in
// proportion to the square of the transactions. They are carried by nodes of their own instead: an edge
// from a transaction to such a node, along others, and out to a transaction is one step, and it is the first
// edge that counts. All edges of such a passage carry the same relation, and no passage leads back to where
// it began.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace lightcone::reports::checkers {

enum Relation : std::uint8_t {
  ww = 1,   // wrote the version after
  wr = 2,   // read the version
  rw = 4,   // overwrote the version that was read
  wrp = 8,  // wr and rw of a predicate read's choice of versions
  rwp = 16,
  process_order = 32,
  realtime_order = 64,
  shadowed_order = 128,  // one of these where the transactions also depend on each other by data
};
using Relations = std::uint8_t;

// "ww", "rw (predicate)", "session", "real time": how an edge is labelled.
std::string_view to_string(Relation relation);

struct DependencyEdge {
  std::uint32_t to;
  Relation relation;
};

class DependencyGraph {
 public:
  explicit DependencyGraph(std::uint32_t transactions) : transactions_(transactions), nodes_(transactions) {}

  std::uint32_t transactions() const { return transactions_; }
  std::uint32_t nodes() const { return nodes_; }
  std::size_t edges() const { return list_.size(); }

  void add(std::uint32_t from, std::uint32_t to, Relation relation) { list_.push_back({from, to, relation}); }
  std::uint32_t add_node() { return nodes_++; }
  // An edge from each of `from` to each of `to` but itself. Both ascending. O(|from| + |to|) edges.
  void add_all(const std::vector<std::uint32_t>& from, const std::vector<std::uint32_t>& to,
               Relation relation);

  // Drops nodes and edges added after there were this many.
  struct Mark {
    std::uint32_t nodes;
    std::size_t edges;
  };
  Mark mark() const { return {nodes_, list_.size()}; }
  void cut(Mark mark);

  // Makes the edges of each node readable. To be called after the last addition.
  void freeze();
  const DependencyEdge* begin(std::uint32_t node) const { return out_.data() + first_[node]; }
  const DependencyEdge* end(std::uint32_t node) const { return out_.data() + first_[node + 1]; }

 private:
  struct Listed {
    std::uint32_t from;
    std::uint32_t to;
    Relation relation;
  };
  std::uint32_t transactions_;
  std::uint32_t nodes_;
  std::vector<Listed> list_;
  std::vector<std::size_t> first_;
  std::vector<DependencyEdge> out_;
};

// Strongly connected components with more than one node, each ascending, by their first node (Tarjan 1972,
// without recursion). An edge counts if it has one of `relations`.
std::vector<std::vector<std::uint32_t>> components(const DependencyGraph& graph, Relations relations);

}  // namespace lightcone::reports::checkers

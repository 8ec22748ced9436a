// Who must come before whom, and a shortest reason why that cannot be.
#pragma once

#include <cstdint>
#include <vector>

namespace lightcone::reports::checkers {

// Nodes are numbers; an edge carries why (the owner's enumerator) and by which node it was found.
class OrderGraph {
 public:
  struct Edge {
    std::uint32_t from;
    std::uint32_t to;
    std::uint32_t via;
    std::uint8_t why;
  };

  explicit OrderGraph(std::uint32_t nodes) : nodes_(nodes) {}

  std::uint32_t add_node() { return nodes_++; }
  void add(std::uint32_t from, std::uint32_t to, std::uint8_t why, std::uint32_t via) {
    edges_.push_back({from, to, via, why});
  }
  std::size_t edges() const { return edges_.size(); }

  // A cycle that is shortest through one of its nodes; empty if there is none. Linear, but for the search in
  // the smallest strongly connected component.
  std::vector<Edge> find_cycle() const;

 private:
  std::vector<std::uint32_t> left_after_sorting() const;
  void index() const;

  std::uint32_t nodes_;
  std::vector<Edge> edges_;
  mutable std::vector<std::size_t> first_;
  mutable std::vector<std::uint32_t> out_;  // edges by `from`
};

}  // namespace lightcone::reports::checkers

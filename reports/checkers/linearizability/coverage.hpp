// Stretches of time that are covered by something.
#pragma once

#include <cstdint>
#include <vector>

namespace lightcone::reports::checkers {

// Gap i lies between point i and point i + 1 of a part. A union of stretches of gaps that only grows:
// near-constant time an operation (union-find).
class Coverage {
 public:
  explicit Coverage(std::uint32_t points);

  // The gaps from point `from` to point `to`.
  void cover(std::uint32_t from, std::uint32_t to);
  bool has_gap(std::uint32_t from, std::uint32_t to) { return next_gap(from) < to; }

 private:
  std::uint32_t next_gap(std::uint32_t from);

  std::vector<std::uint32_t> next_;
};

// How many stretches cover each gap: a segment tree, logarithmic time an operation.
class CoverCount {
 public:
  explicit CoverCount(std::uint32_t points);

  void add(std::uint32_t from, std::uint32_t to, std::int32_t by) { add(1, 0, leaves_, from, to, by); }
  // The first gap from `from` on that is covered (not covered); at least the number of points if there is
  // none.
  std::uint32_t first_covered(std::uint32_t from) const {
    return first(1, 0, leaves_, from, 0, Wanted::covered);
  }
  std::uint32_t first_bare(std::uint32_t from) const { return first(1, 0, leaves_, from, 0, Wanted::bare); }

 private:
  enum class Wanted : std::uint8_t { covered, bare };
  struct Node {
    std::int32_t least = 0;  // with what was added below and at this node
    std::int32_t most = 0;
    std::int32_t added = 0;  // to all below
  };

  void add(std::uint32_t node, std::uint32_t left, std::uint32_t right, std::uint32_t from, std::uint32_t to,
           std::int32_t by);
  std::uint32_t first(std::uint32_t node, std::uint32_t left, std::uint32_t right, std::uint32_t from,
                      std::int32_t above, Wanted wanted) const;

  std::uint32_t leaves_ = 1;
  std::vector<Node> nodes_;
};

}  // namespace lightcone::reports::checkers

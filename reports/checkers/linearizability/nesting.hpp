// Can the elements of a stack be nested?
#pragma once

#include <cstdint>
#include <vector>

#include "reports/checkers/linearizability/coverage.hpp"
#include "reports/checkers/linearizability/elements.hpp"

namespace lightcone::reports::checkers {

// Where there is no instant at which the stack may be empty, one element lies below all others: put in first
// and taken last. Any that can be that may be taken away without changing the verdict; what remains falls
// apart at the instants at which nothing is surely there, and the pieces do not touch each other. O(n log n).
class Nesting {
 public:
  Nesting(const std::vector<Element>& elements, std::uint32_t points);

  // False if there is a piece in which no element can lie below all others.
  bool peel();
  // Then: the elements of that piece.
  std::vector<std::uint32_t> stuck() const;

 private:
  // The elements whose inserts end in [from, to); nothing is surely there just before and just after.
  struct Piece {
    std::uint32_t from;
    std::uint32_t to;
  };
  // Of the elements whose inserts end in a range of points.
  struct Range {
    std::uint32_t first_begin = UINT32_MAX;  // of inserts not yet known to be early enough
    std::uint32_t last_end = 0;              // of takes not yet known to be late enough
    std::uint32_t bottoms = 0;               // elements that can lie below all others of their piece
  };

  void set(std::uint32_t point, const Range& range);
  Range over(Piece piece) const;
  // The first point of the piece where `is_wanted(range)`; it must hold for the whole piece.
  template <typename Predicate>
  std::uint32_t find(Piece piece, Predicate is_wanted) const;
  void find_bottoms(Piece piece);
  void split(Piece piece);

  const std::vector<Element>& elements_;
  CoverCount cover_;
  std::uint32_t leaves_ = 1;
  std::vector<Range> ranges_;              // a segment tree
  std::vector<std::uint32_t> element_at_;  // by the point at which its insert ends
  std::vector<Piece> pieces_;
  Piece stuck_{0, 0};
};

}  // namespace lightcone::reports::checkers

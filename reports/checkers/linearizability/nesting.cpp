#include "reports/checkers/linearizability/nesting.hpp"

#include <algorithm>

namespace lightcone::reports::checkers {

Nesting::Nesting(const std::vector<Element>& elements, std::uint32_t points)
    : elements_(elements), cover_(points), element_at_(points, UINT32_MAX) {
  while (leaves_ < points) leaves_ *= 2;
  ranges_.resize(std::size_t{2} * leaves_);
  for (std::uint32_t i = 0; i < elements_.size(); ++i) {
    const Element& element = elements_[i];
    if (!element.is_surely_there()) continue;  // put in and taken in one instant: disturbs nobody
    cover_.add(element.insert_end, element.take_begin, 1);
    element_at_[element.insert_end] = i;
    set(element.insert_end, {element.insert_begin, element.take_end, 0});
  }
}

void Nesting::set(std::uint32_t point, const Range& range) {
  std::uint32_t node = leaves_ + point;
  ranges_[node] = range;
  for (node /= 2; node > 0; node /= 2) {
    const Range& left = ranges_[2 * node];
    const Range& right = ranges_[2 * node + 1];
    ranges_[node] = {std::min(left.first_begin, right.first_begin), std::max(left.last_end, right.last_end),
                     left.bottoms + right.bottoms};
  }
}

Nesting::Range Nesting::over(Piece piece) const {
  Range all;
  for (std::uint32_t left = piece.from + leaves_, right = piece.to + leaves_; left < right;
       left /= 2, right /= 2) {
    for (const std::uint32_t node : {left % 2 == 1 ? left++ : 0U, right % 2 == 1 ? --right : 0U}) {
      if (node == 0) continue;
      all.first_begin = std::min(all.first_begin, ranges_[node].first_begin);
      all.last_end = std::max(all.last_end, ranges_[node].last_end);
      all.bottoms += ranges_[node].bottoms;
    }
  }
  return all;
}

template <typename Predicate>
std::uint32_t Nesting::find(Piece piece, Predicate is_wanted) const {
  while (piece.to - piece.from > 1) {
    const std::uint32_t middle = piece.from + (piece.to - piece.from) / 2;
    if (is_wanted(over({piece.from, middle}))) {
      piece.to = middle;
    } else {
      piece.from = middle;
    }
  }
  return piece.from;
}

// Pieces only become smaller, so what is early or late enough once remains so.
void Nesting::find_bottoms(Piece piece) {
  const auto settle = [&](std::uint32_t point) {
    Range range = ranges_[leaves_ + point];
    if (range.first_begin < piece.from) range.first_begin = UINT32_MAX;
    if (range.last_end > piece.to) range.last_end = 0;
    range.bottoms = range.first_begin == UINT32_MAX && range.last_end == 0 ? 1 : 0;
    set(point, range);
  };
  const auto is_early = [&](const Range& range) { return range.first_begin < piece.from; };
  const auto is_late = [&](const Range& range) { return range.last_end > piece.to; };
  while (is_early(over(piece))) settle(find(piece, is_early));
  while (is_late(over(piece))) settle(find(piece, is_late));
}

void Nesting::split(Piece piece) {
  for (std::uint32_t from = cover_.first_covered(piece.from); from < piece.to;) {
    const std::uint32_t to = std::min(cover_.first_bare(from), piece.to);
    pieces_.push_back({from, to});
    from = cover_.first_covered(to);
  }
}

bool Nesting::peel() {
  split({0, static_cast<std::uint32_t>(element_at_.size())});
  while (!pieces_.empty()) {
    const Piece piece = pieces_.back();
    pieces_.pop_back();
    find_bottoms(piece);
    const auto has_bottom = [](const Range& range) { return range.bottoms > 0; };
    if (!has_bottom(over(piece))) {
      stuck_ = piece;
      return false;
    }
    const std::uint32_t point = find(piece, has_bottom);
    const Element& bottom = elements_[element_at_[point]];
    set(point, {});
    element_at_[point] = UINT32_MAX;
    cover_.add(bottom.insert_end, bottom.take_begin, -1);
    split(piece);
  }
  return true;
}

std::vector<std::uint32_t> Nesting::stuck() const {
  std::vector<std::uint32_t> elements;
  for (std::uint32_t point = stuck_.from; point < stuck_.to; ++point) {
    if (element_at_[point] != UINT32_MAX) elements.push_back(element_at_[point]);
  }
  return elements;
}

}  // namespace lightcone::reports::checkers

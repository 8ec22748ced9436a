#include "reports/checkers/linearizability/collections.hpp"

#include <algorithm>

#include "reports/checkers/linearizability/coverage.hpp"
#include "reports/checkers/linearizability/elements.hpp"
#include "reports/checkers/linearizability/nesting.hpp"

namespace lightcone::reports::checkers {
namespace {

// The judges below get elements whose take, where there is one, can follow its insert.
class Monitor {
 public:
  Monitor(const Elements& elements, const Object& object, const Values& values)
      : all_(elements.all),
        empties_(elements.empties),
        points_(elements.points),
        object_(object),
        values_(values) {}

  // The elements that cannot be ordered, and the takes that found nothing.
  bool is_legal() {
    if (!empties_fit()) return false;
    switch (object_.shape) {
      case Shape::fifo_queue:
        return leaves_in_order();
      case Shape::priority_queue:
        return best_leaves_first();
      case Shape::stack:
        return nests();
      default:
        return true;
    }
  }

  std::vector<std::uint32_t> guilty;       // positions in elements.all
  std::uint32_t guilty_empty = Op::never;  // the operation

 private:
  // Something takes nothing only where nothing is surely there.
  bool empties_fit() {
    if (empties_.empty()) return true;
    Coverage covered(points_);
    for (const Element& element : all_) cover(covered, element);
    for (const Empty& empty : empties_) {
      if (covered.has_gap(empty.begin, empty.end)) continue;
      guilty_empty = empty.op;
      chain_of_cover(all_indices(), empty.begin, empty.end);
      return false;
    }
    return true;
  }

  static void cover(Coverage& covered, const Element& element) {
    if (element.is_surely_there()) covered.cover(element.insert_end, element.take_begin);
  }

  std::vector<std::uint32_t> all_indices() const {
    std::vector<std::uint32_t> indices(all_.size());
    for (std::uint32_t i = 0; i < indices.size(); ++i) indices[i] = i;
    return indices;
  }

  // A few elements that leave no gap from `begin` to `end`: always the one that reaches farthest.
  void chain_of_cover(std::vector<std::uint32_t> candidates, std::uint32_t begin, std::uint32_t end) {
    std::ranges::sort(candidates, {}, [&](std::uint32_t i) { return all_[i].insert_end; });
    std::size_t next = 0;
    while (begin < end) {
      std::uint32_t best = Op::never;
      for (; next < candidates.size() && all_[candidates[next]].insert_end <= begin; ++next) {
        const Element& element = all_[candidates[next]];
        if (!element.is_surely_there()) continue;
        if (best == Op::never || element.take_begin > all_[best].take_begin) best = candidates[next];
      }
      if (best == Op::never || all_[best].take_begin <= begin) return;
      guilty.push_back(best);
      begin = all_[best].take_begin;
    }
  }

  // FIFO: what was put in before another began to be, is not taken after the other was.
  bool leaves_in_order() {
    std::vector<std::uint32_t> by_begin = all_indices();
    std::vector<std::uint32_t> by_end = by_begin;
    std::ranges::sort(by_begin, {}, [&](std::uint32_t i) { return all_[i].insert_begin; });
    std::ranges::sort(by_end, {}, [&](std::uint32_t i) { return all_[i].insert_end; });
    std::size_t ended = 0;
    std::uint32_t last = Op::never;  // of those put in before, the one whose take begins last
    for (const std::uint32_t i : by_begin) {
      for (; ended < by_end.size() && all_[by_end[ended]].insert_end < all_[i].insert_begin; ++ended) {
        if (last == Op::never || all_[by_end[ended]].take_begin > all_[last].take_begin) last = by_end[ended];
      }
      if (last == Op::never || !all_[i].is_taken() || all_[i].take_end >= all_[last].take_begin) continue;
      guilty = {last, i};
      return false;
    }
    return true;
  }

  // An element is taken at an instant when nothing better is surely there. Taken from the best to the worst:
  // the worst does not change what the others can do, and leaves when they are gone.
  bool best_leaves_first() {
    std::vector<std::uint32_t> by_rank = all_indices();
    std::ranges::sort(by_rank, [&](std::uint32_t a, std::uint32_t b) {
      return values_[all_[a].value] < values_[all_[b].value];
    });
    Coverage covered(points_);
    for (std::size_t rank = 0; rank < by_rank.size(); ++rank) {
      const Element& element = all_[by_rank[rank]];
      const std::uint32_t from = std::max(element.take_begin, element.insert_begin);
      if (element.is_taken() && !covered.has_gap(from, element.take_end)) {
        by_rank.resize(rank);
        const std::uint32_t worst = static_cast<std::uint32_t>(&element - all_.data());
        chain_of_cover(std::move(by_rank), from, element.take_end);
        guilty.push_back(worst);
        return false;
      }
      cover(covered, element);
    }
    return true;
  }

  // A stack. Where there is no instant at which it may be empty, one element lies below all others: put in
  // first and taken last. Any that can be may be taken away; what remains falls apart at the instants at
  // which nothing is surely there, and each piece is judged alike.
  bool nests() {
    Nesting nesting(all_, points_);
    return nesting.peel() || (guilty = nesting.stuck(), false);
  }

  const std::vector<Element>& all_;
  const std::vector<Empty>& empties_;
  std::uint32_t points_;
  const Object& object_;
  const Values& values_;
};

std::vector<std::uint32_t> operations_of(const std::vector<std::uint32_t>& guilty, const Elements& elements) {
  std::vector<std::uint32_t> ops;
  for (const std::uint32_t i : guilty) {
    const Element& element = elements.all[i];
    if (element.insert != Op::never) ops.push_back(element.insert);
    if (element.take != Op::never) ops.push_back(element.take);
  }
  return ops;
}

}  // namespace

std::optional<Monitored> monitor_collection(Part part, const Object& object, Values& values) {
  Elements elements;
  if (!elements.read(part, object, values)) return std::nullopt;
  Monitored monitored;
  monitored.culprits = elements.culprits;
  if (monitored.culprits.empty()) {
    Monitor monitor(elements, object, values);
    if (monitor.is_legal()) return monitored;
    if (elements.has_unsure_takes) return std::nullopt;
    monitored.culprits = operations_of(monitor.guilty, elements);
    if (monitor.guilty_empty != Op::never) monitored.culprits.push_back(monitor.guilty_empty);
  }
  monitored.legal = false;
  std::ranges::sort(monitored.culprits);
  return monitored;
}

}  // namespace lightcone::reports::checkers

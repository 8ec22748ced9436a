#include "reports/checkers/linearizability/zones.hpp"
#include "sim/stable_sort.hpp"

#include <algorithm>
#include <limits>
#include <span>

namespace lightcone::reports::checkers {
namespace {

constexpr std::uint32_t none = UINT32_MAX;

// The time at which an operation ended or began, and the operation.
struct Edge {
  std::int64_t at;
  std::uint32_t op;
};
constexpr Edge no_end{std::numeric_limits<std::int64_t>::max(), none};
constexpr Edge no_begin{std::numeric_limits<std::int64_t>::min(), none};
constexpr std::int64_t before_all = -1;  // when the initial value was written

// What happened to one value.
struct Level {
  ValueId value = 0;
  std::uint32_t writer = none;
  std::uint32_t parent = none;  // the level that the writer replaced and saw
  std::uint32_t child = none;   // the level that replaced this one, and saw it
  bool observed = false;
  Edge first_read_end = no_end;
  Edge last_read_begin = no_begin;
};

// Levels that follow each other at once: each was replaced by an operation that saw it. The block stands
// together in any order. It must precede another block if its first end precedes the other's last begin.
struct Block {
  std::uint32_t root;
  Edge first_end = no_end;
  Edge last_begin = no_begin;

  bool is_forward() const { return first_end.at < last_begin.at; }
};

class Zones {
 public:
  Zones(Part part, ValueId initial, std::vector<std::uint32_t>& local)
      : part_(part), initial_(initial), local_(local) {}

  ~Zones() {
    for (const Level& level : levels_) local_[level.value] = none;
  }
  Zones(const Zones&) = delete;
  Zones& operator=(const Zones&) = delete;

  std::optional<Zoned> judge(Certificate certificate) {
    if (!find_writers()) return std::nullopt;
    Zoned zoned;
    zoned.steps = part_.size();
    if (!(find_readers() && mark_observed() && chain() && build_blocks() && interleave())) {
      zoned.conflict = conflict_;
    } else if (certificate == Certificate::wanted) {
      zoned.order = order();
    }
    if (zoned.conflict) zoned.closure = closure();
    return zoned;
  }

 private:
  static bool writes(const Op& op) { return op.verb != Verb::read; }
  static ValueId written(const Op& op) {
    if (op.verb == Verb::erase) return Values::null;
    return op.verb == Verb::compare_and_set ? op.other : op.value;
  }
  // Whether `op` saw a value; which one.
  static bool sees(const Op& op) {
    return op.verb == Verb::read || op.verb == Verb::compare_and_set ||
           (op.verb == Verb::swap && op.answered);
  }
  static ValueId seen(const Op& op) { return op.verb == Verb::compare_and_set ? op.value : op.answer; }

  std::int64_t begin_of(std::uint32_t op) const { return part_[op].begin; }
  std::int64_t end_of(std::uint32_t op) const {
    return part_[op].must ? std::int64_t{part_[op].end} : no_end.at;
  }

  std::uint32_t add_level(ValueId value) {
    local_[value] = static_cast<std::uint32_t>(levels_.size());
    levels_.emplace_back().value = value;
    return local_[value];
  }

  // False where the method does not apply.
  bool find_writers() {
    add_level(initial_);
    for (std::uint32_t i = 0; i < part_.size(); ++i) {
      const Op& op = part_[i];
      const bool known = op.verb == Verb::read || op.verb == Verb::write || op.verb == Verb::swap ||
                         (op.verb == Verb::compare_and_set && (!op.answered || op.answer == Values::yes)) ||
                         (op.verb == Verb::erase && !op.answered);
      if (!known) return false;
      if (!writes(op)) continue;
      if (local_[written(op)] != none) return false;
      levels_[add_level(written(op))].writer = i;
    }
    return true;
  }

  bool fail(ZoneConflict::Kind kind, std::uint32_t earlier, std::uint32_t later) {
    conflict_ = {kind, earlier, later, none, none};
    return false;
  }

  bool find_readers() {
    for (std::uint32_t i = 0; i < part_.size(); ++i) {
      const Op& op = part_[i];
      if (!op.must || !sees(op)) continue;
      const std::uint32_t at = local_[seen(op)];
      if (at == none) return fail(ZoneConflict::Kind::never_written, none, i);
      Level& level = levels_[at];
      level.observed = true;
      if (op.verb != Verb::read) continue;
      if (end_of(i) < level.first_read_end.at) level.first_read_end = {end_of(i), i};
      if (begin_of(i) > level.last_read_begin.at) level.last_read_begin = {begin_of(i), i};
    }
    return true;
  }

  // A writer of unknown outcome whose value was seen took effect, so it saw what it replaced. The others did
  // not, as far as anyone can tell.
  bool mark_observed() {
    std::vector<std::uint32_t> fresh;
    for (std::uint32_t at = 0; at < levels_.size(); ++at) {
      if (levels_[at].observed) fresh.push_back(at);
    }
    while (!fresh.empty()) {
      const std::uint32_t writer = levels_[fresh.back()].writer;
      fresh.pop_back();
      if (writer == none || part_[writer].must || !sees(part_[writer])) continue;
      const std::uint32_t at = local_[seen(part_[writer])];
      if (at == none) return fail(ZoneConflict::Kind::never_written, none, writer);
      if (!levels_[at].observed) fresh.push_back(at);
      levels_[at].observed = true;
    }
    return true;
  }

  bool took_effect(const Level& level) const {
    return level.writer == none || part_[level.writer].must || level.observed;
  }

  bool chain() {
    for (std::uint32_t at = 0; at < levels_.size(); ++at) {
      Level& level = levels_[at];
      if (level.writer == none || !took_effect(level) || !sees(part_[level.writer])) continue;
      level.parent = local_[seen(part_[level.writer])];
      Level& parent = levels_[level.parent];
      if (level.parent == at) return fail(ZoneConflict::Kind::circle, none, level.writer);
      if (parent.child != none) return taken_twice(levels_[parent.child].writer, level.writer);
      parent.child = at;
    }
    return true;
  }

  bool taken_twice(std::uint32_t a, std::uint32_t b) {
    if (begin_of(b) < begin_of(a)) std::swap(a, b);
    return fail(ZoneConflict::Kind::taken_twice, a, b);
  }

  static void widen(Block& block, Edge end, Edge begin) {
    if (end.at < block.first_end.at) block.first_end = end;
    if (begin.at > block.last_begin.at) block.last_begin = begin;
  }

  // Within a block: a writer, what saw its value, the next writer, and so on. None of them may have ended
  // before one that comes earlier began.
  bool append(Block& block, Edge end, Edge begin) {
    if (end.at < block.last_begin.at)
      return fail(ZoneConflict::Kind::from_the_future, end.op, block.last_begin.op);
    widen(block, end, begin);
    return true;
  }

  bool build_blocks() {
    std::size_t placed = 0;
    std::size_t effective = 0;
    for (std::uint32_t at = 0; at < levels_.size(); ++at) {
      if (!took_effect(levels_[at])) continue;
      ++effective;
      if (levels_[at].parent != none) continue;
      Block block{at};
      for (std::uint32_t next = at; next != none; next = levels_[next].child) {
        ++placed;
        const Level& level = levels_[next];
        const bool starts = level.writer == none;
        const Edge end = starts ? Edge{before_all, none} : Edge{end_of(level.writer), level.writer};
        const Edge begin = starts ? Edge{before_all, none} : Edge{begin_of(level.writer), level.writer};
        if (!append(block, end, begin)) return false;
        if (level.first_read_end.op != none && !append(block, level.first_read_end, level.last_read_begin))
          return false;
      }
      blocks_.push_back(block);
    }
    return placed == effective || find_circle();
  }

  // Some levels hang on none that begins a block: they lead to each other.
  bool find_circle() {
    std::vector<bool> placed(levels_.size(), false);
    for (const Block& block : blocks_) {
      for (std::uint32_t at = block.root; at != none; at = levels_[at].child) placed[at] = true;
    }
    for (std::uint32_t at = 0; at < levels_.size(); ++at) {
      if (!placed[at] && took_effect(levels_[at]))
        return fail(ZoneConflict::Kind::circle, none, levels_[at].writer);
    }
    return true;
  }

  // No two forward zones may overlap, and no backward zone may lie in a forward one: then, and only then,
  // "precedes" has no circle among blocks.
  bool interleave() {
    std::vector<std::uint32_t> forward;
    for (std::uint32_t i = 0; i < blocks_.size(); ++i) {
      if (blocks_[i].is_forward()) forward.push_back(i);
    }
    const auto end_of_block = [&](std::uint32_t i) { return blocks_[i].first_end.at; };
    std::ranges::sort(forward, {}, end_of_block);
    for (std::size_t i = 1; i < forward.size(); ++i) {
      if (end_of_block(forward[i]) < blocks_[forward[i - 1]].last_begin.at)
        return interleaved(blocks_[forward[i - 1]], blocks_[forward[i]]);
    }
    points_.resize(blocks_.size());
    for (std::uint32_t i = 0; i < blocks_.size(); ++i) {
      const Block& block = blocks_[i];
      points_[i] = block.is_forward() ? block.first_end.at : block.last_begin.at;
      if (block.is_forward()) continue;
      const auto after = std::ranges::upper_bound(forward, block.last_begin.at, {}, end_of_block);
      if (after == forward.begin()) continue;
      const Block& around = blocks_[*std::prev(after)];
      if (around.last_begin.at < block.last_begin.at) continue;
      if (block.first_end.at < around.last_begin.at) return interleaved(around, block);
      points_[i] = around.last_begin.at;  // its begin lies in a forward zone, its end behind it
    }
    return true;
  }

  bool interleaved(const Block& a, const Block& b) {
    const bool swapped = b.last_begin.at > a.last_begin.at;
    const Block& outer = swapped ? b : a;
    const Block& inner = swapped ? a : b;
    conflict_ = {ZoneConflict::Kind::interleaved, inner.first_end.op, inner.last_begin.op, outer.first_end.op,
                 outer.last_begin.op};
    return false;
  }

  std::vector<std::uint32_t> order() const {
    std::vector<std::uint32_t> by_point(blocks_.size());
    for (std::uint32_t i = 0; i < blocks_.size(); ++i) by_point[i] = i;
    // At equal points: the forward zone that ends there stands first, then those that were moved there.
    sim::stable_sort(by_point, [&](std::uint32_t a, std::uint32_t b) { return points_[a] < points_[b]; });
    std::vector<std::vector<std::uint32_t>> reads(levels_.size());
    for (std::uint32_t i = 0; i < part_.size(); ++i) {
      if (part_[i].verb == Verb::read) reads[local_[part_[i].answer]].push_back(i);
    }
    std::vector<std::uint32_t> order;
    for (const std::uint32_t i : by_point) {
      for (std::uint32_t at = blocks_[i].root; at != none; at = levels_[at].child) {
        if (levels_[at].writer != none) order.push_back(levels_[at].writer);
        order.insert(order.end(), reads[at].begin(), reads[at].end());
      }
    }
    return order;
  }

  // The operations of the conflict, the writers of the values they saw, and what links them within a block.
  std::vector<std::uint32_t> closure() const {
    std::vector<std::uint32_t> ops;
    const ZoneConflict& conflict = *conflict_;
    for (const std::uint32_t op : {conflict.earlier, conflict.later, conflict.first, conflict.last}) {
      if (op == none) continue;
      ops.push_back(op);
      add_writers(op, ops);
      if (!part_[op].must) add_witness(local_[written(part_[op])], ops);
    }
    std::ranges::sort(ops);
    const auto repeated = std::ranges::unique(ops);
    ops.erase(repeated.begin(), repeated.end());
    return ops;
  }

  // Up the chain of an operation. A long chain is all listed: each step is part of the argument.
  void add_writers(std::uint32_t op, std::vector<std::uint32_t>& ops) const {
    if (!sees(part_[op])) return;
    std::size_t listed = 0;
    for (std::uint32_t at = local_[seen(part_[op])]; at != none && listed <= levels_.size();
         at = levels_[at].parent) {
      if (levels_[at].writer != none) ops.push_back(levels_[at].writer);
      ++listed;
    }
  }

  // What shows that the writer of a level took effect: one that returned and saw its value, and the links to
  // it.
  void add_witness(std::uint32_t at, std::vector<std::uint32_t>& ops) const {
    for (std::size_t listed = 0; listed <= levels_.size(); ++listed) {
      if (levels_[at].first_read_end.op != none) {
        ops.push_back(levels_[at].first_read_end.op);
        return;
      }
      const std::uint32_t child = levels_[at].child != none ? levels_[levels_[at].child].writer : seer_of(at);
      if (child == none) return;
      ops.push_back(child);
      if (part_[child].must) return;
      at = local_[written(part_[child])];
    }
  }

  // Who replaced and saw a level, where no chain was built.
  std::uint32_t seer_of(std::uint32_t at) const {
    for (std::uint32_t i = 0; i < part_.size(); ++i) {
      if (part_[i].must && sees(part_[i]) && local_[seen(part_[i])] == at) return i;
    }
    for (const Level& level : levels_) {
      if (level.writer != none && level.observed && sees(part_[level.writer]) &&
          local_[seen(part_[level.writer])] == at)
        return level.writer;
    }
    return none;
  }

  Part part_;
  ValueId initial_;
  std::vector<std::uint32_t>& local_;
  std::vector<Level> levels_;
  std::vector<Block> blocks_;
  std::vector<std::int64_t> points_;
  std::optional<ZoneConflict> conflict_;
};

}  // namespace

std::optional<Zoned> ZoneJudge::judge(Part part, ValueId initial, std::size_t bound,
                                      Certificate certificate) {
  local_.resize(std::max(local_.size(), bound), none);
  return Zones(part, initial, local_).judge(certificate);
}

}  // namespace lightcone::reports::checkers

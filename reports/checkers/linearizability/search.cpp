#include "reports/checkers/linearizability/search.hpp"

#include <algorithm>
#include <span>

#include "reports/checkers/linearizability/search_memory.hpp"
#include "reports/checkers/linearizability/transitions.hpp"

namespace lightcone::reports::checkers {
namespace {

// The search goes depth first over configurations: the state of the object and which operations have taken
// effect. Only operations that began before the first return that is still to come can be next; they are the
// window.
//
// It leaves out what cannot matter. In each case another configuration that is visited can do all that
// the one left out can:
//  - a pending operation that only reads and fits the state takes effect at once;
//  - among pending operations that ask and answer the same, the one that returns first goes first;
//  - of two neighbours that commute, the one that returns first goes first;
//  - an operation of unknown outcome never goes right before one that makes it unseen;
//  - an overwrite (see Specification::is_overwrite) takes effect visibly only when another operation sees it;
//    otherwise it stays pending, and at its return it is put, unseen, right before the last overwrite since
//    its invocation ("hidden" below);
//  - an operation that no read can have seen waits until it is due, or hides;
//  - of configurations with equal states and pending operations, the one that used fewer operations of
//  unknown
//    outcome, and whose last overwrite is later, stands for the other.
class Search {
 public:
  Search(Part part, const Specification& specification, const Budget& budget)
      : part_(part), transitions_(specification), budget_(budget) {}

  Found run() {
    prepare();
    enter(transitions_.initial(), 0, UsedSets::nothing);
    while (!frames_.empty() && !complete_) {
      if (found_.steps > budget_.steps || bytes() > budget_.bytes) {
        found_.verdict = Verdict::unknown;
        return std::move(found_);
      }
      if (!advance()) retreat();
    }
    found_.verdict = complete_ ? Verdict::held : Verdict::violated;
    if (complete_) {
      read_order();
    } else {
      found_.stuck = deepest_ == end_of_list ? Op::never : op_at(deepest_);
    }
    return std::move(found_);
  }

 private:
  using Node = std::uint32_t;  // an event of a must-operation, in order; the list leaves out those in effect
  static constexpr Node end_of_list = UINT32_MAX;

  enum class Way : std::uint8_t { visible, hidden, unsure };

  struct Candidate {
    std::uint32_t op;  // of an unsure one: its class, in unsure_
    StateId next;
    Way way;
  };

  struct Taken {
    std::uint32_t op;
    Way way;
    bool overwrite;
  };

  struct Frame {
    StateId state;
    Node first_return;             // the first return in the list
    std::uint32_t last_overwrite;  // operations that began before this position can hide
    UsedSets::Id used;
    std::uint32_t taken;       // size of taken_ before this configuration's reads
    std::uint32_t settled;     // and after them
    std::uint32_t candidates;  // where they start in candidates_
    std::uint32_t next;        // the next to try
  };

  // Operations of unknown outcome that ask the same.
  struct Unsure {
    ClassId of;
    std::vector<std::uint32_t> ops;  // by begin
  };

  std::uint32_t begin_of(Node node) const { return positions_[node]; }
  std::uint32_t op_at(Node node) const { return node_ops_[node]; }
  bool is_return(Node node) const { return (node_flags_[node] & 1U) != 0; }

  std::size_t bytes() const { return memory_.bytes() + transitions_.bytes(); }

  void prepare() {
    classes_.resize(part_.size());
    std::vector<std::pair<std::uint32_t, std::uint32_t>> events;  // position, 2 * op + is_return
    for (std::uint32_t i = 0; i < part_.size(); ++i) {
      classes_[i] = transitions_.class_of(part_[i]);
      if (part_[i].must) {
        if (transitions_.is_read_only(classes_[i])) reads_.emplace_back(classes_[i], part_[i].end);
        events.emplace_back(part_[i].begin, 2 * i);
        events.emplace_back(part_[i].end, 2 * i + 1);
      } else if (!transitions_.is_read_only(classes_[i])) {
        add_unsure(i);
      }
    }
    std::ranges::sort(events);
    call_nodes_.resize(part_.size());
    return_nodes_.resize(part_.size());
    for (const auto& [position, event] : events) {
      const auto node = static_cast<Node>(positions_.size());
      positions_.push_back(position);
      node_ops_.push_back(event / 2);
      node_flags_.push_back(event & 1U);
      ((event & 1U) != 0 ? return_nodes_ : call_nodes_)[event / 2] = node;
    }
    link();
    assign_slots();
  }

  void add_unsure(std::uint32_t i) {
    if (classes_[i] >= unsure_of_.size()) unsure_of_.resize(classes_[i] + 1, Op::never);
    if (unsure_of_[classes_[i]] == Op::never) {
      unsure_of_[classes_[i]] = static_cast<std::uint32_t>(unsure_.size());
      unsure_.push_back({classes_[i], {}});
    }
    unsure_[unsure_of_[classes_[i]]].ops.push_back(i);
    unsure_overwrites_ = unsure_overwrites_ || transitions_.is_overwrite(classes_[i]);
  }

  void link() {
    const auto count = static_cast<Node>(positions_.size());
    following_.resize(count + 1);
    preceding_.resize(count + 1);
    for (Node node = 0; node <= count; ++node) {
      following_[node] = node + 1;
      preceding_[node] = node == 0 ? count : node - 1;
    }
    following_[count] = 0;  // the head and the end of the ring
    head_ = count;
  }

  // Operations that overlap get different bits.
  void assign_slots() {
    slots_.resize(part_.size());
    std::vector<std::uint32_t> unused;
    std::uint32_t count = 0;
    for (Node node = 0; node < head_; ++node) {
      const std::uint32_t op = op_at(node);
      if (is_return(node)) {
        unused.push_back(slots_[op]);
      } else if (unused.empty()) {
        slots_[op] = count++;
      } else {
        slots_[op] = unused.back();
        unused.pop_back();
      }
    }
    memory_.set_width(count);
  }

  void unlink(Node node) {
    following_[preceding_[node]] = following_[node];
    preceding_[following_[node]] = preceding_[node];
  }
  void relink(Node node) {
    following_[preceding_[node]] = node;
    preceding_[following_[node]] = node;
  }
  void take(std::uint32_t op, Way way) {
    unlink(call_nodes_[op]);
    unlink(return_nodes_[op]);
    taken_.push_back({op, way, transitions_.is_overwrite(classes_[op])});
  }
  void give_back(std::size_t until) {
    while (taken_.size() > until) {
      const Taken& last = taken_.back();
      if (last.way != Way::unsure) {
        relink(return_nodes_[last.op]);
        relink(call_nodes_[last.op]);
      }
      taken_.pop_back();
    }
  }

  // Opens a configuration, unless one that stands for it was visited.
  bool enter(StateId state, std::uint32_t last_overwrite, UsedSets::Id used) {
    ++found_.steps;
    const auto taken = static_cast<std::uint32_t>(taken_.size());
    const Node first_return = settle(state);
    if (first_return == end_of_list) {
      complete_ = true;
      return true;
    }
    const Node impossible = transitions_.grows() ? first_impossible(state) : end_of_list;
    reached(impossible == end_of_list ? first_return : impossible);
    if (impossible != end_of_list) {
      give_back(taken);
      return false;
    }
    if (!memory_.admit(first_return, state, hiding_until(last_overwrite), used, used_sets_)) {
      give_back(taken);
      return false;
    }
    Frame frame{state,
                first_return,
                last_overwrite,
                used,
                taken,
                static_cast<std::uint32_t>(taken_.size()),
                static_cast<std::uint32_t>(candidates_.size()),
                0};
    frame.next = frame.candidates;
    gather(frame);
    frames_.push_back(frame);
    return true;
  }

  // Lets the reads that fit take effect, and lists what remains of the window. Returns its end.
  Node settle(StateId state) {
    window_.clear();
    memory_.clear_pending();
    Node last = head_;  // that stays in the list
    Node node = following_[head_];
    for (; node != head_ && !is_return(node); node = following_[last]) {
      const std::uint32_t op = op_at(node);
      if (transitions_.is_read_only(classes_[op])) {
        ++found_.steps;
        if (transitions_.only_after(state, classes_[op]) == state) {
          take(op, Way::visible);
          continue;
        }
      }
      last = node;
      window_.push_back(op);
      memory_.set_pending(slots_[op]);
    }
    return node == head_ ? end_of_list : node;
  }

  void reached(Node node) {
    if (deepest_ == end_of_list || node > deepest_) deepest_ = node;
  }

  // The return of the first read, of the next few, that can no longer be answered as it was: the state has
  // outgrown what it saw, and no overwrite that could still come before it begins what it saw.
  Node first_impossible(StateId state) {
    constexpr std::size_t reads_ahead = 8;
    constexpr std::size_t overwrites_ahead = 8;
    starts_.assign(1, state);
    std::size_t reads = 0;
    for (Node node = following_[head_]; node != head_ && reads < reads_ahead; node = following_[node]) {
      const ClassId of = classes_[op_at(node)];
      if (!is_return(node)) {
        if (!transitions_.is_overwrite(of)) continue;
        if (starts_.size() > overwrites_ahead) return end_of_list;
        starts_.push_back(transitions_.only_after(state, of));
      } else if (transitions_.is_read_only(of)) {
        ++reads;
        ++found_.steps;
        const bool possible =
            std::ranges::any_of(starts_, [&](StateId start) { return transitions_.can_grow_to(start, of); });
        if (!possible) return unsure_overwrites_ ? end_of_list : node;
      }
    }
    return end_of_list;
  }

  // The last end of a read that could see `state` or what grows from it.
  std::uint32_t seen_until(StateId state) {
    if (state >= seen_until_.size()) seen_until_.resize(state + 1, Op::never);
    std::uint32_t& until = seen_until_[state];
    if (until != Op::never) return until;
    until = 0;
    found_.steps += reads_.size() / 8;
    for (const auto& [of, end] : reads_) {
      if (end > until && transitions_.can_grow_to(state, of)) until = end;
    }
    return until;
  }

  // The latest begin of a pending operation that can hide, and 0 if none can.
  std::uint32_t hiding_until(std::uint32_t last_overwrite) const {
    std::uint32_t until = 0;
    for (const std::uint32_t op : window_) {
      if (part_[op].begin < last_overwrite && transitions_.can_hide(classes_[op]))
        until = std::max(until, part_[op].begin + 1);
    }
    return until;
  }

  void gather(const Frame& frame) {
    const std::uint32_t due = op_at(frame.first_return);
    if (transitions_.can_hide(classes_[due]) && part_[due].begin < frame.last_overwrite)
      candidates_.push_back({due, frame.state, Way::hidden});
    std::ranges::sort(window_, [&](std::uint32_t a, std::uint32_t b) { return part_[a].end < part_[b].end; });
    seen_.clear();
    for (const std::uint32_t op : window_) {
      const ClassId of = classes_[op];
      if (transitions_.is_read_only(of) || std::ranges::find(seen_, of) != seen_.end()) continue;
      seen_.push_back(of);
      ++found_.steps;
      for (const StateId next : transitions_.after(frame.state, of)) {
        if (op != due && is_never_seen(frame, of, next)) continue;
        if (!is_pointless(frame, op, of, next)) candidates_.push_back({op, next, Way::visible});
      }
    }
    gather_unsure(frame);
    prefer_what_is_due(frame);
  }

  // Whether no read can tell that `of` was taken: then it may as well wait until it is due, or hide.
  bool is_never_seen(const Frame& frame, ClassId of, StateId next) {
    return transitions_.grows() && transitions_.can_hide(of) && !transitions_.is_overwrite(of) &&
           seen_until(next) < positions_[frame.first_return];
  }

  void gather_unsure(const Frame& frame) {
    const std::uint32_t limit = positions_[frame.first_return];
    const bool can_hide_more = std::ranges::any_of(window_, [&](std::uint32_t op) {
      return part_[op].begin >= frame.last_overwrite && transitions_.can_hide(classes_[op]);
    });
    for (std::uint32_t i = 0; i < unsure_.size(); ++i) {
      const Unsure& unsure = unsure_[i];
      if (part_[unsure.ops.front()].begin > limit) break;
      if (std::ranges::find(seen_, unsure.of) != seen_.end()) continue;  // one that must happen serves better
      const std::size_t used = used_sets_.count(frame.used, i);
      if (used >= unsure.ops.size() || part_[unsure.ops[used]].begin > limit) continue;
      ++found_.steps;
      for (const StateId next : transitions_.after(frame.state, unsure.of)) {
        if (next == frame.state && !(can_hide_more && transitions_.is_overwrite(unsure.of))) continue;
        if (is_never_seen(frame, unsure.of, next)) continue;
        if (!is_pointless(frame, unsure.ops[used], unsure.of, next))
          candidates_.push_back({i, next, Way::unsure});
      }
    }
  }

  // Whether `op` need not follow the operation that led here (`frame` is not on the stack yet).
  bool is_pointless(const Frame& frame, std::uint32_t op, ClassId of, StateId next) {
    if (frames_.empty() || frame.settled != frame.taken) return false;
    const Frame& before = frames_.back();
    const Candidate& last = candidates_[before.next - 1];
    if (last.way == Way::hidden || part_[op].begin > positions_[before.first_return]) return false;
    const std::uint32_t last_op = taken_.back().op;
    const ClassId last_class = classes_[last_op];
    const bool last_overwrites = transitions_.is_overwrite(last_class);
    const bool last_was_due = last_op == op_at(before.first_return);
    if (transitions_.can_hide(last_class) && transitions_.is_overwrite(of)) return !last_was_due;
    const StateId instead = transitions_.only_after(before.state, of);
    if (instead == Transitions::none) return false;
    if (last.way == Way::unsure && instead == next && !last_overwrites) return true;
    return part_[op].end < part_[last_op].end && transitions_.only_after(instead, last_class) == next;
  }

  // The operation that returns first is tried first; if it does not fit, those that make it fit.
  void prefer_what_is_due(const Frame& frame) {
    const std::uint32_t due = op_at(frame.first_return);
    const auto begin = candidates_.begin() + frame.candidates;
    if (begin == candidates_.end() || (begin->way != Way::unsure && begin->op == due)) return;
    postponed_.clear();
    auto preferred = begin;
    for (auto at = begin; at != candidates_.end(); ++at) {
      if (transitions_.after(at->next, classes_[due]).empty()) {
        postponed_.push_back(*at);
      } else {
        *preferred++ = *at;
      }
    }
    std::copy(postponed_.begin(), postponed_.end(), preferred);
  }

  // Tries the next candidate of the last frame. False when there is none left.
  bool advance() {
    Frame& frame = frames_.back();
    if (frame.next == candidates_.size()) return false;
    const Candidate candidate = candidates_[frame.next++];
    const Frame from = frame;
    UsedSets::Id used = from.used;
    ClassId of = 0;
    if (candidate.way == Way::unsure) {
      const Unsure& unsure = unsure_[candidate.op];
      of = unsure.of;
      taken_.push_back(
          {unsure.ops[used_sets_.count(used, candidate.op)], Way::unsure, transitions_.is_overwrite(of)});
      used = used_sets_.with(used, candidate.op);
    } else {
      of = classes_[candidate.op];
      take(candidate.op, candidate.way);
    }
    const bool overwrites = candidate.way != Way::hidden && transitions_.is_overwrite(of);
    const std::uint32_t last_overwrite = overwrites ? positions_[from.first_return] : from.last_overwrite;
    if (!enter(candidate.next, last_overwrite, used)) give_back(from.settled);
    return true;
  }

  void retreat() {
    give_back(frames_.back().taken);
    candidates_.resize(frames_.back().candidates);
    frames_.pop_back();
    if (!frames_.empty()) give_back(frames_.back().settled);
  }

  // A hidden overwrite goes right before the overwrite that hides it.
  void read_order() {
    std::vector<std::uint32_t> hider(taken_.size(), Op::never);
    std::vector<std::vector<std::uint32_t>> hidden;
    std::uint32_t last = Op::never;
    for (std::uint32_t i = 0; i < taken_.size(); ++i) {
      if (taken_[i].way != Way::hidden) {
        if (taken_[i].overwrite) last = i;
        continue;
      }
      if (hider[last] == Op::never) {
        hider[last] = static_cast<std::uint32_t>(hidden.size());
        hidden.emplace_back();
      }
      hidden[hider[last]].push_back(taken_[i].op);
    }
    for (std::uint32_t i = 0; i < taken_.size(); ++i) {
      if (taken_[i].way == Way::hidden) continue;
      if (hider[i] != Op::never) {
        found_.order.insert(found_.order.end(), hidden[hider[i]].begin(), hidden[hider[i]].end());
      }
      found_.order.push_back(taken_[i].op);
    }
  }

  Part part_;
  Transitions transitions_;
  Budget budget_;
  std::vector<ClassId> classes_;  // of each operation

  std::vector<std::uint32_t> positions_;  // of each node
  std::vector<std::uint32_t> node_ops_;
  std::vector<std::uint8_t> node_flags_;
  std::vector<Node> call_nodes_;  // of each operation
  std::vector<Node> return_nodes_;
  std::vector<Node> following_;
  std::vector<Node> preceding_;
  Node head_ = 0;
  std::vector<std::uint32_t> slots_;

  std::vector<Unsure> unsure_;            // by the first begin
  std::vector<std::uint32_t> unsure_of_;  // by class
  bool unsure_overwrites_ = false;

  std::vector<Frame> frames_;
  std::vector<Candidate> candidates_;
  std::vector<Candidate> postponed_;  // of prefer_what_is_due()
  std::vector<Taken> taken_;
  std::vector<std::uint32_t> window_;  // pending operations of the configuration just opened
  std::vector<ClassId> seen_;
  std::vector<std::pair<ClassId, std::uint32_t>> reads_;  // and their ends
  std::vector<std::uint32_t> seen_until_;                 // by state; never: not asked yet
  std::vector<StateId> starts_;  // the state, and those that pending overwrites lead to
  UsedSets used_sets_;
  VisitedConfigurations memory_;
  Node deepest_ = end_of_list;
  bool complete_ = false;
  Found found_;
};

}  // namespace

Found search(Part part, const Specification& specification, const Budget& budget) {
  return Search(part, specification, budget).run();
}

}  // namespace lightcone::reports::checkers

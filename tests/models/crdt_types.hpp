// The replicated data types as the executions of crdt_histories.hpp use them, each with a twin that says from
// the set of updates seen what must be read.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "models/parts/crdt/bounded_counter.hpp"
#include "models/parts/crdt/fractional_text.hpp"
#include "models/parts/crdt/lww_map.hpp"
#include "models/parts/crdt/mv_register.hpp"
#include "models/parts/crdt/or_set.hpp"
#include "models/parts/crdt/pn_counter.hpp"
#include "models/parts/crdt/rga.hpp"
#include "models/parts/crdt/tombstone_set.hpp"
#include "tests/models/crdt_histories.hpp"

namespace lightcone::tests::crdt {

using Seen = std::set<std::size_t>;

struct GCounterType {
  using State = models::parts::crdt::GCounter;
  static constexpr std::size_t verbs = 2;
  static State update(State& state, const Update& update, std::size_t) {
    return state.add(update.replica, update.verb + 1);
  }
  static bool agrees(const State& state, const Updates& updates, const Seen& seen) {
    std::uint64_t sum = 0;
    for (const std::size_t i : seen) sum += updates[i].verb + 1;
    return state.value() == sum;
  }
};

struct PnCounterType {
  using State = models::parts::crdt::PnCounter;
  static constexpr std::size_t verbs = 2;
  static State update(State& state, const Update& update, std::size_t) {
    return update.verb == 0 ? state.increment(update.replica, 1) : state.decrement(update.replica, 3);
  }
  static bool agrees(const State& state, const Updates& updates, const Seen& seen) {
    std::int64_t sum = 0;
    for (const std::size_t i : seen) sum += updates[i].verb == 0 ? 1 : -3;
    return state.value() == sum;
  }
};

// Two updates in a row are at the same time, so that the dots decide.
inline models::parts::crdt::Stamp stamp_of(const Update& update, std::size_t number) {
  return {static_cast<std::int64_t>(number / 2), {update.replica, number + 1}};
}

struct LwwRegisterType {
  using State = models::parts::crdt::LwwRegister<std::size_t>;
  static constexpr std::size_t verbs = 2;  // by a good clock, and by one that is ahead
  static models::parts::crdt::Stamp stamp(const Update& update, std::size_t number) {
    models::parts::crdt::Stamp stamp = stamp_of(update, number);
    if (update.verb == 1) stamp.time += 2;
    return stamp;
  }
  static State update(State& state, const Update& update, std::size_t number) {
    return state.assign(stamp(update, number), number);
  }
  static bool agrees(const State& state, const Updates& updates, const Seen& seen) {
    if (seen.empty()) return state.value() == nullptr;
    const std::size_t last = *std::max_element(seen.begin(), seen.end(), [&](std::size_t a, std::size_t b) {
      return stamp(updates[a], a) < stamp(updates[b], b);
    });
    return state.value() != nullptr && *state.value() == last && *state.stamp() == stamp(updates[last], last);
  }
};

struct LwwMapType {
  using State = models::parts::crdt::LwwMap<int, std::size_t>;
  static constexpr std::size_t verbs = 3;  // assign 0, assign 1, remove 0
  static State update(State& state, const Update& update, std::size_t number) {
    if (update.verb == 2) return state.remove(stamp_of(update, number), 0);
    return state.assign(stamp_of(update, number), static_cast<int>(update.verb), number);
  }
  static bool agrees(const State& state, const Updates& updates, const Seen& seen) {
    for (const int key : {0, 1}) {
      std::size_t last = SIZE_MAX;
      for (const std::size_t i : seen) {
        if (static_cast<int>(updates[i].verb % 2) != key) continue;
        if (last == SIZE_MAX || stamp_of(updates[last], last) < stamp_of(updates[i], i)) last = i;
      }
      const bool there = last != SIZE_MAX && updates[last].verb != 2;
      const std::size_t* const found = state.find(key);
      if (there != (found != nullptr) || (there && *found != last)) return false;
    }
    return true;
  }
};

struct MvRegisterType {
  using State = models::parts::crdt::MvRegister<std::size_t>;
  static constexpr std::size_t verbs = 1;
  static State update(State& state, const Update& update, std::size_t number) {
    return state.assign(update.replica, number);
  }
  static bool agrees(const State& state, const Updates& updates, const Seen& seen) {
    Seen expected = seen;
    for (const std::size_t i : seen) {
      for (const std::size_t overwritten : updates[i].seen) expected.erase(overwritten);
    }
    Seen found;
    for (const auto& [dot, value] : state.values()) found.insert(value);
    return found == expected;
  }
};

struct OrSetType {
  using State = models::parts::crdt::OrSet<int>;
  static constexpr std::size_t verbs = 3;  // add 0, remove 0, add 1
  static State update(State& state, const Update& update, std::size_t) {
    if (update.verb == 1) return state.remove(0);
    return state.add(update.replica, update.verb == 0 ? 0 : 1);
  }
  // There is an addition that no removal has seen.
  static bool agrees(const State& state, const Updates& updates, const Seen& seen) {
    Seen zeros;
    bool one = false;
    for (const std::size_t i : seen) {
      if (updates[i].verb == 0) zeros.insert(i);
      one = one || updates[i].verb == 2;
    }
    for (const std::size_t i : seen) {
      if (updates[i].verb != 1) continue;
      for (const std::size_t removed : updates[i].seen) zeros.erase(removed);
    }
    return state.contains(0) == !zeros.empty() && state.contains(1) == one &&
           state.size() == static_cast<std::size_t>(!zeros.empty()) + static_cast<std::size_t>(one);
  }
};

// The twin is the array of Roh et al. 2011: insert behind the named element, but behind later ones there.
struct RgaType {
  using State = models::parts::crdt::Rga<std::size_t>;
  using Id = State::Id;
  static constexpr std::size_t verbs =
      3;  // insert at the beginning, insert behind the first, erase the first
  static State update(State& state, const Update& update, std::size_t number) {
    if (update.verb == 2) return state.size() == 0 ? State{} : state.erase(0);
    return state.insert(update.replica, update.verb == 1 && state.size() > 0 ? 1 : 0, number);
  }

  struct Cell {
    Id id;
    std::size_t value = 0;
    bool erased = false;
  };
  struct Effect {  // what an update tells the others
    Id behind;     // or what it erases
    Id id;         // none: an erasure
  };
  static std::vector<Cell> replay(const std::vector<Effect>& effects, const Seen& seen) {
    std::vector<Cell> cells;
    for (const std::size_t i : seen) {
      const auto named = std::find_if(cells.begin(), cells.end(),
                                      [&](const Cell& cell) { return cell.id == effects[i].behind; });
      if (effects[i].id == Id{}) {
        if (named != cells.end()) named->erased = true;
        continue;
      }
      auto at = named == cells.end() ? cells.begin() : named + 1;
      while (at != cells.end() && effects[i].id < at->id) ++at;
      cells.insert(at, {effects[i].id, i, false});
    }
    return cells;
  }
  static bool agrees(const State& state, const Updates& updates, const Seen& seen) {
    std::vector<Effect> effects;
    for (const Update& update : updates) {
      const std::vector<Cell> cells = replay(effects, update.seen);
      const auto first =
          std::find_if(cells.begin(), cells.end(), [](const Cell& cell) { return !cell.erased; });
      Effect effect;
      if (update.verb != 0 && first != cells.end()) effect.behind = first->id;
      if (update.verb != 2) {
        for (const Cell& cell : cells) effect.id.clock = std::max(effect.id.clock, cell.id.clock);
        ++effect.id.clock;
        effect.id.replica = update.replica;
      }
      effects.push_back(effect);
    }
    std::vector<std::size_t> expected;
    for (const Cell& cell : replay(effects, seen)) {
      if (!cell.erased) expected.push_back(cell.value);
    }
    return state.values() == expected && state.size() == expected.size();
  }
};

// The twin counts the shares of all replicas from the history.
struct BoundedCounterType {
  using State = models::parts::crdt::BoundedCounter;
  static constexpr std::size_t verbs = 3;  // add 2, take 1, give 1 to the next replica
  static ReplicaId next(const ReplicaId& replica) { return {{(replica.node.index + 1) % 3}, 7}; }
  static State update(State& state, const Update& update, std::size_t) {
    if (update.verb == 0) return state.add(update.replica, 2);
    auto delta = update.verb == 1 ? state.take(update.replica, 1)
                                  : state.give(update.replica, next(update.replica), 1);
    return delta.value_or(State{});
  }
  static std::int64_t share(const Updates& updates, const std::vector<bool>& done, const Seen& seen,
                            const ReplicaId& replica) {
    std::int64_t share = 0;
    for (const std::size_t i : seen) {
      const Update& update = updates[i];
      if (update.replica == replica) share += update.verb == 0 ? 2 : done[i] ? -1 : 0;
      if (update.verb == 2 && done[i] && next(update.replica) == replica) ++share;
    }
    return share;
  }
  static bool agrees(const State& state, const Updates& updates, const Seen& seen) {
    std::vector<bool> done;
    for (const Update& update : updates)
      done.push_back(update.verb == 0 || share(updates, done, update.seen, update.replica) > 0);
    std::int64_t value = 0;
    for (const std::size_t i : seen)
      value += updates[i].verb == 0 ? 2 : updates[i].verb == 1 && done[i] ? -1 : 0;
    bool shares_agree = true;
    for (std::uint32_t node = 0; node < 3; ++node) {
      const ReplicaId replica{{node}, 7};
      shares_agree = shares_agree && state.share(replica) == share(updates, done, seen, replica);
    }
    return state.value() == value && value >= 0 && shares_agree;
  }
};

struct TombstoneSetType {
  using State = models::parts::crdt::TombstoneSet<int>;
  static constexpr std::size_t verbs = 3;  // add 0, remove 0, add 1
  static State update(State& state, const Update& update, std::size_t number) {
    const models::parts::crdt::Dot dot{update.replica, number + 1};
    return update.verb == 1 ? state.remove(dot, 0) : state.add(dot, update.verb == 0 ? 0 : 1);
  }
  // As of the set without tombstones, and a tombstone for each addition of 0 that a removal has seen.
  static bool agrees(const State& state, const Updates& updates, const Seen& seen) {
    Seen zeros;
    std::size_t ones = 0;
    for (const std::size_t i : seen) {
      if (updates[i].verb == 0) zeros.insert(i);
      if (updates[i].verb == 2) ++ones;
    }
    const std::size_t all = zeros.size();
    for (const std::size_t i : seen) {
      if (updates[i].verb != 1) continue;
      for (const std::size_t removed : updates[i].seen) zeros.erase(removed);
    }
    return state.contains(0) == !zeros.empty() && state.contains(1) == (ones > 0) &&
           state.tombstones().size() == all - zeros.size();
  }
};

// What is there follows from the history; where it is, from who stands behind whom.
struct FractionalTextType {
  using State = models::parts::crdt::FractionalText<std::size_t>;
  static constexpr std::size_t verbs = 3;  // insert at the beginning, behind the first, erase the first
  static State update(State& state, const Update& update, std::size_t number) {
    const models::parts::crdt::Dot dot{update.replica, number + 1};
    const auto values = state.values();
    if (update.verb == 2) return values.empty() ? State{} : state.erase(*state.find(values.front()));
    const bool behind = update.verb == 1 && !values.empty();
    return state.insert_behind(dot, behind ? *state.find(values.front()) : State::Position{}, number);
  }
  static bool agrees(const State& state, const Updates& updates, const Seen& seen) {
    const auto values = state.values();
    std::size_t typed = 0;
    for (const std::size_t i : seen) {
      if (updates[i].verb != 2) ++typed;
      if (updates[i].verb != 2 && !state.find(i)) return false;
    }
    const std::set<std::size_t> distinct(values.begin(), values.end());
    return distinct.size() == values.size() && values.size() + state.tombstones() == typed;
  }
};

}  // namespace lightcone::tests::crdt

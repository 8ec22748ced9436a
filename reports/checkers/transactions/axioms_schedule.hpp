// Most histories of a sound store are serializable in an order that can be found almost without going back:
// of the transactions that may come next, the one that completed first. What must be so in every order is
// known beforehand; where the order gets stuck nevertheless, a cycle of transactions that wait for each other
// shows which writes came too early, and the latest of these is taken back.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <queue>
#include <set>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "reports/checkers/transactions/axioms.hpp"
#include "reports/checkers/transactions/reach.hpp"

namespace lightcone::reports::checkers {

// Executes transactions one after the other. One may come next if whatever must precede it has come, each
// version that it read is there, and nobody has still to read what it would overwrite. One that may not waits
// for a key.
class Axioms::Schedule {
 public:
  Schedule(const Axioms& axioms, Ordered ordered);

  // Empty if it gets stuck for good, which proves nothing.
  std::vector<std::uint32_t> run(std::uint64_t& steps, std::uint64_t budget);

 private:
  static constexpr std::uint32_t none = UINT32_MAX;
  static constexpr std::uint64_t moves_a_node = 300;       // before it gives up
  static constexpr std::uint64_t moves_a_step = 8;         // a move takes some 10 ns
  using Reader = std::pair<std::uint32_t, std::uint32_t>;  // from whom, who
  using Edge = std::pair<std::uint32_t, std::uint32_t>;
  // What is there of a key, and how many have still to read it.
  struct Was {
    std::uint32_t key;
    std::uint32_t current;
    std::size_t unread;
  };
  struct Executed {
    std::uint32_t node;
    std::size_t changes;  // of changes_, before it
  };

  void precede(std::uint32_t before, std::uint32_t after);
  void precede_all(const Implied& implied);

  // Nodes beyond the transactions stand for completions, along which everything invoked later follows.
  void order_by_time();
  std::int64_t place(std::uint32_t node) const;
  void list(std::uint32_t node);
  void try_to_execute(std::uint32_t node, std::uint64_t& moves);

  // A key for which it must wait, or none.
  std::uint32_t obstacle(std::uint32_t node) const;
  std::span<const Reader> readers_of(std::uint32_t key, std::uint32_t writer) const;
  void execute(std::uint32_t node, std::uint64_t& moves);
  void unpark(std::uint32_t key);

  // Whom a node waits for, and the write that came too early if that is why: one that could come after it.
  struct Wait {
    std::uint32_t on;
    std::uint32_t too_early;  // or none
  };

  Wait wait_of(std::uint32_t node) const;

  // All wait. Along a cycle of waiting transactions some write came before one that had to precede it: such a
  // write, the last, is undone and what follows it, and comes after that one from now on. False if nothing
  // can be changed.
  bool take_back(std::uint64_t& moves);

  // Who waits for whom, each for the next and the last for the first; or, where one waits for nobody,
  // nothing.
  std::vector<std::pair<std::uint32_t, Wait>> waiting_cycle(std::uint64_t& moves);

  // What was concluded was wrong. It is forgotten from before the cycle on, further back each time that
  // nothing was won, and tried again, with all that follows from what came before, in an order drawn at
  // random until it has come further than ever.
  bool start_over(const std::vector<std::pair<std::uint32_t, Wait>>& cycle, std::uint64_t& moves);

  // Those that began by then; not more than a few.
  std::vector<std::uint32_t> unexecuted(std::int64_t until) const;

  // Of some that are still to come, whatever must be so because of what has come and of each other: if a
  // transaction must come after a writer of a key that it read from another, so must that other; and if one
  // writer must come after another, so must it after that one's readers.
  void conclude(const std::vector<std::uint32_t>& nodes, std::uint64_t& moves);
  bool conclude_of(std::uint32_t reader, const std::vector<Edge>& writers, const Reach& reach,
                   std::uint64_t& moves);

  // Nothing if some must come before themselves. `seen_` holds the places.
  std::optional<Reach> reach_among(const std::vector<std::uint32_t>& nodes, std::uint64_t& moves) const;
  std::uint64_t drawn(std::uint64_t what) const;
  bool learn(Edge edge);
  void drop(Edge edge);
  std::int64_t begins(std::uint32_t node) const;
  std::int64_t ends(std::uint32_t node) const;

  // Whether one must come before the other, as far as a short look tells; by way of those only that began
  // before the other ended.
  bool precedes(std::uint32_t before, std::uint32_t after, std::uint64_t& moves);
  void undo_to(std::uint32_t length, std::uint64_t& moves);
  void unpark_all();

  const Axioms& axioms_;
  std::uint32_t count_;
  std::vector<std::vector<std::uint32_t>> after_;
  std::vector<std::vector<std::uint32_t>> before_;
  std::vector<std::uint32_t> waiting_;              // by node: how many must come before it still
  std::vector<std::uint32_t> current_;              // by key: who wrote what is there
  std::vector<std::size_t> unread_;                 // by key: how many have still to read it
  std::vector<std::vector<std::uint32_t>> parked_;  // by key: who waits for a change
  std::vector<std::uint32_t> parked_at_;            // keys, of which some no longer
  std::uint32_t last_parked_ = none;
  std::vector<std::vector<Reader>> readers_;  // by key, sorted
  std::vector<Executed> trail_;
  std::vector<Was> changes_;       // of those executed
  std::vector<std::uint32_t> at_;  // by node: its place in the trail, or none
  std::vector<std::uint32_t> by_begin_;
  std::vector<std::int64_t> completed_at_;  // of the nodes that stand for completions
  std::set<Edge> learnt_;                   // who must come before whom if the trail is right
  std::uint32_t lessons_ = 0;
  std::size_t furthest_ = 0;  // the longest trail
  std::uint32_t back_ = 0;
  std::uint32_t round_ = 0;   // how often it started over
  std::vector<bool> listed_;  // by node: it is in `ready_`
  std::vector<std::uint32_t> undone_;
  std::vector<std::uint32_t> seen_;  // by node: its place in the path that is followed, or none
  using Entry = std::tuple<std::int64_t, std::uint32_t>;
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready_;
};

}  // namespace lightcone::reports::checkers

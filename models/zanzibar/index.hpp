// The index server: it follows the change log of the store nearby and answers who is in which group, at every
// timestamp between its snapshot and its watermark (Leopard; Pang et al., ATC 2019, section 3.2.4).
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "models/parts/stable/cell.hpp"
#include "models/zanzibar/membership_index.hpp"
#include "models/zanzibar/messages.hpp"
#include "models/zanzibar/parameters.hpp"
#include "models/zanzibar/sync_queue.hpp"
#include "sim/process.hpp"

namespace lightcone::models::zanzibar {

// What is on its disk: all group tuples at a timestamp, and how far into each shard's log that is.
struct IndexSnapshot {
  Timestamp ts = 0;
  std::vector<Tuple> tuples{};
  std::vector<Sequence> positions{};
};
BOOST_DESCRIBE_STRUCT(IndexSnapshot, (), (ts, tuples, positions))

class Index final : public sim::Handlers<Index, ToIndex, IndexFacts> {
 public:
  // `tuples`: what is there before the first write. `store`: whose log is followed.
  Index(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, NodeId store,
        const std::vector<Tuple>& tuples);

  void start() override;
  void show(sim::FieldVisitor& visitor) const override;

  void on(const AskIndex& ask, const sim::From& from);
  void on(const Feed& feed, const sim::From& from);
  void on(const FeedDue&);
  void on(const SnapshotDue&);
  void on(const Synced& synced) { sync_.on(synced); }

  const MembershipIndex& sets() const { return sets_; }

 private:
  struct Tail {          // of a shard's log, not yet in the sets
    Sequence taken = 0;  // into the sets
    std::deque<Entry> entries{};
    Timestamp safe = 0;
  };
  void take_what_is_safe();

  sim::Env& env_;
  const Parameters& parameters_;
  bool minds_watermark_;
  NodeId store_;
  std::vector<Tuple> first_;  // what there is to begin with, if there is no snapshot
  SyncQueue sync_;
  parts::stable::Cell<IndexSnapshot> snapshot_;
  MembershipIndex sets_;
  std::vector<Tail> tails_;
};

}  // namespace lightcone::models::zanzibar

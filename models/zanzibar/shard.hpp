// One shard of the tuple store on one of its stores: a log of writes in the order of their timestamps, which
// one store leads, always the same, and all others follow.
//
//   Write ─▶ stamped after everything before ─▶ on disk ─▶ Append to the followers ─▶ on most disks
//                                                     └─ and its timestamp has passed everywhere ─▶ decided
//
// A timestamp is safe on a store that has all that is, or ever will be, stamped up to there: the leader
// promises so, on its disk before it tells anybody. Whoever is asked about a safe timestamp can answer alone.
// The wait until a timestamp has passed for sure is what makes their order the order of events (Corbett et
// al., OSDI 2012, section 4.1.2).
//
// What a restart cannot read any more was promised, so it is asked back and not guessed around (Alagappan et
// al., FAST 2018, section 3.3): entries have numbers, so each that can be read counts, whatever lies before
// it. A follower gets the others from the leader. A leader asks all followers what they have, and that they
// take nothing any more that is still under way from before; until every entry is back that one of them ever
// had, it stands still.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/parts/stable/cell.hpp"
#include "models/parts/stable/wal.hpp"
#include "models/zanzibar/interval_clock.hpp"
#include "models/zanzibar/messages.hpp"
#include "models/zanzibar/sync_queue.hpp"
#include "models/zanzibar/tuple_table.hpp"

namespace lightcone::models::zanzibar {

struct Standing {
  bool is_whole = false;  // what this store promised is still on its disk
  Life fence = 0;         // what the leader sent in an earlier life is not taken any more
};
BOOST_DESCRIBE_STRUCT(Standing, (), (is_whole, fence))

struct Promise {
  Timestamp ts = 0;
};
BOOST_DESCRIBE_STRUCT(Promise, (), (ts))

class Shard {
 public:
  // `stores`: all, in the order of the deployment. What is passed must outlive this. `table` has what was
  // there before the first write.
  Shard(sim::Env& env, IntervalClock clock, SyncQueue& sync, TupleTable& table,
        const std::vector<NodeId>& stores, ShardId id);

  // Reads the disk.
  void start();
  void heartbeat();

  void on(const Write& write, const sim::From& from);
  void on(const StoreRead& read, const sim::From& from);
  void on(const Append& append, const sim::From& from);
  void on(const Appended& appended, const sim::From& from);
  void on(const AskLog& ask, const sim::From& from);
  void on(const LogCopy& copy, const sim::From& from);
  void on(const AskFeed& ask, const sim::From& from);
  void time_has_passed();

  bool leads() const { return leader_ == env_.self(); }
  // All that is stamped up to here is here. Nothing is while some of the log is lost.
  Timestamp safe() const;
  // Of the leader: how many are decided, which are the first of these.
  Sequence decided() const { return decided_; }
  const std::vector<Entry>& log() const { return log_; }
  bool is_lost() const { return is_lost_; }

 private:
  struct Waiting {
    StoreRead read;
    sim::From from;
  };

  bool append(const Entry& entry);
  bool write_down(const Entry& entry);
  void keep(Entry entry);
  void became_durable(Sequence size);
  void send_missing(NodeId follower);
  void decide();
  bool has_passed(Timestamp ts) const;
  void wake_at(Timestamp ts);
  // All that is stamped from now on is stamped later than now, and than this.
  void promise(Timestamp at_least);
  void promised(Timestamp ts);
  void serve_waiting();
  void answer(const Waiting& waiting);

  // shard_recovery.cpp
  void recover();
  void lose();
  void ask_for_log();
  void adopt();
  bool forget_apart();
  void be_whole();

  sim::Env& env_;
  IntervalClock clock_;
  SyncQueue& sync_;
  TupleTable& table_;
  const std::vector<NodeId>& stores_;
  ShardId id_;
  NodeId leader_;
  parts::stable::Wal<Entry, std::uint64_t> wal_;
  parts::stable::Cell<Standing> standing_;
  parts::stable::Cell<Promise> promise_cell_;

  std::vector<Entry> log_;
  std::map<Sequence, Entry> apart_;  // that are on the disk, behind some that are not
  Sequence reached_ = 0;             // so many were once on the disk
  Sequence durable_ = 0;
  bool is_lost_ = false;
  std::map<WriteId, Sequence> written_;

  // of a leader
  Sequence decided_ = 0;
  Timestamp promise_ = 0;                            // on disk
  Timestamp promising_ = 0;                          // or on the way to it
  std::map<NodeId, Sequence> has_;                   // each follower, durably
  std::map<NodeId, Sequence> sent_;                  // to it, so far
  std::map<Sequence, std::vector<sim::From>> owed_;  // an answer, when it is decided
  std::vector<Waiting> waiting_;
  std::optional<Timestamp> waking_;
  std::map<NodeId, LogCopy> copies_;

  // of a follower
  Timestamp told_safe_ = 0;
  Life fence_ = 0;
};

}  // namespace lightcone::models::zanzibar

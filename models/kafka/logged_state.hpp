// A state machine whose commands are the records of one partition: whoever leads the partition runs it. What
// is below the high watermark is decided and is applied in order; whoever asks is answered once its record
// is.
//
//   leads ─▶ reading: applies what is committed ─ all of its predecessors' ─▶ ready: takes requests, writes
//     ▲                                                                          │
//     └──────────────── the partition is led by somebody else ◀──────────────────┘
#pragma once

#include <deque>
#include <utility>

#include "models/kafka/replica.hpp"

namespace lightcone::models::kafka {

class LoggedState {
 public:
  // The replica's role or its high watermark changed.
  void replica_moved();
  bool is_ready() const { return is_ready_; }

 protected:
  // The replica outlives this.
  explicit LoggedState(Replica& replica) : replica_(replica) {}
  ~LoggedState() = default;

  // Everything that was applied is void.
  virtual void forget() = 0;
  virtual void apply(const Record& record) = 0;
  // All that predecessors committed has been applied.
  virtual void become_ready() = 0;
  // Somebody else leads: nobody is waited for any more.
  virtual void resign() = 0;

  // False when nothing can be written now; otherwise apply() will be called with it, or resign(). May be
  // called within apply().
  bool write(Content content);
  bool write_record(const Record& record) { return replica_.write(record); }
  // Where the record is that apply() is called with, and the next one that is written.
  Offset applied() const { return applied_; }
  Offset next() const { return replica_.log().end(); }
  const Replica& replica() const { return replica_; }
  Replica& replica() { return replica_; }

 private:
  Replica& replica_;
  LeaderEpoch epoch_ = 0;  // in which it leads; 0: it does not
  Offset applied_ = 0;
  bool is_ready_ = false;
  bool is_applying_ = false;
};

}  // namespace lightcone::models::kafka

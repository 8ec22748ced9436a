// Where leader epochs begin, in a log or in what a reader has of one: the leader-epoch cache of KIP-101.
#pragma once

#include <vector>

#include "models/kafka/content.hpp"

namespace lightcone::models::kafka {

class EpochIndex {
 public:
  // Where the records of `epoch` end.
  struct End {
    LeaderEpoch epoch = 0;
    Offset end = 0;
    bool operator==(const End&) const = default;
  };

  // Nothing is known of what lies before.
  void begin_at(const Position& start);
  // A record at `offset`, behind all others.
  void took(LeaderEpoch epoch, Offset offset);
  // Nothing is left from `to` on.
  void truncate(Offset to);

  const Position& start() const { return start_; }
  // Of the record before `offset`, which may be gone; 0 where there never was one.
  LeaderEpoch before(Offset offset) const;
  // Where the first record of a later epoch is; `end` if there is none: the answer of KIP-101, which says
  // nothing about whose epoch it is.
  Offset begin_of_later_than(LeaderEpoch epoch, Offset end) const;
  // The latest epoch up to this one that has records before `end`, and where it ends (KIP-279). A later one,
  // that of the record before the start, if all of this one's are before that.
  End end_of(LeaderEpoch epoch, Offset end) const;

 private:
  struct Epoch {
    LeaderEpoch epoch = 0;
    Offset start = 0;
  };
  Position start_;
  std::vector<Epoch> epochs_;  // ascending
};

}  // namespace lightcone::models::kafka

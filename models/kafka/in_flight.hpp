// The records of an idempotent producer in one partition that it is not done with, and how it numbers them
// (KIP-98, KIP-360).
//
//   wait() ─ in turn ─▶ begin(): a stamp ─ tried ─▶ acknowledged()    it is in the log
//                          ▲      │          └────▶ given_up()        it may be in the log, or be so later
//                          └──────┘ renumber()
//
// A leader that misses a number before a record's:
//
//   what has it missed?   somebody under way         it comes: the record waits
//                         one that was given up      nobody knows where the records behind it are, or will
//                                                    be: they are given up too
//                         one that was acknowledged  the log has lost it, and cannot have what is behind: a
//                                                    later epoch begins, and what is under way is numbered
//                                                    anew in it
//
// Nothing is numbered anew that may be in the log with its old number: it would be there twice.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>

#include "models/kafka/content.hpp"

namespace lightcone::models::kafka {

class InFlight {
 public:
  struct Stamp {
    std::uint64_t epoch = 0;
    std::uint64_t sequence = 0;
    bool operator==(const Stamp&) const = default;
  };

  // A record, by its number among all of the producer, waits for its turn; perhaps in vain.
  void wait(std::uint64_t number) { waiting_.push_back(number); }
  void leave(std::uint64_t number);
  // Its turn has come. Nobody begins before those under way are through if one of them is tried again or one
  // before them was given up, nor so far behind the first that the leader may have forgotten where that is.
  bool may_begin(std::uint64_t number) const;
  // `epoch`: the producer's. It counts here when nothing of an earlier one is under way.
  void begin(std::uint64_t number, std::uint64_t epoch);

  // Of a record that is under way.
  const Stamp& stamp_of(std::uint64_t number) const;
  // It was tried, and not acknowledged. It may be tried again when it is the first.
  void failed(std::uint64_t number);
  // All before it are acknowledged or given up.
  bool is_first(std::uint64_t number) const { return records_.front().number == number; }

  // With that stamp, in that epoch of its leader.
  void acknowledged(std::uint64_t number, const Stamp& stamp, LeaderEpoch epoch);
  void given_up(std::uint64_t number);
  // Nothing is under way, and a number may be missing.
  bool needs_later_epoch() const { return records_.empty() && missing_before_ > 0; }
  std::uint64_t epoch() const { return epoch_; }

  // A record was tried with that stamp, and the leader of `epoch` misses a number before.
  enum class Cure : std::uint8_t { wait, give_up, renumber };
  struct Tried {
    std::uint64_t number = 0;
    Stamp stamp{};
    bool was_first = false;  // when it was sent
  };
  Cure cure(const Tried& tried, LeaderEpoch epoch) const;
  void renumber(std::uint64_t epoch);
  std::size_t size() const { return records_.size(); }

 private:
  struct Record {
    std::uint64_t number = 0;
    Stamp stamp{};
    bool has_failed = false;
  };

  std::deque<std::uint64_t> waiting_;
  std::deque<Record> records_;  // by number, and by sequence number
  std::uint64_t epoch_ = 0;
  std::uint64_t next_ = 0;            // sequence number
  std::uint64_t missing_before_ = 0;  // sequence numbers before it may never arrive; 0: all do
  LeaderEpoch acknowledged_epoch_ = 0;
};

}  // namespace lightcone::models::kafka

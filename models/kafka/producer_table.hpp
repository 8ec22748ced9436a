// What a partition's leader knows of idempotent producers: the last sequence number of each, and where its
// latest records are, so that a retry is recognised (KIP-98).
//
//   (pid, epoch, sequence)   next in order ─▶ fresh      already here ─▶ duplicate, with its offset
//                            a gap ─▶ out of order       an older epoch of the producer ─▶ fenced
//
// The table is nothing but a digest of the log: followers keep theirs as they append, and whoever becomes
// leader goes on from it. A leader that has forgotten takes the first sequence number that it sees for the
// beginning.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "models/kafka/partition_log.hpp"

namespace lightcone::models::kafka {

class ProducerTable {
 public:
  // Records of a producer that are remembered by their offset: as many as it may have in flight.
  static constexpr std::size_t remembered = 5;

  // What a producer's sequence numbers do behind a marker.
  enum class BehindMarkers : std::uint8_t { begin_anew, go_on };
  explicit ProducerTable(BehindMarkers behind = BehindMarkers::go_on) : behind_markers_(behind) {}

  enum class Standing : std::uint8_t { fresh, duplicate, out_of_order, fenced };
  struct Answer {
    Standing standing = Standing::fresh;
    std::optional<Offset> offset{};  // of a duplicate that is remembered
  };
  Answer look_up(const Record& record) const;
  // A later epoch of this producer has been here.
  bool is_fenced(Pid pid, std::uint64_t epoch) const;

  // The log has it now, at `offset`, after all others of the table.
  void took(const Record& record, Offset offset);
  void rebuild(const PartitionLog& log);
  // As if the log ended there.
  void rebuild(const PartitionLog& log, Offset until);
  // All of it, for a log that begins behind what it was read from.
  std::vector<KnownProducer> snapshot() const;
  // The record there is one of this producer's latest.
  bool remembers(Pid pid, Offset offset) const;
  // As if nothing had been remembered (kafka.pid-state-lost).
  void forget();

 private:
  struct Producer {
    std::uint64_t epoch = 0;
    std::uint64_t next = 0;      // sequence number
    std::deque<Offset> offsets;  // of the latest records, before `next`
  };

  BehindMarkers behind_markers_;
  std::map<Pid, Producer> producers_;
  bool has_forgotten_ = false;
};

}  // namespace lightcone::models::kafka

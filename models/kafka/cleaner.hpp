// What is to be taken away from a log: segments that are old or too many (cleanup=delete), or records that a
// later one of their key replaces (cleanup=compact). A segment is a range of offsets; the one that is written
// to is left alone.
#pragma once

#include <functional>
#include <vector>

#include "models/kafka/parameters.hpp"
#include "models/kafka/partition_log.hpp"
#include "models/kafka/producer_table.hpp"
#include "models/kafka/transaction_table.hpp"

namespace lightcone::models::kafka {

// Where the segment begins that is written to.
Offset end_of_closed_segments(const PartitionLog& log, const Parameters& parameters);

// Where the log should begin: behind closed segments that are to go, of which no record is at `bound` or
// behind.
Offset start_by_retention(const PartitionLog& log, const Parameters& parameters, Offset bound,
                          sim::WallTime now);

// What is left of the records before some offset.
struct Compacted {
  CompactedUntil left;
  // Of those, deletions, and markers that end nothing that is left: another replica may have what they end,
  // and without them takes it for part of the next transaction.
  std::vector<Offset> tombstones;
  std::vector<Offset> removed_tombstones;
  std::uint64_t removed = 0;  // records that say nothing any more, or are gone
};

// Of each key the latest record stays, but for tombstones that may be forgotten; records without a key stay.
// What an aborted transaction wrote goes; markers go as tombstones do, once nothing is left that they end,
// but for the latest of each producer. What tells the latest sequence numbers of a producer, or where a
// leader epoch begins, stays, emptied. All transactions before `bound` must be decided.
Compacted compacted(const PartitionLog& log, Offset bound, const TransactionTable& transactions,
                    const ProducerTable& producers, const std::function<bool(Offset)>& may_be_forgotten);

}  // namespace lightcone::models::kafka

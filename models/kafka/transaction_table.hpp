// What a replica knows of transactions in its partition, as a digest of its log: which are open and since
// where, which were aborted, and so how far a reader may read who wants what is committed (KIP-98).
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <vector>

#include "models/kafka/partition_log.hpp"

namespace lightcone::models::kafka {

class TransactionTable {
 public:
  // The log has it now, at `offset`, after all others of the table.
  void took(const Record& record, Offset offset);
  void rebuild(const PartitionLog& log);
  // As if the log ended there.
  void rebuild(const PartitionLog& log, Offset until);
  // The latest markers, for a log that begins behind them.
  std::vector<KnownMarker> snapshot() const;

  bool is_open(Pid pid) const { return open_.contains(pid); }
  // Of its open transaction. It must be open.
  std::uint64_t epoch_of(Pid pid) const { return open_.at(pid).epoch; }
  // The latest marker of this producer: where it is, and of which epoch.
  struct LastMarker {
    Offset offset = 0;
    std::uint64_t epoch = 0;
    LeaderEpoch coordinator = 0;
  };
  std::optional<LastMarker> last_marker(Pid pid) const;

  // The last stable offset: before it every transaction is decided, and its marker is below the high
  // watermark.
  Offset last_stable_offset(Offset high_watermark) const;
  // Transactions with records from `from` on and before `until` that were aborted.
  std::vector<AbortedTransaction> aborted_between(Offset from, Offset until) const;

 private:
  struct Open {
    Offset first = 0;
    std::uint64_t epoch = 0;
  };
  struct Ended {
    Offset first = 0;
    Offset marker = 0;
  };

  std::map<Pid, Open> open_;
  std::deque<Ended> ended_;  // by marker
  std::vector<AbortedTransaction> aborted_;
  std::map<Pid, LastMarker> markers_;
};

}  // namespace lightcone::models::kafka

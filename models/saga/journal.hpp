// What a participant must not forget, and how it gets to the disk: what its keys hold, what it is prepared to
// do, and how transactions ended.
//
//   log         prepared | outcome | done alone, in order
//   checkpoint  all of it at once, now and then, so that the log stays short
//   epochs      of its incarnations, so that no number of a transaction is used twice
//
// An outcome need not be forced: whoever forgets it is prepared again after its restart, and asks.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "models/parts/stable/cell.hpp"
#include "models/parts/stable/syncs.hpp"
#include "models/parts/stable/wal.hpp"
#include "models/saga/locks.hpp"
#include "models/saga/messages.hpp"
#include "sim/env.hpp"
#include "sim/payload.hpp"

namespace lightcone::models::saga {

// What a participant is prepared to do.
struct Intent {
  static constexpr std::string_view fact_name = "SagaIntent";
  TxnId txn{};
  Age age{};
  std::vector<NodeId> participants;
  std::vector<Wanted> locks;
  std::vector<Held> writes;
  std::vector<Held> answers;
  friend std::uint64_t wire_bytes(const Intent& intent) {
    return 24 + 4 * intent.participants.size() + bytes_of(intent.writes) + bytes_of(intent.answers);
  }
};

struct Writes {
  static constexpr std::string_view fact_name = "SagaWrites";
  std::vector<Held> writes;
  friend std::uint64_t wire_bytes(const Writes& all) { return bytes_of(all.writes); }
};

class Journal {
 public:
  explicit Journal(sim::Env& env);
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // Reads the disk, as after a restart, or begins a blank one. Marks Recovered. `opened` runs when that is
  // durable; while the disk is full, it is tried again at each OpenDue.
  void recover(std::function<void()> opened);
  void on(const OpenDue&) { open(); }
  bool is_open() const { return is_open_; }
  // Damage, or the loss of the disk: it is never open again.
  bool has_lost_memory() const { return lost_memory_; }

  sim::Value value(const std::string& key) const;
  TxnId next_txn() { return {env_.self(), epoch_ << bits_of_an_epoch | ++count_}; }

  // Writers return false when the disk is full; then nothing changed. What they wrote becomes durable with
  // syncs().wrote().
  [[nodiscard]] bool prepare(const Intent& intent);
  [[nodiscard]] bool apply(const std::vector<Held>& writes);
  // Does what was prepared, or forgets it. Nobody need wait for this to be durable.
  [[nodiscard]] bool end(TxnId txn, Outcome outcome);

  // Null: it has not ended, as far as this participant knows.
  const Outcome* ended(TxnId txn) const;
  // Of that initiator all transactions below this number are over, so nobody asks any more.
  void forget_below(NodeId initiator, std::uint64_t number);
  bool is_forgotten(TxnId txn) const;
  const std::map<TxnId, Intent>& prepared() const { return held_.prepared; }

  parts::stable::Syncs& syncs() { return syncs_; }

 private:
  static constexpr int bits_of_an_epoch = 32;

  struct Record {
    static constexpr std::string_view fact_name = "SagaRecord";
    enum class Kind : std::uint8_t { prepared, outcome, alone };
    Kind kind = Kind::alone;
    Outcome outcome = Outcome::commit;
    std::uint64_t index = 0;
    TxnId txn{};
    sim::Payload content{};  // prepared: an Intent; alone: Writes
    friend std::uint64_t wire_bytes(const Record& record) { return 24 + record.content.bytes(); }
  };
  struct State {
    static constexpr std::string_view fact_name = "SagaState";
    std::uint64_t index = 0;  // of the last record in it
    std::map<std::string, sim::Value, std::less<>> values;
    std::map<TxnId, Intent> prepared;
    std::map<TxnId, Outcome> ended;
    std::map<NodeId, std::uint64_t> lowest;  // transactions that are not over yet
    friend std::uint64_t wire_bytes(const State& state) {
      std::uint64_t bytes = 16 + 16 * state.ended.size();
      for (const auto& [key, value] : state.values) bytes += key.size() + value.wire_bytes();
      for (const auto& [txn, intent] : state.prepared) bytes += wire_bytes(intent);
      return bytes;
    }
  };
  struct Epoch {
    static constexpr std::string_view fact_name = "SagaEpoch";
    std::uint64_t epoch = 0;
  };

  void open();
  bool write(Record record);
  void take(const Record& record);
  void do_writes(const std::vector<Held>& writes);
  void shorten();

  sim::Env& env_;
  parts::stable::Cell<Epoch> epochs_;
  parts::stable::Cell<State> states_;
  parts::stable::Wal<Record, std::uint64_t> log_;
  parts::stable::Syncs syncs_;
  State held_;
  std::uint64_t epoch_ = 0;
  std::uint64_t count_ = 0;
  std::function<void()> opened_;
  bool is_open_ = false;
  bool lost_memory_ = false;
  bool is_shortening_ = false;
};

}  // namespace lightcone::models::saga

// What a group replicates of a shard in the profile hlc: versions, intents, the records of transactions that
// began here, and whose the lease is. The same commands in the same order give the same state everywhere.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/spanner/hlc/types.hpp"
#include "models/spanner/mvcc_store.hpp"
#include "sim/payload.hpp"

namespace lightcone::models::spanner::hlc {

enum class Verb : std::uint8_t {
  lease,   // begins or goes on
  intent,  // values that are there if their transaction commits; at the anchor, its record begins
  push,    // it commits at `at` or later, if it does
  abort,
  commit,   // at `at`, unless it was pushed beyond or is over
  resolve,  // a participant learnt what came of it: commit at `at`, or abort with 0
};
BOOST_DESCRIBE_ENUM(Verb, lease, intent, push, abort, commit, resolve)

struct Command {
  Verb verb = Verb::lease;
  TransactionId id{};
  Timestamp at = 0;  // of a lease that begins: up to when others may have read
  Age age{};
  ShardId anchor = 0;
  std::vector<Write> writes{};
  std::vector<ShardId> participants{};
  Lease lease{};
};
BOOST_DESCRIBE_STRUCT(Command, (), (verb, id, at, age, anchor, writes, participants, lease))

struct LaidIntent {
  TransactionId id{};
  ShardId anchor = 0;
  Timestamp at = 0;
  Write write{};
};

struct Record {
  Standing standing{};
  Age age{};
};

class RangeState {
 public:
  explicit RangeState(ShardId shard) : shard_(shard) {}

  // That a transaction ended in this shard.
  struct Ended {
    Timestamp at = 0;  // 0: aborted
    std::vector<std::string> keys{};
  };
  struct Applied {
    Standing standing{};  // of the transaction that the command is about
    std::optional<Ended> ended{};
  };
  Applied apply(const Command& command);

  const Lease& lease() const { return state_.lease; }
  // Nothing was read later than this before the lease began.
  Timestamp low_water() const { return state_.low_water; }
  const MvccStore& store() const { return state_.store; }
  const std::map<std::string, LaidIntent, std::less<>>& intents() const { return state_.intents; }
  const LaidIntent* intent_on(std::string_view key) const;
  const Record* record(const TransactionId& id) const;
  const std::map<TransactionId, Record>& records() const { return state_.records; }
  // When it committed here, 0 if it was aborted; nothing: it is not over, or never was here.
  std::optional<Timestamp> ended(const TransactionId& id) const;
  // How many transactions have committed here.
  std::uint64_t committed() const { return state_.committed; }

  sim::Payload snapshot() const { return sim::Payload::of(state_); }
  void restore(const sim::Payload& snapshot);

 private:
  struct State {
    static constexpr std::string_view fact_name = "SpannerRange";
    MvccStore store;
    Lease lease;
    Timestamp low_water = 0;
    std::map<std::string, LaidIntent, std::less<>> intents;
    std::map<TransactionId, Record> records;
    std::map<TransactionId, Timestamp> ended;
    std::uint64_t committed = 0;

    friend std::uint64_t wire_bytes(const State& state) {
      return 64 + state.store.bytes() + 64 * state.intents.size() + 64 * state.records.size() +
             32 * state.ended.size();
    }
  };

  Applied lay(const Command& command);
  Applied decide(const Command& command);
  std::optional<Ended> end(const TransactionId& id, Timestamp at);

  ShardId shard_;
  State state_;
};

}  // namespace lightcone::models::spanner::hlc

// What a group replicates of a shard: the versions of its keys, who is prepared, what was decided, and whose
// the lease is. The same commands in the same order give the same state on every replica.
#pragma once

#include <boost/describe.hpp>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "models/spanner/mvcc_store.hpp"
#include "models/spanner/types.hpp"
#include "sim/payload.hpp"

namespace lightcone::models::spanner {

enum class Verb : std::uint8_t {
  lease,    // begins or goes on
  prepare,  // a participant promises to commit at `at` or later, if it is told to
  commit,   // the coordinator's decision, with what the transaction did here
  resolve,  // a participant learnt the decision: commit at `at`, or abort with 0
};
BOOST_DESCRIBE_ENUM(Verb, lease, prepare, commit, resolve)

struct Command {
  Verb verb = Verb::lease;
  Timestamp issued = 0;  // no timestamp of a later command is at or below it, save that of a prepared one
  TransactionId id{};
  Timestamp at = 0;
  Part part{};
  ShardId coordinator = 0;
  std::vector<ShardId> participants{};  // the coordinator too
  Lease lease{};
};
BOOST_DESCRIBE_STRUCT(Command, (), (verb, issued, id, at, part, coordinator, participants, lease))

struct PreparedPart {
  Timestamp at = 0;
  ShardId coordinator = 0;
  Part part{};
  std::vector<ShardId> participants{};
};

// That a transaction ended here.
struct Resolution {
  TransactionId id{};
  Timestamp at = 0;  // 0: aborted
  std::vector<ShardId> participants{};
};

class ShardState {
 public:
  // The transaction that ended by the command, if one did.
  std::optional<Resolution> apply(const Command& command);

  const Lease& lease() const { return state_.lease; }
  const MvccStore& store() const { return state_.store; }
  const std::map<TransactionId, PreparedPart>& prepared() const { return state_.prepared; }
  // Of transactions that this group coordinated: when they committed; nothing: it has decided nothing.
  std::optional<Timestamp> decision(const TransactionId& id) const;
  // Everything that is still to come, and is not prepared, has a later timestamp.
  Timestamp issued() const { return state_.issued; }
  Timestamp earliest_prepared() const;  // the end of time if nobody is
  // The latest commit at or before `at`; 0 if there is none.
  Timestamp latest_commit(Timestamp at) const;
  Timestamp latest_commit() const { return state_.commits.empty() ? 0 : state_.commits.rbegin()->first; }
  // How many transactions have committed here.
  std::uint64_t committed() const { return state_.committed; }

  sim::Payload snapshot() const { return sim::Payload::of(state_); }
  void restore(const sim::Payload& snapshot);

 private:
  struct State {
    static constexpr std::string_view fact_name = "SpannerShard";
    MvccStore store;
    Lease lease;
    std::map<TransactionId, PreparedPart> prepared;
    std::map<TransactionId, Timestamp> decisions;
    std::map<Timestamp, std::uint64_t> commits;  // how many at each timestamp
    std::uint64_t committed = 0;
    Timestamp issued = 0;

    friend std::uint64_t wire_bytes(const State& state) {
      return 64 + state.store.bytes() + 64 * state.prepared.size() + 32 * state.decisions.size();
    }
  };

  Resolution end(const TransactionId& id, Timestamp at, const Part& part,
                 const std::vector<ShardId>& participants);

  State state_;
};

}  // namespace lightcone::models::spanner

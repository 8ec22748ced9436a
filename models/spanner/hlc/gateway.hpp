// A gateway: it does a client's transaction, asking the leaseholders of the shards.
//
//   Select ─▶ Read at a timestamp of now ─ Uncertain: again, later ─▶ Selected
//                  └─ Conflict: Push whose intent it is, so that it commits later
//   WriteAndCommit ─▶ Intent, the anchor's first, with the record ─ was it laid later than what was read?
//                  └─ Conflict: Push whose intent it is, or wait      └─ Refresh what was read
//                     ─▶ EndTransaction at the anchor ─▶ Committed, and Resolve everywhere else
//
// All of it is volatile: a gateway that dies leaves intents and a record, and whoever meets them pushes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "models/spanner/hlc/messages.hpp"
#include "models/spanner/hlc/server_clock.hpp"
#include "models/spanner/parameters.hpp"
#include "sim/env.hpp"
#include "sim/story/stories.hpp"
#include "sim/story/task.hpp"

namespace lightcone::models::spanner::hlc {

class Gateway {
 public:
  // Who leads the shard, as far as this server knows; no_node when it does not.
  using LeaderOf = std::function<NodeId(ShardId)>;
  Gateway(sim::Env& env, const Parameters& parameters, const Safeguards& safeguards, ServerClock& clock,
          LeaderOf leader_of);

  void on(const Select& select, const sim::From& from);
  void on(const WriteAndCommit& commit, const sim::From& from);
  void on(const Settle& settle, const sim::From& from) { env_.stories().spawn(answer(settle, from)); }
  // Asks what became of a transaction whose intents are in the shard, and resolves them.
  void clean_up(ShardId shard, const TransactionId& id, ShardId anchor);
  void on_round();

 private:
  struct Transaction {
    TransactionId id{};
    Age age{};
    Timestamp read_at = 0;
    Timestamp limit = 0;     // of uncertainty; it does not move with read_at
    Timestamp write_at = 0;  // of the latest intent
    std::vector<Keys> reads{};
    std::vector<TransactionId> passed{};
    std::vector<ShardId> touched{};  // where intents may be, the anchor first
    sim::MonoTime until{};
    bool reserves = false;  // it was tried before
    bool is_writing = false;
    bool is_over = false;
    bool is_aborted = false;  // somebody else did that
  };
  using Shared = std::shared_ptr<Transaction>;
  enum class Came : std::uint8_t { through, restart, aborted, silence };

  Shared begin(const TransactionId& id, const Age& age);
  void end(const Shared& transaction);
  // Its client may know.
  void show(const Shared& transaction, const sim::From& client);
  void hear(Timestamp now) { clock_.hear(now); }

  // gateway.cpp
  sim::Task<> answer(Select select, sim::From from);
  sim::Task<> answer(WriteAndCommit commit, sim::From from);
  sim::Task<> answer(Settle settle, sim::From from);
  sim::Task<> resolve_forgotten(ShardId shard, TransactionId id, ShardId anchor);

  // gateway_reads.cpp
  sim::Task<Came> read_all(Shared transaction, std::vector<Keys> parts, Selected& selected);
  sim::Task<Came> read_part(Shared transaction, Keys part, Selected& selected);
  sim::Task<Came> refresh(Shared transaction);
  sim::Task<Came> refresh_part(Shared transaction, Keys part);

  // gateway_writes.cpp
  sim::Task<Came> lay_all(Shared transaction, std::vector<Writes> parts);
  sim::Task<Came> lay(Shared transaction, ShardId anchor, Writes part);
  sim::Task<Came> record(Shared transaction);
  sim::Task<Standing> decide(Shared transaction, Timestamp at);
  sim::Task<> resolve_all(Shared transaction, Timestamp at);
  sim::Task<> resolve(ShardId shard, TransactionId id, Timestamp at, std::vector<ShardId> participants,
                      sim::MonoTime until);
  sim::Task<> heartbeats(Shared transaction);
  // What whoever is in the way is told to do. Its intents in the shard are resolved if it is over.
  sim::Task<Standing> push(Conflict conflict, PushKind kind, Timestamp at, Age age, ShardId shard,
                           sim::MonoTime until);

  // Asks whoever leads the request's shard until it is answered; Refused: the transaction is over. Nothing
  // when there was no answer in time.
  template <class... Answers, class Request>
  sim::Task<std::optional<std::variant<Answers..., Refused>>> ask(Request request, sim::MonoTime until);

  sim::Env& env_;
  const Parameters& parameters_;
  Safeguards safe_;
  ServerClock& clock_;
  LeaderOf leader_of_;
  std::map<TransactionId, Shared> transactions_;
  std::set<std::pair<ShardId, TransactionId>> forgotten_;  // that are being resolved
  struct Restarts {
    std::uint64_t uncertainty = 0;  // something may have been there
    std::uint64_t push = 0;         // somebody pushed it, later or out
    std::uint64_t refresh = 0;      // what it had read was written meanwhile
  } restarts_;
};

}  // namespace lightcone::models::spanner::hlc

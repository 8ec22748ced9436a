// How a client does transactions in the profile hlc: it asks a gateway.
//
//   Select what it reads ─▶ WriteAndCommit, with the writes ─▶ Committed
//        aborted, or silence before the writes: from the beginning, under another id, as old as before
//        silence after the writes: Settle, for nobody knows what came of it
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "models/spanner/hlc/messages.hpp"
#include "models/spanner/parameters.hpp"
#include "models/spanner/transactor.hpp"
#include "sim/env.hpp"
#include "sim/workload.hpp"

namespace lightcone::models::spanner::hlc {

class Session final : public Transactor {
 public:
  // `servers`: nearest first.
  Session(sim::Env& env, const Parameters& parameters, const Safeguards& safeguards,
          const sim::Workload& workload, std::vector<NodeId> servers);

  sim::Task<Ending> transact(std::vector<Access> accesses, Complete complete) override;
  sim::Task<Ending> read(std::vector<Access> accesses, sim::Duration ago) override;

  // What this client knows, in order, for those who watch.
  struct Began {};
  struct Saw {  // what it read: when that was written; 0: nothing was
    std::vector<std::string> keys{};
    std::vector<Timestamp> written{};
  };
  struct Wrote {  // what was acknowledged
    std::vector<std::string> keys{};
    Timestamp at = 0;
  };
  using Event = std::variant<Began, Saw, Wrote>;
  const std::vector<Event>& events() const { return events_; }

 private:
  enum class Came : std::uint8_t { through, again, unknown };
  enum class Then : std::uint8_t { ends, writes };
  struct Attempt {
    Came came = Came::again;
    std::vector<sim::Value> values{};  // by access
    Timestamp at = 0;
    Saw saw{};
  };

  sim::Task<Attempt> attempt(TransactionId id, Age age, std::vector<Access> accesses, Complete complete);
  sim::Task<bool> select(TransactionId id, Age age, const std::vector<Access>& accesses, sim::Duration ago,
                         Then then, Attempt& attempt);
  sim::Task<Came> settle(TransactionId id, ShardId anchor, sim::MonoTime until, Timestamp& at);
  void note(const std::vector<Access>& accesses, Attempt& tried);
  void choose_gateway();
  void suspect_gateway() { gateway_ = chance_.pick(servers_); }

  sim::Env& env_;
  const Parameters& parameters_;
  Safeguards safe_;
  const sim::Workload& workload_;
  std::vector<NodeId> servers_;
  NodeId gateway_;
  sim::Stream chance_;
  std::uint64_t operations_ = 0;
  std::vector<Event> events_;
};

}  // namespace lightcone::models::spanner::hlc

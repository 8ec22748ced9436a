// A client of registers that are decided once. Whatever it is to write becomes a proposal, which is a
// compare-and-set: it takes effect if nothing was decided before it, and the answer says whether it did. A
// proposal that is tried again is the same proposal, so trying again is harmless. (Of the log, the client is
// parts::key_value::Client.)
#pragma once

#include <string>
#include <vector>

#include "models/parts/workload/ending.hpp"
#include "models/parts/workload/worker.hpp"
#include "models/paxos/messages.hpp"
#include "models/paxos/parameters.hpp"

namespace lightcone::models::paxos {

class Client final : public parts::Worker {
 public:
  // `servers`: nearest first. `index`: of this client among the clients, from 0.
  Client(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
         const sim::Phases& phases, std::vector<NodeId> servers, std::size_t index);

 private:
  enum class Wish : std::uint8_t { read, decide };
  sim::Task<> perform(parts::OperationSource::Drawn drawn) override;
  sim::Task<> read_everything() override;
  sim::Task<> perform(Wish wish, Slot slot, sim::Value value);
  Slot register_of(std::uint64_t key);
  std::string name_of(Slot slot) const;
  sim::Task<parts::Ending> execute(Propose propose);
  NodeId first_server();

  const sim::Duration fresh_every_;
  std::vector<NodeId> servers_;
  sim::Stream chance_;
  std::uint64_t sequence_ = 0;
  Slot last_ = 0;                    // the last register that it has met
  NodeId favourite_ = sim::no_node;  // who answered last
};

}  // namespace lightcone::models::paxos

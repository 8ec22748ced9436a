// A client of registers that are decided once. Whatever it is to write becomes a proposal, which is a
// compare-and-set: it takes effect if nothing was decided before it, and the answer says whether it did. A
// proposal that is tried again is the same proposal, so trying again is harmless. (Of the log, the client is
// parts::key_value::Client.)
#pragma once

#include <string>
#include <vector>

#include "models/parts/workload/ending.hpp"
#include "models/parts/workload/operation_source.hpp"
#include "models/paxos/messages.hpp"
#include "models/paxos/parameters.hpp"
#include "sim/story/story.hpp"

namespace lightcone::models::paxos {

class Client final : public sim::Story {
 public:
  // `servers`: nearest first. `index`: of this client among the clients, from 0.
  Client(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
         const sim::Phases& phases, std::vector<NodeId> servers, std::size_t index);

  sim::Task<> run() override;

 private:
  enum class Wish : std::uint8_t { read, decide };
  sim::Task<> perform(Wish wish, Slot slot, sim::Value value);
  Slot register_of(std::uint64_t key);
  std::string name_of(Slot slot) const;
  sim::Task<parts::Ending> execute(Propose propose);
  NodeId first_server();
  bool is_before(sim::Duration phase) const;

  const sim::Duration fresh_every_;
  const sim::Workload& workload_;
  const sim::Phases& phases_;
  std::vector<NodeId> servers_;
  std::size_t index_;
  sim::Stream chance_;
  parts::OperationSource source_;
  std::uint64_t sequence_ = 0;
  Slot last_ = 0;                    // the last register that it has met
  NodeId favourite_ = sim::no_node;  // who answered last
};

}  // namespace lightcone::models::paxos

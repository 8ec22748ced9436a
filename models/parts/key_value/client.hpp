// A client of a replicated key-value store, whatever protocol replicates it: one operation at a time, each
// tried at one server after another until one answers or patience ends. It opens a session first, so that a
// command which it tries again takes effect once.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/parts/key_value/messages.hpp"
#include "models/parts/workload/ending.hpp"
#include "models/parts/workload/worker.hpp"

namespace lightcone::models::parts::key_value {

// The operations that clients do, and what they are to the store.
const std::vector<sim::OperationKind>& operation_kinds();

// What a client takes the end of its patience for.
enum class Silence : std::uint8_t {
  says_nothing,  // the command may have been executed, or yet be
  is_failure,    // "it was not": the mistake of `caplab.timeout-is-failure`
};

class Client final : public parts::Worker {
 public:
  // `servers`: nearest first. `index`: of this client among the clients, from 0.
  Client(sim::Env& env, const sim::Workload& workload, const sim::Phases& phases, std::vector<NodeId> servers,
         std::size_t index, Silence silence = Silence::says_nothing);

  sim::Task<> run() override;

 private:
  sim::Task<> open_session();
  sim::Task<> read_everything() override;
  sim::Task<> perform(OperationSource::Drawn drawn) override;
  sim::Task<sim::Outcome> try_once(OperationSource::Drawn drawn);
  // Numbers the command, which must outlive the task.
  sim::Task<Ending> execute(Command& command);
  Command command_for(const OperationSource::Drawn& drawn) const;
  NodeId first_server();
  NodeId next_server(NodeId asked, NodeId hint);
  void remember(const Command& command, const Ending& ending);

  std::vector<NodeId> servers_;
  Silence silence_;
  char family_of_reads_;
  sim::Stream chance_;
  Session session_ = 0;
  std::uint64_t sequence_ = 0;
  Position seen_position_ = 0;                           // the latest state that an answer came from
  NodeId favourite_ = sim::no_node;                      // who answered last
  std::map<std::string, sim::Value, std::less<>> seen_;  // the latest value known of each key
};

}  // namespace lightcone::models::parts::key_value

// A client of the key-value store: one operation at a time, each tried at one server after another until one
// answers or patience ends. It opens a session first, so that a command which it tries again takes effect
// once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/parts/workload/ending.hpp"
#include "models/parts/workload/operation_source.hpp"
#include "models/raft/messages.hpp"
#include "sim/story/story.hpp"

namespace lightcone::models::raft {

// The operations that clients do, and what they are to the store.
const std::vector<sim::OperationKind>& operation_kinds();

class Client final : public sim::Story {
 public:
  // `servers`: nearest first. `index`: of this client among the clients, from 0.
  Client(sim::Env& env, const sim::Workload& workload, const sim::Phases& phases, std::vector<NodeId> servers,
         std::size_t index);

  sim::Task<> run() override;

 private:
  sim::Task<> open_session();
  sim::Task<> use_the_store();
  sim::Task<> read_everything();
  sim::Task<> perform(parts::OperationSource::Drawn drawn);
  sim::Task<sim::Outcome> try_once(parts::OperationSource::Drawn drawn);
  sim::Task<parts::Ending> execute(parts::key_value::Command command);
  parts::key_value::Command command_for(const parts::OperationSource::Drawn& drawn) const;
  NodeId first_server();
  NodeId next_server(NodeId asked, NodeId hint);
  bool is_before(sim::Duration phase) const;
  void remember(const parts::key_value::Command& command, const parts::Ending& ending);

  const sim::Workload& workload_;
  const sim::Phases& phases_;
  std::vector<NodeId> servers_;
  std::size_t index_;
  sim::Stream chance_;
  parts::OperationSource source_;
  parts::key_value::Session session_ = 0;
  std::uint64_t sequence_ = 0;
  group::Index seen_index_ = 0;                          // the latest state that an answer came from
  NodeId favourite_ = sim::no_node;                      // who answered last
  std::map<std::string, sim::Value, std::less<>> seen_;  // the latest value known of each key
};

}  // namespace lightcone::models::raft

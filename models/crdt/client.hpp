// A client of replicated data types. It asks the replica it likes, one operation at a time; an update that
// gets no answer stays unknown and is not tried again: a second try would be a second update.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "models/crdt/messages.hpp"
#include "models/parts/workload/ending.hpp"
#include "models/parts/workload/worker.hpp"

namespace lightcone::models::crdt {

// The operations of all types.
const std::vector<sim::OperationKind>& operation_kinds();

class Client final : public parts::Worker {
 public:
  // `servers`: nearest first. `index`: of this client among the clients, from 0.
  Client(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
         const sim::Phases& phases, std::vector<NodeId> servers, std::size_t index);

 private:
  sim::Task<> perform(parts::OperationSource::Drawn drawn) override;
  sim::Task<> read_everything() override;
  sim::Task<> perform(std::string_view f, std::string key, std::int64_t value);
  sim::Task<sim::Outcome> try_once(std::string_view f, std::string key, std::int64_t value);
  sim::Task<parts::Ending> read(std::string key, NodeId server);
  sim::Task<parts::Ending> update(std::string key, Change change, NodeId server);
  Change change_for(std::string_view f, const std::string& key, std::int64_t value);
  void move_cursor(std::string_view f, const std::string& key, const Change& change,
                   const parts::Ending& ending);
  NodeId choose_server();

  const Parameters& parameters_;
  std::vector<NodeId> servers_;
  sim::Stream chance_;
  NodeId avoided_ = sim::no_node;  // did not answer the last time
  std::map<NodeId, std::uint64_t> connections_;
  std::uint64_t requests_ = 0;
  // Of each text: what this client typed since it last read it, and before that the last character it read.
  std::map<std::string, std::vector<std::int64_t>> behind_cursor_;
};

}  // namespace lightcone::models::crdt

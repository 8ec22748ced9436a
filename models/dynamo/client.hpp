// A client of the quorum store: one operation at a time, through a server of its choice. Whatever gets no
// clear answer stays unknown and is not tried again: a second try of a put would be a second write.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/dynamo/messages.hpp"
#include "models/parts/workload/ending.hpp"
#include "models/parts/workload/operation_source.hpp"
#include "sim/story/story.hpp"

namespace lightcone::models::dynamo {

// The operations that clients do.
const std::vector<sim::OperationKind>& operation_kinds();

class Client final : public sim::Story {
 public:
  // What a client is about, for those who watch.
  struct Progress {
    std::uint64_t begun = 0;  // operations; each counts up
    std::uint64_t ended = 0;
    bool is_write = false;
    std::string key{};
    bool succeeded = false;
    Version version{};  // read or written, if it succeeded
  };

  // `servers`: nearest first. `index`: of this client among the clients, from 0.
  Client(sim::Env& env, const sim::Workload& workload, const sim::Phases& phases, std::vector<NodeId> servers,
         std::size_t index);

  sim::Task<> run() override;
  const Progress& progress() const { return progress_; }

 private:
  struct Ending {
    sim::Outcome outcome = sim::Outcome::info;
    Version version{};
    std::string error{};
    NodeId server = sim::no_node;
  };

  sim::Task<> use_the_store();
  sim::Task<> read_everything();
  sim::Task<> perform(std::string_view f, std::string key, sim::Value value);
  sim::Task<sim::Outcome> try_once(std::string_view f, std::string key, sim::Value value);
  sim::Task<Ending> get(std::string key, NodeId server);
  sim::Task<Ending> put(Put request, NodeId server);
  NodeId choose_server();
  bool is_before(sim::Duration phase) const;

  const sim::Workload& workload_;
  const sim::Phases& phases_;
  std::vector<NodeId> servers_;
  std::size_t index_;
  sim::Stream chance_;
  parts::OperationSource source_;
  NodeId avoided_ = sim::no_node;  // did not answer the last time
  std::map<NodeId, std::uint64_t> connections_;
  std::uint64_t puts_ = 0;
  Progress progress_;
};

}  // namespace lightcone::models::dynamo

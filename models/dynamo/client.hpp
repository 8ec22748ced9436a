// A client of the quorum store: one operation at a time, through a server of its choice. Whatever gets no
// clear answer stays unknown and is not tried again: a second try of a put would be a second write.
//
// Upon the store it keeps shopping carts: an addition reads the cart, merges what siblings there are into
// one, and writes it back with the item (Dynamo, section 4.4). In the same way it keeps counters and sets, of
// which the history has what was asked for and not the steps.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/dynamo/messages.hpp"
#include "models/dynamo/parameters.hpp"
#include "models/parts/workload/ending.hpp"
#include "models/parts/workload/worker.hpp"

namespace lightcone::models::dynamo {

// The operations that clients do.
const std::vector<sim::OperationKind>& operation_kinds();

class Client final : public parts::Worker {
 public:
  // An item that a put brings into a cart, or takes out of it.
  struct CartChange {
    sim::Value item{};
    bool is_addition = false;
  };
  struct Doing {
    bool is_write = false;
    std::string key{};
    WriteId write = 0;                 // of a write where versions have dots ...
    std::vector<WriteId> seen{};       // ... and what the client has read of the key
    std::optional<CartChange> cart{};  // or a set
    bool counts = false;               // one more, in a counter
  };
  struct Done {
    Doing what{};
    bool succeeded = false;
    Version version{};  // read or written, if it succeeded
  };
  // What a client is about, for those who watch: reads and writes of the store. Both count up.
  struct Progress {
    std::uint64_t begun = 0;
    std::uint64_t ended = 0;
    Doing doing{};  // since the latest began
    Done done{};    // the latest that ended
  };

  // `servers`: nearest first. `index`: of this client among the clients, from 0.
  Client(sim::Env& env, const Parameters& parameters, const Safeguards& safe, const sim::Workload& workload,
         const sim::Phases& phases, std::vector<NodeId> servers, std::size_t index);

  const Progress& progress() const { return progress_; }

 private:
  struct Ending {
    sim::Outcome outcome = sim::Outcome::info;
    Version version{};
    std::string error{};
    NodeId server = sim::no_node;
  };

  sim::Task<> perform(parts::OperationSource::Drawn drawn) override;
  sim::Task<> read_everything() override;
  sim::Task<> change_cart(std::string key, CartChange change);
  sim::Task<> perform(std::string_view f, std::string key, sim::Value value);
  sim::Task<sim::Outcome> try_once(std::string_view f, std::string key, sim::Value value);
  // Operations of objects are one in the history, whatever they take.
  sim::Task<> use_object(std::string_view f, std::string key, sim::Value element);
  sim::Task<parts::Ending> read_object(std::string_view f, std::string key);
  sim::Task<parts::Ending> count(std::string key);
  sim::Task<parts::Ending> change_set(std::string key, CartChange change);
  // One request to the store, as those who watch see it.
  sim::Task<Ending> ask(std::string_view f, std::string key, sim::Value value);
  std::string key_for(const parts::OperationSource::Drawn& drawn) const;
  sim::Value element_for(std::string_view f, const std::string& set, std::int64_t drawn);
  bool uses(std::string_view f) const;
  sim::Task<Ending> get(std::string key, NodeId server);
  sim::Task<Ending> put(std::string_view f, std::string key, sim::Value value, NodeId server);
  template <class Done, class Request>
  sim::Task<Ending> write(Request request, NodeId server);
  void remember(const std::string& key, const Version& version);
  sim::Value answer_of(const Version& version) const;
  Ending forget(NodeId server);
  NodeId choose_server();

  const Parameters& parameters_;
  bool passes_contexts_;
  std::vector<NodeId> servers_;
  sim::Stream chance_;
  sim::Stream items_;
  NodeId avoided_ = sim::no_node;  // did not answer the last time
  std::map<NodeId, std::uint64_t> connections_;
  std::uint64_t puts_ = 0;
  WriteId next_write_;
  struct Known {
    Context context{};
    std::vector<WriteId> writes{};
  };
  std::map<std::string, Known> known_;              // by key: as it was read, or written, last
  std::int64_t name_;                               // of this client's incarnation, in counters
  std::map<std::string, std::int64_t> counted_;     // by counter: under this name
  std::map<std::string, sim::ValueList> elements_;  // by set: as it was read last
  std::map<std::string, Tag> newest_;  // by key: what was read or written, where clients keep their session
  Progress progress_;
};

}  // namespace lightcone::models::dynamo

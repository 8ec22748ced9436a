// A client of a tenant: it asks check servers who may see what, changes access rules, and saves and opens
// documents. What gets no answer stays unknown, or is asked again under the same number, as the workload
// says.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/parts/workload/ending.hpp"
#include "models/parts/workload/worker.hpp"
#include "models/zanzibar/messages.hpp"
#include "models/zanzibar/parameters.hpp"

namespace lightcone::models::zanzibar {

const std::vector<sim::OperationKind>& operation_kinds();

class Client final : public parts::Worker {
 public:
  // `servers`: nearest first. `index`: of this client among the clients, from 0.
  Client(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
         const sim::Phases& phases, std::vector<NodeId> servers, NodeId content, std::size_t index);

 private:
  sim::Task<> perform(parts::OperationSource::Drawn drawn) override;
  sim::Task<> read_everything() override;
  sim::Task<> perform(std::string_view f, std::uint64_t key, std::int64_t value);
  sim::Task<parts::Ending> try_once(std::string_view f, std::uint64_t key, std::int64_t value, NodeId server);
  sim::Task<parts::Ending> check(Userset set, UserId user, Timestamp zookie, NodeId server);
  sim::Task<parts::Ending> check_with_token(Userset set, UserId user, NodeId server);
  sim::Task<parts::Ending> read(Userset set, NodeId server);
  sim::Task<parts::Ending> expand(Userset set, NodeId server);
  sim::Task<parts::Ending> watch(NodeId server);
  sim::Task<parts::Ending> write(std::vector<Change> changes, Timestamp unchanged_since, NodeId server);
  sim::Task<parts::Ending> replace(Userset set, Subject only, NodeId server);
  sim::Task<parts::Ending> save(Object doc, std::int64_t content);
  sim::Task<parts::Ending> open(Object doc, UserId user);
  Object object(Namespace space, std::uint64_t number) const;
  WriteId new_id();
  NodeId choose_server();

  const Parameters& parameters_;
  TenantId tenant_;
  std::vector<NodeId> servers_;
  NodeId content_;
  sim::Stream chance_;
  NodeId avoided_ = sim::no_node;  // did not answer the last time
  std::uint64_t writes_ = 0;
  Timestamp latest_write_ = 0;
  Timestamp watched_ = 0;
  std::map<UserId, Token> tokens_;
};

}  // namespace lightcone::models::zanzibar

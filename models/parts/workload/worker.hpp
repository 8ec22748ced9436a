// A client that does what its workload says, one operation after another until the load ends, and reads
// everything once when all is quiet.
#pragma once

#include <cstddef>
#include <span>

#include "models/parts/workload/operation_source.hpp"
#include "sim/story/story.hpp"
#include "sim/workload.hpp"

namespace lightcone::models::parts {

class Worker : public sim::Story {
 public:
  // `kinds`: see OperationSource. `index`: of this client among the clients, from 0. What is passed by
  // reference must outlive this.
  Worker(sim::Env& env, const sim::Workload& workload, const sim::Phases& phases,
         std::span<const sim::OperationKind> kinds, std::size_t index);

  sim::Task<> run() override { return work(); }

 protected:
  // All of it: what is due, and the final reads.
  sim::Task<> work();
  virtual sim::Task<> perform(OperationSource::Drawn drawn) = 0;
  // After the load has ended and the cluster is whole. Clients share what there is to read by their indices.
  virtual sim::Task<> read_everything() = 0;

  const sim::Workload& workload() const { return workload_; }
  const sim::Phases& phases() const { return phases_; }
  std::size_t index() const { return index_; }

 private:
  sim::Duration now() { return env().mono().time_since_epoch(); }

  const sim::Workload& workload_;
  const sim::Phases& phases_;
  std::size_t index_;
  OperationSource source_;
};

}  // namespace lightcone::models::parts

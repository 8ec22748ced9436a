// A client: it does what its workload says, one operation after another, and tells the history what it was
// told.
#pragma once

#include <memory>
#include <vector>

#include "models/parts/workload/worker.hpp"
#include "models/spanner/operations.hpp"
#include "models/spanner/transactor.hpp"

namespace lightcone::models::spanner {

class Client final : public parts::Worker {
 public:
  Client(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
         const sim::Phases& phases, std::unique_ptr<Transactor> session, std::size_t index);

  // The sums of all accounts that this client has seen, for those who watch.
  const std::vector<std::int64_t>& totals() const { return totals_; }
  const Transactor& session() const { return *session_; }

 private:
  sim::Task<> perform(parts::OperationSource::Drawn drawn) override;
  sim::Task<> read_everything() override;

  sim::Task<sim::Outcome> try_once(parts::OperationSource::Drawn drawn);
  sim::Task<> read_keys(std::vector<Access> accesses);
  sim::Value asked(std::string_view f, const std::vector<Access>& accesses) const;
  sim::Value answered(std::string_view f, const std::vector<Access>& accesses, Transactor::Ending& ending);

  const Parameters& parameters_;
  Operations operations_;
  std::unique_ptr<Transactor> session_;
  std::int64_t greatest_value_ = 0;
  std::vector<std::int64_t> totals_;
};

}  // namespace lightcone::models::spanner

// How a client does transactions, whatever the profile: the library that an application links.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "models/spanner/operations.hpp"
#include "models/spanner/types.hpp"
#include "sim/history.hpp"
#include "sim/story/task.hpp"

namespace lightcone::models::spanner {

class Transactor {
 public:
  Transactor() = default;
  Transactor(const Transactor&) = delete;
  Transactor& operator=(const Transactor&) = delete;
  virtual ~Transactor() = default;

  struct Ending {
    sim::Outcome outcome = sim::Outcome::info;
    std::vector<sim::Value> values{};  // what each access read, before it wrote; null where it did not
    std::string error{};
    NodeId server = no_node;
  };
  // Fills in writes that depend on what was read.
  using Complete = std::function<void(const std::vector<sim::Value>&, std::vector<Access>&)>;

  // Reads and writes, as one.
  virtual sim::Task<Ending> transact(std::vector<Access> accesses, Complete complete) = 0;
  // Only reads, what was there `ago`; 0: now.
  virtual sim::Task<Ending> read(std::vector<Access> accesses, sim::Duration ago) = 0;
};

}  // namespace lightcone::models::spanner

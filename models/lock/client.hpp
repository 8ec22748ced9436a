// A client that increments counters at the protected resource, each under its lock: get the lock, read,
// think, look whether the lease is still good, write, give the lock back.
//
// Between the look and the write lies a pause of any length (SYSTEMS 0.4): whether that matters is the
// resource's business (P9.3), and no client can do anything about it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/lock/locker.hpp"
#include "models/lock/parameters.hpp"
#include "models/parts/workload/ending.hpp"
#include "models/parts/workload/worker.hpp"

namespace lightcone::models::lock {

const std::vector<sim::OperationKind>& operation_kinds();

class Client final : public parts::Worker {
 public:
  struct Place {
    NodeId resource;
    std::size_t index = 0;  // of this client among the clients, from 0
  };
  Client(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
         const sim::Phases& phases, std::unique_ptr<Locker> locker, Place place);

  sim::Task<> run() override;
  void show(sim::FieldVisitor& visitor) const override;

  // What it believes to hold: from being told of the grant until it gives it back or knows that it is over.
  const std::optional<Grant>& holding() const { return holding_; }
  const Locker& locker() const { return *locker_; }

 private:
  sim::Task<> read_everything() override;
  sim::Task<> perform(parts::OperationSource::Drawn drawn) override;
  sim::Task<sim::Outcome> wait_and_increment(std::string key);
  sim::Task<> try_increment(std::string key);
  sim::Task<parts::Ending> increment(std::string key, Grant grant);
  sim::Task<parts::Ending> in_section(std::string key, Fence fence);
  sim::Task<std::optional<std::variant<ResourceValue, StaleFence>>> read(std::string key, Fence fence);
  sim::Task<parts::Ending> write(std::string key, Fence fence, std::int64_t value);
  sim::Task<parts::Ending> peek(std::string key);
  sim::Task<> think();
  sim::Task<> stall();
  sim::Duration mono_ns() const;
  // Of the lease, but at most the timeout of one try.
  sim::Duration left_of_lease() const;

  const Parameters& parameters_;
  std::unique_ptr<Locker> locker_;
  Place place_;
  sim::Stream thinking_;
  sim::Stream pauses_;
  std::optional<Grant> holding_;
};

}  // namespace lightcone::models::lock

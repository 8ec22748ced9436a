// Redlock: a lock is got when a majority of independent stores accepted it, early enough that it is still
// theirs to give. It has no fence, and what it rests on are clocks and pauses (A2, A3).
#pragma once

#include <vector>

#include "models/lock/locker.hpp"
#include "models/lock/parameters.hpp"

namespace lightcone::models::lock {

class MajorityLocker final : public Locker {
 public:
  MajorityLocker(sim::Env& env, const Parameters& parameters, std::vector<NodeId> stores);

  sim::Task<> keep_alive() override;
  sim::Task<std::optional<Grant>> acquire(std::string lock, Patience patience) override;
  sim::Task<> release(Grant grant) override;
  sim::MonoTime lease_ends() const override { return lease_ends_; }

 private:
  sim::Task<> ask(NodeId store, SetIfAbsent request, std::size_t& accepted);
  void let_go(const std::string& lock, std::uint64_t token);

  sim::Env& env_;
  const Parameters& parameters_;
  std::vector<NodeId> stores_;
  sim::Stream tokens_;
  sim::Stream chance_;
  sim::MonoTime lease_ends_{};  // none: at the beginning of time
};

}  // namespace lightcone::models::lock

// Asks the coordinator of transactions whether a partition is in a producer's open transaction, for leaders
// that are about to take the first record of it (KIP-890).
#pragma once

#include <functional>
#include <map>

#include "models/kafka/transaction_messages.hpp"
#include "sim/env.hpp"

namespace lightcone::models::kafka {

class Verifier {
 public:
  // An answer that did not come for `patience` is forgotten.
  Verifier(sim::Env& env, sim::Duration patience) : env_(env), patience_(patience) {}

  // `then` is told whether it is, or never called: the question or the answer was lost.
  void ask(NodeId coordinator, const ProducerSession& session, PartitionId partition,
           std::function<void(bool)> then) {
    std::erase_if(asked_, [&](const auto& each) { return env_.mono() - each.second.at > patience_; });
    asked_.emplace(++number_, Asked{env_.mono(), std::move(then)});
    env_.send(coordinator, VerifyPartition{number_, transactional_id_of(session.pid), session, partition});
  }

  void on(const PartitionVerified& verified) {
    const auto found = asked_.find(verified.number);
    if (found == asked_.end()) return;
    const auto then = std::move(found->second.then);
    asked_.erase(found);
    then(verified.is_in);
  }

 private:
  struct Asked {
    sim::MonoTime at{};
    std::function<void(bool)> then;
  };

  sim::Env& env_;
  sim::Duration patience_;
  std::uint64_t number_ = 0;
  std::map<std::uint64_t, Asked> asked_;
};

}  // namespace lightcone::models::kafka

#include "models/kafka/directory.hpp"

#include <utility>

namespace lightcone::models::kafka {

Directory::Directory(sim::Env& env, const Parameters& parameters, std::vector<NodeId> brokers)
    : env_(env),
      brokers_(std::move(brokers)),
      leaders_(static_cast<std::size_t>(parameters.all_partitions())),
      chance_(env.stream("directory")),
      next_(static_cast<std::size_t>(chance_.below(brokers_.size()))) {}

sim::Task<> Directory::refresh(sim::Duration within) {
  next_ = (next_ + 1) % brokers_.size();
  const NodeId broker = brokers_[next_];
  FindLeaders request;
  auto reply = co_await sim::call<Leaders>(env_, broker, request, within);
  if (!reply) co_return;
  for (std::size_t i = 0; i < reply->partitions.size() && i < leaders_.size(); ++i) {
    if (reply->partitions[i].epoch > leaders_[i].epoch) leaders_[i] = reply->partitions[i];
  }
}

}  // namespace lightcone::models::kafka

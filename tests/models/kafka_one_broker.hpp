// The only broker of a cluster, without a simulation: it leads every partition, so what it writes is
// committed at once.
#pragma once

#include <memory>
#include <utility>

#include "models/kafka/broker.hpp"
#include "tests/models/fake_env.hpp"

namespace lightcone::tests {

class OneBroker {
 public:
  using NodeId = sim::NodeId;
  static constexpr NodeId broker_node{0};
  static constexpr NodeId controller_node{1};

  // One replica a partition, whatever the parameters say.
  explicit OneBroker(models::kafka::Parameters parameters, sim::BugSet bugs = {})
      : parameters_(std::move(parameters)), bugs_(std::move(bugs)) {
    parameters_.brokers = parameters_.rf = parameters_.min_isr = 1;
    image_.brokers = {{broker_node, {1, 0, false}}};
    for (std::int64_t i = 0; i < parameters_.all_partitions(); ++i) {
      models::kafka::PartitionState partition;
      partition.replicas = partition.isr = {broker_node};
      partition.leader = broker_node;
      partition.leader_epoch = partition.epoch = 1;
      image_.partitions.push_back(partition);
    }
    start();
  }
  // The process, which leads the partitions in a later epoch then.
  void restart() {
    broker_.reset();
    env_.crash();
    for (models::kafka::PartitionState& partition : image_.partitions) {
      ++partition.leader_epoch;
      ++partition.epoch;
    }
    start();
  }
  template <class M>
  void hear(NodeId from, const M& message) {
    broker_->on(message, sim::From{from, 7});
  }
  // What it sent to itself arrives.
  template <class M>
  std::size_t deliver_to_itself() {
    const auto sent = env_.take_sent<M>();
    for (const auto& each : sent) hear(broker_node, each.message);
    return sent.size();
  }
  template <class Due>
  void check_after(sim::Duration time) {
    env_.advance(time);
    env_.fire<Due>(*broker_);
  }
  template <class M>
  std::size_t count() {
    return env_.take_sent<M>().size();
  }
  FakeEnv& env() { return env_; }
  const models::kafka::Replica& replica(models::kafka::PartitionId id) const {
    return broker_->replicas().at(id);
  }

 private:
  void start() {
    using namespace models::kafka;
    broker_ =
        std::make_unique<Broker>(env_, parameters_, bugs_, Broker::Places{{broker_node}, {controller_node}});
    broker_->start();
    const auto asked = env_.take_sent<RegisterBroker>();
    ++image_.version;
    hear(controller_node, BrokerRegistered{asked.back().message.incarnation, ++epoch_, image_.version,
                                           sim::Payload::of(image_)});
    env_.forget_sent();
  }

  models::kafka::Parameters parameters_;
  sim::BugSet bugs_;
  FakeEnv env_{broker_node};
  models::kafka::Image image_;
  models::kafka::BrokerEpoch epoch_ = 0;
  std::unique_ptr<models::kafka::Broker> broker_;
};

}  // namespace lightcone::tests

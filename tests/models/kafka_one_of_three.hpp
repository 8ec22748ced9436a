// One broker of three, without a simulation: the test is the controllers, the other brokers and the clients.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <utility>
#include <vector>

#include "models/kafka/broker.hpp"
#include "tests/models/fake_env.hpp"

namespace lightcone::tests::one_of_three {

using namespace models::kafka;
using Nodes = std::vector<NodeId>;

constexpr NodeId b1{0}, b2{1}, b3{2}, k1{3}, client{4};

inline Parameters one_partition() {
  Parameters parameters;
  parameters.partitions = 1;
  parameters.controllers = 1;
  return parameters;
}

// Broker b1.
class One {
 public:
  explicit One(sim::BugSet bugs = {}, const Parameters& parameters = one_partition())
      : parameters_(parameters), bugs_(std::move(bugs)) {
    image_.brokers = {{b1, {1, 0, false}}, {b2, {2, 0, false}}, {b3, {3, 0, false}}};
    PartitionState partition;
    partition.replicas = partition.isr = {b1, b2, b3};
    image_.partitions.assign(static_cast<std::size_t>(parameters.all_partitions()), partition);
    start();
  }
  void start() {
    broker_ = std::make_unique<Broker>(env_, parameters_, bugs_, Broker::Places{{b1, b2, b3}, {k1}});
    broker_->start();
  }
  void restart() {
    broker_.reset();
    env_.crash();
    start();
  }

  // The controllers' next word: `leader` leads all partitions with this ISR; in a later epoch if it is
  // another one.
  void decide(NodeId leader, const Nodes& isr) {
    for (PartitionState& partition : image_.partitions) {
      if (partition.leader != leader) ++partition.leader_epoch;
      partition.leader = leader;
      partition.isr = isr;
      ++partition.epoch;
    }
    ++image_.version;
    tell();
  }
  void tell() {
    if (broker_->epoch() == 0) {
      const auto asked = env_.take_sent<RegisterBroker>();
      REQUIRE_FALSE(asked.empty());
      hear(k1, BrokerRegistered{asked.back().message.incarnation, image_.brokers[b1].epoch, image_.version,
                                sim::Payload::of(image_)});
    } else {
      hear(k1, MetadataUpdate{image_.version, sim::Payload::of(image_)});
    }
  }
  template <class M>
  void hear(NodeId from, const M& message) {
    broker_->on(message, sim::From{from, 0});
  }

  // A record of a producer that numbers its records.
  void produce(std::uint64_t sequence, Acks acks = Acks::all) {
    Record record;
    record.pid = 9;
    record.sequence = sequence;
    record.producer = client;
    record.number = sequence + 1;
    record.value = static_cast<std::int64_t>(100 + sequence);
    hear(client, Produce{0, acks, record});
  }
  // A follower says that it has all up to `offset`.
  void fetch(NodeId from, Offset offset, BrokerEpoch broker_epoch = 0, PartitionId id = 0) {
    const PartitionLog& log = replica(id).log();
    const LeaderEpoch last = offset <= log.end() ? log.epoch_before(offset) : 0;
    if (broker_epoch == 0) broker_epoch = image_.brokers[from].epoch;
    hear(from,
         FetchRecords{id, replica(id).leader_epoch(), broker_epoch, ++rounds_, offset, last, 0, 0, 0, 0});
  }
  // The leader of the current epoch sends records of these epochs, from the end of the log on.
  void receive(const std::vector<LeaderEpoch>& epochs, Offset high_watermark = 0) {
    FetchedRecords fetched{
        0, replica().leader_epoch(), round_of_last_request(), replica().log().end(), {}, high_watermark, 0, 0,
        0};
    for (const LeaderEpoch epoch : epochs) {
      Record record;
      record.epoch = epoch;
      record.number = ++received_;
      record.producer = client;
      const Offset offset = fetched.offset + fetched.entries.size();
      fetched.entries.push_back({offset, 0, {}, record});
    }
    hear(replica().leader(), fetched);
  }
  std::uint64_t round_of_last_request() {
    std::uint64_t round = 0;
    for (const auto& sent : env_.take_sent<FetchRecords>()) round = std::max(round, sent.message.round);
    return round;
  }
  template <class M>
  std::size_t count() {
    return env_.take_sent<M>().size();
  }

  FakeEnv& env() { return env_; }
  Broker& broker() { return *broker_; }
  const Replica& replica(PartitionId id = 0) const { return broker_->replicas().at(id); }
  Image& image() { return image_; }

 private:
  Parameters parameters_;
  sim::BugSet bugs_;
  FakeEnv env_{b1};
  Image image_;
  std::uint64_t rounds_ = 0;
  std::uint64_t received_ = 0;
  std::unique_ptr<Broker> broker_;
};

}  // namespace lightcone::tests::one_of_three

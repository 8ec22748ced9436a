// What controllers decide, as a state machine: who leads, who may lead next, and which requests come too
// late.
#include <catch2/catch.hpp>
#include <vector>

#include "models/kafka/metadata.hpp"

namespace lightcone::tests {

namespace {

using namespace models::kafka;
using Nodes = std::vector<NodeId>;

constexpr NodeId b1{0}, b2{1}, b3{2};

// One partition on three brokers, all of them registered.
class Group {
 public:
  explicit Group(Metadata::Policy policy = {}) : metadata_(policy, {b1, b2, b3}, 1, 3) {
    for (const NodeId broker : {b1, b2, b3}) comes(broker);
  }

  void comes(NodeId broker) {
    Command command;
    command.verb = Verb::register_broker;
    command.broker = broker;
    command.incarnation = ++incarnations_;
    metadata_.apply(command);
  }
  void set_fenced(NodeId broker, bool fenced) {
    Command command;
    command.verb = fenced ? Verb::fence : Verb::unfence;
    command.broker = broker;
    command.broker_epoch = epoch_of(broker);
    metadata_.apply(command);
  }
  // What the leader would ask for now.
  Command wants(const Nodes& isr) const {
    Command command;
    command.verb = Verb::alter_partition;
    command.broker = partition().leader;
    command.broker_epoch = epoch_of(partition().leader);
    command.leader_epoch = partition().leader_epoch;
    command.epoch = partition().epoch;
    for (const NodeId member : isr) command.isr.push_back({member, epoch_of(member)});
    return command;
  }
  void apply(const Command& command) { metadata_.apply(command); }
  void chooses(NodeId broker) {
    Command command;
    command.verb = Verb::recover;
    command.broker = broker;
    command.broker_epoch = epoch_of(broker);
    command.leader_epoch = partition().leader_epoch;
    metadata_.apply(command);
  }

  const PartitionState& partition() const { return metadata_.image().partitions.front(); }
  BrokerEpoch epoch_of(NodeId broker) const { return metadata_.image().brokers.at(broker).epoch; }
  Metadata& metadata() { return metadata_; }

 private:
  Metadata metadata_;
  std::uint64_t incarnations_ = 0;
};

}  // namespace

TEST_CASE("kafka metadata: replicas are spread, and the first of them leads at the beginning") {
  CHECK(replicas_of(0, {b1, b2, b3}, 2) == Nodes{b1, b2});
  CHECK(replicas_of(2, {b1, b2, b3}, 2) == Nodes{b3, b1});
  const Group group;
  CHECK(group.partition().leader == b1);
  CHECK(group.partition().isr == Nodes{b1, b2, b3});
}

TEST_CASE("kafka metadata: a registration that is asked again is one registration") {
  Group group;
  Command command;
  command.verb = Verb::register_broker;
  command.broker = b1;
  command.incarnation = 1;  // what b1 called itself before
  const std::uint64_t version = group.metadata().image().version;
  CHECK(group.metadata().apply(command) == group.epoch_of(b1));
  CHECK(group.metadata().image().version == version);
  CHECK(group.partition().leader == b1);
}

TEST_CASE("kafka metadata: a fenced leader is replaced from the ISR, in a later epoch") {
  Group group;
  const LeaderEpoch before = group.partition().leader_epoch;
  group.set_fenced(b1, true);
  CHECK(group.partition().leader == b2);
  CHECK(group.partition().leader_epoch > before);
  CHECK(group.partition().isr == Nodes{b2, b3});
  CHECK(group.partition().elr.empty());
  group.set_fenced(b1, false);
  CHECK(group.partition().leader == b2);
  CHECK(group.partition().isr == Nodes{b2, b3});
}

TEST_CASE("kafka metadata: who leaves an ISR that becomes too small stays eligible") {
  Group group;
  group.set_fenced(b3, true);
  group.set_fenced(b2, true);
  CHECK(group.partition().isr == Nodes{b1});
  CHECK(group.partition().elr == Nodes{b2});
  group.set_fenced(b1, true);
  CHECK(group.partition().leader == no_node);
  CHECK(group.partition().isr.empty());
  group.set_fenced(b3, false);
  CHECK(group.partition().leader == no_node);  // it was out before the others were
  group.set_fenced(b2, false);
  CHECK(group.partition().leader == b2);
  CHECK(group.partition().isr == Nodes{b2});
  CHECK(group.partition().elr == Nodes{b1});
}

TEST_CASE("kafka metadata: who comes back without having said goodbye is not eligible") {
  Group group;
  group.set_fenced(b3, true);
  group.set_fenced(b2, true);
  group.comes(b1);
  // It may have lost what it alone acknowledged; b2 is known to have all that was committed, but is away.
  CHECK(group.partition().leader == no_node);
  CHECK(group.partition().last_known == Nodes{b1});
  group.set_fenced(b2, false);
  CHECK(group.partition().leader == b2);
}

TEST_CASE("kafka metadata: without that, the last of an ISR leads whatever it has left") {
  Group group({2, false, false});
  group.set_fenced(b3, true);
  group.set_fenced(b2, true);
  CHECK(group.partition().elr.empty());
  group.comes(b1);
  CHECK(group.partition().leader == b1);
  CHECK(group.partition().isr == Nodes{b1});
}

TEST_CASE("kafka metadata: an unclean election takes anybody, and only where it is allowed") {
  for (const bool unclean : {false, true}) {
    Group group({2, true, unclean});
    group.set_fenced(b3, true);
    group.set_fenced(b2, true);
    group.set_fenced(b1, true);
    group.set_fenced(b3, false);
    CHECK((group.partition().leader == b3) == unclean);
  }
}

TEST_CASE("kafka metadata: a new ISR is compared and set by both epochs") {
  Group group;
  const Command early = group.wants({b1, b2});
  group.apply(group.wants({b1, b3}));
  CHECK(group.partition().isr == Nodes{b1, b3});
  group.apply(early);
  CHECK(group.partition().isr == Nodes{b1, b3});
  Command of_another_epoch = group.wants({b1});
  ++of_another_epoch.leader_epoch;
  group.apply(of_another_epoch);
  CHECK(group.partition().isr == Nodes{b1, b3});
  group.apply(group.wants({b1, b2, b3}));
  CHECK(group.partition().isr == Nodes{b1, b2, b3});
}

TEST_CASE(
    "kafka metadata: an ISR with a broker that is gone is refused, and no copy of the request is taken "
    "later") {
  Group group;
  group.set_fenced(b3, true);
  const Command with_b3 = group.wants({b1, b2, b3});
  group.apply(with_b3);
  CHECK(group.partition().isr == Nodes{b1, b2});
  group.set_fenced(b3, false);
  group.apply(with_b3);
  CHECK(group.partition().isr == Nodes{b1, b2});
  // Nor one that means an earlier incarnation of it.
  Command with_old_b3 = group.wants({b1, b2, b3});
  group.comes(b3);
  with_old_b3.epoch = group.partition().epoch;
  group.apply(with_old_b3);
  CHECK(group.partition().isr == Nodes{b1, b2});
}

TEST_CASE("kafka metadata: an ISR that is large enough again forgets who else was eligible") {
  Group group;
  group.apply(group.wants({b1}));
  CHECK(group.partition().elr == Nodes{b2, b3});
  group.comes(b2);
  CHECK(group.partition().elr == Nodes{b3});
  CHECK(group.partition().last_known == Nodes{b2});
  group.apply(group.wants({b1, b2}));
  CHECK(group.partition().elr.empty());
  CHECK(group.partition().last_known.empty());
}

TEST_CASE("kafka metadata: when all came back uncleanly, only one of those who were eligible is chosen") {
  Group group;
  group.set_fenced(b3, true);  // before the others
  group.comes(b2);
  group.comes(b1);
  CHECK(group.partition().leader == no_node);
  CHECK(group.partition().last_known == Nodes{b2, b1});
  group.set_fenced(b3, false);
  group.chooses(b3);
  CHECK(group.partition().leader == no_node);
  group.chooses(b2);
  CHECK(group.partition().leader == b2);
  CHECK(group.partition().isr == Nodes{b2});
  CHECK(group.partition().last_known == Nodes{b1});
  group.chooses(b1);  // too late
  CHECK(group.partition().leader == b2);
}

TEST_CASE("kafka metadata: a snapshot brings everything back, and nothing brings the beginning") {
  Group group;
  group.set_fenced(b1, true);
  const sim::Payload snapshot = group.metadata().snapshot();
  Metadata other({}, {b1, b2, b3}, 1, 3);
  other.restore(snapshot);
  CHECK(other.image().version == group.metadata().image().version);
  CHECK(other.image().partitions.front().leader == b2);
  other.restore({});
  CHECK(other.image().version == 1);
  CHECK(other.image().partitions.front().leader == b1);
}

}  // namespace lightcone::tests

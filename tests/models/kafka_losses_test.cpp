// Which broker lost what: the count on which the assumption of the promise rests.
#include <catch2/catch.hpp>
#include <functional>
#include <optional>

#include "models/kafka/losses.hpp"
#include "tests/models/fake_env.hpp"

namespace lightcone::tests {

namespace {

using namespace models::kafka;

constexpr NodeId b1{0};

// A replica that leads, alone, and whoever keeps count of what it loses.
class Alone final : private Replica::Host {
 public:
  Alone() {
    simulation_.add_node({"b1", "broker", {}});
    start();
  }
  // Returns the record, which is at the end of the log.
  Record append(std::int64_t value) {
    Produce produce{0, Acks::none, {}};
    produce.record.value = value;
    produce.record.number = static_cast<std::uint64_t>(value);
    replica_->on(produce, sim::From{b1, 0});
    look();
    return replica_->log().at(replica_->log().end() - 1);
  }
  void sync() { env_.disk().complete_sync(env_.disk().begin_sync(sim::Instant{}).id); }
  void lose_power() {
    env_.lose_power();
    start();
  }
  bool is_excused(Offset offset, const Record& record) const {
    return !losses_.excuse(0, offset, record, 1).empty();
  }

 private:
  void ask_controller(const AlterPartition&) override {}
  void log_changed() override {}
  void leader_moved(PartitionId) override {}
  void verify(PartitionId, const ProducerSession&, std::function<void(bool)>) override {}
  void start() {
    Replica::Host& host = *this;
    replica_.emplace(env_, parameters_, safe_, host, PartitionId{0});
    replica_->recover();
    look();
    ++epoch_;
    PartitionState state;
    state.replicas = state.isr = {b1};
    state.leader = b1;
    state.leader_epoch = state.epoch = epoch_;
    replica_->adopt(state, {{b1, {epoch_, 0, false}}});
    look();
  }
  void look() { (void)losses_.look_at(b1, env_.incarnation(), *replica_); }

  sim::Simulation simulation_{1};
  FakeEnv env_{b1};
  Parameters parameters_;
  Safeguards safe_;
  LeaderEpoch epoch_ = 0;
  Losses losses_{simulation_};
  std::optional<Replica> replica_;
};

}  // namespace

TEST_CASE("kafka losses: what was flushed is not lost, and what was not is") {
  Alone alone;
  const Record kept = alone.append(1);
  alone.sync();
  const Record lost = alone.append(2);
  CHECK_FALSE(alone.is_excused(1, lost));
  alone.lose_power();
  CHECK_FALSE(alone.is_excused(0, kept));
  CHECK(alone.is_excused(1, lost));
}

TEST_CASE("kafka losses: a loss still counts when the record that took the place is lost as well") {
  Alone alone;
  const Record first = alone.append(1);
  alone.lose_power();
  const Record second = alone.append(2);
  CHECK(alone.is_excused(0, first));
  CHECK_FALSE(alone.is_excused(0, second));
  alone.lose_power();
  CHECK(alone.is_excused(0, first));
  CHECK(alone.is_excused(0, second));
}

}  // namespace lightcone::tests

// The life of a lease, with a host that counts it by its wall clock and is its group alone.
#include <catch2/catch.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "models/parts/raft/group.hpp"
#include "models/spanner/lease_keeper.hpp"
#include "sim/process.hpp"
#include "tests/models/one_server.hpp"

namespace lightcone::tests {

namespace {

namespace group = models::parts::raft;
using namespace std::chrono_literals;
using models::spanner::Lease;
using models::spanner::LeaseKeeper;
using models::spanner::Parameters;
using models::spanner::Timestamp;
using sim::NodeId;

constexpr NodeId n1{0}, n2{1};

struct LeaseCommand {
  static constexpr std::string_view fact_name = "LeaseCommand";
  LeaseKeeper::Step step{};
  Lease lease{};

  friend std::uint64_t wire_bytes(const LeaseCommand&) { return 32; }
};

class Leaseholder final : public sim::Handlers<Leaseholder, group::ToMember, group::MemberFacts>,
                          private group::Machine,
                          private LeaseKeeper::Host {
 public:
  Leaseholder(sim::Env& env, const Parameters& parameters, const sim::BugSet&, std::vector<NodeId> members)
      : env_(env), group_(env, *this, {}, std::move(members)), keeper(env, parameters, group_, *this) {}

  void start() override { group_.start(); }
  void show(sim::FieldVisitor&) const override {}
  template <group::GroupMessage Message>
  void on(const Message& message, const sim::From& from) {
    group_.on(message, from.node);
  }
  template <group::GroupFact Fact>
  void on(const Fact& fact) {
    group_.on(fact);
  }
  const Lease& lease() const override { return lease_; }
  bool leads() const { return group_.position() == group::Position::leader; }

 private:
  void apply(const group::Entry& entry) override {
    const auto& command = entry.payload.get<LeaseCommand>();
    lease_ = command.lease;
    steps.push_back(command.step);
    if (entry.term == group_.term()) keeper.applied();
  }
  sim::Payload snapshot() const override { return {}; }
  void restore(const sim::Payload&) override {}
  void leadership_changed(group::Position) override { keeper.leadership_changed(); }

  Timestamp lease_time() const override { return env_.wall().time_since_epoch().count(); }
  std::optional<Timestamp> first_lease_from() override {
    ++asked;
    return lease_.end < lease_time() ? std::optional(lease_time()) : std::nullopt;
  }
  bool propose_lease(LeaseKeeper::Step step, Timestamp end) override {
    return group_.propose(sim::Payload::of(LeaseCommand{step, {n1, group_.term(), end}})).has_value();
  }
  void lease_began() override { ++began; }

  sim::Env& env_;
  Lease lease_;
  group::Group group_;

 public:
  LeaseKeeper keeper;
  std::vector<LeaseKeeper::Step> steps;  // that were applied
  int began = 0;
  int asked = 0;
};

class Alone : public OneServer<Leaseholder, Parameters> {
 public:
  Alone() : OneServer(n1, {}, {}, {n1}) {}

  void elect() {
    env().fire<group::ElectionTimedOut>(server());
    settle();
  }
  void settle() {
    for (int i = 0; i < 8; ++i) step();
  }
  void step() {
    sync();
    for (const auto& vote : sent<group::Voted>()) hear(n1, vote.message);
  }
  void look() {
    server().keeper.look();
    settle();
  }
  Timestamp now() { return env().wall().time_since_epoch().count(); }
  Timestamp left() { return server().lease().end - now(); }
  LeaseKeeper& keeper() { return server().keeper; }
};

constexpr Timestamp length = Parameters{}.lease.count();

}  // namespace

TEST_CASE("models/spanner: a lease begins once it is in the log of a leader that has caught up") {
  Alone one;
  one.look();
  CHECK(one.server().asked == 0);  // it does not lead
  CHECK_FALSE(one.keeper().holds());

  one.env().fire<group::ElectionTimedOut>(one.server());
  for (int i = 0; i < 8 && !one.server().leads(); ++i) one.step();
  REQUIRE(one.server().leads());
  one.keeper().claim();
  CHECK(one.server().asked == 0);  // it leads, and has not caught up
  one.settle();
  CHECK(one.keeper().holds());
  CHECK(one.server().began == 1);
  CHECK(one.left() == length);
  CHECK(one.server().steps == std::vector{LeaseKeeper::Step::begins});
}

TEST_CASE("models/spanner: a lease waits until the one before it is over") {
  Alone one;
  one.elect();
  const Timestamp before = one.server().lease().end;
  one.restart();
  one.sync();
  one.elect();
  REQUIRE(one.server().leads());
  REQUIRE(one.server().lease().end == before);
  CHECK_FALSE(one.keeper().holds());
  CHECK_FALSE(one.keeper().transfer(n2, one.now()));
  one.env().advance(Parameters{}.lease);
  one.look();
  CHECK_FALSE(one.keeper().holds());
  one.env().advance(1ns);
  one.keeper().claim();
  one.keeper().claim();
  CHECK_FALSE(one.keeper().holds());  // it is on its way through the log
  one.settle();
  CHECK(one.server().steps == std::vector{LeaseKeeper::Step::begins, LeaseKeeper::Step::begins});
  CHECK(one.keeper().holds());
  CHECK(one.left() == length);
}

TEST_CASE("models/spanner: a lease goes on when little of it is left, and begins once") {
  Alone one;
  one.elect();
  const sim::Duration untouched = Parameters{}.lease - Parameters{}.renew_before;
  one.env().advance(untouched);
  one.look();
  CHECK(one.server().steps.size() == 1);
  one.env().advance(1ns);
  one.look();
  CHECK(one.left() == length);
  CHECK(one.server().steps == std::vector{LeaseKeeper::Step::begins, LeaseKeeper::Step::goes_on});
  CHECK(one.server().began == 1);
}

TEST_CASE("models/spanner: one lease at a time is on its way through the log") {
  Alone one;
  one.elect();
  one.keeper().extend(one.now() + 1000);
  one.keeper().extend(one.now() + 2000);
  CHECK_FALSE(one.keeper().transfer(n2, one.now()));
  one.settle();
  CHECK(one.left() == 1000 + length);
  one.keeper().extend(one.now() + 2000);
  one.settle();
  CHECK(one.left() == 2000 + length);
}

TEST_CASE("models/spanner: who hands leadership over cuts its lease short first, and serves no more") {
  Alone one;
  CHECK_FALSE(one.keeper().transfer(n2, one.now()));  // there is none
  one.elect();
  CHECK_FALSE(one.keeper().transfer(n1, one.now()));
  CHECK(one.keeper().holds());
  REQUIRE(one.keeper().transfer(n2, one.now() + 5));
  CHECK(one.keeper().has_begun());
  CHECK_FALSE(one.keeper().holds());
  one.look();  // which renews nothing
  CHECK(one.left() == 5);
  CHECK_FALSE(one.keeper().has_begun());

  // Nobody took it: it catches up, and begins another lease after that one.
  one.look();
  CHECK_FALSE(one.keeper().holds());
  one.env().advance(6ns);
  one.look();
  CHECK(one.keeper().holds());
  CHECK(one.server().began == 2);
}

}  // namespace lightcone::tests

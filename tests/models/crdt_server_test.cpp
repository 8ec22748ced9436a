// One replica of replicated data types, without a simulation: what it answers and tells the others, and when.
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "models/crdt/server.hpp"
#include "tests/models/one_server.hpp"

namespace lightcone::tests {

namespace {

using namespace models::crdt;

constexpr NodeId n1{0}, n2{1}, n3{2}, client{9};
constexpr ReplicaId second{n2, 77};
constexpr ReplicaId third{n3, 88};

Parameters of(Type type, Mode mode) {
  Parameters parameters;
  parameters.servers = 3;
  parameters.type = type;
  parameters.mode = mode;
  return parameters;
}

// Replica n1 of three.
class One : public OneServer<Server, Parameters> {
 public:
  explicit One(const Parameters& parameters, const sim::BugSet& bugs = {})
      : OneServer(n1, parameters, bugs, {n1, n2, n3}), safe_(safeguards_without(bugs)) {}
  // A while later: a name is of its moment.
  void restart() {
    env().advance(std::chrono::seconds(1));
    connection_ = 0;
    OneServer::restart();
  }
  void restart_after_power_loss() {
    env().advance(std::chrono::seconds(1));
    connection_ = 0;
    OneServer::restart_after_power_loss();
  }
  void ask(Change change) {
    hear(client, Do{connection_, ++number_, "k", change});
    const auto reconnect = sent<Reconnect>();
    if (reconnect.empty()) return;
    connection_ = reconnect[0].message.connection;
    hear(client, Do{connection_, ++number_, "k", std::move(change)});
  }
  void ask_again(Change change) { hear(client, Do{connection_, number_, "k", std::move(change)}); }
  sim::Value value() {
    sync();
    return server().replica().rules().read(server().replica().store().objects(), "k");
  }
  // What another replica would send of its own change, made on `object`, which it has.
  Update by(const ReplicaId& replica, std::uint64_t counter, Change change, Object& object) const {
    const Rules rules(parameters(), safe_);
    Update update;
    update.dot = {replica, counter};
    for (std::uint64_t i = 1; i < counter; ++i) update.seen.add({replica, i});
    update.key = "k";
    auto outcome =
        rules.change(object, change, {replica, update.dot, sim::WallTime(std::chrono::seconds(20))});
    REQUIRE(std::holds_alternative<Object>(outcome));
    update.delta = sim::Payload::of(std::get<Object>(std::move(outcome)));
    update.change = std::move(change);
    return update;
  }
  Object blank() const { return Rules(parameters(), safe_).blank(); }
  const Store& store() const { return server().replica().store(); }
  void gossip() { env().fire<GossipDue>(server()); }

 private:
  Safeguards safe_;
  std::uint64_t connection_ = 0;
  std::uint64_t number_ = 0;
};

Change incr() { return {}; }
Change decr() {
  Change change;
  change.verb = Verb::decr;
  return change;
}
Change change_of(Verb verb, std::int64_t value) {
  Change change;
  change.verb = verb;
  change.value = value;
  return change;
}

sim::Value list(std::initializer_list<std::int64_t> numbers) {
  sim::ValueList list;
  for (const std::int64_t number : numbers) list.emplace_back(number);
  return list;
}

}  // namespace

TEST_CASE("crdt: an update is answered and told to the others when it is durable") {
  One one(of(Type::gcounter, Mode::delta));
  one.ask(incr());
  CHECK(one.sent<Done>().empty());
  CHECK(one.sent<Push>().empty());
  one.sync();
  CHECK(one.sent<Done>().size() == 1);
  const auto pushed = one.sent<Push>();
  REQUIRE(pushed.size() == 2);
  CHECK(pushed[0].to == n2);
  CHECK(pushed[1].to == n3);
  CHECK(pushed[0].message.updates.at(0).dot == Dot{one.store().replica(), 1});
}

TEST_CASE("crdt: a read waits until what it shows is durable") {
  One one(of(Type::gcounter, Mode::delta));
  one.hear(client, Read{"k"});
  CHECK(one.sent<Answer>().at(0).message.value == sim::Value(0));
  one.ask(incr());
  one.hear(client, Read{"k"});
  CHECK(one.sent<Answer>().empty());
  one.sync();
  CHECK(one.sent<Answer>().at(0).message.value == sim::Value(1));
}

TEST_CASE("crdt: a request that the network doubled counts once") {
  One one(of(Type::gcounter, Mode::delta));
  one.ask(incr());
  one.ask_again(incr());
  CHECK(one.value() == sim::Value(1));
}

TEST_CASE("crdt: what was not synced is gone with the power, and its name is given to nothing else") {
  One one(of(Type::gcounter, Mode::delta));
  one.ask(incr());
  one.sync();
  one.ask(incr());
  const ReplicaId before = one.store().replica();
  one.restart_after_power_loss();
  CHECK(one.value() == sim::Value(1));
  CHECK(one.store().replica() != before);
  one.ask(incr());
  CHECK(one.store().log().back().dot == Dot{one.store().replica(), 1});
}

TEST_CASE("crdt: a replica that reuses its name counts on where its disk was") {
  One one(of(Type::gcounter, Mode::delta), {"crdt.replica-id-reuse"});
  one.ask(incr());
  one.sync();
  const ReplicaId before = one.store().replica();
  one.restart();
  one.sync();
  CHECK(one.store().replica() == before);
  one.ask(incr());
  CHECK(one.store().log().back().dot == Dot{before, 2});
}

TEST_CASE("crdt: updates of another replica are taken once, whatever the mode") {
  for (const Mode mode : {Mode::delta, Mode::op}) {
    One one(of(Type::pncounter, mode));
    Object theirs = one.blank();
    const Update update = one.by(second, 1, incr(), theirs);
    one.hear(n2, Push{{second, 1}, {update}});
    one.hear(n2, Push{{second, 1}, {update}});
    one.hear(n3, Push{{third, 1}, {update}});
    CHECK(one.value() == sim::Value(1));
  }
  One adds(of(Type::pncounter, Mode::op), {"crdt.counter-plain-add"});
  Object theirs = adds.blank();
  const Update update = adds.by(second, 1, incr(), theirs);
  adds.hear(n2, Push{{second, 1}, {update}});
  adds.hear(n2, Push{{second, 1}, {update}});
  CHECK(adds.value() == sim::Value(2));
}

TEST_CASE("crdt: in mode op an update waits for those that it rests on") {
  One one(of(Type::rga, Mode::op));
  Object theirs = one.blank();
  const Update a = one.by(second, 1, change_of(Verb::type, 1), theirs);
  Change behind = change_of(Verb::type, 2);
  behind.behind = 1;
  const Update b = one.by(second, 2, behind, theirs);
  one.hear(n2, Push{{second, 2}, {b}});
  CHECK(one.value() == list({}));
  CHECK(one.server().replica().waiting() == 1);
  CHECK_FALSE(one.store().known().contains(b.dot));
  one.hear(n2, Push{{second, 1}, {a}});
  CHECK(one.value() == list({1, 2}));
  CHECK(one.server().replica().waiting() == 0);
}

TEST_CASE("crdt: without causal delivery a letter that comes too early is dropped") {
  One one(of(Type::rga, Mode::op), {"crdt.rga-no-causal"});
  Object theirs = one.blank();
  const Update a = one.by(second, 1, change_of(Verb::type, 1), theirs);
  Change behind = change_of(Verb::type, 2);
  behind.behind = 1;
  const Update b = one.by(second, 2, behind, theirs);
  one.hear(n2, Push{{second, 2}, {b}});
  one.hear(n2, Push{{second, 1}, {a}});
  CHECK(one.value() == list({1}));
}

TEST_CASE("crdt: a digest is answered with what its sender lacks, in the way of the mode") {
  One op(of(Type::gcounter, Mode::op));
  op.ask(incr());
  op.ask(incr());
  op.sync();
  op.env().forget_sent();
  CausalContext known;
  known.add({op.store().replica(), 1});
  op.hear(n2, Digest{{second, 1}, known, false});
  const auto pushed = op.sent<Push>();
  REQUIRE(pushed.size() == 1);
  REQUIRE(pushed[0].message.updates.size() == 1);
  CHECK(pushed[0].message.updates[0].dot.counter == 2);
  known.add({op.store().replica(), 2});
  op.hear(n2, Digest{{second, 2}, known, false});
  CHECK(op.sent<Push>().empty());

  One delta(of(Type::gcounter, Mode::delta));
  delta.ask(incr());
  delta.ask(incr());
  delta.sync();
  delta.env().forget_sent();
  delta.hear(n2, Digest{{second, 1}, {}, false});
  const auto joined = delta.sent<Deltas>();
  REQUIRE(joined.size() == 1);
  CHECK(joined[0].message.covers == delta.store().known());
  One other(of(Type::gcounter, Mode::delta));
  other.hear(n1, joined[0].message);
  CHECK(other.value() == sim::Value(2));
  CHECK(other.store().known() == delta.store().known());
}

TEST_CASE("crdt: the log keeps what somebody may lack, and who lacks more gets everything") {
  One one(of(Type::gcounter, Mode::op));
  one.ask(incr());
  one.sync();
  one.hear(n2, Digest{{second, 1}, one.store().known(), false});
  one.gossip();
  CHECK(one.store().log().size() == 1);
  one.hear(n3, Digest{{third, 1}, one.store().known(), false});
  one.gossip();
  CHECK(one.store().log().empty());
  one.env().forget_sent();
  one.hear(n2, Digest{{second, 2}, {}, false});
  const auto states = one.sent<State>();
  REQUIRE(states.size() == 1);
  CHECK(states[0].message.known == one.store().known());
}

TEST_CASE("crdt: who lost the disk is silent to clients until it has somebody's state") {
  One one(of(Type::gcounter, Mode::op));
  one.ask(incr());
  one.sync();
  one.env().disk().wipe();
  one.restart();
  one.sync();
  CHECK(one.server().replica().is_lost());
  one.hear(client, Read{"k"});
  CHECK(one.sent<Refused>().size() == 1);
  one.ask(incr());
  CHECK(one.sent<Refused>().size() == 1);
  one.env().forget_sent();
  one.gossip();
  const auto digests = one.sent<Digest>();
  REQUIRE(digests.size() == 2);
  CHECK(digests[0].message.is_lost);
  Object theirs = one.blank();
  const Update update = one.by(second, 1, incr(), theirs);
  Objects objects;
  objects.by_key.emplace("k", theirs);
  CausalContext known;
  known.add(update.dot);
  one.hear(n2, State{{second, 1}, known, sim::Payload::of(std::move(objects))});
  CHECK_FALSE(one.server().replica().is_lost());
  CHECK(one.value() == sim::Value(1));
}

TEST_CASE("crdt: a damaged log is given up, not guessed at") {
  One one(of(Type::gcounter, Mode::op));
  one.ask(incr());
  one.sync();
  one.ask(incr());
  one.sync();
  REQUIRE(one.env().disk().rot("crdt/log", 1, sim::Disk::Which::oldest) == 1);
  one.restart();
  CHECK(one.server().replica().is_lost());
  CHECK(one.value() == sim::Value(0));
  CHECK(one.store().losses() == 1);
}

TEST_CASE("crdt: a tombstone stays until it is old and both others have seen the removal") {
  Parameters parameters = of(Type::orset, Mode::state);
  parameters.removals = Removals::tombstones;
  One one(parameters);
  one.ask(change_of(Verb::add, 1));
  one.ask(change_of(Verb::remove, 1));
  one.sync();
  const auto tombstones = [&] {
    return std::get<SetWithTombstones>(one.store().objects().by_key.at("k").held).tombstones().size();
  };
  const auto tell = [&](NodeId node, const ReplicaId& replica, std::uint64_t number) {
    one.hear(node, State{{replica, number}, one.store().known(), sim::Payload::of(Objects{})});
  };
  one.gossip();
  one.env().advance(parameters.gc_after * 2);
  tell(n2, second, 1);
  one.gossip();
  CHECK(tombstones() == 1);
  tell(n3, third, 1);
  one.gossip();
  CHECK(tombstones() == 0);
}

TEST_CASE("crdt: where tombstones go, no message from before brings back what was removed") {
  Parameters parameters = of(Type::orset, Mode::state);
  parameters.removals = Removals::tombstones;
  One one(parameters);
  Object theirs = one.blank();
  const Update added = one.by(second, 1, change_of(Verb::add, 1), theirs);
  Objects objects;
  objects.by_key.emplace("k", theirs);
  CausalContext known;
  known.add(added.dot);
  const State old{{second, 1}, known, sim::Payload::of(std::move(objects))};
  one.hear(n2, State{{second, 2}, {}, sim::Payload::of(Objects{})});
  one.hear(n2, old);
  CHECK(one.value() == list({}));
  // Nor does one of an incarnation that ended.
  one.hear(n2, State{{{n2, 78}, 1}, {}, sim::Payload::of(Objects{})});
  State late = old;
  late.header.number = 9;
  one.hear(n2, late);
  CHECK(one.value() == list({}));
  CHECK_FALSE(one.server().replica().restore());
}

TEST_CASE("crdt: a backup brings back what was, under a new name") {
  One one(of(Type::orset, Mode::delta));
  CHECK_FALSE(one.server().replica().restore());
  one.ask(change_of(Verb::add, 1));
  one.sync();
  REQUIRE(one.server().replica().back_up());
  one.ask(change_of(Verb::add, 2));
  one.sync();
  const ReplicaId before = one.store().replica();
  REQUIRE(one.server().replica().restore());
  CHECK(one.value() == list({1}));
  CHECK(one.store().replica() != before);
  CHECK(one.store().losses() == 1);
  one.ask(change_of(Verb::add, 3));
  one.sync();
  const ReplicaId restored = one.store().replica();
  one.restart();
  one.sync();
  CHECK(one.value() == list({1, 3}));
  CHECK(one.store().replica() != restored);
}

TEST_CASE("crdt: who has no share asks for one, and says that nothing is left when nobody gives") {
  One one(of(Type::bounded_counter, Mode::delta));
  one.ask(decr());
  CHECK(one.sent<AskForShare>().size() == 2);
  one.env().fire<ShareIsLate>(one.server());
  const auto told = one.sent<Done>();
  REQUIRE(told.size() == 1);
  CHECK_FALSE(told[0].message.has_effect);

  one.ask(decr());
  Object theirs = one.blank();
  const Update added = one.by(second, 1, incr(), theirs);
  Change give = change_of(Verb::share, 1);
  give.to = one.store().replica();
  const Update given = one.by(second, 2, give, theirs);
  one.hear(n2, Push{{second, 1}, {added}});
  one.sync();
  CHECK(one.sent<Done>().empty());
  one.hear(n2, Push{{second, 2}, {given}});
  one.sync();
  REQUIRE(one.sent<Done>().size() == 1);
  CHECK(one.value() == sim::Value(0));
}

TEST_CASE(
    "crdt: a share that is asked for is half of what is here, and goes with a restart to the new name") {
  One one(of(Type::bounded_counter, Mode::delta));
  for (int i = 0; i < 3; ++i) one.ask(incr());
  one.sync();
  one.hear(n2, AskForShare{"k", second});
  one.sync();
  const auto& counter = [&]() -> const models::parts::crdt::BoundedCounter& {
    return std::get<models::parts::crdt::BoundedCounter>(one.store().objects().by_key.at("k").held);
  };
  CHECK(counter().share(one.store().replica()) == 1);
  CHECK(counter().share(second) == 2);
  one.restart();
  one.sync();
  CHECK(counter().share(one.store().replica()) == 1);
  CHECK(counter().value() == 3);
}

TEST_CASE("crdt: what a type does not do is refused with its name") {
  One one(of(Type::gcounter, Mode::state));
  one.ask(decr());
  CHECK(one.sent<Refused>().at(0).message.why == "decr is not done to gcounter");
  One text(of(Type::rga, Mode::op));
  text.ask(change_of(Verb::backspace, 5));
  CHECK(text.sent<Refused>().at(0).message.why == "the character has not arrived here");
  Change behind = change_of(Verb::type, 6);
  behind.behind = 5;
  text.ask(behind);
  CHECK(text.sent<Refused>().at(0).message.why == "the character before it has not arrived here");
}

TEST_CASE("crdt: a full disk refuses updates, and nothing is half done") {
  One one(of(Type::gcounter, Mode::delta));
  one.ask(incr());
  one.sync();
  one.env().forget_sent();
  one.env().disk().set_full(true);
  one.ask(incr());
  CHECK(one.sent<Refused>().at(0).message.why == "the disk is full");
  CHECK(one.value() == sim::Value(1));
  one.env().disk().set_full(false);
  one.ask(incr());
  CHECK(one.value() == sim::Value(2));
}

}  // namespace lightcone::tests

// The pieces of two-phase commit, each alone: locks, decisions, a participant.
#include <catch2/catch.hpp>

#include "tests/models/saga_server.hpp"

namespace lightcone::tests {

namespace {

using namespace saga_server;

TxnId txn(std::uint64_t number) { return {n1, number}; }
std::vector<Wanted> exclusive(std::string key) { return {{std::move(key), Mode::exclusive}}; }
std::vector<Wanted> shared(std::string key) { return {{std::move(key), Mode::shared}}; }
Age born(std::int64_t when) { return {when, 0}; }

Decision decision(std::uint64_t number, Outcome outcome, std::uint64_t lowest = 0) {
  Decision made;
  made.txn = txn(number);
  made.outcome = outcome;
  made.participants = {n1, n2};
  made.lowest = lowest;
  return made;
}

}  // namespace

TEST_CASE("saga: the older waits for a lock and the younger does not") {
  Locks locks;
  REQUIRE(locks.acquire(txn(1), born(10), exclusive("a0")) == Locks::Answer::granted);
  CHECK(locks.acquire(txn(2), born(20), exclusive("a0")) == Locks::Answer::dies);
  CHECK(locks.acquire(txn(3), born(5), exclusive("a0")) == Locks::Answer::waits);
  CHECK(locks.acquire(txn(4), born(4), exclusive("a0")) == Locks::Answer::waits);
  CHECK_FALSE(locks.is_readable("a0"));
  CHECK(locks.is_readable("a1"));
  CHECK(locks.release(txn(1)) == std::vector<TxnId>{txn(4)});
  CHECK(locks.release(txn(4)) == std::vector<TxnId>{txn(3)});
  CHECK(locks.release(txn(3)).empty());
  CHECK(locks.is_readable("a0"));
  CHECK(locks.size() == 0);
}

TEST_CASE("saga: shared locks go together and an exclusive one goes with nothing") {
  Locks locks;
  REQUIRE(locks.acquire(txn(1), born(30), shared("a0")) == Locks::Answer::granted);
  REQUIRE(locks.acquire(txn(2), born(40), shared("a0")) == Locks::Answer::granted);
  CHECK(locks.is_readable("a0"));
  CHECK(locks.acquire(txn(3), born(20), exclusive("a0")) == Locks::Answer::waits);
  CHECK(locks.release(txn(1)).empty());
  CHECK(locks.release(txn(2)) == std::vector<TxnId>{txn(3)});
  CHECK(locks.acquire(txn(4), born(50), shared("a0")) == Locks::Answer::dies);
}

TEST_CASE("saga: a wait that is given up is not granted later") {
  Locks locks;
  REQUIRE(locks.acquire(txn(1), born(10), exclusive("a0")) == Locks::Answer::granted);
  REQUIRE(locks.acquire(txn(2), born(5), exclusive("a0")) == Locks::Answer::waits);
  CHECK(locks.release(txn(2)).empty());
  CHECK(locks.release(txn(1)).empty());
}

TEST_CASE("saga: the first decision stands") {
  Book book;
  CHECK(book.apply(decision(1, Outcome::commit)).outcome == Outcome::commit);
  CHECK(book.apply(decision(1, Outcome::abort)).outcome == Outcome::commit);
  CHECK(book.find(txn(1))->outcome == Outcome::commit);
}

TEST_CASE("saga: what is settled is forgotten and can only be aborted after that") {
  Book book;
  book.apply(decision(1, Outcome::commit));
  Decision later = decision(7, Outcome::commit, 7);
  later.settled = {txn(1)};
  book.apply(later);
  CHECK(book.find(txn(1)) == nullptr);
  CHECK(book.is_over(txn(1)));
  CHECK_FALSE(book.is_over(txn(7)));
  CHECK(book.apply(decision(1, Outcome::commit)).outcome == Outcome::abort);
  CHECK(book.find(txn(1)) == nullptr);
  Book other;
  other.restore(book.snapshot());
  CHECK(other.is_over(txn(1)));
  CHECK(other.find(txn(7)) != nullptr);
}

TEST_CASE("saga: a participant asks to commit when it is durably prepared") {
  One one;
  one.ask(client, "a0", "a1", 10);
  CHECK(one.sent<BeginCommit>().empty());
  one.sync();
  const auto begun = one.sent<BeginCommit>();
  REQUIRE(begun.size() == 1);
  CHECK(begun[0].to == t1);
  REQUIRE(begun[0].message.parts.size() == 1);
  CHECK(begun[0].message.parts[0].participant == n2);
  one.read(other_client, "a0");
  CHECK(one.sent<Executed>().empty());  // nobody may know what it holds
  const TxnId id = begun[0].message.txn;
  one.hear(t1, Decide{id, Outcome::commit, false, {}});
  const auto answers = one.sent<Executed>();
  REQUIRE(answers.size() == 2);
  CHECK(one.value("a0") == sim::Value(990));
  CHECK(one.server().take_deeds().size() == 1);
}

TEST_CASE("saga: an aborted transfer changes nothing, and one that is too large is declined at once") {
  One one;
  one.ask(client, "a0", "a1", 10);
  one.sync();
  const TxnId id = one.sent<BeginCommit>()[0].message.txn;
  one.hear(t1, Decide{id, Outcome::abort, false, {}});
  CHECK(one.sent<Aborted>().size() == 1);
  CHECK(one.value("a0") == sim::Value());
  one.ask(client, "a0", "a1", 1'001);
  CHECK(one.sent<Declined>().size() == 1);
  one.sync();
  CHECK(one.sent<BeginCommit>().empty());
}

TEST_CASE("saga: a transfer within one service needs no coordinator") {
  One one;
  one.ask(client, "a0", "a3", 10);
  CHECK(one.sent<Executed>().empty());
  one.sync();
  CHECK(one.sent<Executed>().size() == 1);
  CHECK(one.sent<BeginCommit>().empty());
  one.restart_after_power_loss();
  CHECK(one.value("a0") == sim::Value(990));
  CHECK(one.value("a3") == sim::Value(1'010));
}

TEST_CASE("saga: a step puts an element into a set, or takes one out, and the set is in order") {
  One one;
  const auto change = [&](Verb verb, int element) {
    one.change(client, verb, "s0", element);
    one.sync();
    CHECK(one.sent<Executed>().size() == 1);
    return one.value("s0").to_json();
  };
  CHECK(change(Verb::insert, 5) == "[5]");
  CHECK(change(Verb::insert, 3) == "[3,5]");
  CHECK(change(Verb::insert, 5) == "[3,5]");
  CHECK(change(Verb::discard, 4) == "[3,5]");
  CHECK(change(Verb::discard, 5) == "[3]");
  one.restart_after_power_loss();
  CHECK(one.value("s0").to_json() == "[3]");
}

TEST_CASE("saga: who was prepared is prepared after a loss of power, and asks") {
  One one;
  one.hear(t1, One::prepare(1, "a0", 5));
  one.sync();
  REQUIRE(one.sent<Vote>().size() == 1);
  one.restart_after_power_loss();
  one.read(client, "a0");
  CHECK(one.sent<Executed>().empty());
  one.env().fire<InquiryDue>(one.server());
  const auto asked = one.sent<Inquire>();
  REQUIRE(asked.size() == 1);
  CHECK(asked[0].message.participants == std::vector<NodeId>{n2, n1});
  one.hear(t2, Decide{{n2, 1}, Outcome::commit, false, {}});
  CHECK(one.value("a0") == sim::Value(1'005));
  CHECK(one.sent<Executed>().size() == 1);
  one.env().fire<FlushDue>(one.server());
  CHECK(one.sent<Ack>().empty());
  one.sync();
  CHECK(one.sent<Ack>().size() == 1);
}

TEST_CASE("saga: a participant in doubt waits however long it takes, unless that safeguard is off") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"saga.2pc-heuristic-abort"});
    one.hear(t1, One::prepare(1, "a0", 5));
    one.sync();
    for (int i = 0; i < 4; ++i) one.env().fire<InquiryDue>(one.server());
    CHECK(one.server().take_deeds().size() == (safe ? 0U : 1U));
    CHECK(one.server().journal().prepared().size() == (safe ? 1U : 0U));
  }
}

TEST_CASE("saga: a request to prepare that comes twice is answered again, and after the end not at all") {
  One one;
  const Prepare prepare = One::prepare(1, "a0", 5);
  one.hear(t1, prepare);
  one.sync();
  one.hear(t1, prepare);
  CHECK(one.sent<Vote>().size() == 2);
  one.hear(t1, Decide{prepare.txn, Outcome::commit, false, {}});
  one.hear(t1, prepare);
  one.sync();
  CHECK(one.sent<Vote>().empty());
  Prepare later = One::prepare(9, "a0", 1);
  later.lowest = 9;  // whatever was before that is over
  one.hear(t1, later);
  one.hear(t1, prepare);
  one.sync();
  CHECK(one.sent<Vote>().size() == 1);
}

TEST_CASE("saga: what a doubled decision would add is added once") {
  One one;
  one.hear(t1, One::prepare(1, "a0", 5));
  one.sync();
  const Decide commit{{n2, 1}, Outcome::commit, false, {}};
  one.hear(t1, commit);
  one.hear(t1, commit);
  CHECK(one.value("a0") == sim::Value(1'005));
}

TEST_CASE("saga: a vote is for something durable, unless that safeguard is off") {
  for (const bool safe : {true, false}) {
    One one(safe ? sim::BugSet{} : sim::BugSet{"saga.2pc-vote-before-sync"});
    one.hear(t1, One::prepare(1, "a0", 5));
    CHECK(one.sent<Vote>().size() == (safe ? 0U : 1U));
  }
}

TEST_CASE("saga: a younger transaction that meets a lock votes no") {
  One one;
  one.hear(t1, One::prepare(1, "a0", 5, 10));
  one.sync();
  one.sent<Vote>();
  one.hear(t1, One::prepare(2, "a0", 5, 20));
  const auto votes = one.sent<Vote>();
  REQUIRE(votes.size() == 1);
  CHECK(votes[0].message.opinion == Opinion::aborted);
  one.hear(t1, One::prepare(3, "a0", 5, 1));  // older: it waits
  CHECK(one.sent<Vote>().empty());
  one.hear(t1, Decide{{n2, 1}, Outcome::abort, false, {}});
  one.sync();
  CHECK(one.sent<Vote>().size() == 1);
}

TEST_CASE("saga: numbers of transactions are not used again after a restart") {
  One one;
  one.ask(client, "a0", "a1", 1);
  one.sync();
  const TxnId before = one.sent<BeginCommit>()[0].message.txn;
  one.restart_after_power_loss();
  one.ask(client, "a3", "a1", 1);
  one.sync();
  const TxnId after = one.sent<BeginCommit>()[0].message.txn;
  CHECK(before < after);
}

TEST_CASE("saga: a participant without its disk serves no more") {
  One one;
  one.ask(client, "a0", "a1", 1);
  one.sync();
  one.env().disk().wipe();
  one.restart();
  one.sync();
  one.read(client, "a0");
  CHECK(one.sent<Refused>().size() == 1);
  one.hear(t1, One::prepare(1, "a0", 5));
  one.sync();
  CHECK(one.sent<Vote>().empty());
}

TEST_CASE("saga: while there is no room to write the outcome down nobody is told that it is") {
  One one;
  one.ask(client, "a0", "a1", 10);
  one.sync();
  const TxnId id = one.sent<BeginCommit>()[0].message.txn;
  one.env().disk().set_full(true);
  const Decide commit{id, Outcome::commit, false, {}};
  one.hear(t1, commit);
  one.sync();
  CHECK(one.sent<Executed>().empty());
  CHECK(one.server().journal().prepared().size() == 1);
  one.env().disk().set_full(false);
  one.hear(t1, commit);
  CHECK(one.sent<Executed>().size() == 1);
  one.env().fire<FlushDue>(one.server());
  one.sync();
  CHECK(one.sent<Ack>().size() == 1);
  one.restart_after_power_loss();
  CHECK(one.value("a0") == sim::Value(990));
}

}  // namespace lightcone::tests

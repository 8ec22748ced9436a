// Locks with wound-wait: who gets what, who waits for whom, and that there is no circle.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <set>

#include "models/spanner/lock_table.hpp"
#include "sim/chance/stream.hpp"

namespace lightcone::tests {

using namespace models::spanner;

namespace {

constexpr auto wound_wait = LockTable::Deadlocks::wound_wait;
constexpr LockMode shared = LockMode::shared;
constexpr LockMode exclusive = LockMode::exclusive;

TransactionId id(std::uint32_t client) { return {NodeId{client}, 1, 1}; }
Age age(std::int64_t began) { return {began, NodeId{0}}; }

}  // namespace

TEST_CASE("spanner: readers share a lock, and a writer has it alone") {
  LockTable locks(wound_wait);
  CHECK(locks.request("x", id(1), age(1), shared).granted);
  CHECK(locks.request("x", id(2), age(2), shared).granted);
  const auto writer = locks.request("x", id(3), age(3), exclusive);
  CHECK_FALSE(writer.granted);
  CHECK(writer.wounded.empty());
  CHECK(locks.is_waiting(id(3)));
  CHECK(locks.release(id(1)).empty());
  const auto granted = locks.release(id(2));
  REQUIRE(granted.size() == 1);
  CHECK(granted[0].id == id(3));
  CHECK(locks.holds("x", id(3), exclusive));
  CHECK(locks.holds("x", id(3), shared));
  CHECK_FALSE(locks.request("x", id(4), age(4), shared).granted);
  CHECK(locks.waiting() == 1);
}

TEST_CASE("spanner: who is older wounds who is younger, and who is younger waits") {
  LockTable locks(wound_wait);
  CHECK(locks.request("x", id(2), age(20), exclusive).granted);
  CHECK(locks.request("y", id(2), age(20), exclusive).granted);
  CHECK_FALSE(locks.request("y", id(3), age(30), exclusive).granted);
  const auto older = locks.request("x", id(1), age(10), exclusive);
  CHECK(older.granted);
  CHECK(older.wounded == std::vector<TransactionId>{id(2)});
  CHECK_FALSE(locks.holds("y", id(2), exclusive));
  const auto granted = locks.take_granted();  // what the wounded one held besides
  REQUIRE(granted.size() == 1);
  CHECK(granted[0].id == id(3));
  CHECK(granted[0].key == "y");
  CHECK(locks.take_granted().empty());
}

TEST_CASE("spanner: a pinned transaction keeps its locks, whoever asks") {
  LockTable locks(wound_wait);
  CHECK(locks.request("x", id(2), age(20), exclusive).granted);
  locks.pin(id(2));
  const auto older = locks.request("x", id(1), age(10), exclusive);
  CHECK_FALSE(older.granted);
  CHECK(older.wounded.empty());
  CHECK(locks.release(id(2)).size() == 1);
  CHECK(locks.holds("x", id(1), exclusive));
}

TEST_CASE("spanner: a reader that wants to write upgrades, and asking twice changes nothing") {
  LockTable locks(wound_wait);
  CHECK(locks.request("x", id(1), age(1), shared).granted);
  CHECK(locks.request("x", id(1), age(1), exclusive).granted);
  CHECK(locks.request("x", id(1), age(1), shared).granted);
  CHECK(locks.holds("x", id(1), exclusive));
  CHECK_FALSE(locks.request("x", id(2), age(2), shared).granted);
  CHECK_FALSE(locks.request("x", id(2), age(2), shared).granted);
  CHECK(locks.waiting() == 1);
  CHECK(locks.release(id(1)).size() == 1);
}

TEST_CASE("spanner: the oldest that waits is next, and nobody overtakes it") {
  LockTable locks(wound_wait);
  CHECK(locks.request("x", id(1), age(1), shared).granted);
  CHECK_FALSE(locks.request("x", id(5), age(50), exclusive).granted);
  CHECK_FALSE(locks.request("x", id(4), age(40), exclusive).granted);
  CHECK_FALSE(locks.request("x", id(6), age(60), shared).granted);  // behind the writers
  CHECK(locks.request("x", id(2), age(20), shared).granted);        // older than they
  locks.release(id(1));
  const auto granted = locks.release(id(2));
  REQUIRE(granted.size() == 1);
  CHECK(granted[0].id == id(4));
}

TEST_CASE("spanner: what a prepared transaction had is there before anybody asks") {
  LockTable locks(wound_wait);
  locks.restore("x", id(9), exclusive);
  locks.restore("x", id(9), shared);
  locks.restore("y", id(9), shared);
  CHECK(locks.holds("x", id(9), exclusive));
  CHECK_FALSE(locks.request("x", id(1), age(1), shared).granted);
  CHECK(locks.request("y", id(2), age(2), shared).granted);
  CHECK(locks.release(id(9)).size() == 1);
}

// Transactions lock keys in orders of their own, and some are pinned when they have all. Nobody ever waits
// for somebody younger who still waits itself, so somebody can always go on.
TEST_CASE("spanner: with wound-wait everybody ends, and without it they wait for each other for ever") {
  int stuck = 0;
  for (const auto deadlocks : {wound_wait, LockTable::Deadlocks::not_handled}) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      sim::Stream chance(seed, "locks");
      LockTable locks(deadlocks);
      constexpr std::uint32_t transactions = 6;
      std::map<std::uint32_t, std::vector<std::string>> wants;
      std::map<std::uint32_t, std::size_t> has;
      for (std::uint32_t t = 0; t < transactions; ++t) {
        wants[t] = {"a", "b", "c"};
        chance.shuffle(wants[t]);
      }
      std::set<std::uint32_t> done;
      int rounds = 0;
      while (done.size() < transactions && rounds < 400) {
        ++rounds;
        const auto t = static_cast<std::uint32_t>(chance.below(transactions));
        if (done.contains(t)) continue;
        if (has[t] == wants[t].size()) {
          locks.release(id(t));
          done.insert(t);
          continue;
        }
        const std::string key = wants[t][has[t]];
        const auto requested = locks.request(key, id(t), age(t), exclusive);
        for (const TransactionId& victim : requested.wounded) {
          REQUIRE(t < victim.client.index);
          has[victim.client.index] = 0;
        }
        if (!requested.granted) continue;
        if (++has[t] == wants[t].size()) locks.pin(id(t));
      }
      if (deadlocks == wound_wait) {
        REQUIRE(done.size() == transactions);
        CHECK(locks.waiting() == 0);
      } else if (done.size() < transactions) {
        ++stuck;
      }
    }
  }
  CHECK(stuck > 50);
}

}  // namespace lightcone::tests

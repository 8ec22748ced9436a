// The lock table by its commands alone.
#include <catch2/catch.hpp>
#include <map>
#include <string>
#include <vector>

#include "models/lock/table.hpp"
#include "sim/chance/stream.hpp"

namespace lightcone::tests {

namespace {

using models::lock::Command;
using models::lock::Fence;
using models::lock::LockTable;
using models::lock::Session;
using models::lock::TableSafeguards;
using models::lock::Verb;
using Answer = LockTable::Answer;
using Change = LockTable::Change;
using namespace std::chrono_literals;

// A table with its time, term and commands in short.
class Table {
 public:
  explicit Table(const TableSafeguards& safe = {}) : table(safe) {}

  LockTable::Outcome open(Session session) {
    return apply({Verb::open_session, session, 0, {}, false, 0, 1s, {}});
  }
  LockTable::Outcome keep_alive(Session session) {
    return apply({Verb::keep_alive, session, 0, {}, false, 0, {}, {}});
  }
  LockTable::Outcome acquire(Session session, std::uint64_t number, bool wait = true,
                             std::uint64_t over = 0) {
    return apply({Verb::acquire, session, number, "x", wait, over, {}, {}});
  }
  LockTable::Outcome release(Session session, std::uint64_t number) {
    return apply({Verb::release, session, number, "x", false, 0, {}, {}});
  }
  LockTable::Outcome tick() { return apply({}); }
  LockTable::Outcome apply(Command command) {
    command.at = now;
    return table.apply(command, now, term);
  }
  // The session and number to which the lock was granted last.
  std::pair<Session, std::uint64_t> last_grant() const {
    std::pair<Session, std::uint64_t> last;
    for (const Change& change : table.changes_since(0)) {
      if (change.kind == Change::Kind::granted) last = {change.session, change.number};
    }
    return last;
  }

  LockTable table;
  sim::Duration now{};
  std::uint64_t term = 1;
};

using Holder = std::pair<Session, std::uint64_t>;

}  // namespace

TEST_CASE("lock table: a queue is served in order, and asking again is asking once") {
  Table t;
  for (const Session session : std::vector<Session>{1, 2, 3}) t.open(session);
  CHECK(t.acquire(1, 1).fence == 1);
  CHECK(t.acquire(2, 1).answer == Answer::queued);
  CHECK(t.acquire(3, 1).answer == Answer::queued);
  CHECK(t.acquire(2, 1).answer == Answer::queued);
  CHECK(t.acquire(1, 1).fence == 1);
  CHECK(t.acquire(3, 2, false).answer == Answer::held);
  t.release(1, 1);
  CHECK(t.last_grant() == Holder{2, 1});
  t.release(2, 1);
  CHECK(t.last_grant() == Holder{3, 1});
  t.release(3, 1);
  CHECK(t.table.change_count() == 6);
}

TEST_CASE("lock table: a late copy of an acquisition that is over does nothing") {
  Table t;
  t.open(1);
  t.acquire(1, 1);
  t.release(1, 1);
  CHECK(t.acquire(1, 1).answer == Answer::outdated);
  CHECK(t.acquire(1, 2).answer == Answer::granted);
}

TEST_CASE("lock table: what a session says is over is given back, also when the release was lost") {
  Table t;
  t.open(1);
  t.open(2);
  t.acquire(1, 1);
  t.acquire(2, 1);
  CHECK(t.acquire(1, 2, true, 1).answer == Answer::queued);
  CHECK(t.last_grant() == Holder{2, 1});
}

TEST_CASE("lock table: a session ends when it was not renewed for its time to live, and its lock goes on") {
  Table t;
  t.open(1);
  t.open(2);
  t.acquire(1, 1);
  t.acquire(2, 1);
  t.now = 900ms;
  t.keep_alive(2);
  t.now = 999ms;
  t.tick();
  CHECK(t.last_grant() == Holder{1, 1});
  t.now = 1s;
  CHECK(t.table.has_expired_sessions(t.now));
  t.tick();
  CHECK(t.last_grant() == Holder{2, 1});
  CHECK(t.keep_alive(1).answer == Answer::expired);
  CHECK(t.acquire(1, 2).answer == Answer::expired);
}

TEST_CASE("lock table: a leader change gives every session its whole time again") {
  Table t;
  t.open(1);
  t.now = 900ms;
  t.term = 2;
  t.tick();
  t.now = 1800ms;
  t.tick();
  CHECK(t.keep_alive(1).answer == Answer::done);
}

TEST_CASE("lock table: a stamp from before the time that was reached renews from that time") {
  Table t;
  t.now = 10s;
  t.tick();
  t.now = 1ms;
  t.open(1);
  t.now = 10s + 999ms;
  CHECK(t.keep_alive(1).answer == Answer::done);
}

TEST_CASE("lock table: a waiter whose session has ended is passed over, unless the check is off") {
  for (const bool recheck : {true, false}) {
    TableSafeguards safe;
    safe.recheck_waiters = recheck;
    Table t(safe);
    for (const Session session : std::vector<Session>{1, 2, 3}) t.open(session);
    t.acquire(1, 1);
    t.acquire(2, 1);
    t.acquire(3, 1);
    t.now = 900ms;
    t.keep_alive(1);
    t.keep_alive(3);
    t.now = 1500ms;
    t.tick();
    t.release(1, 1);
    CHECK(t.last_grant() == (recheck ? Holder{3, 1} : Holder{2, 1}));
  }
}

TEST_CASE("lock table: only the holder's own release frees the lock, unless the check is off") {
  for (const bool checks : {true, false}) {
    TableSafeguards safe;
    safe.release_checks_owner = checks;
    Table t(safe);
    for (const Session session : std::vector<Session>{1, 2, 3}) t.open(session);
    t.acquire(1, 1);
    t.now = 900ms;
    t.keep_alive(2);
    t.keep_alive(3);
    t.now = 1s;
    CHECK(t.acquire(2, 1).answer == Answer::granted);
    t.acquire(3, 1);
    CHECK(t.release(1, 1).answer == Answer::expired);
    CHECK(t.last_grant() == (checks ? Holder{2, 1} : Holder{3, 1}));
  }
}

TEST_CASE("lock table: fences grow over leader changes, unless they are kept by the leader") {
  for (const bool replicated : {true, false}) {
    TableSafeguards safe;
    safe.fences_are_replicated = replicated;
    Table t(safe);
    t.open(1);
    t.acquire(1, 1);
    t.release(1, 1);
    t.term = 2;
    CHECK(t.acquire(1, 2).fence == (replicated ? 2U : 1U));
  }
}

TEST_CASE("lock table: whatever the commands, a lock has one holder at a time and fences grow") {
  sim::Stream chance(1, "lock table");
  for (int round = 0; round < 2'000; ++round) {
    Table t;
    std::map<Session, std::uint64_t> number;
    for (int step = 0; step < 40; ++step) {
      const Session session = 1 + chance.below(4);
      const std::uint64_t what = chance.below(8);
      if (what == 0) t.open(session);
      if (what == 1) t.keep_alive(session);
      if (what == 2) t.now += 100ms * static_cast<int>(chance.below(8));
      if (what == 3) ++t.term;
      if (what == 4 || what == 5) t.acquire(session, ++number[session], chance.chance({2, 3}));
      if (what == 6) t.release(session, number[session]);
      if (what == 7) t.tick();
    }
    Holder holder{};
    Fence last = 0;
    for (const Change& change : t.table.changes_since(0)) {
      if (change.kind == Change::Kind::granted) {
        REQUIRE(holder == Holder{});
        REQUIRE(change.fence > last);
        last = change.fence;
        holder = {change.session, change.number};
      } else if (change.kind == Change::Kind::released) {
        REQUIRE(holder == Holder{change.session, change.number});
        holder = {};
      } else if (holder.first == change.session) {
        holder = {};
      }
    }
    LockTable copy(TableSafeguards{});
    copy.restore(t.table.snapshot());
    REQUIRE(copy.change_count() == t.table.change_count());
    REQUIRE(copy.changes_since(0).empty());  // told already
    REQUIRE(t.table.changes_since(2).size() ==
            t.table.change_count() - std::min<std::uint64_t>(2, t.table.change_count()));
  }
}

}  // namespace lightcone::tests

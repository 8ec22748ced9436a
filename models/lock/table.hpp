// The lock table as a state machine: sessions, locks, their holders and queues. It is replicated by whoever
// hosts it, and everything in it is decided by the commands alone, in their order:
//
//   free ─ acquire ─▶ held by (session, number) with a fence ─ release, or the session expires ─▶ next in the
//                                                                               queue whose session lives
//
//   P9.1 one session owns a lock   a lock has one holder, and changes hands only here
//   P9.2 fences only grow          `last_fence` is part of the state
//   P9.5 expiry through the log    time is what commands say it is: stamped by the leader, never going back
#pragma once

#include <algorithm>
#include <boost/describe.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "sim/payload.hpp"
#include "sim/time.hpp"

namespace lightcone::models::lock {

using Session = std::uint64_t;
using Fence = std::uint64_t;  // grows from one grant to the next; 0: none

enum class Verb : std::uint8_t { open_session, keep_alive, acquire, release, tick };
BOOST_DESCRIBE_ENUM(Verb, open_session, keep_alive, acquire, release, tick)

struct Command {
  Verb verb = Verb::tick;
  Session session = 0;
  std::uint64_t number = 0;  // of the session's acquisitions
  std::string lock{};
  bool wait = false;
  std::uint64_t over = 0;  // acquire: the session is done with its acquisitions up to this one
  sim::Duration ttl{};
  sim::Duration at{};  // the leader's stamp
};
BOOST_DESCRIBE_STRUCT(Command, (), (verb, session, number, lock, wait, over, ttl, at))
inline std::uint64_t wire_bytes(const Command& command) { return 48 + command.lock.size(); }

// Safeguards of the table; a bug switch takes one away.
struct TableSafeguards {
  bool fences_are_replicated = true;  // lock.fence-reset-on-failover
  bool recheck_waiters = true;        // lock.grant-without-recheck
  bool release_checks_owner = true;   // lock.release-without-owner-check
  bool expiry_by_log = true;          // lock.local-clock-expiry
};

class LockTable {
 public:
  // What became of a command.
  enum class Answer : std::uint8_t { done, granted, queued, held, expired, outdated };
  struct Outcome {
    Answer answer = Answer::done;
    Fence fence = 0;             // granted
    std::uint64_t revision = 0;  // held
  };

  // What happened to a lock or session, for watchers and for those who wait.
  struct Change {
    enum class Kind : std::uint8_t { granted, released, expired };
    Kind kind = Kind::granted;
    std::string lock{};   // not of an expired session
    Session session = 0;  // whose grant began or ended
    std::uint64_t number = 0;
    Fence fence = 0;
    Session by = 0;  // released: who asked for it
    bool operator==(const Change&) const = default;
  };

  explicit LockTable(const TableSafeguards& safe) : safe_(safe) {}

  // `now` is the time by which sessions expire (the command's stamp, unless a switch is on); `term` that of
  // the leader who appended the command. The time never goes back.
  Outcome apply(const Command& command, sim::Duration now, std::uint64_t term);

  // Whether a tick at `now` would end a session.
  bool has_expired_sessions(sim::Duration now) const;
  sim::Duration time() const { return state_.time; }
  std::uint64_t revision(const std::string& lock) const;
  // Changes are numbered from 0, on all tables alike. Those from `number` on, as far as this table decided
  // them by commands: what a snapshot had brought about already was told elsewhere.
  std::uint64_t change_count() const { return state_.changes; }
  std::span<const Change> changes_since(std::uint64_t number) const {
    const std::uint64_t first = state_.changes - changes_.size();
    const std::uint64_t skipped = number > first ? number - first : 0;
    return std::span(changes_).subspan(
        static_cast<std::size_t>(std::min<std::uint64_t>(skipped, changes_.size())));
  }

  sim::Payload snapshot() const { return sim::Payload::of(state_); }
  // An empty payload: the initial state.
  void restore(const sim::Payload& snapshot);

 private:
  struct Holder {
    Session session = 0;
    std::uint64_t number = 0;
    Fence fence = 0;
  };
  struct Waiter {
    Session session = 0;
    std::uint64_t number = 0;
  };
  struct Lock {
    std::optional<Holder> holder;
    std::deque<Waiter> waiters;
    std::uint64_t revision = 0;
  };
  struct Lease {
    sim::Duration renewed_at{};
    sim::Duration ttl{};
    std::uint64_t closed = 0;  // acquisitions up to this number are over: late copies of them do nothing
    std::uint64_t swept = 0;   // and up to this one hold nothing any more
  };
  struct State {
    static constexpr std::string_view fact_name = "LockTableState";
    sim::Duration time{};
    std::uint64_t term = 0;
    Fence last_fence = 0;
    std::map<Session, Lease> sessions;
    std::map<std::string, Lock> locks;
    std::uint64_t changes = 0;

    friend std::uint64_t wire_bytes(const State& state) {
      std::uint64_t bytes = 24 + 40 * state.sessions.size();
      for (const auto& [name, lock] : state.locks) bytes += 40 + name.size() + 16 * lock.waiters.size();
      return bytes;
    }
  };

  sim::Duration renewal_of(const Command& command) const;
  void observe(sim::Duration now, std::uint64_t term);
  void expire_sessions();
  Outcome acquire(const Command& command);
  Outcome release(const Command& command);
  void finish(Session session, std::uint64_t over);
  void free(const Command& command);
  void grant(const std::string& name, Lock& lock, const Waiter& to);
  void hand_over(const std::string& name, Lock& lock);
  bool is_alive(Session session) const { return state_.sessions.contains(session); }

  void note(Change change);

  TableSafeguards safe_;
  State state_;
  std::vector<Change> changes_;  // the latest of them, for watchers: since the snapshot, if there was one
};

}  // namespace lightcone::models::lock

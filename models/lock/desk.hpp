// The front desk of a lock server that decides: turns what the table says into answers, and remembers who
// waits for a turn or for news of a lock. Nothing of it is durable: whoever waits and hears nothing asks
// again.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "models/lock/messages.hpp"
#include "sim/env.hpp"

namespace lightcone::models::lock {

class Desk {
 public:
  explicit Desk(sim::Env& env) : env_(env) {}

  // Answers a command that the table has executed, or lets its sender wait for its turn.
  void answer(const Command& command, const LockTable::Outcome& outcome, const sim::From& from);
  // Tells everybody concerned of the table's changes from number `first` on (L9.2). What was decided in an
  // earlier term and is only executed again is no news to the world.
  enum class News : std::uint8_t { fresh, replayed };
  void tell_changes(const LockTable& table, std::uint64_t first, News news);
  void watch(const LockTable& table, const Watch& watch, const sim::From& from);
  // Another server decides from now on.
  void close();

 private:
  void mark(const LockTable::Change& change);
  using Request = std::pair<Session, std::uint64_t>;

  sim::Env& env_;
  std::map<Request, sim::From> queued_;
  std::multimap<std::string, sim::From> watchers_;
};

}  // namespace lightcone::models::lock

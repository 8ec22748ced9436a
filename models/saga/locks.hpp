// The lock table of a participant: two-phase locking, and wait-die against deadlocks (Rosenkrantz, Stearns
// and Lewis, "System level concurrency control for distributed database systems", TODS 1978, 3): whoever
// meets the lock of an older transaction gives up, and whoever meets only younger ones waits. So nobody waits
// for an older one, there is no cycle, and no prepared transaction has to be undone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/saga/types.hpp"

namespace lightcone::models::saga {

enum class Mode : std::uint8_t { shared, exclusive };

struct Wanted {
  std::string key{};
  Mode mode = Mode::shared;
};

class Locks {
 public:
  enum class Answer : std::uint8_t { granted, waits, dies };

  // All of `wanted`, or none of it. A transaction asks once; a key stands in its wishes once.
  Answer acquire(TxnId txn, Age age, std::vector<Wanted> wanted);
  // Whatever others hold: what a prepared transaction had before a restart.
  void take_back(TxnId txn, Age age, std::vector<Wanted> wanted);
  // Gives up its locks, or its wait for them. Returns those who have got theirs by that, oldest first.
  std::vector<TxnId> release(TxnId txn);
  // Nobody holds it exclusively.
  bool is_readable(const std::string& key) const;
  std::size_t size() const { return holders_.size(); }

 private:
  struct Request {
    TxnId txn{};
    Age age{};
    std::vector<Wanted> wanted;
  };
  bool conflicts(const Request& one, const Request& other) const;
  bool is_free(const Request& request) const;

  std::map<TxnId, Request> holders_;
  std::map<std::pair<Age, TxnId>, Request> waiters_;
  std::map<std::string, std::size_t, std::less<>> exclusive_;  // by how many each key is held
};

}  // namespace lightcone::models::saga

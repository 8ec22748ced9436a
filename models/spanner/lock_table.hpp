// Locks of a shard's leader: shared by those who read, exclusive for who writes, and wound-wait between them
// (Rosenkrantz, Stearns and Lewis, TODS 1978): who is older takes the lock away from who is younger, and who
// is younger waits. So nobody waits for a younger one, and there is no circle of waiting.
//
// A transaction that has prepared or asked to commit is pinned. Nobody takes its locks away, and since it
// waits for none any more, waiting for it makes no circle either.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "models/spanner/types.hpp"

namespace lightcone::models::spanner {

class LockTable {
 public:
  enum class Deadlocks : std::uint8_t { wound_wait, not_handled };
  explicit LockTable(Deadlocks deadlocks) : deadlocks_(deadlocks) {}

  struct Requested {
    bool granted = false;
    std::vector<TransactionId> wounded{};  // to be aborted; they hold and wait for nothing any more
  };
  // Asking again for what is held or waited for changes nothing. With shared held, exclusive is an upgrade.
  Requested request(const std::string& key, const TransactionId& id, const Age& age, LockMode mode);

  struct Grant {
    std::string key;
    TransactionId id;
  };
  // The transaction ends: those who get a lock now, in the order of keys and of waiting.
  std::vector<Grant> release(const TransactionId& id);
  // Those who got a lock since the last call because somebody was wounded.
  std::vector<Grant> take_granted();

  void pin(const TransactionId& id) { pinned_.insert(id); }
  // A prepared transaction has its locks before anybody else comes.
  void restore(const std::string& key, const TransactionId& id, LockMode mode);

  bool holds(std::string_view key, const TransactionId& id, LockMode mode) const;
  bool is_waiting(const TransactionId& id) const;
  std::size_t waiting() const;
  void clear() { *this = LockTable(deadlocks_); }

 private:
  struct Waiter {
    TransactionId id;
    Age age;
    LockMode mode;
  };
  struct Lock {
    std::map<TransactionId, LockMode> holders;
    std::vector<Waiter> waiters;  // oldest first; with not_handled, first come first
  };

  static bool conflict(LockMode a, LockMode b) {
    return a == LockMode::exclusive || b == LockMode::exclusive;
  }
  bool is_free(const Lock& lock, const TransactionId& id, LockMode mode) const;
  void enqueue(Lock& lock, const Waiter& waiter) const;
  void grant_waiting(const std::string& key, Lock& lock, std::vector<Grant>& granted);
  void remove(const TransactionId& id, std::vector<Grant>& granted);

  Deadlocks deadlocks_;
  std::map<std::string, Lock, std::less<>> locks_;
  std::map<TransactionId, Age> ages_;
  std::map<TransactionId, std::set<std::string>> keys_of_;  // held or waited for
  std::set<TransactionId> pinned_;
  std::vector<Grant> granted_;
};

}  // namespace lightcone::models::spanner

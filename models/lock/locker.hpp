// How a client gets a lock and gives it back: from a lock service with sessions, or from a majority of
// independent stores.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "models/lock/messages.hpp"
#include "sim/story/story.hpp"

namespace lightcone::models::lock {

// A lock that was got.
struct Grant {
  std::string lock;
  Session session = 0;       // 0: none is needed
  std::uint64_t number = 0;  // of the acquisition: what to give back
  Fence fence = 0;           // 0: none is given
};

enum class Patience : std::uint8_t { waits, tries_once };

class Locker {
 public:
  Locker() = default;
  Locker(const Locker&) = delete;
  Locker& operator=(const Locker&) = delete;
  virtual ~Locker() = default;

  // What has to go on all the time; never returns.
  virtual sim::Task<> keep_alive() = 0;
  // Nothing: somebody else held it, for as long as the patience lasted.
  virtual sim::Task<std::optional<Grant>> acquire(std::string lock, Patience patience) = 0;
  virtual sim::Task<> release(Grant grant) = 0;
  // Until when, by the client's monotonic clock, the lock granted last is its own for certain (P9.6).
  virtual sim::MonoTime lease_ends() const = 0;
  // Of the client at the lock service; 0: none.
  virtual Session session() const { return 0; }
  // The process does nothing until then, as in a long garbage collection: nothing is renewed meanwhile.
  virtual void stall_until(sim::MonoTime) {}
};

}  // namespace lightcone::models::lock

// The queues in this folder were measured and not chosen. They have the same functions as
// sim::EventQueue, and this link in common, so that one can hand its events over to another.
#pragma once

#include <cstdint>

#include "sim/time.hpp"

namespace lightcone::bench {

using sim::Duration;
using sim::Instant;
using sim::never;

struct ContenderLink {
  ContenderLink() = default;
  ContenderLink(const ContenderLink&) = delete;
  ContenderLink& operator=(const ContenderLink&) = delete;

  static constexpr std::uint32_t nowhere = 0xFFFFFFFF;

  Instant due() const { return Instant(Duration(due_ns)); }

  std::int64_t due_ns = 0;
  ContenderLink* next = nullptr;  // lists only
  ContenderLink* previous = nullptr;
  std::uint32_t place = nowhere;  // a slot or a position in an array; nowhere: not queued
  std::uint32_t bucket = 0;       // radix heap only
};
static_assert(sizeof(ContenderLink) == 32);

inline std::int64_t nanoseconds(Instant at) { return at.time_since_epoch().count(); }

}  // namespace lightcone::bench

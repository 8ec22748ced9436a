// The hybrid clock of a server, read as one number: the low 16 bits count, what is above them is physical
// time (Kulkarni et al. 2014, section 6.2). Whatever this server has heard of, it stamps later.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/parts/clocks/hybrid_clock.hpp"
#include "models/spanner/types.hpp"
#include "sim/env.hpp"

namespace lightcone::models::spanner::hlc {

class ServerClock {
 public:
  static constexpr Timestamp counted = 0xFFFF;  // the bits of the counter

  // `resolution`: the physical clock shows multiples of it. At least 65,536 ns.
  ServerClock(const sim::Env& env, sim::Duration resolution) : env_(env), resolution_(resolution) {}

  // What the physical clock shows.
  Timestamp physical() const {
    const Timestamp wall = env_.wall().time_since_epoch().count();
    return (wall - wall % resolution_.count()) & ~counted;
  }
  // Later than all before, and than all that was heard of.
  Timestamp tick() { return keep(pack(clock_.tick(physical()))); }
  void hear(Timestamp sent) { keep(pack(clock_.receive(physical(), unpack(sent)))); }

 private:
  // A count that does not fit goes on in the physical part.
  static Timestamp pack(parts::clocks::HybridTime time) { return time.l + time.c; }
  static parts::clocks::HybridTime unpack(Timestamp t) {
    return {t & ~counted, static_cast<std::uint32_t>(t & counted)};
  }
  Timestamp keep(Timestamp t) { return latest_ = std::max(t, latest_ + 1); }

  const sim::Env& env_;
  sim::Duration resolution_;
  parts::clocks::HybridClock clock_;
  Timestamp latest_ = 0;
};

}  // namespace lightcone::models::spanner::hlc

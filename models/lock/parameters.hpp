// What can be set about the lock service.
#pragma once

#include <cstdint>

#include "models/lock/table.hpp"
#include "models/parts/raft/options.hpp"
#include "sim/drawn_duration.hpp"
#include "sim/fields.hpp"
#include "sim/model.hpp"

namespace lightcone::models::lock {

// Who keeps the locks.
enum class Keeper : std::uint8_t { consensus, primary, majority };
sim::Choices<Keeper> choices_of(Keeper);

struct Parameters {
  Keeper keeper = Keeper::consensus;
  std::int64_t servers = 5;
  sim::Duration ttl = sim::Duration(1'000'000'000);
  sim::Duration wait = sim::Duration(5'000'000'000);
  sim::DrawnDuration hold{sim::Duration(20'000'000)};
  sim::DrawnDuration pause;
  bool fair = true;
  bool fencing = true;
  sim::Ratio drift_bound{1, 20};
  sim::Duration election_min = sim::Duration(150'000'000);
  sim::Duration election_max = sim::Duration(300'000'000);
  sim::Duration heartbeat = sim::Duration(50'000'000);
  sim::Duration failover = sim::Duration(300'000'000);

  static const sim::FieldTable<Parameters>& fields();
  parts::raft::Options group_options() const;
  // The part of `span` that is certainly over by another clock within drift_bound when it is over by one's
  // own.
  sim::Duration shortened(sim::Duration span) const;
};

TableSafeguards table_safeguards(const sim::BugSet& bugs);

}  // namespace lightcone::models::lock

// What can be set about the sharded database, and the safeguards that can be taken away from it.
#pragma once

#include <cstdint>

#include "models/parts/raft/options.hpp"
#include "sim/fields.hpp"
#include "sim/model.hpp"

namespace lightcone::models::spanner {

// What keys hold.
enum class Objects : std::uint8_t { lists, registers };
sim::Choices<Objects> choices_of(Objects);

// What orders transactions.
enum class Order : std::uint8_t {
  true_time,  // locks, and timestamps that are waited for (profile truetime)
  hybrid,     // intents, and timestamps of hybrid clocks (profile hlc)
};
sim::Choices<Order> choices_of(Order);

struct Parameters {
  std::int64_t servers = 3;
  std::int64_t shards = 3;
  Objects objects = Objects::lists;
  Order order = Order::true_time;
  sim::Duration max_offset = sim::Duration(100'000'000);
  sim::Duration resolution = sim::Duration(1'000'000);
  sim::Duration epsilon{};  // 0: as the time masters say
  sim::Duration lease = sim::Duration(600'000'000);
  sim::Duration renew_before = sim::Duration(300'000'000);
  sim::Duration safe_every = sim::Duration(50'000'000);
  sim::Duration resolve_after = sim::Duration(100'000'000);
  sim::Duration abandon_after = sim::Duration(1'000'000'000);
  sim::Duration patience = sim::Duration(5'000'000'000);
  sim::Duration staleness = sim::Duration(500'000'000);
  sim::Duration election_min = sim::Duration(150'000'000);
  sim::Duration election_max = sim::Duration(300'000'000);

  static const sim::FieldTable<Parameters>& fields();
  // Of one of a group's members: who is to lead stands for election first.
  parts::raft::Options group_options(bool is_preferred) const;
  sim::Duration longest_timeout() const;
  // Nothing that is in doubt or waits is older than this once all is well (L4.1).
  sim::Duration settled_after() const;
};

// What protects transactions; a bug switch takes one away.
struct Safeguards {
  bool waits_out_commits = true;       // spanner.no-commit-wait
  bool stamps_latest = true;           // spanner.stamp-earliest
  bool commits_after_prepares = true;  // spanner.ignore-prepare-ts
  bool prepared_hold_back = true;      // spanner.tsafe-ignores-prepared
  bool waits_out_leases = true;        // spanner.lease-overlap
  bool keeps_ids = true;               // spanner.retry-ambiguous
  bool logs_decisions = true;          // spanner.unreplicated-coordinator
  bool wounds = true;                  // spanner.no-wound-wait
  bool restarts_uncertain = true;      // spanner.no-uncertainty-restart
  bool refuses_ties = true;            // spanner.tscache-tie
  bool keeps_low_water = true;         // spanner.tscache-lost
  bool refreshes_reads = true;         // spanner.no-read-refresh
};
Safeguards safeguards_without(const sim::BugSet& bugs);

}  // namespace lightcone::models::spanner

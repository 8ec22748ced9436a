// What can be set about the Raft key-value store.
#pragma once

#include <cstdint>

#include "models/parts/raft/options.hpp"
#include "sim/fields.hpp"
#include "sim/model.hpp"

namespace lightcone::models::raft {

// How a `get` is made linearizable, or not.
enum class ReadMode : std::uint8_t { log, read_index, lease, follower_read_index, local };
sim::Choices<ReadMode> choices_of(ReadMode);

struct Parameters {
  std::int64_t servers = 5;
  std::int64_t voters = 0;  // the first so many servers start as members; 0: all
  ReadMode read_mode = ReadMode::read_index;
  sim::Duration election_min = sim::Duration(150'000'000);
  sim::Duration election_max = sim::Duration(300'000'000);
  sim::Duration heartbeat = sim::Duration(50'000'000);
  bool prevote = true;
  bool check_quorum = true;
  bool stickiness = true;
  sim::Duration batch{};
  std::int64_t max_batch = 64;
  std::int64_t pipeline = 16;
  std::int64_t snapshot_every = 10'000;
  sim::Ratio drift_bound{1, 10};
  std::int64_t leader_changes_a_minute = 2;  // L18.2

  static const sim::FieldTable<Parameters>& fields();
  parts::raft::Options group_options() const;
};

// The safeguards that are left when `bugs` are on.
parts::raft::Safeguards safeguards_without(const sim::BugSet& bugs);

}  // namespace lightcone::models::raft

// What can be set about transactions across services, and the safeguards that can be taken away.
#pragma once

#include <cstdint>

#include "models/parts/raft/options.hpp"
#include "sim/fields.hpp"
#include "sim/model.hpp"

namespace lightcone::models::saga {

// Where a key is.
enum class Placement : std::uint8_t {
  parted,  // at one participant each
  copies,  // at all of them: reads are local, and every write is a transaction of all
};
sim::Choices<Placement> choices_of(Placement);

struct Parameters {
  std::int64_t participants = 5;
  Placement placement = Placement::parted;
  std::int64_t opening = 1'000;  // of an account
  // The coordinator: a Raft group, on nodes of its own or on the first participants.
  std::int64_t coordinators = 3;
  bool together = false;
  sim::Duration election_min = sim::Duration(150'000'000);
  sim::Duration election_max = sim::Duration(300'000'000);
  sim::Duration vote_timeout = sim::Duration(300'000'000);
  sim::Duration resend = sim::Duration(1'000'000'000);
  // A participant.
  sim::Duration lock_timeout = sim::Duration(200'000'000);
  sim::Duration inquire_after = sim::Duration(400'000'000);
  sim::Duration flush = sim::Duration(20'000'000);

  static const sim::FieldTable<Parameters>& fields();
  parts::raft::Options group_options() const;
  sim::Duration longest_timeout() const;
};

// Each is on unless its bug switch is; a switch takes away this one safeguard and nothing else.
struct Safeguards {
  bool waits_in_doubt = true;   // who is prepared waits for the decision, however long that takes
  bool logs_decisions = true;   // a decision is durable before anybody hears of it
  bool has_group = true;        // the coordinator is replicated
  bool keeps_locks = true;      // ... until the decision is known
  bool remembers_ended = true;  // what has ended is not prepared again
  bool forces_prepared = true;  // who votes yes is durably prepared
};
Safeguards safeguards_without(const sim::BugSet& bugs);

}  // namespace lightcone::models::saga

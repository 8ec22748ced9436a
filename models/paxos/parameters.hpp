// What can be set about Paxos, and the safeguards that can be taken away from it.
#pragma once

#include <cstdint>

#include "sim/fields.hpp"
#include "sim/model.hpp"

namespace lightcone::models::paxos {

// What is agreed on.
enum class Decrees : std::uint8_t {
  one,   // each key is a register that is decided once, by the Synod protocol (2001, 2)
  many,  // a log of commands to one store (2001, 3)
};
sim::Choices<Decrees> choices_of(Decrees);

struct Parameters {
  Decrees decrees = Decrees::many;
  std::int64_t servers = 5;
  std::int64_t acceptors = 0;  // the first so many servers; 0: all
  // Many.
  sim::Duration election_min = sim::Duration(150'000'000);
  sim::Duration election_max = sim::Duration(300'000'000);
  sim::Duration heartbeat = sim::Duration(50'000'000);
  bool stickiness = true;
  std::int64_t window = 16;
  std::int64_t catch_up = 64;
  // One.
  sim::Duration round_timeout = sim::Duration(100'000'000);
  sim::Duration backoff = sim::Duration(50'000'000);
  sim::Duration fresh_every{};

  static const sim::FieldTable<Parameters>& fields();
  std::size_t acceptor_count() const { return static_cast<std::size_t>(acceptors > 0 ? acceptors : servers); }
  sim::Duration longest_timeout() const {
    return decrees == Decrees::many ? election_max : round_timeout + backoff;
  }
};

// Each is on unless its bug switch is; a switch takes away this one safeguard and nothing else.
struct Safeguards {
  bool adopts_accepted = true;          // a proposer takes over the accepted decree of the highest ballot
  bool remembers_tried = true;          // the ballots that a proposer has used survive its restart
  bool refuses_below_promise = true;    // acceptors accept nothing below their promise
  bool syncs_promise = true;            // a promise is durable before it is given
  bool syncs_vote = true;               // a vote is durable before it is given
  bool abstains_without_memory = true;  // who cannot read its promises and votes makes no more of them
  bool fills_gaps = true;               // a new leader decides no-ops where nothing was proposed
  bool counts_one_ballot = true;        // chosen is what a majority accepted in one and the same ballot
  bool backs_off = true;                // a refused proposer waits for a random time
  bool has_sessions = true;             // commands carry a session and a number, and are executed once
  bool listens = true;                  // a leader that hears from no majority steps down
};
Safeguards safeguards_without(const sim::BugSet& bugs);

}  // namespace lightcone::models::paxos

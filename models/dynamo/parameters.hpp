// What can be set about the quorum store.
#pragma once

#include <cstdint>

#include "sim/fields.hpp"
#include "sim/model.hpp"

namespace lightcone::models::dynamo {

// What orders two versions of a key.
enum class Timestamps : std::uint8_t { logical, coordinator_clock, client_clock };
sim::Choices<Timestamps> choices_of(Timestamps);

// What a read does about replicas that lack what it found.
enum class ReadRepair : std::uint8_t { off, async, blocking };
sim::Choices<ReadRepair> choices_of(ReadRepair);

// What becomes of two versions of a key.
enum class Conflict : std::uint8_t { lww, vv, dvv };
sim::Choices<Conflict> choices_of(Conflict);

// Whether clients say with a write what they have read.
enum class ContextUse : std::uint8_t { passed, blind };
sim::Choices<ContextUse> choices_of(ContextUse);

// Who remembers what a client has seen of a key, so that it reads nothing older.
enum class Session : std::uint8_t { none, coordinator, client };
sim::Choices<Session> choices_of(Session);

// Who is believed to be down.
enum class Detector : std::uint8_t { phi, swim };
sim::Choices<Detector> choices_of(Detector);

struct Parameters {
  std::int64_t servers = 5;
  std::int64_t members = 0;       // on the ring from the start; 0: all
  std::int64_t vnodes = 8;        // places of a server on the ring
  std::int64_t replicas = 3;      // N
  std::int64_t read_quorum = 2;   // R
  std::int64_t write_quorum = 2;  // W
  bool sloppy = false;
  Conflict conflict = Conflict::lww;
  ContextUse context = ContextUse::passed;
  Session session = Session::none;
  Timestamps timestamps = Timestamps::logical;
  ReadRepair read_repair = ReadRepair::blocking;
  sim::Duration request_timeout = sim::Duration(80'000'000);
  bool hints = true;
  sim::Duration hint_after = sim::Duration(20'000'000);
  sim::Duration hand_off_every = sim::Duration(500'000'000);
  sim::Duration hint_ttl = sim::Duration(5'000'000'000);
  sim::Duration anti_entropy_every = sim::Duration(500'000'000);  // 0: never
  sim::Duration gossip_every = sim::Duration(0);                  // 0: the servers are fixed
  std::int64_t gossip_fanout = 1;                                 // others that are told in a round
  Detector detector = Detector::phi;
  std::int64_t phi_threshold = 8;
  sim::Duration probe_timeout = sim::Duration(20'000'000);  // swim
  std::int64_t indirect_probes = 3;                         // swim
  std::int64_t suspicion_periods = 10;                      // swim
  sim::Duration tombstone_grace = sim::Duration(10'000'000'000);
  bool zones_apart = false;  // copies of a key in different zones
  std::int64_t prune = 10;   // with dynamo.prune-clock: entries of a context that are kept

  static const sim::FieldTable<Parameters>& fields();

  // Every read quorum meets every write quorum, and quorums are of owners alone.
  bool is_strict() const { return !sloppy && read_quorum + write_quorum > replicas; }
  // Reads see the latest write that had returned (Lamport's regular register, for any number of writers).
  bool is_regular() const {
    return keeps_siblings() ? is_strict() && conflict == Conflict::dvv
                            : is_strict() && 2 * write_quorum > replicas && timestamps == Timestamps::logical;
  }
  bool has_gossip() const { return gossip_every > sim::Duration::zero(); }
  bool keeps_siblings() const { return conflict != Conflict::lww; }
  // Attiya, Bar-Noy and Dolev's register.
  bool is_linearizable() const { return is_regular() && read_repair == ReadRepair::blocking; }
};

// What protects the store; a bug switch takes one away.
struct Safeguards {
  bool write_back = true;                 // dynamo.no-write-back
  bool logical_timestamps = true;         // dynamo.lww-wall-clock
  bool hints_do_not_count = true;         // dynamo.sloppy-as-strict
  bool distinct_acknowledgements = true;  // dynamo.count-duplicate-acks
  bool durable_hints = true;              // dynamo.volatile-hints
  bool hint_kept_until_taken = true;      // dynamo.hint-dropped-early
  bool anti_entropy = true;               // dynamo.no-anti-entropy
  bool tombstones_last = true;            // dynamo.tombstone-gc-early
  bool copies_apart = true;               // dynamo.vnode-same-host
  bool hashes_of_content_alone = true;    // dynamo.merkle-hash-unstable
  bool ranges_are_streamed = true;        // dynamo.join-serves-empty
  bool generation_first = true;           // dynamo.gossip-no-generation
  bool gossip_is_checked = true;          // dynamo.gossip-unchecked
  bool dots_never_repeat = true;          // dynamo.dot-counter-reset
  bool dots_beside_vectors = true;        // dynamo.false-dominance
  bool contexts_are_passed = true;        // dynamo.blind-put
  bool contexts_are_whole = true;         // dynamo.prune-clock
  bool rings_are_compared = true;         // dynamo.split-rings
  bool leavers_stream = true;             // dynamo.leave-without-streaming
  bool removals_last = true;              // dynamo.dead-member-returns
  bool sessions_are_kept = true;          // dynamo.session-ignored
};
Safeguards safeguards_without(const sim::BugSet& bugs);

}  // namespace lightcone::models::dynamo

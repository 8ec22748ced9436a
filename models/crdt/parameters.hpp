// What can be set about the replicated data types.
#pragma once

#include <cstdint>

#include "sim/fields.hpp"
#include "sim/model.hpp"

namespace lightcone::models::crdt {

enum class Type : std::uint8_t { gcounter, pncounter, bounded_counter, lwwmap, orset, rga };
sim::Choices<Type> choices_of(Type);

// How replicas tell each other of updates.
enum class Mode : std::uint8_t { state, delta, op };
sim::Choices<Mode> choices_of(Mode);

// How a set knows what was removed.
enum class Removals : std::uint8_t { context, tombstones };
sim::Choices<Removals> choices_of(Removals);

struct Parameters {
  std::int64_t servers = 5;
  Type type = Type::orset;
  Mode mode = Mode::delta;
  Removals removals = Removals::context;
  sim::Duration gossip_every = sim::Duration(100'000'000);
  sim::Duration gc_after = sim::Duration(1'000'000'000);
  sim::Duration clock_resolution = sim::Duration(10'000'000);
  std::int64_t elements = 8;
  sim::Duration share_timeout = sim::Duration(50'000'000);

  static const sim::FieldTable<Parameters>& fields();

  bool is_counter() const { return type <= Type::bounded_counter; }
  // Then messages that are older than one that came before are not taken.
  bool collects_tombstones() const { return type == Type::orset && removals == Removals::tombstones; }
};

// What protects the types; a bug switch takes one away.
struct Safeguards {
  bool entry_a_replica = true;       // crdt.counter-max-total
  bool applied_once = true;          // crdt.counter-plain-add
  bool fresh_incarnation = true;     // crdt.replica-id-reuse
  bool removes_what_it_saw = true;   // crdt.orset-remove-by-value
  bool stable_before_gc = true;      // crdt.orset-gc-early
  bool stamps_differ = true;         // crdt.lww-no-tiebreak
  bool siblings_are_ordered = true;  // crdt.rga-no-tiebreak
  bool causal_delivery = true;       // crdt.rga-no-causal
  bool places_are_a_tree = true;     // crdt.fractional-interleave
  bool escrow = true;                // crdt.no-escrow
};
Safeguards safeguards_without(const sim::BugSet& bugs);

}  // namespace lightcone::models::crdt

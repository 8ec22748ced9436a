// The objects that a replica keeps, one a key, all of one type; and what clients do to them.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>

#include "models/crdt/parameters.hpp"
#include "models/parts/crdt/bounded_counter.hpp"
#include "models/parts/crdt/fractional_text.hpp"
#include "models/parts/crdt/lww_register.hpp"
#include "models/parts/crdt/or_set.hpp"
#include "models/parts/crdt/pn_counter.hpp"
#include "models/parts/crdt/rga.hpp"
#include "models/parts/crdt/tombstone_set.hpp"
#include "sim/value.hpp"

namespace lightcone::models::crdt {

using parts::crdt::CausalContext;
using parts::crdt::Dot;
using parts::crdt::ReplicaId;

// What a client asks for. `share` is between servers: a part of a bounded counter goes to another one.
enum class Verb : std::uint8_t { incr, decr, put, erase, add, remove, type, backspace, share };
BOOST_DESCRIBE_ENUM(Verb, incr, decr, put, erase, add, remove, type, backspace, share)

struct Change {
  Verb verb = Verb::incr;
  sim::Value value{};                    // that is put, an element, a character; of a share: how much
  std::optional<std::int64_t> behind{};  // the character before the one that is typed; absent: the beginning
  ReplicaId from{};                      // of a share; no node: the replica that gives it
  ReplicaId to{};
  bool operator==(const Change&) const = default;
};
BOOST_DESCRIBE_STRUCT(Change, (), (verb, value, behind, from, to))

using Set = parts::crdt::OrSet<std::int64_t>;
using SetWithTombstones = parts::crdt::TombstoneSet<std::int64_t>;
using Register = parts::crdt::LwwRegister<sim::Value>;
using Text = parts::crdt::Rga<std::int64_t>;
using Fractions = parts::crdt::FractionalText<std::int64_t>;

// An object, or the delta of one.
struct Object {
  static constexpr std::string_view fact_name = "Object";
  std::variant<parts::crdt::GCounter, parts::crdt::PnCounter, parts::crdt::BoundedCounter, Register, Set,
               SetWithTombstones, Text, Fractions>
      held{};

  bool operator==(const Object&) const = default;
  friend std::uint64_t wire_bytes(const Object& object) {
    return 1 +
           std::visit([](const auto& content) -> std::uint64_t { return wire_bytes(content); }, object.held);
  }
};

struct Objects {
  static constexpr std::string_view fact_name = "Objects";
  std::map<std::string, Object> by_key{};

  friend std::uint64_t wire_bytes(const Objects& objects) {
    std::uint64_t bytes = 4;
    for (const auto& [key, object] : objects.by_key) bytes += 4 + key.size() + wire_bytes(object);
    return bytes;
  }
};

// What the type of a run makes of them.
class Rules {
 public:
  Rules(const Parameters& parameters, const Safeguards& safe) : parameters_(parameters), safe_(safe) {}

  struct Author {
    ReplicaId replica;
    Dot dot;  // names this update alone
    sim::WallTime now{};
  };
  // The delta; or why not, in words for the client.
  using Outcome = std::variant<Object, std::string>;
  Outcome change(Object& object, const Change& change, const Author& author) const;
  // What somebody else did, sent as one update.
  void apply(Object& object, const Object& delta, const Change& change, const Dot& dot) const;
  // A state, or deltas that were joined.
  void merge(Object& object, const Object& other) const;

  Object blank() const;
  Object& at(Objects& objects, const std::string& key) const;
  sim::Value read(const Objects& objects, const std::string& key) const;

 private:
  Outcome count(Object& object, const Change& change, const Author& author) const;
  Outcome edit_set(Object& object, const Change& change, const Author& author) const;
  Outcome edit_text(Object& object, const Change& change, const Author& author) const;
  Outcome write(Object& object, const Change& change, const Author& author) const;
  Outcome refuse(const Change& change) const;
  ReplicaId entry_of(const Author& author) const;

  const Parameters& parameters_;
  const Safeguards& safe_;
};

}  // namespace lightcone::models::crdt

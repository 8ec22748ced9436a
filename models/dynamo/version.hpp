// What is kept of a key: the version with the greatest timestamp, or siblings, as the store is set up. What
// carries and stores versions asks how two compare, and not which of both they are.
#pragma once

#include <boost/describe.hpp>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "models/parts/versions/siblings.hpp"
#include "sim/fields_of.hpp"
#include "sim/node_id.hpp"
#include "sim/time.hpp"
#include "sim/value.hpp"
#include "sim/wire_bytes.hpp"

namespace lightcone::models::dynamo {

using sim::NodeId;

// Orders the versions of a key: (counter, writer) as in Attiya, Bar-Noy and Dolev, or the time of a clock.
struct Tag {
  std::int64_t counter = 0;   // or nanoseconds of a wall clock
  std::uint32_t writer = 0;   // index of the coordinator
  std::uint64_t request = 0;  // of the coordinator's; so no two writes have one tag
  auto operator<=>(const Tag&) const = default;
};
BOOST_DESCRIBE_STRUCT(Tag, (), (counter, writer, request))

// Names a client's write in all its copies; 0: none.
using WriteId = std::uint64_t;

// One of the siblings.
struct Sibling {
  WriteId write = 0;
  sim::Value value{};
  bool deleted = false;  // a tombstone
  sim::WallTime deleted_at{};
};
BOOST_DESCRIBE_STRUCT(Sibling, (), (write, value, deleted, deleted_at))

using Siblings = parts::versions::Siblings<Sibling>;
using Context = parts::versions::VersionVector;

struct Version {
  Tag tag{};  // of counter 0: nothing was ever written with a timestamp
  sim::Value value{};
  bool deleted = false;  // a tombstone, or nothing but tombstones
  sim::WallTime deleted_at{};
  Siblings siblings{};  // instead of tag and value, where versions have dots

  bool is_written() const { return tag.counter != 0 || !siblings.empty(); }
  // What a reader finds: the values that are not deleted.
  std::vector<sim::Value> values() const;
};

// Bytes and fields are those of what is there.
std::uint64_t wire_bytes(const Version& version);
void visit_as_field(const Version& version, std::string_view name, sim::FieldVisitor& visitor);

// Whether `held` has all that `other` has, or what replaced it.
bool covers(const Version& held, const Version& other);
// Of both what stays: the greater tag, or the siblings that neither has seen replaced.
void merge_into(Version& held, const Version& other);
// Of siblings: whether all are tombstones, and since when.
void settle_deletion(Version& version);
std::uint64_t mixed(std::uint64_t hash, std::uint64_t word);
// The same for equal versions of a key, whatever replica they are on.
std::uint64_t hash_of(std::string_view key, const Version& version);
std::vector<WriteId> writes_in(const Version& version);
// "(3, 1)", or the siblings' dots.
std::string words(const Version& version);

struct Keyed {
  std::string key{};
  Version version{};
};
BOOST_DESCRIBE_STRUCT(Keyed, (), (key, version))

}  // namespace lightcone::models::dynamo

// Relation tuples: object#relation@subject, where a subject is a user, a userset object#relation, or an
// object (Pang et al., ATC 2019, section 2.1). Whatever names an object says whose tenant's it is.
#pragma once

#include <boost/describe.hpp>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/fields_of.hpp"
#include "sim/node_id.hpp"

namespace lightcone::models::zanzibar {

using sim::NodeId;
using Timestamp = std::int64_t;  // ns, by the clocks of shard leaders; 0: before everything
using UserId = std::uint32_t;
using TenantId = std::uint32_t;  // from 1

enum class Namespace : std::uint8_t { config, group, folder, doc };
BOOST_DESCRIBE_ENUM(Namespace, config, group, folder, doc)

enum class Relation : std::uint8_t { self, schema, member, owner, editor, viewer, banned, approved, parent };
BOOST_DESCRIBE_ENUM(Relation, self, schema, member, owner, editor, viewer, banned, approved, parent)

struct Object {
  TenantId tenant = 0;
  Namespace space = Namespace::doc;
  std::uint32_t number = 0;

  constexpr auto operator<=>(const Object&) const = default;
};
// "t1/doc:7"
std::string to_text(const Object& object);
inline void visit_as_field(const Object& object, std::string_view name, sim::FieldVisitor& visitor) {
  visitor.text(name, to_text(object));
}
inline std::uint64_t wire_bytes(const Object&) { return 9; }

struct Subject {
  enum class Form : std::uint8_t { user, userset };

  Form form = Form::user;
  UserId user = 0;
  Object object{};  // of a userset; Relation::self: the object itself
  Relation relation = Relation::self;

  constexpr auto operator<=>(const Subject&) const = default;
};
constexpr Subject user(UserId id) { return {Subject::Form::user, id, {}, Relation::self}; }
constexpr Subject userset(const Object& object, Relation relation) {
  return {Subject::Form::userset, 0, object, relation};
}
// "u3", "t1/group:2#member", "t1/folder:0"
std::string to_text(const Subject& subject);
inline void visit_as_field(const Subject& subject, std::string_view name, sim::FieldVisitor& visitor) {
  visitor.text(name, to_text(subject));
}
inline std::uint64_t wire_bytes(const Subject&) { return 12; }

std::string_view to_text(Relation relation);

struct Tuple {
  Object object{};
  Relation relation = Relation::self;
  Subject subject{};

  constexpr auto operator<=>(const Tuple&) const = default;
};
BOOST_DESCRIBE_STRUCT(Tuple, (), (object, relation, subject))
// "t1/doc:7#viewer@u3"
std::string to_text(const Tuple& tuple);

struct Change {
  Tuple tuple{};
  bool is_removal = false;

  constexpr auto operator<=>(const Change&) const = default;
};
BOOST_DESCRIBE_STRUCT(Change, (), (tuple, is_removal))

// The object and relation whose tuples are read, or whose users are asked for.
struct Userset {
  Object object{};
  Relation relation = Relation::self;

  constexpr auto operator<=>(const Userset&) const = default;
};
BOOST_DESCRIBE_STRUCT(Userset, (), (object, relation))
inline std::string to_text(const Userset& set) { return to_text(userset(set.object, set.relation)); }

// Depends on the object alone, and is the same with every compiler.
constexpr std::uint64_t hash_of(const Object& object) {
  std::uint64_t hash = 0x9e3779b97f4a7c15;
  for (const std::uint64_t part : {std::uint64_t{object.tenant}, static_cast<std::uint64_t>(object.space),
                                   std::uint64_t{object.number}}) {
    hash = (hash ^ part) * 0xff51afd7ed558ccd;
    hash ^= hash >> 32;
  }
  return hash;
}

}  // namespace lightcone::models::zanzibar

// Userset rewrite rules: how the users of object#relation follow from tuples (Pang et al., ATC 2019, section
// 2.3.1). A schema gives each relation of each namespace its rule. Which schema a namespace of a tenant has
// is itself a tuple, so that a configuration has a timestamp like everything else.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/zanzibar/tuple.hpp"

namespace lightcone::models::zanzibar {

struct Rewrite {
  enum class Form : std::uint8_t {
    stored,            // the subjects of the tuples object#relation
    computed,          // the users of another relation of the same object
    tuple_to_userset,  // for each object that `tupleset` names: the users of its `relation`
    any_of,            // union
    all_of,            // intersection
    but_not,           // exclusion: the first operand without the second
  };

  Form form = Form::stored;
  Relation relation = Relation::self;  // of computed and tuple_to_userset
  Relation tupleset = Relation::self;
  std::vector<Rewrite> operands{};
};

// Of object#relation under a schema; null where the namespace has no such relation, or there is no such
// schema.
//
//   schema 1   doc#viewer = (stored | editor | viewers of the folder) - banned
//   schema 2   doc#viewer = ((stored | editor | viewers of the folder) & approved) - banned
//   schema 3   doc#viewer = stored: users, and roles, which are groups (Ferraiolo et al., TISSEC 2001)
const Rewrite* rewrite_of(std::uint32_t schema, Namespace space, Relation relation);
constexpr std::uint32_t schemas = 3;
constexpr std::uint32_t roles_schema = 3;

// Where the tuple says it that gives a tenant's namespace its schema: its subject is the schema's number.
constexpr Userset schema_of(const Object& object) {
  return {{object.tenant, Namespace::config, static_cast<std::uint32_t>(object.space)}, Relation::schema};
}

using RowsOf = std::function<std::vector<Subject>(const Userset&)>;

// What Expand answers: the tree of the rule, with stored users and usersets as its leaves, as text. It stays
// within the object. `rows`: of the object's relations (relations_read_by).
std::string expand(std::uint32_t schema, const Userset& set, const RowsOf& rows);
std::vector<Relation> relations_read_by(std::uint32_t schema, const Userset& set);

}  // namespace lightcone::models::zanzibar

// Field tables: the fields of a plain struct described once, as data, for reading, defaults, bounds,
// documentation and schema. The default of a field is what a default-constructed struct holds.
//
//   struct Parameters {
//     Duration election_min = 150ms;
//     Ratio loss;
//     std::vector<std::string> nodes;
//     static const sim::FieldTable<Parameters>& fields();
//   };
//
//   const sim::FieldTable<Parameters>& Parameters::fields() {
//     static const sim::FieldTable<Parameters> table(
//         "raft_parameters", "How a Raft node behaves.",
//         sim::field("election_min", &Parameters::election_min, "Shortest election
//         timeout.").at_least(1ms).at_most(10s), sim::field("loss", &Parameters::loss, "Share of messages
//         that are lost.").probability(), sim::field("nodes", &Parameters::nodes, "Names of the
//         nodes.").required().count_at_least(1));
//     return table;
//   }
//
// Durations, sizes, bandwidths and ratios are at least 0 unless the field says otherwise. Bounds of a list,
// map or optional hold for each element.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/field_type.hpp"
#include "sim/type_of.hpp"

namespace lightcone::sim {

// On magnitudes (LeafType::magnitude).
struct Bounds {
  std::optional<Ratio> least;
  std::optional<Ratio> above;  // exclusive
  std::optional<Ratio> most;
};

// On the number of items of a list or map, or bytes of a text.
struct Counts {
  std::size_t least = 0;
  std::size_t most = SIZE_MAX;
};

struct Field {
  std::string name;
  std::string doc;
  const Type* type = nullptr;
  bool is_required = false;
  Bounds bounds;
  Counts counts;
  Literal default_value;  // null: absent, or none because it is required
  std::ptrdiff_t offset = 0;

  void* in(void* record) const { return static_cast<std::byte*>(record) + offset; }
  const void* in(const void* record) const { return static_cast<const std::byte*>(record) + offset; }
};

// What must hold between several fields.
struct Condition {
  std::string must;    // completes "expected that ...": "election_max is at least election_min"
  std::string blamed;  // the field that a message points at
  std::function<bool(const void*)> holds;
};

class Table {
 public:
  const std::string& name() const { return name_; }  // unique among the tables of a program
  const std::string& doc() const { return doc_; }
  const std::vector<Field>& fields() const { return fields_; }
  const std::vector<Condition>& rules() const { return rules_; }
  bool takes_exactly_one() const { return exactly_one_; }  // of the fields, which are all optional
  const Field* find(std::string_view name) const;
  // The struct as an object, all fields but those that hold nothing.
  Literal write(const void* record) const;

 protected:
  Table(std::string_view name, std::string_view doc, std::vector<Field> fields);
  ~Table() = default;
  Table(const Table&) = default;
  Table& operator=(const Table&) = default;

  std::vector<Condition> rules_;
  bool exactly_one_ = false;

 private:
  std::string name_;
  std::string doc_;
  std::vector<Field> fields_;
};

// "at least 1ms", "1ms to 10s", ...; empty when there are none.
std::string describe(const Bounds& bounds, const LeafType& type);

// The leaf that bounds of a field of this type speak of, nullptr for structs and the like.
const LeafType* bounded_leaf(const Type& type);

// Why `value` breaks the bounds, if it does.
std::optional<Mismatch> outside(const Bounds& bounds, const LeafType& type, const void* value);

namespace erased {

template <class T>
struct Leaf {
  using type = T;
};
template <class T>
struct Leaf<std::vector<T>> : Leaf<T> {};
template <class T>
struct Leaf<std::optional<T>> : Leaf<T> {};
template <class T>
struct Leaf<std::map<std::string, T>> : Leaf<T> {};

template <class T>
inline constexpr bool has_unit = std::is_same_v<T, Ratio> || std::is_same_v<T, Duration> ||
                                 std::is_same_v<T, Bytes> || std::is_same_v<T, Bandwidth>;
template <class T>
inline constexpr bool is_number = std::is_integral_v<T> && !std::is_same_v<T, bool>;

}  // namespace erased

template <class S, class M>
class FieldOf {
  using Bound = typename erased::Leaf<M>::type;
  static constexpr bool bounded = erased::has_unit<Bound> || erased::is_number<Bound>;

 public:
  FieldOf(std::string_view name, M S::* member, std::string_view doc) : member_(member) {
    field_.name = name;
    field_.doc = doc;
    field_.type = &type_of<M>();
    if constexpr (erased::has_unit<Bound>) field_.bounds.least = Ratio{};
  }

  FieldOf& at_least(Bound bound)
    requires bounded
  {
    field_.bounds.least = magnitude(bound);
    return *this;
  }
  FieldOf& more_than(Bound bound)
    requires bounded
  {
    field_.bounds.least.reset();
    field_.bounds.above = magnitude(bound);
    return *this;
  }
  FieldOf& at_most(Bound bound)
    requires bounded
  {
    field_.bounds.most = magnitude(bound);
    return *this;
  }
  FieldOf& probability()
    requires std::is_same_v<Bound, Ratio>
  {
    return at_least(Ratio{}).at_most(Ratio{1, 1});
  }
  FieldOf& may_be_negative()
    requires erased::has_unit<Bound>
  {
    field_.bounds.least.reset();
    return *this;
  }
  FieldOf& count_at_least(std::size_t items) {
    field_.counts.least = items;
    return *this;
  }
  FieldOf& count_at_most(std::size_t items) {
    field_.counts.most = items;
    return *this;
  }
  FieldOf& not_empty() { return count_at_least(1); }
  // A file that leaves it out is refused. Without it the default holds.
  FieldOf& required() {
    field_.is_required = true;
    return *this;
  }

  Field erase(const S& prototype) const {
    Field out = field_;
    const M& held = prototype.*member_;
    out.offset = reinterpret_cast<const std::byte*>(&held) - reinterpret_cast<const std::byte*>(&prototype);
    if (!out.is_required) out.default_value = out.type->write(&held);
    return out;
  }

 private:
  static Ratio magnitude(Bound bound) {
    return static_cast<const LeafType&>(type_of<Bound>()).magnitude(&bound);
  }

  Field field_;
  M S::* member_;
};

template <class S, class M>
FieldOf<S, M> field(std::string_view name, M S::* member, std::string_view doc) {
  return {name, member, doc};
}

template <class S>
class FieldTable : public Table {
 public:
  using Record = S;

  template <class... M>
  FieldTable(std::string_view name, std::string_view doc, const FieldOf<S, M>&... fields)
      : Table(name, doc, {fields.erase(S{})...}) {}

  // `predicate` is called with a struct whose fields are each within their bounds.
  FieldTable& must(std::string_view sentence, std::string_view blamed, bool (*predicate)(const S&)) {
    rules_.push_back({std::string(sentence), std::string(blamed),
                      [predicate](const void* record) { return predicate(*static_cast<const S*>(record)); }});
    return *this;
  }
  // Exactly one of the fields is given: how alternatives with a name are written.
  FieldTable& exactly_one() {
    exactly_one_ = true;
    return *this;
  }
};

}  // namespace lightcone::sim

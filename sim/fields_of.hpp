// Looking into a value whose type is known only to the model that made it: messages, timers, marks and
// the state of a process say their fields to a FieldVisitor. Structs and enums opt in with
// BOOST_DESCRIBE_STRUCT / BOOST_DESCRIBE_ENUM right after their definition.
//
// This is how a trace is written, how a trigger reads `term=3`, and how a state is shown. Nothing here
// runs unless somebody looks.
#pragma once

#include <boost/describe.hpp>
#include <boost/mp11/algorithm.hpp>
#include <concepts>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "sim/node_id.hpp"
#include "sim/time.hpp"
#include "sim/value.hpp"

namespace lightcone::sim {

class FieldVisitor {
 public:
  FieldVisitor() = default;
  FieldVisitor(const FieldVisitor&) = delete;
  FieldVisitor& operator=(const FieldVisitor&) = delete;
  virtual ~FieldVisitor() = default;

  virtual void null(std::string_view name) = 0;
  virtual void flag(std::string_view name, bool value) = 0;
  virtual void integer(std::string_view name, std::int64_t value) = 0;
  virtual void text(std::string_view name, std::string_view value) = 0;
  virtual void node(std::string_view name, NodeId value) = 0;
  virtual void duration(std::string_view name, Duration value) = 0;
  virtual void value(std::string_view name, const Value& value) = 0;
  // Fields between open and close belong to the object or list called `name`; inside a list, names are empty.
  virtual void open_object(std::string_view name) = 0;
  virtual void open_list(std::string_view name) = 0;
  virtual void close() = 0;
};

template <class T>
concept Described = boost::describe::has_describe_members<T>::value && std::is_class_v<T>;

// A type of a model's own that prints as one field: `void visit_as_field(const T&, name, FieldVisitor&)`.
template <class T>
concept VisitsItself = requires(const T& t, FieldVisitor& v) { visit_as_field(t, std::string_view{}, v); };

template <class T>
void visit_fields(const T& object, FieldVisitor& visitor);

template <class T>
void visit_field(std::string_view name, const T& field, FieldVisitor& visitor);

namespace detail {

template <class>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class>
inline constexpr bool is_pair = false;
template <class A, class B>
inline constexpr bool is_pair<std::pair<A, B>> = true;
template <class T>
concept Sequence = requires(const T& t) {
  t.begin();
  t.end();
  t.size();
};

template <class E>
std::string_view enumerator_name(E value) {
  std::string_view found = "?";
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto described) {
    if (described.value == value) found = described.name;
  });
  return found;
}

}  // namespace detail

template <class T>
void visit_field(std::string_view name, const T& field, FieldVisitor& visitor) {
  if constexpr (VisitsItself<T>) {
    visit_as_field(field, name, visitor);
  } else if constexpr (std::same_as<T, bool>) {
    visitor.flag(name, field);
  } else if constexpr (std::integral<T>) {
    visitor.integer(name, static_cast<std::int64_t>(field));
  } else if constexpr (std::is_enum_v<T>) {
    visitor.text(name, detail::enumerator_name(field));
  } else if constexpr (std::same_as<T, NodeId>) {
    if (field == no_node) {
      visitor.null(name);
    } else {
      visitor.node(name, field);
    }
  } else if constexpr (std::same_as<T, Duration>) {
    visitor.duration(name, field);
  } else if constexpr (std::same_as<T, WallTime> || std::same_as<T, MonoTime>) {
    visitor.duration(name, field.time_since_epoch());
  } else if constexpr (std::same_as<T, Value>) {
    visitor.value(name, field);
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    visitor.text(name, field);
  } else if constexpr (detail::is_optional<T>) {
    if (field) {
      visit_field(name, *field, visitor);
    } else {
      visitor.null(name);
    }
  } else if constexpr (detail::is_pair<T>) {
    visitor.open_list(name);
    visit_field({}, field.first, visitor);
    visit_field({}, field.second, visitor);
    visitor.close();
  } else if constexpr (detail::Sequence<T>) {
    visitor.open_list(name);
    using Element = typename T::value_type;  // of a vector of bools, elements are no references
    for (const Element& element : field) visit_field({}, element, visitor);
    visitor.close();
  } else {
    static_assert(Described<T>, "add BOOST_DESCRIBE_STRUCT(Type, (), (fields...)) after the struct");
    visitor.open_object(name);
    visit_fields(field, visitor);
    visitor.close();
  }
}

template <class T>
void visit_fields(const T& object, FieldVisitor& visitor) {
  static_assert(Described<T>, "add BOOST_DESCRIBE_STRUCT(Type, (), (fields...)) after the struct");
  boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>(
      [&](auto described) { visit_field(described.name, object.*described.pointer, visitor); });
}

}  // namespace lightcone::sim

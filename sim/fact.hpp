// A fact is a plain struct that travels: a message, a timer that became true, a completed sync, a mark.
// FactType is what the simulation knows of its type; the model that made it knows the rest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sim/ensure.hpp"
#include "sim/fields_of.hpp"
#include "sim/wire_bytes.hpp"

namespace lightcone::sim {

// 64-bit FNV-1a. For names in fingerprints and streams: the same on every platform.
constexpr std::uint64_t name_hash(std::string_view name) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

// The name of T without its namespaces: "RequestVote". The same under g++ and clang, as long as T is no
// template; a template says `static constexpr std::string_view fact_name`.
template <class T>
constexpr std::string_view fact_name() {
  if constexpr (requires { T::fact_name; }) {
    return T::fact_name;
  } else {
    std::string_view text = __PRETTY_FUNCTION__;  // "... [with T = a::b::RequestVote; ...]"
    text.remove_prefix(text.find("T = ") + 4);
    text = text.substr(0, text.find_first_of(";]"));
    const std::size_t scope = text.rfind("::");
    return scope == std::string_view::npos ? text : text.substr(scope + 2);
  }
}

struct FactType {
  std::string_view name;
  std::uint64_t hash;                                      // of the name
  std::size_t size;                                        // bytes
  void (*destroy)(void* fact);                             // null when trivially destructible
  void (*copy)(void* to, const void* from);                // null when it cannot be copied
  void (*visit)(const void* fact, FieldVisitor& visitor);  // its fields, in order
  std::uint64_t (*wire_bytes)(const void* fact);           // what a link's bandwidth is charged
};

namespace detail {

template <class T>
constexpr FactType make_fact_type() {
  static_assert(std::is_nothrow_move_constructible_v<T>, "facts are moved and must not fail to");
  FactType type{};
  type.name = fact_name<T>();
  type.hash = name_hash(type.name);
  type.size = sizeof(T);
  if constexpr (!std::is_trivially_destructible_v<T>) {
    type.destroy = [](void* fact) { static_cast<T*>(fact)->~T(); };
  }
  if constexpr (std::is_copy_constructible_v<T>) {
    type.copy = [](void* to, const void* from) { ::new (to) T(*static_cast<const T*>(from)); };
  }
  type.visit = [](const void* fact, FieldVisitor& visitor) {
    if constexpr (Described<T>) visit_fields(*static_cast<const T*>(fact), visitor);
  };
  type.wire_bytes = [](const void* fact) -> std::uint64_t {
    if constexpr (SaysItsWireBytes<T> || Described<T>) {
      return bytes_on_wire(*static_cast<const T*>(fact));
    } else if constexpr (std::is_trivially_copyable_v<T>) {
      return sizeof(T);  // no containers: the same size everywhere
    } else {
      ensure(false, "what is sent or stored is described, or says its wire_bytes");
      return 0;
    }
  };
  return type;
}

}  // namespace detail

// One object a type; its address identifies the type within a process.
template <class T>
inline constexpr FactType fact_type = detail::make_fact_type<T>();

}  // namespace lightcone::sim

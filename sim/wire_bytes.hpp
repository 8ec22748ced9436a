// What a link's bandwidth, or a disk's, is charged for a value: the bytes of a plain encoding of its
// described fields. Never the size of the object, which differs between standard libraries and word sizes,
// and a size decides when a message arrives.
//
//   bool, enum            1      Duration, WallTime, MonoTime   8
//   integer, double       8      string, sequence               4, and what is in it
//   NodeId                4      optional, Value                1, and what is in it
//
// A type that knows better says `std::uint64_t wire_bytes(const T&)` beside it.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "sim/fields_of.hpp"

namespace lightcone::sim {

template <class T>
concept SaysItsWireBytes = requires(const T& t) {
  { wire_bytes(t) } -> std::convertible_to<std::uint64_t>;
};

template <class T>
constexpr std::uint64_t bytes_on_wire(const T& value) {
  constexpr std::uint64_t length_prefix = 4;
  if constexpr (SaysItsWireBytes<T>) {
    return wire_bytes(value);
  } else if constexpr (std::same_as<T, Value>) {
    return value.wire_bytes();
  } else if constexpr (std::same_as<T, bool> || std::is_enum_v<T>) {
    return 1;
  } else if constexpr (std::is_arithmetic_v<T> || std::same_as<T, Duration> || std::same_as<T, WallTime> ||
                       std::same_as<T, MonoTime>) {
    return 8;
  } else if constexpr (std::same_as<T, NodeId>) {
    return 4;
  } else if constexpr (std::convertible_to<const T&, std::string_view>) {
    return length_prefix + std::string_view(value).size();
  } else if constexpr (detail::is_optional<T>) {
    return 1 + (value ? bytes_on_wire(*value) : 0);
  } else if constexpr (detail::is_pair<T>) {
    return bytes_on_wire(value.first) + bytes_on_wire(value.second);
  } else if constexpr (detail::Sequence<T>) {
    std::uint64_t bytes = length_prefix;
    using Element = typename T::value_type;  // of a vector of bools, elements are no references
    for (const Element& element : value) bytes += bytes_on_wire(element);
    return bytes;
  } else {
    static_assert(Described<T>, "describe its fields, or declare wire_bytes(const T&) beside it");
    std::uint64_t bytes = 0;
    boost::mp11::mp_for_each<boost::describe::describe_members<T, boost::describe::mod_public>>(
        [&](auto described) { bytes += bytes_on_wire(value.*described.pointer); });
    return bytes;
  }
}

}  // namespace lightcone::sim

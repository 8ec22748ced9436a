// Values of options that several verbs take.
#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

#include "sim/units.hpp"

namespace lightcone::tools {

// A whole number from 0, and nothing else.
inline std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "90s", "5m", "1.5h"
inline std::optional<sim::Duration> parse_duration(std::string_view text) {
  sim::Duration duration{};
  if (sim::read_duration(text, duration)) return std::nullopt;
  return duration;
}

}  // namespace lightcone::tools

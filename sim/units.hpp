// Quantities as people write them: "150ms", "0.5%", "64KiB", "10MB/s". Reading is exact (decimal digits,
// never floating point); a text that cannot be represented exactly is refused. Writing chooses the largest
// unit that leaves a whole number, and what is written is read back as the same quantity.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/ratio.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

struct Bytes {
  std::int64_t count = 0;

  auto operator<=>(const Bytes&) const = default;
};

struct Bandwidth {
  std::int64_t bytes_per_second = 0;

  auto operator<=>(const Bandwidth&) const = default;
};

// Why something is not what it should be, in parts of a sentence: "<problem>; expected <expected>; did you
// mean <nearest>?". `nearest` is spelt as in a file, quotes included; empty when nothing resembles.
struct Mismatch {
  std::string problem;
  std::string expected;
  std::string nearest;
};

// Each sets `out` and returns nothing, or leaves it alone and says why.
//   Duration    -5ms  1.5s  2h          units ns us ms s m h
//   Bytes       64KiB  10MB             units B KB MB GB TB (powers of 1000), KiB MiB GiB TiB (of 1024)
//   Bandwidth   10MB/s  100Mbit/s       the units of Bytes with "/s", and bit/s kbit/s Mbit/s Gbit/s
//   Ratio       0.005  0.5%  1/3  2e-6
[[nodiscard]] std::optional<Mismatch> read_duration(std::string_view text, Duration& out);
[[nodiscard]] std::optional<Mismatch> read_bytes(std::string_view text, Bytes& out);
[[nodiscard]] std::optional<Mismatch> read_bandwidth(std::string_view text, Bandwidth& out);
[[nodiscard]] std::optional<Mismatch> read_ratio(std::string_view text, Ratio& out);

std::string to_text(Duration duration);
std::string to_text(Bytes bytes);
std::string to_text(Bandwidth bandwidth);

// What the readers expect, for messages and documentation, and a regular expression (ECMA-262) that accepts
// what they accept, ranges and exactness aside.
struct Notation {
  std::string_view expected;
  std::string_view pattern;
};
Notation duration_notation();
Notation bytes_notation();
Notation bandwidth_notation();
Notation ratio_notation();

}  // namespace lightcone::sim

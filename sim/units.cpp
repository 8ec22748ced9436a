#include "sim/units.hpp"

#include <fmt/format.h>

#include <array>
#include <span>
#include <vector>

#include "sim/literal.hpp"
#include "sim/nearest.hpp"

namespace lightcone::sim {

namespace {

__extension__ typedef __int128 Wide;  // a 64-bit number of 10^18 times the largest unit

constexpr int most_digits = 19;    // 10^19 - 1 fits 64 bits without a sign
constexpr int most_decimals = 18;  // 10^18 fits 64 bits with one

struct Unit {
  std::string_view name;
  std::int64_t numerator;  // of the base unit
  std::int64_t denominator = 1;
};

// Ascending, so that the last that divides is the largest.
constexpr std::array time_units = {
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"ms", 1'000'000},
    Unit{"s", 1'000'000'000},
    Unit{"m", 60'000'000'000},
    Unit{"h", 3'600'000'000'000},
};
constexpr std::array byte_units = {
    Unit{"B", 1},
    Unit{"KB", 1'000},
    Unit{"KiB", 1'024},
    Unit{"MB", 1'000'000},
    Unit{"MiB", 1'048'576},
    Unit{"GB", 1'000'000'000},
    Unit{"GiB", 1'073'741'824},
    Unit{"TB", 1'000'000'000'000},
    Unit{"TiB", 1'099'511'627'776},
};
constexpr std::array bandwidth_units = {
    Unit{"B/s", 1},
    Unit{"KB/s", 1'000},
    Unit{"KiB/s", 1'024},
    Unit{"MB/s", 1'000'000},
    Unit{"MiB/s", 1'048'576},
    Unit{"GB/s", 1'000'000'000},
    Unit{"GiB/s", 1'073'741'824},
    Unit{"bit/s", 1, 8},
    Unit{"kbit/s", 125},
    Unit{"Mbit/s", 125'000},
    Unit{"Gbit/s", 125'000'000},
};
constexpr std::size_t bit_units = 4;  // at the end; read, but never written

// What is measured, how it is spoken of.
struct Measure {
  std::string_view noun;        // "a duration"
  std::string_view base;        // "nanoseconds"
  std::string_view usual_unit;  // suggested to somebody who wrote none
  std::span<const Unit> units;
  Notation notation;
};

constexpr Measure duration_measure = {"a duration",
                                      "nanoseconds",
                                      "ms",
                                      time_units,
                                      {R"(a number with a unit (ns, us, ms, s, m, h), such as "150ms")",
                                       R"(^-?[0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h)$)"}};
constexpr Measure bytes_measure = {
    "a size",
    "bytes",
    "B",
    byte_units,
    {R"(a number with a unit (B, KB, MB, GB, TB, KiB, MiB, GiB, TiB), such as "64KiB")",
     R"(^[0-9]+(\.[0-9]+)?(B|[KMGT]i?B)$)"}};
constexpr Measure bandwidth_measure = {
    "a bandwidth",
    "bytes a second",
    "B/s",
    bandwidth_units,
    {R"(a number with a unit (B/s, KB/s, MB/s, GB/s, KiB/s, MiB/s, GiB/s, bit/s, kbit/s, Mbit/s, Gbit/s), such as "10MB/s")",
     R"(^[0-9]+(\.[0-9]+)?(B|[KMG]i?B|[kMG]?bit)/s$)"}};

// The decimal number at the start of a text: sign, digits, fraction. value = digits / 10^decimals.
struct Decimal {
  bool present = false;
  bool too_long = false;  // more significant digits than we can hold
  bool negative = false;
  std::uint64_t digits = 0;
  int decimals = 0;
  std::size_t length = 0;  // of the text that it takes
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Decimal decimal_at_start(std::string_view text) {
  Decimal out;
  std::size_t at = 0;
  if (at < text.size() && text[at] == '-') {
    out.negative = true;
    ++at;
  }
  int held = 0;
  const auto take = [&](char c) {
    if (out.digits > 0 || c != '0') ++held;
    if (held > most_digits) {
      out.too_long = true;
    } else {
      out.digits = out.digits * 10 + static_cast<std::uint64_t>(c - '0');
    }
  };
  const std::size_t whole = at;
  while (at < text.size() && is_digit(text[at])) take(text[at++]);
  out.present = at > whole;
  if (out.present && at + 1 < text.size() && text[at] == '.' && is_digit(text[at + 1])) {
    ++at;
    std::size_t end = at;
    while (end < text.size() && is_digit(text[end])) ++end;
    std::size_t last = end;
    while (last > at && text[last - 1] == '0') --last;  // trailing zeros say nothing
    for (; at < last; ++at, ++out.decimals) take(text[at]);
    at = end;
  }
  if (out.decimals > most_decimals) out.too_long = true;
  out.length = at;
  return out;
}

std::int64_t power_of_ten(int exponent) {
  std::int64_t out = 1;
  for (int i = 0; i < exponent; ++i) out *= 10;
  return out;
}

std::string in_quotes(std::string_view text) { return quoted(Literal::string(text)); }

Mismatch not_a(const Measure& measure, std::string_view text, const std::string& suggestion) {
  return {fmt::format("{} is not {}", in_quotes(text), measure.noun), std::string(measure.notation.expected),
          suggestion.empty() ? suggestion : in_quotes(suggestion)};
}

// "10sec" -> "10s": the number kept, the unit guessed.
std::string with_likely_unit(const Measure& measure, std::string_view number, std::string_view unit) {
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  while (!unit.empty() && unit.back() == ' ') unit.remove_suffix(1);
  if (unit.empty()) return fmt::format("{}{}", number, measure.usual_unit);
  std::vector<std::string_view> names;
  for (const Unit& known : measure.units) {
    if (known.name == unit) return fmt::format("{}{}", number, unit);
    if (known.name == fmt::format("{}/s", unit)) return fmt::format("{}{}", number, known.name);
    names.push_back(known.name);
  }
  struct Alias {
    std::string_view written, meant;
  };
  static constexpr Alias aliases[] = {{"sec", "s"},   {"secs", "s"},       {"second", "s"}, {"seconds", "s"},
                                      {"min", "m"},   {"mins", "m"},       {"minute", "m"}, {"minutes", "m"},
                                      {"hour", "h"},  {"hours", "h"},      {"msec", "ms"},  {"millis", "ms"},
                                      {"usec", "us"}, {"\xC2\xB5s", "us"}, {"nsec", "ns"}};
  for (const Alias& alias : aliases) {
    if (alias.written != unit) continue;
    for (const std::string_view name : names) {
      if (name == alias.meant) return fmt::format("{}{}", number, name);
    }
  }
  const std::string likely = nearest(unit, names);
  return likely.empty() ? std::string() : fmt::format("{}{}", number, likely);
}

std::optional<Mismatch> read_measure(const Measure& measure, std::string_view text, std::int64_t& out) {
  const Decimal number = decimal_at_start(text);
  if (!number.present) return not_a(measure, text, {});
  const std::string_view unit_name = text.substr(number.length);
  const Unit* unit = nullptr;
  for (const Unit& known : measure.units) {
    if (known.name == unit_name) unit = &known;
  }
  if (unit == nullptr) {
    return not_a(measure, text, with_likely_unit(measure, text.substr(0, number.length), unit_name));
  }
  const Wide scaled = static_cast<Wide>(number.digits) * unit->numerator;
  const Wide divisor =
      static_cast<Wide>(power_of_ten(number.too_long ? 0 : number.decimals)) * unit->denominator;
  if (number.too_long || scaled % divisor != 0) {
    return Mismatch{fmt::format("{} is more exact than we can hold", in_quotes(text)),
                    fmt::format("a whole number of {} of at most {} digits", measure.base, most_digits),
                    {}};
  }
  const Wide value = number.negative ? -(scaled / divisor) : scaled / divisor;
  if (value > INT64_MAX || value < INT64_MIN) {
    return Mismatch{fmt::format("{} is too large", in_quotes(text)),
                    fmt::format("at most {} {}", INT64_MAX, measure.base),
                    {}};
  }
  out = static_cast<std::int64_t>(value);
  return std::nullopt;
}

// With the largest of `units` (ascending) that leaves a whole number.
std::string write_measure(std::span<const Unit> units, std::int64_t value) {
  const Unit* best = &units.front();
  for (const Unit& unit : units) {
    if (value % unit.numerator == 0) best = &unit;
  }
  return fmt::format("{}{}", value / best->numerator, best->name);
}

Mismatch not_a_ratio(std::string_view text) {
  return {fmt::format("{} is not a ratio", in_quotes(text)), std::string(ratio_notation().expected), {}};
}

Mismatch too_exact_ratio(std::string_view text) {
  return {fmt::format("{} is more exact than we can hold", in_quotes(text)),
          fmt::format("a ratio of whole numbers up to {}", INT64_MAX),
          {}};
}

// What follows the decimal number of a ratio: "", "%", "e-6" or "e-6%". False: something else.
bool read_scale(std::string_view suffix, int& exponent, bool& out_of_range) {
  if (!suffix.empty() && (suffix.front() == 'e' || suffix.front() == 'E')) {
    suffix.remove_prefix(1);
    const bool negative = !suffix.empty() && suffix.front() == '-';
    if (negative || (!suffix.empty() && suffix.front() == '+')) suffix.remove_prefix(1);
    std::size_t digits = 0;
    int magnitude = 0;
    for (; digits < suffix.size() && is_digit(suffix[digits]); ++digits) {
      if (magnitude < 1000) magnitude = magnitude * 10 + (suffix[digits] - '0');
    }
    if (digits == 0) return false;
    suffix.remove_prefix(digits);
    out_of_range = magnitude > most_digits + most_decimals;
    exponent = negative ? -magnitude : magnitude;
  }
  if (suffix == "%") {
    exponent -= 2;
    return true;
  }
  return suffix.empty();
}

std::optional<Mismatch> read_fraction(std::string_view text, std::size_t slash, Ratio& out) {
  const Decimal above = decimal_at_start(text.substr(0, slash));
  const Decimal below = decimal_at_start(text.substr(slash + 1));
  const bool whole = above.present && below.present && above.decimals == 0 && below.decimals == 0 &&
                     above.length == slash && below.length == text.size() - slash - 1;
  if (!whole || below.negative || (below.digits == 0 && !below.too_long)) return not_a_ratio(text);
  if (above.too_long || below.too_long) return too_exact_ratio(text);
  if (above.digits > INT64_MAX || below.digits > INT64_MAX) return too_exact_ratio(text);
  const std::int64_t numerator = static_cast<std::int64_t>(above.digits);
  out = reduced({above.negative ? -numerator : numerator, static_cast<std::int64_t>(below.digits)});
  return std::nullopt;
}

}  // namespace

std::optional<Mismatch> read_duration(std::string_view text, Duration& out) {
  std::int64_t count = 0;
  if (std::optional<Mismatch> why = read_measure(duration_measure, text, count)) return why;
  out = Duration(count);
  return std::nullopt;
}

std::optional<Mismatch> read_bytes(std::string_view text, Bytes& out) {
  return read_measure(bytes_measure, text, out.count);
}

std::optional<Mismatch> read_bandwidth(std::string_view text, Bandwidth& out) {
  return read_measure(bandwidth_measure, text, out.bytes_per_second);
}

std::optional<Mismatch> read_ratio(std::string_view text, Ratio& out) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos) return read_fraction(text, slash, out);
  const Decimal number = decimal_at_start(text);
  if (!number.present) return not_a_ratio(text);
  int exponent = 0;
  bool out_of_range = false;
  if (!read_scale(text.substr(number.length), exponent, out_of_range)) return not_a_ratio(text);
  if (number.digits == 0 && !number.too_long) {
    out = Ratio{};
    return std::nullopt;
  }
  if (number.too_long || out_of_range) return too_exact_ratio(text);
  exponent -= number.decimals;
  std::uint64_t digits = number.digits;
  while (exponent < 0 && digits % 10 == 0) {
    digits /= 10;
    ++exponent;
  }
  if (exponent > most_decimals || exponent < -most_decimals) return too_exact_ratio(text);
  const Wide above = static_cast<Wide>(digits) * power_of_ten(exponent > 0 ? exponent : 0);
  if (above > INT64_MAX) return too_exact_ratio(text);
  const std::int64_t numerator = static_cast<std::int64_t>(above);
  out = reduced({number.negative ? -numerator : numerator, power_of_ten(exponent < 0 ? -exponent : 0)});
  return std::nullopt;
}

std::string to_text(Duration duration) {
  if (duration.count() == 0) return "0s";
  return write_measure(time_units, duration.count());
}

std::string to_text(Bytes bytes) {
  if (bytes.count == 0) return "0B";
  return write_measure(byte_units, bytes.count);
}

std::string to_text(Bandwidth bandwidth) {
  if (bandwidth.bytes_per_second == 0) return "0B/s";
  return write_measure(std::span(bandwidth_units).first(bandwidth_units.size() - bit_units),
                       bandwidth.bytes_per_second);
}

Notation duration_notation() { return duration_measure.notation; }
Notation bytes_notation() { return bytes_measure.notation; }
Notation bandwidth_notation() { return bandwidth_measure.notation; }
Notation ratio_notation() {
  return {R"(a ratio, such as 0.005, "0.5%" or "1/3")",
          R"(^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?%?$|^-?[0-9]+/[0-9]+$)"};
}

}  // namespace lightcone::sim

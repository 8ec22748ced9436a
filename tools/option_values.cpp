#include "tools/option_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string>
#include <thread>

#include "sim/units.hpp"

namespace lightcone::tools {

std::optional<std::uint64_t> parse_count(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool read_number(const Given& given, const char* option, std::uint64_t least, std::uint64_t most,
                 std::uint64_t& out, Terminal& terminal) {
  if (given.count(option) == 0) return true;
  const std::string text = given[option].as<std::string>();
  const auto number = parse_count(text);
  if (number && *number >= least && *number <= most) {
    out = *number;
    return true;
  }
  terminal.complain(most == UINT64_MAX
                        ? fmt::format("--{} {}: expected a number from {}", option, text, least)
                        : fmt::format("--{} {}: expected a number from {} to {}", option, text, least, most));
  return false;
}

bool read_jobs(const Given& given, unsigned& out, Terminal& terminal) {
  std::uint64_t jobs = std::max(1U, std::thread::hardware_concurrency());
  if (!read_number(given, "jobs", 1, 1'024, jobs, terminal)) return false;
  out = static_cast<unsigned>(jobs);
  return true;
}

bool read_time_limit(const Given& given, std::optional<std::chrono::nanoseconds>& out, Terminal& terminal) {
  if (given.count("for") == 0) return true;
  const std::string text = given["for"].as<std::string>();
  sim::Duration time{};
  if (sim::read_duration(text, time) || time <= sim::Duration::zero()) {
    terminal.complain(fmt::format("--for {}: expected a time such as 30s or 5m", text));
    return false;
  }
  out = time;
  return true;
}

}  // namespace lightcone::tools

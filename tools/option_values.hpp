// Values of options that several verbs take.
#pragma once

#include <boost/program_options/variables_map.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "tools/terminal.hpp"

namespace lightcone::tools {

// A whole number from 0, and nothing else.
std::optional<std::uint64_t> parse_count(std::string_view text);

// Each reads an option that may be given, and leaves `out` alone if it is not. False when the value is wrong,
// which is said on the terminal then.
using Given = boost::program_options::variables_map;

// A number within bounds, both included.
bool read_number(const Given& given, const char* option, std::uint64_t least, std::uint64_t most,
                 std::uint64_t& out, Terminal& terminal);

// --jobs: how many runs at a time; one a core if it is not given.
bool read_jobs(const Given& given, unsigned& out, Terminal& terminal);

// --for: how long at most, as "30s" or "5m".
bool read_time_limit(const Given& given, std::optional<std::chrono::nanoseconds>& out, Terminal& terminal);

}  // namespace lightcone::tools

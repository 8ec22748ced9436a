// Trace files: a header line with all that is needed to run again, a line an occurrence, a closing line with
// the fingerprint. Compressed when the name ends in .gz or .zst.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "scenarios/load.hpp"
#include "sim/history.hpp"
#include "sim/simulation.hpp"
#include "sim/trace/json_trace.hpp"
#include "tools/output.hpp"

namespace lightcone::tools {

constexpr int trace_version = 1;

// The first line of a trace, with its newline.
std::string trace_header(const scenarios::Loaded& loaded, const scenarios::Overrides& overrides,
                         std::uint64_t seed);

// What the first line says.
struct TraceHeader {
  std::string file;
  std::string scenario;  // the text of the file
  std::uint64_t seed = 0;
  scenarios::Overrides overrides;
};
// Nothing when `line` is no first line of a trace.
std::optional<TraceHeader> read_trace_header(const std::string& line);

// The last line.
std::string trace_footer(std::uint64_t fingerprint, std::uint64_t events);

// Writes a trace, or does nothing when it was not opened. Problems are sentences that begin with the path.
class TraceWriter {
 public:
  std::optional<std::string> open(const std::string& path, std::string_view header);
  // The observer, which must die before the simulation; null when there is nothing to write.
  std::shared_ptr<void> attach(sim::Simulation& simulation);
  std::optional<std::string> finish(std::uint64_t fingerprint, std::uint64_t events);

 private:
  std::unique_ptr<Output> output_;
};

std::optional<std::string> write_history(const std::string& path, const sim::History& history);

}  // namespace lightcone::tools

// Trace files: a header line with all that is needed to run again, a line an occurrence, a line a metric, a
// closing line with the fingerprint. Compressed when the name ends in .gz or .zst.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "scenarios/load.hpp"
#include "sim/history.hpp"
#include "sim/run_record.hpp"
#include "sim/simulation.hpp"
#include "sim/trace/json_trace.hpp"
#include "tools/output.hpp"

namespace lightcone::tools {

constexpr int trace_version = 2;

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

// What stands behind the last occurrence, line by line, each with its newline: what the run counted, measured
// and sampled (times in nanoseconds), and at last its fingerprint.
//
//   {"lightcone":"counter","name":"ballots begun","value":3}
//   {"lightcone":"quantiles","name":"phase 1","count":2,"p50":1500000,"p90":...,"p99":...,...}
//   {"lightcone":"series","name":"who leads","points":[[1500000,2],[7300000,3]]}
//   {"lightcone":"end","fingerprint":"22bd0fec0e931959","events":21965}
std::vector<std::string> trace_ending(const sim::RunRecord& record);

// Writes a trace, or does nothing when it was not opened. Problems are sentences that begin with the path.
class TraceWriter {
 public:
  std::optional<std::string> open(const std::string& path, std::string_view header);
  // The observer, which must die before the simulation; null when there is nothing to write.
  std::shared_ptr<void> attach(sim::Simulation& simulation);
  std::optional<std::string> finish(const sim::RunRecord& record);

 private:
  std::unique_ptr<Output> output_;
};

std::optional<std::string> write_history(const std::string& path, const sim::History& history);

}  // namespace lightcone::tools

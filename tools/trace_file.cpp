#include "tools/trace_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "reports/histories/json_lines.hpp"
#include "sim/value.hpp"

namespace lightcone::tools {

namespace {

void append_list(std::string& out, std::string_view key, const std::vector<std::string>& words) {
  fmt::format_to(std::back_inserter(out), R"(,"{}":[)", key);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += ',';
    sim::append_json_string(out, words[i]);
  }
  out += ']';
}

std::string metric_line(std::string_view kind, std::string_view name) {
  std::string line = fmt::format(R"({{"lightcone":"{}","name":)", kind);
  sim::append_json_string(line, name);
  return line;
}

constexpr std::pair<std::string_view, std::uint32_t> quantiles[] = {
    {"p50", 500'000}, {"p90", 900'000}, {"p99", 990'000}, {"p99.9", 999'000}, {"max", 1'000'000}};

}  // namespace

std::string trace_header(const scenarios::Loaded& loaded, const scenarios::Overrides& overrides,
                         std::uint64_t seed) {
  std::string out =
      fmt::format(R"({{"lightcone":"trace","version":{},"seed":{},"file":)", trace_version, seed);
  sim::append_json_string(out, loaded.file);
  append_list(out, "set", overrides.settings);
  append_list(out, "bug", overrides.bugs);
  append_list(out, "nodes", loaded.node_names);
  out += R"(,"scenario":)";
  sim::append_json_string(out, loaded.text);
  out += "}\n";
  return out;
}

std::optional<TraceHeader> read_trace_header(const std::string& line) {
  using nlohmann::json;
  const json header = json::parse(line, nullptr, false);
  const auto is = [&](const char* key, auto predicate) {
    const auto found = header.find(key);
    return found != header.end() && predicate(*found);
  };
  const auto text = [](const json& j) { return j.is_string(); };
  const auto list = [](const json& j) {
    return j.is_array() && std::all_of(j.begin(), j.end(), [](const json& e) { return e.is_string(); });
  };
  if (!header.is_object() || header.value("lightcone", "") != "trace" || !is("file", text) ||
      !is("scenario", text) || !is("set", list) || !is("bug", list) ||
      !is("seed", [](const json& j) { return j.is_number_unsigned(); })) {
    return std::nullopt;
  }
  TraceHeader result;
  result.file = header["file"];
  result.scenario = header["scenario"];
  result.seed = header["seed"];
  result.overrides.settings = header["set"].get<std::vector<std::string>>();
  result.overrides.bugs = header["bug"].get<std::vector<std::string>>();
  return result;
}

std::vector<std::string> trace_ending(const sim::RunRecord& record) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : record.metrics.counters)
    lines.push_back(metric_line("counter", name) + fmt::format(R"(,"value":{}}})", value) + "\n");
  for (const auto& [name, histogram] : record.metrics.histograms) {
    std::string line = metric_line("quantiles", name) + fmt::format(R"(,"count":{})", histogram.count());
    for (const auto& [quantile, parts_per_million] : quantiles)
      line += fmt::format(R"(,"{}":{})", quantile, histogram.quantile(parts_per_million));
    lines.push_back(line + "}\n");
  }
  for (const auto& [name, series] : record.metrics.series) {
    std::string line = metric_line("series", name) + R"(,"points":[)";
    std::string_view comma;
    for (const auto& [at, value] : series.points) {
      line += fmt::format("{}[{},{}]", comma, at.time_since_epoch().count(), value);
      comma = ",";
    }
    lines.push_back(line + "]}\n");
  }
  lines.push_back(fmt::format(R"({{"lightcone":"end","fingerprint":"{:016x}","events":{}}})"
                              "\n",
                              record.fingerprint, record.events));
  return lines;
}

std::optional<std::string> TraceWriter::open(const std::string& path, std::string_view header) {
  auto output = std::make_unique<Output>();
  if (auto wrong = output->open(path)) return wrong;
  output->write(header);
  output_ = std::move(output);
  return std::nullopt;
}

std::shared_ptr<void> TraceWriter::attach(sim::Simulation& simulation) {
  if (!output_) return nullptr;
  return std::make_shared<sim::JsonTrace>(simulation,
                                          [this](std::string_view line) { output_->write(line); });
}

std::optional<std::string> TraceWriter::finish(const sim::RunRecord& record) {
  if (!output_) return std::nullopt;
  for (const std::string& line : trace_ending(record)) output_->write(line);
  return output_->finish();
}

std::optional<std::string> write_history(const std::string& path, const sim::History& history) {
  Output output;
  if (auto wrong = output.open(path)) return wrong;
  std::string line;
  for (const sim::Operation& operation : history) {
    line.clear();
    reports::histories::append_json_line(line, operation);
    output.write(line);
  }
  return output.finish();
}

}  // namespace lightcone::tools

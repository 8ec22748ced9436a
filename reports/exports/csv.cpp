#include <fmt/format.h>

#include <map>
#include <string_view>

#include "reports/exports/exports.hpp"
#include "reports/text/operations.hpp"

namespace lightcone::reports::exports {

namespace {

struct Quantile {
  const char* name;
  std::uint32_t parts_per_million;
};
constexpr Quantile quantiles[] = {
    {"p50", 500'000}, {"p90", 900'000}, {"p99", 990'000}, {"p99.9", 999'000}, {"max", 1'000'000}};
constexpr std::int64_t second = 1'000'000'000;

std::string quoted(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + "\"";
}

class Lines {
 public:
  void add(std::string_view kind, std::string_view name, std::string_view time, std::int64_t value) {
    fmt::format_to(std::back_inserter(out_), "{},{},{},{}\r\n", kind, quoted(name), time, value);
  }
  void add_quantiles(const std::string& name, const sim::Histogram& histogram) {
    if (histogram.count() == 0) return;
    for (const Quantile& quantile : quantiles)
      add("quantile", name + " " + quantile.name, "", histogram.quantile(quantile.parts_per_million));
  }
  std::string take() { return std::move(out_); }

 private:
  std::string out_ = "kind,name,time_ns,value\r\n";
};

}  // namespace

std::string csv(const sim::RunRecord& run, const Window& window) {
  Lines lines;
  for (const auto& [name, value] : run.metrics.counters)
    lines.add("counter", name, "", static_cast<std::int64_t>(value));
  for (const auto& [name, histogram] : run.metrics.histograms) lines.add_quantiles(name, histogram);
  std::map<std::string, sim::Histogram> latencies;
  std::map<std::string, std::map<std::int64_t, std::int64_t>> ended;  // by second
  for (const sim::Operation& operation : run.history) {
    // What never returned counts where it began.
    const bool returned = operation.complete != sim::Operation::open;
    const std::int64_t at = returned ? operation.complete : operation.invoke;
    if (!window.contains(at)) continue;
    ++ended[fmt::format("{} {}", operation.f, text::in_words(operation.outcome))][at / second * second];
    if (operation.outcome == sim::Outcome::ok)
      latencies[operation.f].add(operation.complete - operation.invoke);
  }
  for (const auto& [name, histogram] : latencies) lines.add_quantiles(name, histogram);
  for (const auto& [name, seconds] : ended)
    for (const auto& [at, count] : seconds) lines.add("operations", name, std::to_string(at), count);
  for (const auto& [name, series] : run.metrics.series) {
    for (const auto& [at, value] : series.points) {
      const std::int64_t time = at.time_since_epoch().count();
      if (window.contains(time)) lines.add("series", name, std::to_string(time), value);
    }
  }
  return lines.take();
}

}  // namespace lightcone::reports::exports

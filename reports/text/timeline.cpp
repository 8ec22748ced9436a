#include "reports/text/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <vector>

namespace lightcone::reports::text {

namespace {

using sim::Happening;
using sim::Instant;
using sim::NodeId;

constexpr std::size_t most_fault_rows = 24;
constexpr std::size_t label_columns = 22;

// A row of cells, one a slice of the run.
class Row {
 public:
  Row(std::size_t columns, sim::Duration end) : cells_(columns, " "), end_(std::max(end, sim::Duration(1))) {}

  std::size_t column_of(Instant at) const {
    const auto ns = static_cast<double>(at.time_since_epoch().count());
    const auto column =
        static_cast<std::size_t>(ns / static_cast<double>(end_.count()) * static_cast<double>(cells_.size()));
    return std::min(column, cells_.size() - 1);
  }
  void bar(Instant from, Instant to, std::string_view cell) {
    for (std::size_t i = column_of(from); i <= column_of(to); ++i) cells_[i] = cell;
  }
  // Writes text from the column of `at` on, over what is there, as far as there is room before `limit`.
  void text(Instant at, std::string_view letters, std::size_t limit) {
    std::size_t column = column_of(at);
    for (std::size_t i = 0; i < letters.size() && column < std::min(limit, cells_.size()); ++i, ++column) {
      cells_[column] = std::string(1, letters[i]);
    }
  }
  std::string str() const {
    std::string out;
    for (const std::string& cell : cells_) out += cell;
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
  }
  std::size_t size() const { return cells_.size(); }

 private:
  std::vector<std::string> cells_;
  sim::Duration end_;
};

class Timeline {
 public:
  Timeline(const sim::RunRecord& run, const Style& style)
      : run_(run),
        style_(style),
        columns_(static_cast<std::size_t>(std::max(style.columns, 60)) - label_columns - 4) {}

  std::string str() {
    add_offices();
    add_nodes();
    add_faults();
    if (out_.empty()) return {};
    add_axis();
    return std::move(out_);
  }

 private:
  Row row() const { return {columns_, run_.phases.end}; }
  std::string name(NodeId node) const {
    return node.index < run_.node_names.size() ? harmless(run_.node_names[node.index]) : std::string("?");
  }
  void add(std::string_view label, const Row& row, Paint paint) {
    out_ += fmt::format("  {} {}\n", fitted(label, label_columns), painted(row.str(), paint, style_));
  }

  // Who became what, when: "n3──────n1────────".
  void add_offices() {
    std::map<std::string, std::vector<const sim::Landmark*>> offices;
    for (const sim::Landmark& landmark : run_.landmarks) {
      const bool took_office = landmark.what == Happening::mark && landmark.name.starts_with("Became") &&
                               landmark.name != "BecameCandidate";
      if (took_office) offices[landmark.name.substr(6)].push_back(&landmark);
    }
    for (const auto& [office, changes] : offices) {
      Row lane = row();
      for (std::size_t i = 0; i < changes.size(); ++i) {
        const bool last = i + 1 == changes.size();
        const Instant until = last ? Instant(run_.phases.end) : changes[i + 1]->at;
        lane.bar(changes[i]->at, until, "─");
        lane.text(changes[i]->at, name(changes[i]->node), last ? lane.size() : lane.column_of(until));
      }
      std::string label = office;
      std::transform(label.begin(), label.end(), label.begin(),
                     [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
      add(fmt::format("{} ({})", label, changes.size()), lane, Paint::good);
    }
  }

  void add_nodes() {
    std::map<NodeId, Row> lanes;
    std::map<NodeId, Instant> stopped;
    const auto lane_of = [&](NodeId node) -> Row& { return lanes.try_emplace(node, row()).first->second; };
    for (const sim::Landmark& landmark : run_.landmarks) {
      if (landmark.what == Happening::crashed || landmark.what == Happening::paused) {
        stopped[landmark.node] = landmark.at;
        lane_of(landmark.node).bar(landmark.at, landmark.at, landmark.what == Happening::crashed ? "×" : "‖");
      } else if (landmark.what == Happening::started || landmark.what == Happening::resumed) {
        const auto since = stopped.find(landmark.node);
        if (since == stopped.end()) continue;
        Row& lane = lane_of(landmark.node);
        lane.bar(since->second, landmark.at, landmark.what == Happening::started ? "×" : "‖");
        stopped.erase(since);
      }
    }
    for (const auto& [node, since] : stopped) lane_of(node).bar(since, Instant(run_.phases.end), "×");
    for (const auto& [node, lane] : lanes) add(name(node) + " down × paused ‖", lane, Paint::warn);
  }

  void add_faults() {
    std::size_t shown = 0;
    for (const sim::FaultRecord& fault : run_.faults) {
      if (shown++ == most_fault_rows) {
        out_ += fmt::format("  ... and {} faults more\n", run_.faults.size() - most_fault_rows);
        return;
      }
      Row bar = row();
      bar.bar(fault.began, std::max(fault.began, fault.ended), "█");
      add(harmless(fault.kind), bar, Paint::bad);
      const std::string when = fault.ended > fault.began
                                   ? fmt::format("{}–{} s", seconds(fault.began.time_since_epoch()),
                                                 seconds(fault.ended.time_since_epoch()))
                                   : fmt::format("{} s", seconds(fault.began.time_since_epoch()));
      out_ += fmt::format(
          "  {} {}\n", std::string(label_columns, ' '),
          painted(folded(fmt::format("{}: {}; {}", when, harmless(fault.description), harmless(fault.effect)),
                         label_columns + 3, style_),
                  Paint::dim, style_));
    }
  }

  // The smallest of 1, 2 and 5 times a power of ten that leaves room for the labels.
  sim::Duration tick() const {
    const std::int64_t least = run_.phases.end.count() * 10 / static_cast<std::int64_t>(columns_);
    for (std::int64_t decade = 1'000'000;; decade *= 10) {
      for (const std::int64_t step : {decade, 2 * decade, 5 * decade}) {
        if (step >= least) return sim::Duration(step);
      }
    }
  }

  void add_axis() {
    Row line = row();
    Row labels = row();
    line.bar(Instant{}, Instant(run_.phases.end), "─");
    for (sim::Duration at{0}; at < run_.phases.end; at += tick()) {
      line.bar(Instant(at), Instant(at), "┴");
      labels.text(Instant(at), fmt::format("{:g}s", static_cast<double>(at.count()) / 1e9), labels.size());
    }
    out_ +=
        fmt::format("  {} {}\n", std::string(label_columns, ' '), painted(line.str(), Paint::dim, style_));
    out_ +=
        fmt::format("  {} {}\n", std::string(label_columns, ' '), painted(labels.str(), Paint::dim, style_));
  }

  const sim::RunRecord& run_;
  const Style& style_;
  std::size_t columns_;
  std::string out_;
};

}  // namespace

std::string timeline(const sim::RunRecord& run, const Style& style) { return Timeline(run, style).str(); }

}  // namespace lightcone::reports::text

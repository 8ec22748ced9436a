#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include "reports/exports/exports.hpp"
#include "reports/text/markup.hpp"
#include "reports/text/operations.hpp"
#include "reports/text/style.hpp"

namespace lightcone::reports::exports {

namespace {

constexpr double left = 96, right = 24, top = 34, lane_height = 46, fault_height = 18, letter = 5.2;
constexpr std::size_t none = SIZE_MAX;

// Colours are the reader's own ink, on light and on dark; what differs differs in its line as well.
constexpr std::string_view style = R"(
  svg { color: #1b1b1b; background: #ffffff; font: 11px sans-serif; }
  text { fill: currentColor; }
  .lane { stroke: currentColor; stroke-opacity: 0.35; }
  .message { stroke: currentColor; stroke-width: 0.9; fill: none; marker-end: url(#arrow); }
  .lost { stroke-dasharray: 4 3; marker-end: url(#cross); }
  .duplicate { stroke-dasharray: 1 2; }
  .operation { fill: currentColor; fill-opacity: 0.12; stroke: currentColor; }
  .unknown { stroke-dasharray: 4 3; }
  .refused { fill-opacity: 0; }
  .down { stroke: currentColor; stroke-width: 7; stroke-opacity: 0.3; stroke-dasharray: 2 3; }
  .fault { fill: currentColor; fill-opacity: 0.18; stroke: currentColor; stroke-opacity: 0.5; }
  .mark { fill: currentColor; }
  .small { font-size: 9px; }
  @media (prefers-color-scheme: dark) { svg { color: #ececec; background: #161616; } }
  @media print { svg { color: #000000; background: #ffffff; } }
)";

// XML has no control characters either.
std::string escaped(std::string_view text) {
  return reports::text::without_markup(reports::text::harmless(text));
}

class Diagram {
 public:
  Diagram(const sim::RunRecord& run, const Recording& recording, const Window& window)
      : run_(run), recording_(recording), window_(window), lanes_(run.node_names.size(), none) {
    find_lanes();
    find_faults();
    find_times();
  }

  std::string text() {
    const double height = lanes_top() + lane_height * static_cast<double>(shown_) + 44;
    fmt::format_to(
        std::back_inserter(out_),
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:.0f} {1:.0f}\" width=\"{0:.0f}\" "
        "height=\"{1:.0f}\" role=\"img\">\n<title>{2}</title>\n<style>{3}</style>\n",
        width_, height, escaped(run_.scenario), style);
    out_ +=
        "<defs>\n"
        "<marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" "
        "orient=\"auto\"><path d=\"M0 0 L8 4 L0 8 z\" fill=\"currentColor\"/></marker>\n"
        "<marker id=\"cross\" viewBox=\"0 0 8 8\" refX=\"4\" refY=\"4\" markerWidth=\"9\" markerHeight=\"9\">"
        "<path d=\"M1 1 L7 7 M7 1 L1 7\" stroke=\"currentColor\" fill=\"none\"/></marker>\n</defs>\n";
    fmt::format_to(std::back_inserter(out_),
                   "<text x=\"8\" y=\"18\"><tspan font-weight=\"bold\">{}</tspan>  {}</text>\n",
                   escaped(run_.scenario), escaped(fmt::format("{}, seed {}", run_.model, run_.seed)));
    draw_faults();
    draw_lanes();
    draw_operations();
    draw_messages();
    draw_marks();
    draw_axis(height);
    return std::move(out_) + "</svg>\n";
  }

 private:
  static std::int64_t count(sim::Instant at) { return at.time_since_epoch().count(); }

  void find_lanes() {
    std::vector<bool> takes_part(lanes_.size(), false);
    const auto note = [&](std::size_t node) {
      if (node < takes_part.size()) takes_part[node] = true;
    };
    for (const Row& row : recording_.rows) {
      if (row.kind != RowKind::message || !window_.contains(count(row.began))) continue;
      note(row.from.index);
      note(row.to.index);
    }
    for (const sim::Operation& operation : run_.history)
      if (window_.contains(operation.invoke)) note(static_cast<std::size_t>(operation.process));
    for (std::size_t node = 0; node < lanes_.size(); ++node)
      if (takes_part[node]) lanes_[node] = shown_++;
  }

  void find_faults() {
    for (const sim::FaultRecord& fault : run_.faults)
      if (count(fault.ended) >= window_.from.count() && count(fault.began) < window_.until.count())
        faults_.push_back(&fault);
  }

  // From the first thing that is shown to the last.
  void find_times() {
    std::int64_t first = INT64_MAX, last = 0;
    const auto note = [&](std::int64_t at) {
      first = std::min(first, at);
      last = std::max(last, at);
    };
    std::size_t messages = 0;
    for (const Row& row : recording_.rows) {
      if (row.kind != RowKind::message || !window_.contains(count(row.began))) continue;
      note(count(row.began));
      if (window_.contains(count(row.ended))) note(count(row.ended));
      ++messages;
    }
    for (const sim::Operation& operation : run_.history) {
      if (!window_.contains(operation.invoke)) continue;
      note(operation.invoke);
      if (operation.complete != sim::Operation::open && window_.contains(operation.complete))
        note(operation.complete);
    }
    if (first > last) first = last = 0;
    first_ = first;
    last_ = std::max(last, first + 1);
    width_ = std::clamp(left + right + 9.0 * static_cast<double>(messages), 900.0, 8'000.0);
  }

  double x(std::int64_t at) const {
    const double share =
        static_cast<double>(std::clamp(at, first_, last_) - first_) / static_cast<double>(last_ - first_);
    return left + share * (width_ - left - right);
  }
  double lanes_top() const { return top + fault_height * static_cast<double>(faults_.size()) + 8; }
  double y(std::size_t node) const {
    return lanes_top() + lane_height * (static_cast<double>(lanes_.at(node)) + 0.5);
  }
  bool is_shown(std::size_t node) const { return node < lanes_.size() && lanes_[node] != none; }

  void draw_faults() {
    double at = top;
    for (const sim::FaultRecord* fault : faults_) {
      const double from = x(count(fault->began)), to = std::max(x(count(fault->ended)), from + 2);
      fmt::format_to(std::back_inserter(out_),
                     "<rect class=\"fault\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.0f}\"/>"
                     "<text class=\"small\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n",
                     from, at + 2, to - from, fault_height - 5, std::min(from + 3, width_ / 2), at + 11,
                     escaped(fault->description));
      at += fault_height;
    }
  }

  void draw_lanes() {
    for (std::size_t node = 0; node < lanes_.size(); ++node) {
      if (!is_shown(node)) continue;
      fmt::format_to(std::back_inserter(out_),
                     "<text x=\"8\" y=\"{:.1f}\">{}</text><line class=\"lane\" x1=\"{:.0f}\" y1=\"{:.1f}\" "
                     "x2=\"{:.0f}\" y2=\"{:.1f}\"/>\n",
                     y(node) + 4, escaped(reports::text::fitted(run_.node_names[node], 13)), left, y(node),
                     width_ - right, y(node));
    }
    std::vector<std::int64_t> down_since(lanes_.size(), -1);
    const auto draw = [&](std::size_t node, std::int64_t until) {
      const std::int64_t since = std::exchange(down_since[node], -1);
      if (since < 0 || until <= first_ || since >= last_) return;
      fmt::format_to(
          std::back_inserter(out_),
          "<line class=\"down\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"><title>down</title>"
          "</line>\n",
          x(since), y(node), x(until), y(node));
    };
    for (const sim::Landmark& landmark : run_.landmarks) {
      const std::size_t node = landmark.node.index;
      if (!is_shown(node)) continue;
      const bool stops = landmark.what == sim::Happening::crashed || landmark.what == sim::Happening::paused;
      const bool goes_on =
          landmark.what == sim::Happening::started || landmark.what == sim::Happening::resumed;
      if (stops && down_since[node] < 0) down_since[node] = count(landmark.at);
      if (goes_on) draw(node, count(landmark.at));
    }
    for (std::size_t node = 0; node < lanes_.size(); ++node) draw(node, last_);
  }

  void draw_operations() {
    // Words stand within the bar, or above it where the client does nothing else before they end.
    std::vector<double> room(run_.history.size(), width_);
    std::map<std::int64_t, double> next;  // by client, from the end
    for (std::size_t i = run_.history.size(); i-- > 0;) {
      const sim::Operation& operation = run_.history[i];
      const double from = x(operation.invoke);
      const auto [at, is_last] = next.try_emplace(operation.process, width_);
      room[i] = at->second - from;
      at->second = from;
    }
    for (std::size_t i = 0; i < run_.history.size(); ++i) {
      const sim::Operation& operation = run_.history[i];
      const auto node = static_cast<std::size_t>(operation.process);
      if (is_shown(node) && window_.contains(operation.invoke)) draw_operation(operation, y(node), room[i]);
    }
  }

  void draw_operation(const sim::Operation& operation, double lane, double room) {
    const double from = x(operation.invoke);
    const double to = std::max(x(operation.complete), from + 3);
    const std::string words = reports::text::operation_text(run_, operation);
    fmt::format_to(
        std::back_inserter(out_),
        "<g><title>{}</title><rect class=\"operation {}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" "
        "height=\"14\" rx=\"3\"/>",
        escaped(words), reports::text::in_words(operation.outcome), from, lane - 7, to - from);
    const double length = letter * static_cast<double>(reports::text::width_of(words));
    const bool inside = length < to - from;
    if (inside || length < room)
      fmt::format_to(std::back_inserter(out_), "<text class=\"small\" x=\"{:.1f}\" y=\"{:.1f}\">{}</text>",
                     from + 3, inside ? lane + 3 : lane - 10, escaped(words));
    out_ += "</g>\n";
  }

  void draw_messages() {
    for (const Row& row : recording_.rows) {
      const bool shown = row.kind == RowKind::message && window_.contains(count(row.began)) &&
                         is_shown(row.from.index) && is_shown(row.to.index);
      if (!shown) continue;
      const bool lost = row.fate == Fate::lost;
      const double from = x(count(row.began)), to = x(count(row.ended));
      const double down = y(row.to.index) - y(row.from.index);
      // What was lost ends on its way.
      const double share = lost ? 0.6 : 1.0;
      const double end = lost ? from + std::max(6.0, share * (to - from)) : std::max(to, from + 1);
      const std::string_view how = lost ? " lost" : row.fate == Fate::duplicate ? " duplicate" : "";
      fmt::format_to(
          std::back_inserter(out_),
          "<path class=\"message{}\" d=\"M{:.1f} {:.1f} L{:.1f} {:.1f}\"><title>{}</title></path>\n", how,
          from, y(row.from.index), end, y(row.from.index) + share * down,
          escaped(recording_.texts.at(row.type) + " " + recording_.texts.at(row.fields)));
    }
  }

  void draw_marks() {
    for (const sim::Landmark& landmark : run_.landmarks) {
      const std::size_t node = landmark.node.index;
      const std::int64_t at = count(landmark.at);
      const bool shown = landmark.what == sim::Happening::mark && is_shown(node) && window_.contains(at) &&
                         at >= first_ && at <= last_;
      if (!shown) continue;
      fmt::format_to(
          std::back_inserter(out_),
          "<g><title>{0} {1}</title><path class=\"mark\" d=\"M{2:.1f} {3:.1f} l4 4 l-4 4 l-4 -4 z\"/></g>\n",
          escaped(landmark.name), escaped(landmark.text), x(at), y(node) - 4);
    }
  }

  void draw_axis(double height) {
    const double line = height - 26;
    constexpr int ticks = 10;
    for (int i = 0; i <= ticks; ++i) {
      const std::int64_t at = first_ + (last_ - first_) / ticks * i;
      fmt::format_to(
          std::back_inserter(out_),
          "<line class=\"lane\" x1=\"{0:.1f}\" y1=\"{1:.0f}\" x2=\"{0:.1f}\" y2=\"{2:.0f}\"/>"
          "<text class=\"small\" text-anchor=\"middle\" x=\"{0:.1f}\" y=\"{3:.0f}\">{4} s</text>\n",
          x(at), line, line + 5, line + 16, reports::text::seconds(sim::Duration(at)));
    }
    fmt::format_to(
        std::back_inserter(out_),
        "<text class=\"small\" x=\"{:.0f}\" y=\"{:.0f}\">arrow: message · dashed and crossed: lost · dotted: "
        "came twice · bar: operation, dashed without an answer, empty when refused · diamond: mark · "
        "broad dashes: node stopped</text>\n",
        left, height - 2);
  }

  const sim::RunRecord& run_;
  const Recording& recording_;
  const Window& window_;
  std::vector<std::size_t> lanes_;  // by node, or none
  std::size_t shown_ = 0;
  std::vector<const sim::FaultRecord*> faults_;
  std::int64_t first_ = 0, last_ = 1;
  double width_ = 900;
  std::string out_;
};

}  // namespace

std::string svg(const sim::RunRecord& run, const Recording& recording, const Window& window) {
  return Diagram(run, recording, window).text();
}

}  // namespace lightcone::reports::exports

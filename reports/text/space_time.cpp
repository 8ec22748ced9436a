#include "reports/text/space_time.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "sim/stable_sort.hpp"

namespace lightcone::reports::text {

namespace {

constexpr std::size_t time_width = 11;
constexpr std::size_t lane_width = 8;

class Diagram {
 public:
  Diagram(const sim::RunRecord& run, const Recording& recording, const std::vector<std::size_t>& rows,
          const Style& style)
      : run_(run), recording_(recording), rows_(rows), style_(style) {}

  std::string str() {
    if (rows_.empty()) return {};
    make_lanes();
    head();
    gather_notes();
    for (const std::size_t at : rows_) {
      const Row& row = recording_.rows[at];
      notes_until(row.ended);
      draw(row);
    }
    notes_until(sim::Instant::max());
    return std::move(out_);
  }

 private:
  struct Note {
    sim::Instant at{};
    std::string text;
  };

  void make_lanes() {
    std::set<std::uint32_t> nodes;
    for (const std::size_t at : rows_) {
      nodes.insert(recording_.rows[at].from.index);
      nodes.insert(recording_.rows[at].to.index);
    }
    for (const std::uint32_t node : nodes) lanes_.emplace(node, lanes_.size());
  }

  std::size_t column(sim::NodeId node) const { return lanes_.at(node.index) * lane_width + lane_width / 2; }
  std::size_t width() const { return lanes_.size() * lane_width; }

  void head() {
    std::string line(time_width, ' ');
    for (const auto& [node, lane] : lanes_) {
      std::string name = node < run_.node_names.size() ? harmless(run_.node_names[node]) : "?";
      if (width_of(name) > lane_width - 1) name = fitted(name, lane_width - 1);
      const std::size_t left = (lane_width - width_of(name)) / 2 + (width_of(name) % 2 == 0 ? 1 : 0);
      line += std::string(left, ' ') + name + std::string(lane_width - left - width_of(name), ' ');
    }
    end(line);
  }

  void gather_notes() {
    const sim::Instant first = recording_.rows[rows_.front()].began;
    const sim::Instant last = recording_.rows[rows_.back()].ended;
    for (const sim::FaultRecord& fault : run_.faults) {
      if (fault.affected == 0) continue;
      const std::string text = harmless(fault.description);
      if (fault.began >= first && fault.began <= last) notes_.push_back({fault.began, text});
      if (fault.ended > fault.began && fault.ended >= first && fault.ended <= last)
        notes_.push_back({fault.ended, "end of: " + text});
    }
    sim::stable_sort(notes_, [](const Note& a, const Note& b) { return a.at < b.at; });
  }

  void notes_until(sim::Instant at) {
    for (; told_ < notes_.size() && notes_[told_].at <= at; ++told_) {
      out_ += time_of(notes_[told_].at) + painted("~~ " + notes_[told_].text, Paint::warn, style_) + "\n";
    }
  }

  static std::string time_of(sim::Instant at) {
    return fmt::format("{:>9}  ", seconds(at.time_since_epoch()));
  }

  // Cells of one column each.
  std::vector<std::string> lines_of_lanes() const {
    std::vector<std::string> cells(width(), " ");
    for (const auto& [node, lane] : lanes_) cells[lane * lane_width + lane_width / 2] = "│";
    return cells;
  }

  void draw(const Row& row) {
    std::vector<std::string> cells = lines_of_lanes();
    if (row.kind == RowKind::message && row.from != row.to) {
      const std::size_t from = column(row.from);
      const std::size_t to = column(row.to);
      for (std::size_t i = std::min(from, to) + 1; i < std::max(from, to); ++i) cells[i] = "─";
      cells[from] = "●";
      cells[to] = from < to ? "▶" : "◀";
    } else {
      cells[column(row.to)] = row.kind == RowKind::synced ? "■" : "●";
    }
    std::string line = time_of(row.ended);
    for (const std::string& cell : cells) line += cell;
    line += " " + harmless(recording_.texts.at(row.type));
    if (row.kind == RowKind::synced) line += " on disk";
    end(line);
  }

  void end(std::string& line) {
    while (line.ends_with(' ')) line.pop_back();
    out_ += line + "\n";
  }

  const sim::RunRecord& run_;
  const Recording& recording_;
  const std::vector<std::size_t>& rows_;
  const Style& style_;
  std::map<std::uint32_t, std::size_t> lanes_;
  std::vector<Note> notes_;
  std::size_t told_ = 0;
  std::string out_;
};

}  // namespace

std::string space_time_text(const sim::RunRecord& run, const Recording& recording,
                            const std::vector<std::size_t>& rows, const Style& style) {
  return Diagram(run, recording, rows, style).str();
}

}  // namespace lightcone::reports::text

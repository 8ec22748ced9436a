#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <vector>

#include "reports/exports/exports.hpp"
#include "sim/value.hpp"

namespace lightcone::reports::exports {

namespace {

// One side of a message, or a step. Within the handling of an event its message is received before others are
// sent.
struct Moment {
  std::int64_t at;
  std::uint64_t event;
  bool sends;
  std::size_t row;

  auto key() const { return std::tuple(at, event, sends, row); }
};

class Log {
 public:
  Log(const sim::RunRecord& run, const Recording& recording, const Window& window)
      : run_(run), recording_(recording), clocks_(run.node_names.size()) {
    for (std::size_t i = 0; i < recording.rows.size(); ++i) add(i, window);
    std::sort(moments_.begin(), moments_.end(),
              [](const Moment& a, const Moment& b) { return a.key() < b.key(); });
  }

  std::string text() {
    std::string out = "(?<host>\\S*) (?<clock>{.*})\\n(?<event>.*)\n\n";
    for (const Moment& moment : moments_) append(moment, out);
    return out;
  }

 private:
  using Clock = std::map<std::uint32_t, std::uint64_t>;  // events by node

  void add(std::size_t i, const Window& window) {
    const Row& row = recording_.rows[i];
    const std::int64_t began = row.began.time_since_epoch().count();
    const std::int64_t ended = row.ended.time_since_epoch().count();
    const bool is_message = row.kind == RowKind::message;
    if (!window.contains(began)) return;
    if (is_message && row.fate != Fate::duplicate) moments_.push_back({began, row.cause, true, i});
    if (!is_message || (row.arrived() && window.contains(ended)))
      moments_.push_back({ended, row.number, false, i});
  }

  void append(const Moment& moment, std::string& out) {
    const Row& row = recording_.rows[moment.row];
    const std::uint32_t node = moment.sends ? row.from.index : row.to.index;
    if (node >= clocks_.size()) return;
    Clock& clock = clocks_[node];
    if (!moment.sends && row.kind == RowKind::message) {
      for (const auto& [other, count] : sent_[row.number]) clock[other] = std::max(clock[other], count);
    }
    ++clock[node];
    if (moment.sends) sent_[row.number] = clock;
    out += one_word(run_.node_names[node]) + " {";
    bool first = true;
    for (const auto& [other, count] : clock) {
      if (!first) out += ", ";
      first = false;
      sim::append_json_string(out, one_word(run_.node_names[other]));
      out += ": " + std::to_string(count);
    }
    out += "}\n" + what(row, moment) + "\n";
  }

  // Blanks separate a host from its clock, and lines separate events.
  static std::string one_word(std::string name) {
    for (char& c : name)
      if (static_cast<unsigned char>(c) <= ' ') c = '_';
    return name.empty() ? "_" : name;
  }
  static std::string one_line(std::string text) {
    for (char& c : text)
      if (static_cast<unsigned char>(c) < ' ') c = ' ';
    return text;
  }

  std::string what(const Row& row, const Moment& moment) const {
    const std::string& type = recording_.texts.at(row.type);
    const std::string& fields = recording_.texts.at(row.fields);
    std::string text = type;
    if (row.kind == RowKind::message) {
      const std::uint32_t peer = moment.sends ? row.to.index : row.from.index;
      const std::string name = peer < run_.node_names.size() ? run_.node_names[peer] : "?";
      text = fmt::format("{} {} {} {}", moment.sends ? "send" : "receive", type, moment.sends ? "to" : "from",
                         name);
      if (moment.sends && row.fate == Fate::lost) text += " (lost)";
    }
    return one_line(fields.empty() ? text : text + " " + fields);
  }

  const sim::RunRecord& run_;
  const Recording& recording_;
  std::vector<Moment> moments_;
  std::vector<Clock> clocks_;
  std::map<std::uint64_t, Clock> sent_;  // by message
};

}  // namespace

std::size_t messages_in(const Recording& recording, const Window& window) {
  return static_cast<std::size_t>(
      std::count_if(recording.rows.begin(), recording.rows.end(), [&](const Row& row) {
        return row.kind == RowKind::message && window.contains(row.began.time_since_epoch().count());
      }));
}

std::string shiviz(const sim::RunRecord& run, const Recording& recording, const Window& window) {
  return Log(run, recording, window).text();
}

}  // namespace lightcone::reports::exports

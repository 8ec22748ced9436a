#include "reports/recording/recorder.hpp"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "sim/finding.hpp"
#include "sim/observer.hpp"
#include "sim/trace/field_text.hpp"
#include "sim/units.hpp"

namespace lightcone::reports {

namespace {

// Longer texts are cut, visibly: a snapshot in a message says little to a reader.
constexpr std::size_t longest_text = 240;

std::string shortened(std::string text) {
  if (text.size() <= longest_text) return text;
  std::size_t end = longest_text;
  // Not inside a character of UTF-8.
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text + " …";
}

// The outermost fields of a process, each as one text.
class StateReader final : public sim::FieldVisitor {
 public:
  explicit StateReader(const sim::Simulation& simulation) : simulation_(simulation) {}

  void null(std::string_view name) override { put(name, "–"); }
  void flag(std::string_view name, bool value) override { put(name, value ? "yes" : "no"); }
  void integer(std::string_view name, std::int64_t value) override {
    put(name, fmt::format_int(value).c_str());
  }
  void text(std::string_view name, std::string_view value) override { put(name, value); }
  void node(std::string_view name, sim::NodeId value) override {
    put(name,
        value.index < simulation_.node_count() ? std::string_view(simulation_.node(value).node_name()) : "–");
  }
  void duration(std::string_view name, sim::Duration value) override { put(name, sim::to_text(value)); }
  void value(std::string_view name, const sim::Value& value) override { put(name, value.to_json()); }
  void open_object(std::string_view name) override { open(name, '{', '}'); }
  void open_list(std::string_view name) override { open(name, '[', ']'); }
  void close() override {
    fields_.back().second += closing_.back();
    closing_.pop_back();
    first_ = false;
  }

  const std::vector<std::pair<std::string, std::string>>& fields() const { return fields_; }

 private:
  void put(std::string_view name, std::string_view text) {
    if (closing_.empty()) {
      fields_.emplace_back(name, text);
      return;
    }
    std::string& whole = fields_.back().second;
    if (!first_) whole += ' ';
    first_ = false;
    if (!name.empty()) whole.append(name) += '=';
    whole += text;
  }
  void open(std::string_view name, char opening, char closing) {
    put(name, std::string_view(&opening, 1));
    closing_.push_back(closing);
    first_ = true;
  }

  const sim::Simulation& simulation_;
  std::vector<std::pair<std::string, std::string>> fields_;
  std::vector<char> closing_;
  bool first_ = true;
};

class StateMonitor final : public sim::Monitor {
 public:
  StateMonitor(const sim::Simulation& simulation, Recording& recording)
      : simulation_(simulation), recording_(recording) {}

  void after_event(sim::NodeId id) override {
    read_clock(id);
    const sim::Process* process = simulation_.node(id).process();
    if (process == nullptr) return;
    StateReader reader(simulation_);
    process->show(reader);
    if (known_.size() <= id.index) known_.resize(id.index + std::size_t{1});
    auto& known = known_[id.index];
    for (const auto& [name, text] : reader.fields()) {
      const std::uint32_t field = recording_.texts.number_of(name);
      const std::uint32_t value = recording_.texts.number_of(shortened(text));
      const auto [place, is_new] = known.try_emplace(field, value);
      if (!is_new && place->second == value) continue;
      place->second = value;
      recording_.changes.push_back({simulation_.now(), simulation_.current_event(), id, field, value});
    }
  }

 private:
  void read_clock(sim::NodeId id) {
    const sim::Instant now = simulation_.now();
    const sim::Duration error = simulation_.node(id).clock().error(now);
    if (errors_.size() <= id.index) errors_.resize(id.index + std::size_t{1});
    sim::Duration& last = errors_[id.index];
    const sim::Duration by = std::chrono::abs(error - last);
    if (by < std::chrono::milliseconds(1) || by < std::chrono::abs(last) / 50) return;
    last = error;
    recording_.clocks.push_back({now, id, error});
  }

  const sim::Simulation& simulation_;
  Recording& recording_;
  std::vector<std::map<std::uint32_t, std::uint32_t>> known_;  // by node: field, value
  std::vector<sim::Duration> errors_;                          // of clocks, by node: the last on record
};

class Recorder final : public sim::Observer {
 public:
  Recorder(sim::Simulation& simulation, Recording& recording)
      : simulation_(simulation), recording_(recording) {
    simulation_.observe(*this, sim::Interest::everything);
  }
  ~Recorder() override { simulation_.stop_observing(*this); }

  void on(const sim::Occurrence& occurrence) override {
    switch (occurrence.what) {
      case sim::Happening::sent:
        return sent(occurrence);
      case sim::Happening::lost:
        return arrived(occurrence, Fate::lost);
      case sim::Happening::delivered:
        return arrived(occurrence, Fate::delivered);
      case sim::Happening::timer:
        return step(occurrence, RowKind::timer);
      case sim::Happening::synced:
        return step(occurrence, RowKind::synced);
      case sim::Happening::woken:
        return step(occurrence, RowKind::woken);
      default:
        return;  // landmarks and faults stand in the run's record
    }
  }

 private:
  Row row_of(const sim::Occurrence& occurrence, RowKind kind) {
    Row row;
    row.kind = kind;
    row.number = occurrence.number;
    row.cause = occurrence.cause;
    row.began = row.ended = occurrence.at;
    row.from = row.to = occurrence.node;
    if (occurrence.type != nullptr) {
      row.type = recording_.texts.number_of(occurrence.type->name);
      if (recording_.rows.size() < most_rows_with_fields) {
        row.fields = recording_.texts.number_of(
            shortened(sim::fields_as_text(*occurrence.type, occurrence.fact, simulation_)));
      }
    }
    return row;
  }

  void step(const sim::Occurrence& occurrence, RowKind kind) {
    Row row = row_of(occurrence, kind);
    row.fate = Fate::delivered;
    recording_.rows.push_back(row);
  }

  void sent(const sim::Occurrence& occurrence) {
    Row row = row_of(occurrence, RowKind::message);
    row.to = occurrence.peer;
    under_way_[row.number] = recording_.rows.size();
    recording_.rows.push_back(row);
  }

  void arrived(const sim::Occurrence& occurrence, Fate fate) {
    const auto found = under_way_.find(occurrence.number);
    if (found == under_way_.end()) return;
    Row& first = recording_.rows[found->second];
    const std::uint32_t why = recording_.texts.number_of(occurrence.text);
    if (first.fate == Fate::under_way) {
      first.fate = fate;
      first.ended = occurrence.at;
      first.why = why;
      return;
    }
    // Another copy of what arrived before.
    Row copy = first;
    copy.fate = fate == Fate::lost ? Fate::lost : Fate::duplicate;
    copy.ended = occurrence.at;
    copy.why = why;
    recording_.rows.push_back(copy);
  }

  sim::Simulation& simulation_;
  Recording& recording_;
  std::map<std::uint64_t, std::size_t> under_way_;  // number, row; kept, since copies may come late
};

}  // namespace

std::uint32_t Texts::number_of(std::string_view text) {
  const auto found = numbers_.find(text);
  if (found != numbers_.end()) return found->second;
  const auto number = static_cast<std::uint32_t>(texts_.size());
  texts_.push_back(&numbers_.emplace(std::string(text), number).first->first);
  return number;
}

std::shared_ptr<void> record(sim::Simulation& simulation, Recording& into) {
  simulation.add_monitor(std::make_unique<StateMonitor>(simulation, into));
  return std::make_shared<Recorder>(simulation, into);
}

}  // namespace lightcone::reports

// The numbers of fields are those of Perfetto's protos/perfetto/trace/trace_packet.proto and track_event.
#include <algorithm>
#include <map>
#include <protozero/pbf_writer.hpp>
#include <tuple>
#include <vector>

#include "reports/exports/exports.hpp"
#include "reports/text/operations.hpp"
#include "sim/stable_sort.hpp"

namespace lightcone::reports::exports {

namespace {

using protozero::pbf_writer;

namespace trace {
constexpr protozero::pbf_tag_type packet = 1;
}
namespace packet {
constexpr protozero::pbf_tag_type timestamp = 8, sequence = 10, track_event = 11, sequence_flags = 13,
                                  track_descriptor = 60;
}
namespace descriptor {
constexpr protozero::pbf_tag_type uuid = 1, name = 2, parent = 5, counter = 8;
}
namespace event {
constexpr protozero::pbf_tag_type annotation = 4, type = 9, track = 11, category = 22, name = 23,
                                  counter_value = 30, flow = 47, ending_flow = 48;
}
namespace annotation {
constexpr protozero::pbf_tag_type text = 6, name = 10;
}

enum class Type : std::int32_t { slice_begin = 1, slice_end = 2, instant = 3, counter = 4 };

constexpr std::uint32_t our_sequence = 1;
constexpr std::uint64_t nodes_uuid = 1, faults_uuid = 2, metrics_uuid = 3, first_uuid = 16;

// An event of the trace, before it has its place in the order of time.
struct Entry {
  std::int64_t at = 0;
  Type type = Type::instant;
  std::uint64_t track = 0;
  std::string name{};
  std::string category{};
  std::string detail{};
  std::uint64_t flow = 0;  // 0: none
  bool flow_ends = false;
  std::int64_t value = 0;
};

// Of slices' ends and counters the track has the name.
Entry named(std::int64_t at, Type type, std::uint64_t track, std::string name, std::string category) {
  Entry entry;
  entry.at = at;
  entry.type = type;
  entry.track = track;
  entry.name = std::move(name);
  entry.category = std::move(category);
  return entry;
}

class Trace {
 public:
  Trace(const sim::RunRecord& run, const Recording& recording, const Window& window)
      : run_(run), recording_(recording), window_(window), writer_(out_) {}

  std::string bytes() {
    describe(nodes_uuid, "nodes", 0, false);
    describe(faults_uuid, "faults", 0, false);
    describe(metrics_uuid, "metrics", 0, false);
    for (std::size_t node = 0; node < run_.node_names.size(); ++node)
      describe(first_uuid + node, run_.node_names[node], nodes_uuid, false);
    next_uuid_ = first_uuid + run_.node_names.size();
    add_operations();
    add_messages();
    add_landmarks();
    add_faults();
    add_series();
    // Ends before beginnings, so that slices of a track that touch do not nest.
    sim::stable_sort(entries_, [](const Entry& a, const Entry& b) {
      return std::tuple(a.at, a.type != Type::slice_end) < std::tuple(b.at, b.type != Type::slice_end);
    });
    for (const Entry& entry : entries_) write(entry);
    return std::move(out_);
  }

 private:
  void describe(std::uint64_t uuid, const std::string& name, std::uint64_t parent, bool is_counter) {
    std::string body;
    pbf_writer track(body);
    track.add_uint64(descriptor::uuid, uuid);
    track.add_string(descriptor::name, name);
    if (parent != 0) track.add_uint64(descriptor::parent, parent);
    if (is_counter) track.add_message(descriptor::counter, std::string());
    pbf_writer in(writer_, trace::packet);
    in.add_uint32(packet::sequence, our_sequence);
    in.add_message(packet::track_descriptor, body);
  }

  void write(const Entry& entry) {
    std::string body;
    pbf_writer track_event(body);
    track_event.add_enum(event::type, static_cast<std::int32_t>(entry.type));
    track_event.add_uint64(event::track, entry.track);
    if (!entry.category.empty()) track_event.add_string(event::category, entry.category);
    if (!entry.name.empty()) track_event.add_string(event::name, entry.name);
    if (entry.type == Type::counter) track_event.add_int64(event::counter_value, entry.value);
    if (entry.flow != 0)
      track_event.add_fixed64(entry.flow_ends ? event::ending_flow : event::flow, entry.flow);
    if (!entry.detail.empty()) {
      pbf_writer detail(track_event, event::annotation);
      detail.add_string(annotation::text, entry.detail);
      detail.add_string(annotation::name, "fields");
    }
    pbf_writer in(writer_, trace::packet);
    in.add_uint64(packet::timestamp, static_cast<std::uint64_t>(entry.at));
    in.add_uint32(packet::sequence, our_sequence);
    if (first_) in.add_uint32(packet::sequence_flags, 1);  // nothing before this packet counts
    first_ = false;
    in.add_message(packet::track_event, body);
  }

  std::uint64_t track_of(sim::NodeId node) const { return first_uuid + node.index; }

  // A client does one operation at a time; one without an answer lasts until the next.
  void add_operations() {
    std::map<std::int64_t, std::int64_t> busy_until;  // what comes next, from the end
    for (std::size_t i = run_.history.size(); i-- > 0;) {
      const sim::Operation& operation = run_.history[i];
      const auto next = busy_until.find(operation.process);
      const std::int64_t limit = next == busy_until.end() ? run_.phases.end.count() : next->second;
      const std::int64_t end = std::max(std::min(operation.complete, limit), operation.invoke + 1);
      busy_until[operation.process] = operation.invoke;
      if (!window_.contains(operation.invoke)) continue;
      const auto client = sim::NodeId{static_cast<std::uint32_t>(operation.process)};
      Entry begin = named(operation.invoke, Type::slice_begin, track_of(client), operation.f, "operation");
      begin.detail = operation.key.to_json() + " " + operation.value.to_json() + " -> ";
      begin.detail += operation.outcome == sim::Outcome::ok ? operation.result.to_json()
                                                            : std::string(text::in_words(operation.outcome));
      entries_.push_back(std::move(begin));
      entries_.push_back(named(end, Type::slice_end, track_of(client), {}, {}));
    }
  }

  void add_messages() {
    std::uint64_t flow = 0;
    for (const Row& row : recording_.rows) {
      const std::int64_t began = row.began.time_since_epoch().count();
      const std::int64_t ended = row.ended.time_since_epoch().count();
      if (row.kind != RowKind::message || !window_.contains(began)) continue;
      const std::string& type = recording_.texts.at(row.type);
      const bool arrives = row.arrived() && window_.contains(ended);
      if (arrives) ++flow;
      Entry sent = named(began, Type::instant, track_of(row.from), "send " + type, "message");
      sent.detail = recording_.texts.at(row.fields);
      if (row.fate == Fate::lost) sent.name += " (lost)";
      if (arrives) sent.flow = flow;
      entries_.push_back(std::move(sent));
      if (!arrives) continue;
      Entry received = named(ended, Type::instant, track_of(row.to), type, "message");
      received.flow = flow;
      received.flow_ends = true;
      entries_.push_back(std::move(received));
    }
  }

  void add_landmarks() {
    for (const sim::Landmark& landmark : run_.landmarks) {
      const std::int64_t at = landmark.at.time_since_epoch().count();
      if (!window_.contains(at) || landmark.node.index >= run_.node_names.size()) continue;
      const bool is_mark = landmark.what == sim::Happening::mark;
      Entry entry = named(at, Type::instant, track_of(landmark.node),
                          is_mark ? landmark.name : words(landmark.what), is_mark ? "mark" : "life");
      entry.detail = landmark.text;
      entries_.push_back(std::move(entry));
    }
  }

  static std::string words(sim::Happening what) {
    switch (what) {
      case sim::Happening::started:
        return "started";
      case sim::Happening::crashed:
        return "crashed";
      case sim::Happening::paused:
        return "paused";
      case sim::Happening::resumed:
        return "resumed";
      default:
        return "event";
    }
  }

  // They overlap: each has a track.
  void add_faults() {
    for (const sim::FaultRecord& fault : run_.faults) {
      const std::int64_t began = fault.began.time_since_epoch().count();
      if (!window_.contains(began)) continue;
      const std::uint64_t uuid = next_uuid_++;
      describe(uuid, fault.kind, faults_uuid, false);
      Entry begin = named(began, Type::slice_begin, uuid, fault.description, "fault");
      begin.detail = fault.effect;
      entries_.push_back(std::move(begin));
      const std::int64_t ended = std::max(fault.ended.time_since_epoch().count(), began + 1);
      entries_.push_back(named(ended, Type::slice_end, uuid, {}, {}));
    }
  }

  void add_series() {
    for (const auto& [name, series] : run_.metrics.series) {
      const std::uint64_t uuid = next_uuid_++;
      describe(uuid, name, metrics_uuid, true);
      for (const auto& [at, value] : series.points) {
        const std::int64_t time = at.time_since_epoch().count();
        if (!window_.contains(time)) continue;
        Entry entry = named(time, Type::counter, uuid, {}, {});
        entry.value = value;
        entries_.push_back(std::move(entry));
      }
    }
  }

  const sim::RunRecord& run_;
  const Recording& recording_;
  const Window& window_;
  std::string out_;
  pbf_writer writer_;
  std::vector<Entry> entries_;
  std::uint64_t next_uuid_ = first_uuid;
  bool first_ = true;
};

}  // namespace

std::string perfetto(const sim::RunRecord& run, const Recording& recording, const Window& window) {
  return Trace(run, recording, window).bytes();
}

}  // namespace lightcone::reports::exports

#include "sim/trace/json_trace.hpp"

#include <fmt/format.h>

#include <iterator>

#include "sim/trace/field_text.hpp"

namespace lightcone::sim {

JsonTrace::JsonTrace(Simulation& simulation, Line line) : simulation_(simulation), line_(std::move(line)) {
  simulation_.observe(*this, Interest::everything);
}

JsonTrace::~JsonTrace() { simulation_.stop_observing(*this); }

void JsonTrace::on(const Occurrence& occurrence) {
  buffer_.clear();
  fmt::format_to(std::back_inserter(buffer_), R"({{"t":{},"n":{},"c":{},"what":"{}")",
                 occurrence.at.time_since_epoch().count(), occurrence.number, occurrence.cause,
                 detail::enumerator_name(occurrence.what));
  const auto add_node = [&](std::string_view key, NodeId node) {
    if (node == no_node) return;
    fmt::format_to(std::back_inserter(buffer_), R"(,"{}":)", key);
    append_json_string(buffer_, simulation_.node(node).node_name());
  };
  add_node("node", occurrence.node);
  add_node("peer", occurrence.peer);
  if (occurrence.type != nullptr) {
    fmt::format_to(std::back_inserter(buffer_), R"(,"type":"{}","fact":)", occurrence.type->name);
    append_fields_as_json(buffer_, *occurrence.type, occurrence.fact, simulation_);
  }
  if (!occurrence.text.empty()) {
    buffer_ += R"(,"text":)";
    append_json_string(buffer_, occurrence.text);
  }
  buffer_ += "}\n";
  line_(buffer_);
}

}  // namespace lightcone::sim

// A fault as a scenario file asks for it. All kinds share one struct; which fields go with which kind is in
// fault_descriptions(), and faults/validate.hpp holds a spec against that and against the run.
//
//   {"fault": "net.part", "at": "3s", "for": "2s", "groups": [["n1", "n2"], "others"]}
//   {"fault": "proc.crash", "at": "4s", "for": "1s", "node": "leader"}
//   {"fault": "net.hold", "id": "late", "when": "n1.sent(AppendEntries)", "from": "n1", "to": "*",
//    "message": "AppendEntries", "where": ["term=1"]}
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "faults/condition.hpp"
#include "faults/fault_name.hpp"
#include "faults/selector.hpp"
#include "faults/trigger.hpp"
#include "sim/drawn_duration.hpp"
#include "sim/fields.hpp"

namespace lightcone::faults {

// A partition that is drawn when it begins, among the nodes that the fault names (the servers).
enum class Shape : std::uint8_t {
  majority_minority,   // at random
  leader_in_minority,  // at random, the leader on the smaller side
  bridge,              // two halves, and one node that reaches both
  ring,                // each node reaches a majority, and no two nodes the same one
};
sim::Choices<Shape> choices_of(Shape);

// A link between two nodes: "n1-n2" in both directions, "n1->n2" in one.
struct LinkName {
  std::string from;
  std::string to;
  bool both_ways = true;

  static sim::Result<LinkName> from_text(std::string_view text);
  std::string text() const { return from + (both_ways ? "-" : "->") + to; }
};

enum class Unsynced : std::uint8_t { random_prefix_survives, lost };
sim::Choices<Unsynced> choices_of(Unsynced);

enum class Damaged : std::uint8_t { random, newest, oldest };
sim::Choices<Damaged> choices_of(Damaged);

struct FaultSpec {
  FaultName fault;
  std::optional<std::string> id;
  std::optional<sim::Duration> at;
  std::optional<Trigger> when;
  std::optional<sim::Duration> lasts;  // "for"
  std::optional<Selector> node;
  std::optional<std::vector<Selector>> groups;
  std::optional<Shape> shape;
  std::optional<std::vector<LinkName>> cut;
  std::optional<std::vector<LinkName>> keep;
  std::optional<sim::Duration> flap;
  std::optional<Selector> from;
  std::optional<Selector> to;
  std::optional<std::variant<std::string, std::vector<std::string>>> message;
  std::optional<std::vector<FieldCondition>> where;
  std::optional<sim::Ratio> share;
  std::optional<std::uint64_t> limit;
  std::optional<sim::DrawnDuration> delay;
  std::optional<sim::Bandwidth> bandwidth;
  std::optional<std::string> hold;
  std::optional<std::uint32_t> factor;
  std::optional<Unsynced> unsynced;
  std::optional<std::string> file;
  std::optional<Damaged> which;
  std::optional<std::uint64_t> count;
  std::optional<sim::Duration> by;
  std::optional<std::int64_t> ppm;
  // The run is sound even when this fault never happens or affects nothing, as those drawn at random do.
  bool may_miss = false;

  static const sim::FieldTable<FaultSpec>& fields();
};

}  // namespace lightcone::faults

template <>
struct lightcone::sim::WrittenAs<lightcone::faults::LinkName> {
  using Form = std::string;
  static constexpr std::string_view name = "link";
  static constexpr std::string_view doc = "\"n1-n2\": both directions; \"n1->n2\": one.";
  static std::optional<Mismatch> convert(const Form& form, faults::LinkName& out);
  static Form form_of(const faults::LinkName& link) { return link.text(); }
};

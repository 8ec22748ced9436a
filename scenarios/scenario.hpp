// A scenario: what somebody wrote down to be run. Plain structs with field tables; the tables parse, check,
// document and describe the file (scenarios/binding.hpp, scenarios/schema.hpp).
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "faults/nemesis.hpp"
#include "faults/spec.hpp"
#include "scenarios/lesson.hpp"
#include "sim/drawn_duration.hpp"
#include "sim/fields.hpp"
#include "sim/network/link_quality.hpp"
#include "sim/ratio.hpp"
#include "sim/ties.hpp"
#include "sim/time.hpp"
#include "sim/workload.hpp"

namespace lightcone::scenarios {

struct System {
  std::string model;
  std::string profile;  // empty: the model's first
  sim::Open parameters;
  std::vector<std::string> bugs;

  static const sim::FieldTable<System>& fields();
};

// Quality of links. Absent fields are taken from the quality that these links would have otherwise.
struct Links {
  std::optional<sim::DrawnDuration> latency;
  std::optional<sim::Bandwidth> bandwidth;
  std::optional<sim::Bytes> queue;
  std::optional<sim::Ratio> loss;
  std::optional<sim::Ratio> duplication;
  std::optional<sim::Ratio> reordering;
  std::optional<sim::Duration> reorder_by;
  std::optional<sim::Ratio> corruption;
  std::optional<sim::Transport> transport;

  // `base` with what is given here.
  sim::LinkQuality over(sim::LinkQuality base) const;
};

struct BetweenZones : Links {
  std::vector<std::string> zones;  // two, or one for the links within it

  static const sim::FieldTable<BetweenZones>& fields();
};

struct OneLink : Links {
  faults::LinkName link;

  static const sim::FieldTable<OneLink>& fields();
};

struct NetworkSection : Links {
  std::map<std::string, std::vector<std::string>> zones;  // name -> nodes; a rack is a zone of its own
  std::vector<BetweenZones> between;
  std::vector<OneLink> links;

  static const sim::FieldTable<NetworkSection>& fields();
};

// Departures from the defaults of one node.
struct NodeSection {
  std::optional<sim::Duration> clock_offset;
  std::optional<std::int64_t> clock_drift_ppm;
  std::optional<sim::DrawnDuration> sync;
  std::optional<sim::DrawnDuration> service;

  static const sim::FieldTable<NodeSection>& fields();
};

struct MachinesSection {
  sim::Duration clock_offset{};      // each node's is drawn from [-this, this]
  std::int64_t clock_drift_ppm = 0;  // likewise
  sim::DrawnDuration sync{sim::Duration(1'000'000)};
  sim::Bandwidth disk_bandwidth{200'000'000};
  sim::DrawnDuration service;
  sim::Duration time_poll = sim::Duration(30'000'000'000);
  sim::Duration time_uncertainty = sim::Duration(1'000'000);
  std::int64_t time_drift_ppm = 200;
  std::map<std::string, NodeSection> only;  // by node

  static const sim::FieldTable<MachinesSection>& fields();
};

struct TiesSection {
  sim::TiePolicy policy = sim::TiePolicy::fifo;
  sim::Duration quantum{};
  std::uint32_t changes = 3;
  std::uint64_t span = 10'000;

  static const sim::FieldTable<TiesSection>& fields();
};

struct Expectation {
  std::optional<std::string> anomaly;  // must be seen; absent: every claim must hold
  std::optional<std::string> claim;    // and by this claim

  static const sim::FieldTable<Expectation>& fields();
};

struct Scenario {
  std::string title;
  std::string question;
  std::string look_for;
  std::string meaning;
  System system;
  NetworkSection network;
  MachinesSection machines;
  sim::Workload workload;
  std::vector<faults::FaultSpec> faults;
  std::optional<faults::Nemesis> nemesis;
  TiesSection ties;
  sim::Duration warm_up = sim::Duration(1'000'000'000);
  sim::Duration length = sim::Duration(30'000'000'000);
  sim::Duration calm = sim::Duration(10'000'000'000);
  std::vector<std::string> claims;  // empty: all that the model makes without being asked
  std::vector<std::string> marks;   // must be seen
  Expectation expect;
  std::optional<Lesson> lesson;
  std::uint64_t seed = 1;

  static const sim::FieldTable<Scenario>& fields();
  sim::Phases phases() const;
};

}  // namespace lightcone::scenarios

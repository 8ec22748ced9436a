#include "scenarios/scenario.hpp"

#include <algorithm>

namespace lightcone::sim {

Choices<Transport> choices_of(Transport) {
  static constexpr Choice<Transport> all[] = {
      {Transport::datagram, {"datagram", "Each message on its own: lost, doubled and overtaken freely."}},
      {Transport::stream, {"stream", "In order, as over TCP: losses cost time, cuts stall."}},
  };
  return all;
}

Choices<TiePolicy> choices_of(TiePolicy) {
  static constexpr Choice<TiePolicy> all[] = {
      {TiePolicy::fifo, {"fifo", "The event that was scheduled first."}},
      {TiePolicy::random, {"random", "Any of them, by the seed."}},
      {TiePolicy::priorities,
       {"priorities", "By priorities of nodes that change at a few random points (PCT)."}},
  };
  return all;
}

}  // namespace lightcone::sim

namespace lightcone::scenarios {

using sim::field;
using sim::FieldTable;
using namespace std::chrono_literals;

namespace {

// A member of Links, as one of a struct derived from it.
template <class S, class M>
sim::FieldOf<S, M> link_field(std::string_view name, M Links::* member, std::string_view doc) {
  return {name, static_cast<M S::*>(member), doc};
}

// The fields that all kinds of links share, and those of their own.
template <class S, class... Own>
FieldTable<S> table_of_links(std::string_view name, std::string_view doc, const Own&... own) {
  return FieldTable<S>(
      name, doc, own..., link_field<S>("latency", &Links::latency, "One way, for each message."),
      link_field<S>("bandwidth", &Links::bandwidth, "Of the link; 0B/s for unlimited."),
      link_field<S>("queue", &Links::queue,
                    "A message that finds more than this waiting is lost; 0B for unlimited."),
      link_field<S>("loss", &Links::loss, "Share of messages lost.").probability(),
      link_field<S>("duplication", &Links::duplication, "Share of messages that arrive twice.").probability(),
      link_field<S>("reordering", &Links::reordering,
                    "Share of messages held back, so that others overtake them.")
          .probability(),
      link_field<S>("reorder_by", &Links::reorder_by, "By how much, at most."),
      link_field<S>("corruption", &Links::corruption, "Share of messages damaged; checksums find them.")
          .probability(),
      link_field<S>("transport", &Links::transport, "What carries the messages."));
}

}  // namespace

sim::LinkQuality Links::over(sim::LinkQuality base) const {
  if (latency) base.latency = latency->distribution();
  if (bandwidth) base.bytes_per_second = static_cast<std::uint64_t>(bandwidth->bytes_per_second);
  if (queue) base.queue_bytes = static_cast<std::uint64_t>(queue->count);
  if (loss) base.loss = *loss;
  if (duplication) base.duplication = *duplication;
  if (reordering) base.reordering = *reordering;
  if (reorder_by) base.reorder_by = *reorder_by;
  if (corruption) base.corruption = *corruption;
  if (transport) base.transport = *transport;
  return base;
}

const FieldTable<System>& System::fields() {
  static const FieldTable<System> table(
      "system", "What is deployed.",
      field("model", &System::model, "Name of the model; `lightcone list` shows them.")
          .required()
          .not_empty(),
      field("profile", &System::profile, "A named set of parameters of the model; empty for its first."),
      field("parameters", &System::parameters,
            "Parameters of the model; `lightcone doc MODEL` explains them."),
      field("bugs", &System::bugs, "Safeguards to switch off, by name."));
  return table;
}

const FieldTable<BetweenZones>& BetweenZones::fields() {
  static const FieldTable<BetweenZones> table = table_of_links<BetweenZones>(
      "between_zones", "Links between two zones, in both directions, or within one.",
      field("zones", &BetweenZones::zones, "Two zones, or one for the links within it.")
          .required()
          .count_at_least(1)
          .count_at_most(2));
  return table;
}

const FieldTable<OneLink>& OneLink::fields() {
  static const FieldTable<OneLink> table = table_of_links<OneLink>(
      "one_link", "One link.",
      field("link", &OneLink::link, "\"n1->n2\", or \"n1-n2\" for both directions.").required());
  return table;
}

const FieldTable<NetworkSection>& NetworkSection::fields() {
  static const FieldTable<NetworkSection> table = table_of_links<NetworkSection>(
      "network", "The network: the quality of all links, then of those between zones, then of single ones.",
      field("zones", &NetworkSection::zones,
            "Zones (or racks) by name, each a list of nodes. The others have none."),
      field("between", &NetworkSection::between, "Links between zones."),
      field("links", &NetworkSection::links, "Single links."));
  return table;
}

const FieldTable<NodeSection>& NodeSection::fields() {
  static const FieldTable<NodeSection> table(
      "machine", "What is different about one node.",
      field("clock_offset", &NodeSection::clock_offset, "Wall clock minus true time at the start.")
          .may_be_negative(),
      field("clock_drift_ppm", &NodeSection::clock_drift_ppm, "How much too fast its clocks run.")
          .at_least(-100'000)
          .at_most(100'000),
      field("sync", &NodeSection::sync, "Latency of a sync."),
      field("service", &NodeSection::service, "Time that each event takes."));
  return table;
}

const FieldTable<MachinesSection>& MachinesSection::fields() {
  static const FieldTable<MachinesSection> table(
      "machines", "Clocks, disks and speed of the nodes.",
      field("clock_offset", &MachinesSection::clock_offset,
            "Wall clocks are off by up to this, either way, drawn for each node."),
      field("clock_drift_ppm", &MachinesSection::clock_drift_ppm,
            "Clocks run too fast or too slow by up to this, drawn for each node.")
          .at_least(0)
          .at_most(100'000),
      field("sync", &MachinesSection::sync, "Latency of a sync of the disk."),
      field("disk_bandwidth", &MachinesSection::disk_bandwidth, "Of the disk; 0B/s for unlimited."),
      field("service", &MachinesSection::service,
            "Time that a node works on each event before it takes effect, one at a time."),
      field("time_poll", &MachinesSection::time_poll, "TrueTime: between two polls of the time masters.")
          .at_least(1ms),
      field("time_uncertainty", &MachinesSection::time_uncertainty,
            "TrueTime: uncertainty right after a poll."),
      field("time_drift_ppm", &MachinesSection::time_drift_ppm, "TrueTime: drift assumed between polls.")
          .at_least(0)
          .at_most(100'000),
      field("only", &MachinesSection::only, "Departures of single nodes, by name."));
  return table;
}

const FieldTable<TiesSection>& TiesSection::fields() {
  static const FieldTable<TiesSection> table(
      "ties", "Who goes first among events that are due at the same instant.",
      field("policy", &TiesSection::policy, "Who goes first."),
      field("quantum", &TiesSection::quantum,
            "Messages arrive at multiples of this, so that there are ties; 0 for any time."),
      field("changes", &TiesSection::changes, "priorities: how often the running node's priority drops."),
      field("span", &TiesSection::span, "priorities: among how many choices the changes are spread.")
          .at_least(1));
  return table;
}

const FieldTable<Expectation>& Expectation::fields() {
  static const FieldTable<Expectation> table(
      "expectation", "What the run must show.",
      field("anomaly", &Expectation::anomaly, "This anomaly must be seen. Absent: every claim must hold."),
      field("claim", &Expectation::claim, "It must break this claim."));
  return table;
}

const FieldTable<Scenario>& Scenario::fields() {
  using S = Scenario;
  static const auto table =
      FieldTable<Scenario>(
          "scenario", "A scenario of Lightcone.",
          field("title", &S::title, "A few words.").required().not_empty(),
          field("question", &S::question, "What one should ask oneself before running it."),
          field("look_for", &S::look_for, "What to look for in the report."),
          field("meaning", &S::meaning, "What it means."),
          field("system", &S::system, "What is deployed.").required(),
          field("network", &S::network, "Links and zones."),
          field("machines", &S::machines, "Clocks, disks and speed of the nodes."),
          field("workload", &S::workload, "What clients do."),
          field("faults", &S::faults, "What goes wrong, at fixed times or on triggers."),
          field("nemesis", &S::nemesis, "Faults drawn at random from the seed."),
          field("ties", &S::ties, "Who goes first among events at the same instant."),
          field("warm_up", &S::warm_up, "Random faults begin after this."),
          field("length", &S::length, "Of the whole run, in simulated time.").at_least(1ms).at_most(100h),
          field("calm", &S::calm,
                "The last part of the run: all faults have ended, and the system must recover."),
          field("claims", &S::claims, "Claims to judge; empty for all that the model makes."),
          field("marks", &S::marks, "Marks that must be seen, or the run tested nothing."),
          field("expect", &S::expect, "What the run must show."),
          field("lesson", &S::lesson, "A lesson on what it shows."),
          field("seed", &S::seed, "Decides everything that is left to chance.").at_most(INT64_MAX))
          .must("calm is shorter than length", "calm", [](const S& s) { return s.calm < s.length; })
          .must("warm_up ends before the calm begins", "warm_up",
                [](const S& s) { return s.warm_up <= s.length - s.calm; });
  return table;
}

// The load goes on into the calm, so that recovery can be seen, and ends in time for a read of everything.
sim::Phases Scenario::phases() const {
  sim::Phases phases;
  phases.faults_begin = warm_up;
  phases.heal = length - calm;
  phases.load_ends = length - calm / 4;
  phases.final_reads = length - calm / 5;
  phases.end = length;
  return phases;
}

}  // namespace lightcone::scenarios

#include "faults/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace lightcone::faults {

using sim::Duration;
using sim::FaultRecord;
using sim::Happening;
using sim::Instant;
using sim::Interest;
using sim::NodeId;

Plan::Plan(World world, std::vector<FaultSpec> specs, Duration heal)
    : world_(std::move(world)),
      specs_(std::move(specs)),
      heal_(heal),
      afflictions_(world_),
      entries_(specs_.size()) {}

Plan::~Plan() {
  stop_listening();
  occasions_.clear();
}

void Plan::install() {
  bool listens[2] = {};
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    if (specs_[i].when) {
      listens[static_cast<std::size_t>(specs_[i].when->interest())] = true;
    } else {
      world_.simulation.at(Instant(*specs_[i].at), [this, i] { begin(i); });
    }
  }
  for (Ear* ear : {&landmarks_, &everything_}) {
    const Interest interest = ear == &landmarks_ ? Interest::landmarks : Interest::everything;
    if (listens[static_cast<std::size_t>(interest)]) world_.simulation.observe(*ear, interest);
  }
  world_.simulation.at(heal_, [this] { heal(); });
}

// --- triggers ---------------------------------------------------------------------------------------------

bool Plan::is_armed(std::size_t spec) const {
  return specs_[spec].when && entries_[spec].fired < specs_[spec].when->times;
}

void Plan::hear(const sim::Occurrence& occurrence, Interest interest) {
  if (is_healed_) return;
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    if (!is_armed(i) || specs_[i].when->interest() != interest) continue;
    const Trigger& when = *specs_[i].when;
    if (specs_[i].at && occurrence.at < Instant(*specs_[i].at)) continue;
    if (when.after && !begun_.contains(*when.after)) continue;
    if (!when.matches(occurrence, world_)) continue;
    if (++entries_[i].matches < when.nth) continue;
    ++entries_[i].fired;
    world_.simulation.after(when.delay, [this, i] { begin(i); });
  }
}

void Plan::stop_listening() {
  world_.simulation.stop_observing(everything_);
  world_.simulation.stop_observing(landmarks_);
}

// --- begin and end -----------------------------------------------------------------------------------------

// Whom "random" means must not change when another fault is taken out of the list.
std::string Plan::stream_name(std::size_t spec) const {
  const FaultSpec& asked = specs_[spec];
  if (asked.id) return *asked.id;
  const std::string start = asked.at ? sim::to_text(*asked.at) : asked.when->text();
  return fmt::format("{} {}", asked.fault.text(), start);
}

void Plan::begin(std::size_t spec) {
  if (is_healed_ || begins_no_more_) return;
  const FaultSpec& asked = specs_[spec];
  const Setting setting{
      world_, afflictions_,
      world_.simulation.stream("faults").split(stream_name(spec)).split(entries_[spec].begun),
      [this](const std::optional<std::string>& hold) { return release(hold); }};
  ++entries_[spec].begun;
  if (asked.id) ++begun_[*asked.id];
  const std::size_t occasion = occasions_.size();
  const Instant now = world_.simulation.now();
  occasions_.push_back({spec, make_fault(asked, setting), now, now});
  Fault& fault = *occasions_.back().fault;
  world_.simulation.announce(Happening::fault_began, sim::no_node, fault.description());
  fault.begin();
  if (describe(asked.fault.kind).length == Length::none) {
    occasions_[occasion].is_over = true;
    return;
  }
  if (asked.lasts) {
    world_.simulation.after(*asked.lasts, [this, occasion] { end(occasion); });
  } else if (asked.fault.kind == FaultKind::ask) {
    occasions_[occasion].is_over = true;
  }
  if (asked.flap) flap(occasion, *asked.flap);
}

void Plan::flap(std::size_t occasion, Duration period) {
  world_.simulation.after(period, [this, occasion, period] {
    if (occasions_[occasion].is_over) return;
    occasions_[occasion].fault->rest();
    world_.simulation.after(period, [this, occasion, period] {
      if (occasions_[occasion].is_over) return;
      occasions_[occasion].fault->act();
      flap(occasion, period);
    });
  });
}

void Plan::end(std::size_t occasion) {
  Occasion& ending = occasions_[occasion];
  if (std::exchange(ending.is_over, true)) return;
  ending.ended = world_.simulation.now();
  ending.fault->end();
  world_.simulation.announce(Happening::fault_ended, sim::no_node, ending.fault->description());
}

std::uint64_t Plan::release(const std::optional<std::string>& hold) {
  std::uint64_t released = 0;
  for (std::size_t i = 0; i < occasions_.size(); ++i) {
    const FaultSpec& asked = specs_[occasions_[i].spec];
    if (asked.fault.kind != FaultKind::net_hold || occasions_[i].is_over) continue;
    if (hold && asked.id != hold) continue;
    released += occasions_[i].fault->affected();
    end(i);
  }
  return released;
}

void Plan::heal() {
  is_healed_ = true;
  stop_listening();
  for (std::size_t i = 0; i < occasions_.size(); ++i) end(i);
  for (std::uint32_t i = 0; i < world_.simulation.node_count(); ++i) {
    const NodeId node{i};
    world_.simulation.resume(node);
    if (!afflictions_.is_given_up(node)) world_.simulation.restart(node);
  }
}

// --- what became of it -------------------------------------------------------------------------------------

FaultRecord Plan::record(const Occasion& occasion) const {
  const Fault& fault = *occasion.fault;
  const Instant ended = occasion.is_over ? occasion.ended : world_.simulation.now();
  return {specs_[occasion.spec].fault.text(),
          fault.description(),
          occasion.began,
          ended,
          fault.affected(),
          fault.effect(),
          fault.nodes()};
}

FaultRecord Plan::record_of_absence(std::size_t spec) const {
  const FaultSpec& asked = specs_[spec];
  FaultRecord out;
  out.kind = asked.fault.text();
  if (!asked.when) {
    out.description = "at " + sim::to_text(*asked.at);
    out.effect = "never began: the run healed or ended before";
    return out;
  }
  out.description = "when " + asked.when->text();
  const std::uint64_t matches = entries_[spec].matches;
  if (entries_[spec].fired > 0) {
    out.effect = "never began: the run healed or ended within the trigger's delay";
  } else if (matches > 0) {
    out.effect =
        fmt::format("never began: its trigger matched {}, not {}", counted(matches, "time"), asked.when->nth);
  } else if (asked.when->after && !begun_.contains(*asked.when->after)) {
    out.effect = fmt::format("never began: {} did not begin before", *asked.when->after);
  } else {
    out.effect = "never began: its trigger never matched";
  }
  return out;
}

std::vector<FaultRecord> Plan::records() const {
  std::vector<FaultRecord> out;
  for (const Occasion& occasion : occasions_) out.push_back(record(occasion));
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    if (entries_[i].begun == 0) out.push_back(record_of_absence(i));
  }
  return out;
}

std::vector<FaultRecord> Plan::misses() const {
  std::vector<std::uint64_t> affected(specs_.size(), 0);
  for (const Occasion& occasion : occasions_) affected[occasion.spec] += occasion.fault->affected();
  std::vector<FaultRecord> out;
  for (const Occasion& occasion : occasions_) {
    if (affected[occasion.spec] == 0 && !specs_[occasion.spec].may_miss) out.push_back(record(occasion));
  }
  for (std::size_t i = 0; i < specs_.size(); ++i) {
    if (entries_[i].begun == 0 && !specs_[i].may_miss) out.push_back(record_of_absence(i));
  }
  return out;
}

}  // namespace lightcone::faults

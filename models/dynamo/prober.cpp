#include "models/dynamo/prober.hpp"

#include <utility>

namespace lightcone::models::dynamo {

using parts::gossip::Swim;

namespace {

Swim::Options options_of(const Parameters& parameters) {
  Swim::Options options;
  options.helpers = static_cast<std::size_t>(parameters.indirect_probes);
  options.suspicion = static_cast<std::uint32_t>(parameters.suspicion_periods);
  return options;
}

// Numbers of pings for others do not meet those of our own.
constexpr std::uint64_t is_relay = std::uint64_t{1} << 63U;
constexpr std::size_t relays_kept = 64;

}  // namespace

Prober::Prober(sim::Env& env, const Parameters& parameters)
    : env_(env),
      parameters_(parameters),
      swim_(env.self(), {}, options_of(parameters), env.stream("probes")) {}

void Prober::start() {
  if (parameters_.detector == Detector::swim) env_.after(parameters_.gossip_every, ProbeDue{});
}

void Prober::watch(const std::vector<NodeId>& others) { swim_.set_others(others); }

void Prober::on(const ProbeDue&) {
  env_.after(parameters_.gossip_every, ProbeDue{});
  const auto probe = swim_.begin_period();
  count();
  if (!probe) return;
  env_.send(probe->target, Probe{probe->number, swim_.updates_for(probe->target)});
  env_.after(parameters_.probe_timeout, ProbeLate{probe->number});
}

void Prober::on(const ProbeLate& late) {
  if (late.number != swim_.probe().number) return;
  for (const NodeId helper : swim_.ask_others())
    env_.send(helper, ProbeFor{late.number, swim_.probe().target, swim_.updates_for(helper)});
}

void Prober::on(const Probe& probe, const sim::From& from) {
  hear(probe.updates);
  env_.send(from.node, ProbeAnswer{probe.number, swim_.updates_for(from.node)});
}

void Prober::on(const ProbeFor& request, const sim::From& from) {
  hear(request.updates);
  const std::uint64_t number = ++next_relay_ | is_relay;
  relays_[number] = {from.node, request.number};
  if (relays_.size() > relays_kept) relays_.erase(relays_.begin());
  env_.send(request.target, Probe{number, swim_.updates_for(request.target)});
}

void Prober::on(const ProbeAnswer& answer, const sim::From&) {
  hear(answer.updates);
  if ((answer.number & is_relay) == 0) {
    swim_.acknowledged(answer.number);
    return;
  }
  const auto asked = relays_.find(answer.number);
  if (asked == relays_.end()) return;
  env_.send(asked->second.by, ProbeAnswer{asked->second.number, swim_.updates_for(asked->second.by)});
  relays_.erase(asked);
}

void Prober::hear(const std::vector<Swim::Update>& updates) {
  swim_.hear(updates);
  count();
}

void Prober::count() {
  const Swim::Counts now = swim_.counts();
  const auto more = [this](std::string_view name, std::uint64_t before, std::uint64_t after) {
    if (after > before) env_.metrics().count(name, after - before);
  };
  more("suspicions", counted_.suspicions, now.suspicions);
  more("suspicions refuted", counted_.refuted, now.refuted);
  more("taken to be down", counted_.down, now.down);
  counted_ = now;
}

}  // namespace lightcone::models::dynamo

#include "scenarios/run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "faults/nemesis.hpp"
#include "faults/plan.hpp"
#include "faults/world.hpp"
#include "scenarios/landmarks.hpp"

namespace lightcone::scenarios {

namespace {

sim::Ties ties_of(const TiesSection& section) {
  return {section.policy, section.quantum, section.changes, section.span};
}

// Nodes, links and processes of one run.
class Deployed {
 public:
  Deployed(const Loaded& loaded, std::uint64_t seed)
      : loaded_(loaded),
        phases_(loaded.scenario.phases()),
        simulation_(seed, ties_of(loaded.scenario.ties)),
        deployment_{simulation_, loaded_.scenario.workload, phases_, loaded_.bugs} {
    number_zones();
    add_nodes();
    set_up_network();
    loaded_.model->watch(loaded_.parameters.get(), deployment_);
  }

  sim::Simulation& simulation() { return simulation_; }
  const sim::Phases& phases() const { return phases_; }

 private:
  void number_zones() {
    sim::Network::Place next = 1;  // 0: in no zone
    for (const auto& [zone, nodes] : loaded_.scenario.network.zones) {
      zones_.emplace(zone, next);
      for (const std::string& node : nodes) place_of_.emplace(node, next);
      ++next;
    }
  }

  void add_nodes() {
    for (const sim::Role& role : loaded_.model->roles(loaded_.parameters.get(), loaded_.scenario.workload)) {
      for (std::int64_t i = 0; i < role.count; ++i) {
        const std::string name = fmt::format("{}{}", role.prefix, i + 1);
        // The factory is asked for when the node starts: by then all nodes exist.
        sim::NodeSpec spec(name, role.name, [this, role_name = role.name, i](sim::Env& env) {
          return loaded_.model->process(loaded_.parameters.get(), deployment_, role_name,
                                        static_cast<std::size_t>(i))(env);
        });
        describe_machine(spec);
        simulation_.add_node(std::move(spec));
      }
    }
  }

  void describe_machine(sim::NodeSpec& spec) const {
    const MachinesSection& machines = loaded_.scenario.machines;
    sim::Stream chance = simulation_.stream("machines").split(spec.name);
    spec.clock_offset = chance.between(-machines.clock_offset, machines.clock_offset);
    spec.clock_drift_ppb = 1'000 * chance.between(-machines.clock_drift_ppm, machines.clock_drift_ppm);
    spec.true_time = {machines.time_poll, machines.time_uncertainty, machines.time_drift_ppm * 1'000};
    spec.disk.sync_latency = machines.sync.distribution();
    spec.disk.bytes_per_second = static_cast<std::uint64_t>(machines.disk_bandwidth.bytes_per_second);
    spec.service = machines.service.distribution();
    if (const auto place = place_of_.find(spec.name); place != place_of_.end()) spec.place = place->second;
    const auto own = machines.only.find(spec.name);
    if (own == machines.only.end()) return;
    const NodeSection& section = own->second;
    if (section.clock_offset) spec.clock_offset = *section.clock_offset;
    if (section.clock_drift_ppm) spec.clock_drift_ppb = *section.clock_drift_ppm * 1'000;
    if (section.sync) spec.disk.sync_latency = section.sync->distribution();
    if (section.service) spec.service = section.service->distribution();
  }

  void set_up_network() {
    const NetworkSection& section = loaded_.scenario.network;
    sim::Network& network = simulation_.network();
    const sim::LinkQuality usual = section.over(sim::LinkQuality{});
    network.set_default(usual);
    for (const BetweenZones& between : section.between) {
      const sim::Network::Place from = zones_.at(between.zones.front());
      const sim::Network::Place to = zones_.at(between.zones.back());
      network.set_between(from, to, between.over(usual));
      network.set_between(to, from, between.over(usual));
    }
    for (const OneLink& one : section.links) {
      const sim::NodeId from = simulation_.find_node(one.link.from);
      const sim::NodeId to = simulation_.find_node(one.link.to);
      network.set_link(from, to, one.over(network.quality(from, to)));
      if (one.link.both_ways) network.set_link(to, from, one.over(network.quality(to, from)));
    }
  }

  const Loaded& loaded_;
  sim::Phases phases_;
  std::map<std::string, sim::Network::Place> zones_;
  std::map<std::string, sim::Network::Place> place_of_;
  sim::Simulation simulation_;
  sim::Deployment deployment_;
};

// Those that the file asks for, and those that the nemesis draws.
std::vector<faults::FaultSpec> faults_of(const Loaded& loaded, sim::Simulation& simulation,
                                         const sim::Phases& phases) {
  std::vector<faults::FaultSpec> specs = loaded.scenario.faults;
  if (!loaded.scenario.nemesis) return specs;
  const faults::Scale scale{phases, 2 * simulation.network().longest_latency(),
                            loaded.model->longest_timeout(loaded.parameters.get())};
  const faults::Census census = faults::Census::of(simulation, *loaded.model, phases);
  for (faults::FaultSpec& drawn :
       faults::draw_faults(*loaded.scenario.nemesis, scale, census, simulation.stream("nemesis"))) {
    specs.push_back(std::move(drawn));
  }
  return specs;
}

void take_fork(sim::Simulation& simulation, faults::Plan& plan, const Fork& fork) {
  simulation.run_until(sim::Instant(fork.at));
  simulation.network().deal_anew(fork.luck, simulation.network().longest_latency());
  if (!fork.has_faults) plan.begin_no_more();
}

// False when `progress` says that enough is enough.
bool run_to_the_end(sim::Simulation& simulation, faults::Plan& plan, const sim::Phases& phases,
                    const RunOptions& options) {
  constexpr int slices = 100;
  bool has_forked = !options.fork;
  for (int slice = 1; slice <= slices; ++slice) {
    const sim::Duration until = phases.end / slices * slice;
    if (!has_forked && options.fork->at < until) {
      take_fork(simulation, plan, *options.fork);
      has_forked = true;
    }
    simulation.run_until(sim::Instant(until));
    const Progress progress{simulation.now().time_since_epoch(), phases.end, simulation.executed()};
    if (options.progress && !options.progress(progress)) return false;
  }
  simulation.run_until(sim::Instant(phases.end));
  simulation.finish();
  return true;
}

std::vector<std::string> marks_not_seen(const Loaded& loaded, const std::vector<sim::Landmark>& landmarks) {
  std::vector<std::string> missing;
  for (const std::string& mark : loaded.scenario.marks) {
    const bool seen = std::any_of(landmarks.begin(), landmarks.end(),
                                  [&](const sim::Landmark& landmark) { return landmark.name == mark; });
    if (!seen) missing.push_back(mark);
  }
  return missing;
}

// Faults that no system of this kind is asked to withstand.
std::vector<std::string> broken_assumptions(const std::vector<sim::FaultRecord>& records) {
  std::vector<std::string> broken;
  for (const sim::FaultRecord& record : records) {
    if (record.kind == "disk.lie" && record.affected > 0) broken.push_back(record.description);
  }
  return broken;
}

void describe_scenario(const Loaded& loaded, sim::RunRecord& record) {
  record.scenario = loaded.scenario.title;
  record.file = loaded.file;
  record.question = loaded.scenario.question;
  record.look_for = loaded.scenario.look_for;
  record.meaning = loaded.scenario.meaning;
  record.model = loaded.model->name();
  record.profile = loaded.profile;
  for (sim::BugSwitch& bug : loaded.model->bugs()) {
    if (loaded.bugs.contains(bug.name)) record.bugs.push_back(std::move(bug));
  }
  record.claims = claims_to_judge(loaded);
  record.node_names = loaded.node_names;
  record.node_roles = loaded.node_roles;
  record.expected_anomaly = loaded.scenario.expect.anomaly.value_or("");
  record.expected_claim = loaded.scenario.expect.claim.value_or("");
  record.longest_timeout = loaded.model->longest_timeout(loaded.parameters.get());
}

}  // namespace

std::vector<sim::Claim> claims_to_judge(const Loaded& loaded) {
  const std::vector<std::string>& wanted = loaded.scenario.claims;
  std::vector<sim::Claim> claims = loaded.model->claims(loaded.parameters.get(), loaded.bugs);
  std::erase_if(claims, [&](const sim::Claim& claim) {
    if (wanted.empty()) return claim.only_on_request && claim.id != loaded.scenario.expect.claim;
    return std::find(wanted.begin(), wanted.end(), claim.id) == wanted.end();
  });
  return claims;
}

std::optional<sim::RunRecord> run(const Loaded& loaded, const RunOptions& options) {
  Deployed deployed(loaded, options.seed);
  sim::Simulation& simulation = deployed.simulation();
  const sim::Phases& phases = deployed.phases();
  std::vector<faults::FaultSpec> specs = faults_of(loaded, simulation, phases);
  if (options.planned) options.planned(specs);
  faults::Plan plan(faults::World::of(simulation, *loaded.model), std::move(specs), phases.heal);
  LandmarkKeeper landmarks(simulation);
  const std::shared_ptr<void> attached = options.attach ? options.attach(simulation) : nullptr;

  plan.install();
  simulation.start();
  if (!run_to_the_end(simulation, plan, phases, options)) return std::nullopt;

  sim::RunRecord record;
  describe_scenario(loaded, record);
  record.seed = options.seed;
  record.fingerprint = simulation.fingerprint();
  record.events = simulation.executed();
  record.phases = phases;
  record.longest_round_trip = 2 * simulation.network().longest_latency();
  record.findings = simulation.findings();
  record.wrong_clocks = simulation.wrong_clocks();
  for (auto i = static_cast<std::uint32_t>(record.node_names.size()); i < simulation.node_count(); ++i) {
    record.node_names.push_back(simulation.node({i}).node_name());  // copies, which faults made
    record.node_roles.push_back(simulation.node({i}).role());
  }
  record.faults = plan.records();
  record.missed_faults = plan.misses();
  record.landmarks = landmarks.take();
  record.missing_marks = marks_not_seen(loaded, record.landmarks);
  record.broken_assumptions = broken_assumptions(record.faults);
  record.metrics = simulation.metrics().take();
  record.script = simulation.history().take_script();
  record.history = simulation.history().take();
  return record;
}

}  // namespace lightcone::scenarios

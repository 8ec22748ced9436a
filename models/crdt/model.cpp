// Replicated data types as a model: parameters, profiles, bug switches, and who runs where.
#include "models/crdt/model.hpp"

#include "models/crdt/claims.hpp"
#include "models/crdt/client.hpp"
#include "models/crdt/server.hpp"
#include "models/parts/placement.hpp"

namespace lightcone::models::crdt {

sim::Choices<Type> choices_of(Type) {
  static constexpr sim::Choice<Type> all[] = {
      {Type::gcounter, {"gcounter", "A counter that grows: an entry for each replica."}},
      {Type::pncounter, {"pncounter", "A counter that goes up and down."}},
      {Type::bounded_counter,
       {"bounded_counter", "A counter that is never below zero: shares of it are held."}},
      {Type::lwwmap, {"lwwmap", "A map in which the write with the latest stamp remains."}},
      {Type::orset, {"orset", "A set in which additions win over removals that have not seen them."}},
      {Type::rga, {"rga", "A text that many type into."}},
  };
  return all;
}

sim::Choices<Mode> choices_of(Mode) {
  static constexpr sim::Choice<Mode> all[] = {
      {Mode::state, {"state", "All that a replica has, now and then."}},
      {Mode::delta, {"delta", "What an update changed, in any order and as often as it comes."}},
      {Mode::op, {"op", "Each update once, after those that its replica knew of."}},
  };
  return all;
}

sim::Choices<Removals> choices_of(Removals) {
  static constexpr sim::Choice<Removals> all[] = {
      {Removals::context, {"context", "What is known and not there was removed."}},
      {Removals::tombstones, {"tombstones", "A removal leaves a tombstone, until all have seen it."}},
  };
  return all;
}

const sim::FieldTable<Parameters>& Parameters::fields() {
  using P = Parameters;
  using namespace std::chrono_literals;
  static const auto table =
      sim::FieldTable<Parameters>(
          "crdt_parameters", "Replicas that answer alone and agree afterwards.",
          sim::field("servers", &P::servers, "How many replicas there are.").at_least(1).at_most(31),
          sim::field("type", &P::type, "What the objects are."),
          sim::field("mode", &P::mode, "What replicas tell each other."),
          sim::field("removals", &P::removals, "How a set knows what was removed."),
          sim::field("gossip_every", &P::gossip_every, "Between two messages to the next replica.")
              .at_least(1ms)
              .at_most(1h),
          sim::field("gc_after", &P::gc_after, "For which a tombstone is kept at least.")
              .at_least(1ms)
              .at_most(2400h),
          sim::field("clock_resolution", &P::clock_resolution, "Of the stamps of writes to a map.")
              .at_most(1h),
          sim::field("elements", &P::elements, "How many elements clients put into a set.")
              .at_least(1)
              .at_most(1000),
          sim::field("share_timeout", &P::share_timeout,
                     "For which a replica waits for a share of a counter.")
              .at_least(1ms)
              .at_most(60s))
          .must("tombstones are collected in mode state alone", "removals", [](const P& p) {
            return p.removals == Removals::context || p.type != Type::orset || p.mode == Mode::state;
          });
  return table;
}

Safeguards safeguards_without(const sim::BugSet& bugs) {
  const auto on = [&](std::string_view bug) { return !bugs.contains(bug); };
  Safeguards safe;
  safe.entry_a_replica = on("crdt.counter-max-total");
  safe.applied_once = on("crdt.counter-plain-add");
  safe.fresh_incarnation = on("crdt.replica-id-reuse");
  safe.removes_what_it_saw = on("crdt.orset-remove-by-value");
  safe.stable_before_gc = on("crdt.orset-gc-early");
  safe.stamps_differ = on("crdt.lww-no-tiebreak");
  safe.siblings_are_ordered = on("crdt.rga-no-tiebreak");
  safe.causal_delivery = on("crdt.rga-no-causal");
  safe.places_are_a_tree = on("crdt.fractional-interleave");
  safe.escrow = on("crdt.no-escrow");
  return safe;
}

namespace {

using sim::BugSwitch;
using Shelf = BugSwitch::Shelf;
using Difficulty = BugSwitch::Difficulty;

std::vector<BugSwitch> bug_switches() {
  return {
      {"crdt.counter-max-total", "each replica counts in an entry of its own", "lost-update", Shelf::core,
       Difficulty::easy, "Shapiro et al., INRIA RR-7506, 2011, section 3.1",
       "Of two totals neither is the sum: the greater one forgets what the other counted."},
      {"crdt.counter-plain-add", "an update is applied once", "duplicate-effect", Shelf::core,
       Difficulty::easy, "counters of Cassandra before 2.1, which counted again when a write was tried again",
       "Adding is not idempotent: whoever adds what arrives counts what arrives twice."},
      {"crdt.replica-id-reuse", "a replica takes a new name when it starts or is restored", "lost-write",
       Shelf::core, Difficulty::medium, "the Riak issues on clocks that go backwards (kv679)",
       "A name that was given twice makes two updates one."},
      {"crdt.orset-remove-by-value", "a removal is of the additions that it has seen", "lost-write",
       Shelf::core, Difficulty::easy, "Shapiro et al., INRIA RR-7506, 2011, section 3.3",
       "Removing by value removes what somebody just put there."},
      {"crdt.orset-gc-early", "a tombstone is kept until every replica has seen the removal", "resurrection",
       Shelf::core, Difficulty::medium, "Bieniusa et al., INRIA RR-8083, 2012",
       "Time does not tell who has heard: whoever was away longer brings back what was removed."},
      {"crdt.lww-no-tiebreak", "stamps of one time are ordered by their replicas", "divergence",
       Shelf::extended, Difficulty::easy, "Shapiro et al., INRIA RR-7506, 2011, section 3.2",
       "If nothing decides between equal stamps, the order of arrival does, and that differs."},
      {"crdt.rga-no-tiebreak", "insertions behind one element have one order everywhere", "divergence",
       Shelf::core, Difficulty::easy, "Roh et al., JPDC 2011",
       "Two who type at one place must be put in some order, by all alike."},
      {"crdt.rga-no-causal", "an update is delivered after those that it rests on", "lost-write",
       Shelf::extended, Difficulty::medium, "Roh et al., JPDC 2011",
       "What stands behind something that is not there yet has no place."},
      {"crdt.fractional-interleave", "places in a text are a tree, not numbers", "invariant(P30.6)",
       Shelf::extended, Difficulty::easy, "Kleppmann et al., PaPoC 2019; Weidner and Kleppmann, 2023",
       "Two who divide one interval in one way have their words mixed letter by letter."},
      {"crdt.no-escrow", "a replica takes from its own share alone", "invariant(stock)", Shelf::core,
       Difficulty::easy, "O'Neil, TODS 1986; Bailis et al., VLDB 2015",
       "Convergence keeps no invariant: both sides sell the last one, and agree that it is gone twice."},
  };
}

class CrdtModel final : public sim::ModelWith<Parameters> {
 public:
  std::string_view name() const override { return "crdt"; }
  std::vector<std::string> topics() const override { return {"T30 Consistency models, CRDTs, 2PC blocking"}; }
  std::string_view summary() const override {
    return "Replicated data types: every replica takes updates at once, and all agree once they have met.";
  }
  std::vector<sim::Profile> profiles() const override {
    return {
        {"orset", "A set without tombstones, by deltas.", {}},
        {"orset-tombstones",
         "A set with tombstones, which are collected, by states.",
         {{"removals", "tombstones"}, {"mode", "state"}}},
        {"gcounter", "A counter that grows, by states.", {{"type", "gcounter"}, {"mode", "state"}}},
        {"pncounter",
         "A counter that goes up and down, by operations.",
         {{"type", "pncounter"}, {"mode", "op"}}},
        {"escrow", "A counter that is never below zero, by deltas.", {{"type", "bounded_counter"}}},
        {"lwwmap", "A map in which the last write remains, by deltas.", {{"type", "lwwmap"}}},
        {"rga", "A text that many type into, by operations.", {{"type", "rga"}, {"mode", "op"}}},
    };
  }
  std::vector<BugSwitch> bugs() const override { return bug_switches(); }
  std::vector<sim::OperationKind> operations() const override { return operation_kinds(); }
  std::vector<sim::AdminAction> admin_actions() const override {
    return {{"back-up", "A replica copies what it has, beside it on its disk."},
            {"restore", "A replica goes back to its backup, if it has one and collects no tombstones."}};
  }
  std::vector<std::string> moments() const override {
    return {"UpdateKept", "TombstonesForgotten", "Restored"};
  }

 protected:
  std::vector<sim::Role> roles_of(const Parameters& parameters,
                                  const sim::Workload& workload) const override {
    return {{"server", "n", parameters.servers, "who keep the objects"},
            {"client", "c", workload.clients, "who use them"}};
  }
  std::vector<sim::Claim> claims_of(const Parameters& parameters, const sim::BugSet&) const override {
    return crdt::claims_of(parameters);
  }
  sim::Duration longest_timeout_of(const Parameters& parameters) const override {
    const sim::Duration longest = std::max(parameters.gossip_every, parameters.share_timeout);
    return parameters.collects_tombstones() ? std::max(longest, parameters.gc_after) : longest;
  }

  sim::ProcessFactory process_of(const Parameters& parameters, const sim::Deployment& deployment,
                                 std::string_view role, std::size_t index) const override {
    std::vector<sim::NodeId> servers = deployment.simulation.nodes_of_role("server");
    if (role == "client") {
      const sim::NodeId client = deployment.simulation.nodes_of_role("client").at(index);
      servers = parts::nearest_first(std::move(servers), deployment.simulation, client);
      return [&parameters, &deployment, servers, index](sim::Env& env) {
        return std::make_unique<Client>(env, parameters, deployment.workload, deployment.phases, servers,
                                        index);
      };
    }
    return [&parameters, &deployment, servers](sim::Env& env) {
      return std::make_unique<Server>(env, parameters, deployment.bugs, servers);
    };
  }

  void watch_with(const Parameters& parameters, const sim::Deployment& deployment) const override {
    deployment.simulation.add_monitor(
        std::make_unique<Monitor>(deployment.simulation, parameters, deployment.phases));
  }

  // Replicas are equals. The first that is up stands for the others.
  sim::NodeId focus(const sim::Simulation& simulation) const override {
    for (const sim::NodeId node : simulation.nodes_of_role("server")) {
      if (simulation.node(node).is_up()) return node;
    }
    return sim::no_node;
  }

  bool administer(sim::Simulation& simulation, std::string_view action, sim::NodeId node) const override {
    auto* server = static_cast<Server*>(simulation.node(node).process());
    if (server == nullptr) return false;
    if (action == "back-up") return server->replica().back_up();
    if (action == "restore") return server->replica().restore();
    return false;
  }
};

}  // namespace

std::unique_ptr<sim::Model> make_model() { return std::make_unique<CrdtModel>(); }

}  // namespace lightcone::models::crdt

// Transactions across services as a model: parameters, profiles, bug switches, and who runs where.
#include "models/saga/model.hpp"

#include <algorithm>

#include "models/parts/placement.hpp"
#include "models/parts/raft/leader_among.hpp"
#include "models/saga/claims.hpp"
#include "models/saga/client.hpp"
#include "models/saga/participant.hpp"

namespace lightcone::models::saga {

sim::Choices<Placement> choices_of(Placement) {
  static constexpr sim::Choice<Placement> all[] = {
      {Placement::parted, {"parted", "Each key is at one participant."}},
      {Placement::copies, {"copies", "Every participant has all keys: it reads alone and writes with all."}},
  };
  return all;
}

const sim::FieldTable<Parameters>& Parameters::fields() {
  using P = Parameters;
  using namespace std::chrono_literals;
  static const auto table =
      sim::FieldTable<Parameters>(
          "saga_parameters", "Services with a database each, and transactions across them.",
          sim::field("participants", &P::participants, "How many services there are.")
              .at_least(1)
              .at_most(31),
          sim::field("placement", &P::placement, "Where a key is."),
          sim::field("opening", &P::opening, "What every account holds at first.")
              .at_least(0)
              .at_most(1'000'000'000),
          sim::field("coordinators", &P::coordinators,
                     "Members of the group that coordinates; a majority of them is needed.")
              .at_least(1)
              .at_most(7),
          sim::field(
              "together", &P::together,
              "The first participants are the coordinators too; otherwise these have nodes of their own."),
          sim::field("election_min", &P::election_min,
                     "Shortest silence of the leading coordinator after which another stands.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("election_max", &P::election_max, "The longest.").at_least(1ms).at_most(60s),
          sim::field("vote_timeout", &P::vote_timeout,
                     "The coordinator aborts a transaction that lacks votes for this long.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("resend", &P::resend, "Between two tellings of a decision that is not acknowledged.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("lock_timeout", &P::lock_timeout, "A participant waits for locks for so long.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("inquire_after", &P::inquire_after,
                     "A participant that is prepared asks after so long without news.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("flush", &P::flush, "Outcomes become durable together, so long after the first of them.")
              .at_least(1ms)
              .at_most(10s))
          .must("election_max is at least election_min", "election_max",
                [](const P& p) { return p.election_max >= p.election_min; })
          .must("coordinators that are together with participants are no more than those", "coordinators",
                [](const P& p) { return !p.together || p.coordinators <= p.participants; });
  return table;
}

parts::raft::Options Parameters::group_options() const {
  parts::raft::Options options;
  options.election_min = election_min;
  options.election_max = election_max;
  options.heartbeat = election_min / 3;
  return options;
}

sim::Duration Parameters::longest_timeout() const {
  return std::max({vote_timeout, inquire_after, lock_timeout, election_max});
}

Safeguards safeguards_without(const sim::BugSet& bugs) {
  const auto on = [&](std::string_view bug) { return !bugs.contains(bug); };
  Safeguards safe;
  safe.waits_in_doubt = on("saga.2pc-heuristic-abort");
  safe.logs_decisions = on("saga.2pc-coordinator-no-log");
  safe.has_group = on("saga.2pc-single-coordinator");
  safe.keeps_locks = on("saga.2pc-early-unlock");
  safe.remembers_ended = on("saga.2pc-forgets-ended");
  safe.forces_prepared = on("saga.2pc-vote-before-sync");
  return safe;
}

namespace {

using sim::BugSwitch;
using Shelf = BugSwitch::Shelf;
using Difficulty = BugSwitch::Difficulty;

std::vector<BugSwitch> bug_switches() {
  return {
      {"saga.2pc-heuristic-abort", "a participant that is prepared waits for the decision",
       "invariant(P17.6)", Shelf::core, Difficulty::medium,
       "X/Open XA, 1991, heuristic decisions; Mohan et al., TODS 1986, R*",
       "Having voted yes, a participant has given its decision away, and silence does not give it back."},
      {"saga.2pc-coordinator-no-log", "a decision is durable before a participant hears of it",
       "invariant(P17.6)", Shelf::extended, Difficulty::easy,
       "Gray, Notes on Data Base Operating Systems, 1978; Mohan and Lindsay, PODC 1983",
       "Whoever decides for others must remember it longer than they do."},
      {"saga.2pc-single-coordinator", "the coordinator is a replicated group", "unavailable", Shelf::core,
       Difficulty::easy, "Skeen, SIGMOD 1981; Gray and Lamport, TODS 2006, 3.3",
       "Two-phase commit is consensus with one acceptor: correct, and down when that one is."},
      {"saga.2pc-vote-before-sync", "a participant is durably prepared before it votes yes",
       "invariant(P17.6)", Shelf::extended, Difficulty::medium,
       "Gray 1978, 5.8.3.3; Bernstein et al., 1987, 7.4", "A yes that can be forgotten is no yes."},
      {"saga.2pc-forgets-ended", "a request to prepare is not taken again once its transaction has ended",
       "invariant(conservation)", Shelf::extended, Difficulty::medium, "Mohan et al., TODS 1986, 2",
       "The same message twice must not be the same effect twice."},
      {"saga.2pc-early-unlock", "locks are held until the decision is known", "invariant(conservation)",
       Shelf::extended, Difficulty::easy, "Eswaran et al., CACM 1976; Bernstein et al., 1987, 7.1",
       "Between the vote and the decision nobody knows what is true, so nobody may look."},
  };
}

class SagaModel final : public sim::ModelWith<Parameters> {
 public:
  std::string_view name() const override { return "saga"; }
  std::vector<std::string> topics() const override {
    return {"T17 Saga vs two-phase commit", "T30 Consistency models, CRDTs, 2PC blocking"};
  }
  std::string_view summary() const override {
    return "Services that commit transactions together, in two phases.";
  }
  std::vector<sim::Profile> profiles() const override {
    return {
        {"2pc", "Accounts at several services, two-phase commit, and a replicated coordinator.", {}},
        {"2pc-alone",
         "One coordinator on one node: whoever is prepared waits until it is back.",
         {{"coordinators", "1"}}},
        {"2pc-copies",
         "Every service has a copy of each key: it reads its own and writes all. For registers, counters and "
         "sets.",
         {{"placement", "copies"}}},
    };
  }
  std::vector<BugSwitch> bugs() const override { return bug_switches(); }
  std::vector<sim::OperationKind> operations() const override { return operation_kinds(Placement::parted); }
  std::vector<std::string> moments() const override { return {"Prepared", "Deciding", "Decided"}; }

 protected:
  std::vector<sim::Role> roles_of(const Parameters& parameters,
                                  const sim::Workload& workload) const override {
    std::vector<sim::Role> roles = {
        {"participant", "n", parameters.participants, "services, each with keys of its own"}};
    if (!parameters.together) {
      roles.push_back({"coordinator", "t", parameters.coordinators, "who decide on transactions"});
    }
    roles.push_back({"client", "c", workload.clients, "who use the services"});
    return roles;
  }
  std::vector<sim::Claim> claims_of(const Parameters& parameters, const sim::BugSet&) const override {
    return saga::claims_of(parameters);
  }
  sim::Duration longest_timeout_of(const Parameters& parameters) const override {
    return parameters.longest_timeout();
  }

  sim::ProcessFactory process_of(const Parameters& parameters, const sim::Deployment& deployment,
                                 std::string_view role, std::size_t index) const override {
    sim::Simulation& simulation = deployment.simulation;
    const std::vector<sim::NodeId> participants = simulation.nodes_of_role("participant");
    if (role == "client") {
      const sim::NodeId client = simulation.nodes_of_role("client").at(index);
      auto nearest = parts::nearest_first(participants, simulation, client);
      return [&parameters, &deployment, participants, nearest, index](sim::Env& env) {
        return std::make_unique<Client>(env, parameters, deployment.workload, deployment.phases, participants,
                                        nearest, index);
      };
    }
    const std::vector<sim::NodeId> coordinators = coordinators_of(parameters, deployment);
    if (role == "participant") {
      return [&parameters, &deployment, layout = Layout{participants, coordinators}](sim::Env& env) {
        return std::make_unique<Participant>(env, parameters, deployment.bugs, layout);
      };
    }
    return [&parameters, &deployment, coordinators](sim::Env& env) {
      return std::make_unique<CoordinatorNode>(env, parameters, deployment.bugs, coordinators);
    };
  }

  void watch_with(const Parameters&, const sim::Deployment& deployment) const override {
    sim::Simulation& simulation = deployment.simulation;
    simulation.add_monitor(std::make_unique<Monitor>(simulation, simulation.nodes_of_role("participant")));
  }

  // The coordinator that leads.
  sim::NodeId focus(const sim::Simulation& simulation) const override {
    std::vector<sim::NodeId> nodes = simulation.nodes_of_role("coordinator");
    if (nodes.empty()) nodes = simulation.nodes_of_role("participant");
    return parts::raft::leader_among(simulation, nodes, group_on);
  }

 private:
  static std::vector<sim::NodeId> coordinators_of(const Parameters& parameters,
                                                  const sim::Deployment& deployment) {
    auto nodes = deployment.simulation.nodes_of_role(parameters.together ? "participant" : "coordinator");
    nodes.resize(static_cast<std::size_t>(
        safeguards_without(deployment.bugs).has_group ? parameters.coordinators : 1));
    return nodes;
  }
  static const parts::raft::Group* group_on(const sim::Process* process) {
    if (const auto* node = dynamic_cast<const CoordinatorNode*>(process)) return &node->coordinator().raft();
    const auto* participant = dynamic_cast<const Participant*>(process);
    const Coordinator* coordinator = participant == nullptr ? nullptr : participant->coordinator();
    return coordinator == nullptr ? nullptr : &coordinator->raft();
  }
};

}  // namespace

std::unique_ptr<sim::Model> make_model() { return std::make_unique<SagaModel>(); }

}  // namespace lightcone::models::saga

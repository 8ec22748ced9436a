// Paxos as a model: parameters, profiles, bug switches, and who runs where.
#include "models/paxos/model.hpp"

#include "models/parts/key_value/client.hpp"
#include "models/parts/placement.hpp"
#include "models/paxos/claims.hpp"
#include "models/paxos/client.hpp"
#include "models/paxos/registers.hpp"
#include "models/paxos/replica.hpp"

namespace lightcone::models::paxos {

sim::Choices<Decrees> choices_of(Decrees) {
  static constexpr sim::Choice<Decrees> all[] = {
      {Decrees::one, {"one", "Each key is a register that is decided once."}},
      {Decrees::many, {"many", "A log of commands to one store."}},
  };
  return all;
}

const sim::FieldTable<Parameters>& Parameters::fields() {
  using P = Parameters;
  using namespace std::chrono_literals;
  static const auto table =
      sim::FieldTable<Parameters>(
          "paxos_parameters", "Servers that agree by Paxos.",
          sim::field("decrees", &P::decrees, "What they agree on."),
          sim::field("servers", &P::servers, "How many servers there are.").at_least(1).at_most(31),
          sim::field("acceptors", &P::acceptors, "The first so many of them are acceptors too; 0 for all.")
              .at_least(0)
              .at_most(31),
          sim::field("election_min", &P::election_min,
                     "many: shortest silence of the leader after which another stands.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("election_max", &P::election_max, "many: the longest.").at_least(1ms).at_most(60s),
          sim::field("heartbeat", &P::heartbeat, "many: between two heartbeats of the leader.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("stickiness", &P::stickiness,
                     "many: nobody promises to another proposer shortly after hearing from the leader."),
          sim::field("window", &P::window, "many: slots that the leader has undecided at a time, at most.")
              .at_least(1)
              .at_most(1'000),
          sim::field("catch_up", &P::catch_up, "many: decrees in one message to a server that lags, at most.")
              .at_least(1)
              .at_most(10'000),
          sim::field("round_timeout", &P::round_timeout,
                     "one: a round that has no majority after this, or half of it, is tried again.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("backoff", &P::backoff, "one: how long a refused proposer waits, at most.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("fresh_every", &P::fresh_every,
                     "one: after each such time a key stands for a new register; 0 for never.")
              .at_most(1h))
          .must("election_max is at least election_min", "election_max",
                [](const P& p) { return p.election_max >= p.election_min; })
          .must("there are no more acceptors than servers", "acceptors",
                [](const P& p) { return p.acceptors <= p.servers; })
          .must("the heartbeat is shorter than election_min", "heartbeat",
                [](const P& p) { return p.heartbeat < p.election_min; });
  return table;
}

Safeguards safeguards_without(const sim::BugSet& bugs) {
  const auto on = [&](std::string_view bug) { return !bugs.contains(bug); };
  Safeguards safe;
  safe.adopts_accepted = on("paxos.own-value");
  safe.remembers_tried = on("paxos.ballot-reuse");
  safe.refuses_below_promise = on("paxos.accept-below-promise");
  safe.syncs_promise = on("paxos.promise-before-sync");
  safe.syncs_vote = on("paxos.vote-before-sync");
  safe.abstains_without_memory = on("paxos.vote-without-memory");
  safe.fills_gaps = on("paxos.gaps-stay");
  safe.counts_one_ballot = on("paxos.count-across-ballots");
  safe.backs_off = on("paxos.no-backoff");
  safe.has_sessions = on("paxos.no-sessions");
  safe.listens = on("caplab.oneway-blind");
  return safe;
}

namespace {

using sim::BugSwitch;
using Shelf = BugSwitch::Shelf;
using Difficulty = BugSwitch::Difficulty;

std::vector<BugSwitch> bug_switches() {  // NOLINT(readability-function-size): a table
  return {
      {"paxos.own-value", "a proposer takes over the accepted decree of the highest ballot it hears of",
       "invariant(P18.5)", Shelf::core, Difficulty::easy, "Lamport, Paxos Made Simple, 2001, 2.2",
       "Phase 1 is there to find out what may have been chosen already."},
      {"paxos.ballot-reuse", "the ballots that a proposer has used survive its restart", "invariant(P18.5)",
       Shelf::core, Difficulty::medium,
       "Lamport 1998, 2.3 (lastTried); Chandra et al., Paxos Made Live, 2007",
       "A ballot is an identity: used twice, it has two decrees, and a majority of votes means nothing."},
      {"paxos.accept-below-promise", "acceptors refuse ballots below their promise", "invariant(P18.5)",
       Shelf::core, Difficulty::medium, "Lamport, Paxos Made Simple, 2001, 2.2 (P1a)",
       "A promise is what keeps the past from going on behind the new proposer's back."},
      {"paxos.promise-before-sync", "a promise is durable before it is given", "invariant(P18.11)",
       Shelf::extended, Difficulty::medium, "Lamport, Paxos Made Simple, 2001, 2.5",
       "A promise that can be forgotten is none."},
      {"paxos.vote-before-sync", "a vote is durable before it is given", "invariant(P18.5)", Shelf::extended,
       Difficulty::easy, "Lamport, Paxos Made Simple, 2001, 2.5; Jepsen on NATS 2.12.1",
       "What a majority accepted is chosen because it cannot be forgotten."},
      {"paxos.vote-without-memory",
       "a server whose notes are damaged or gone makes no more promises and votes", "invariant(P18.9)",
       Shelf::extended, Difficulty::easy, "Chandra et al., Paxos Made Live, 2007, 5.1",
       "An acceptor with a hole in its memory breaks its word without knowing it."},
      {"paxos.gaps-stay", "a new leader decides no-ops where nothing was proposed", "unavailable",
       Shelf::extended, Difficulty::medium,
       "Lamport, Paxos Made Simple, 2001, 3; van Renesse and Altinbuken 2015",
       "A log is applied in order, so one slot that nobody decides stops everything behind it."},
      {"paxos.count-across-ballots", "chosen is what a majority accepted in one and the same ballot",
       "invariant(P18.5)", Shelf::extended, Difficulty::directed, "Lamport, Paxos Made Simple, 2001, 2.2",
       "A majority that holds a value has not chosen it, if its members took it in different ballots."},
      {"paxos.no-backoff", "a proposer that was refused waits for a random time", "unavailable",
       Shelf::extended, Difficulty::directed, "Lamport, Paxos Made Simple, 2001, 2.4",
       "Two proposers who always outbid each other decide nothing."},
      {"paxos.no-sessions", "commands carry a session and a number, and are executed once",
       "duplicate-effect", Shelf::extended, Difficulty::easy,
       "Ongaro's dissertation, 6.3; Jepsen on jetcd 0.8.2",
       "A retry without an identity is a second command."},
      {"caplab.oneway-blind", "a leader that hears from no majority steps down", "unavailable", Shelf::core,
       Difficulty::medium, "Cloudflare, 2 November 2020; Alfatafta et al., OSDI 2020",
       "To be heard is not to hear: a leader that nobody can answer keeps in check who could go on."},
  };
}

class PaxosModel final : public sim::ModelWith<Parameters> {
 public:
  std::string_view name() const override { return "paxos"; }
  std::vector<std::string> topics() const override { return {"T18 Raft and Paxos"}; }
  std::string_view summary() const override {
    return "Servers that agree by ballots and majorities: on single registers, or on the log of a key-value "
           "store.";
  }
  std::vector<sim::Profile> profiles() const override {
    return {
        {"multi", "A replicated log with a distinguished proposer, and a key-value store on it.", {}},
        {"single-decree",
         "Registers that are decided once. Every write is a proposal, a cas from null; the rest are reads.",
         {{"decrees", "one"}}},
    };
  }
  std::vector<BugSwitch> bugs() const override { return bug_switches(); }
  std::vector<sim::OperationKind> operations() const override { return parts::key_value::operation_kinds(); }
  std::vector<std::string> moments() const override { return {"BeganBallot", "BecameLeader", "Proposed"}; }

 protected:
  std::vector<sim::Role> roles_of(const Parameters& parameters,
                                  const sim::Workload& workload) const override {
    return {{"server", "n", parameters.servers, "proposers, acceptors and learners in one"},
            {"client", "c", workload.clients, "who use the registers or the store"}};
  }
  std::vector<sim::Claim> claims_of(const Parameters& parameters, const sim::BugSet&) const override {
    return paxos::claims_of(parameters);
  }
  sim::Duration longest_timeout_of(const Parameters& parameters) const override {
    return parameters.longest_timeout();
  }

  sim::ProcessFactory process_of(const Parameters& parameters, const sim::Deployment& deployment,
                                 std::string_view role, std::size_t index) const override {
    std::vector<sim::NodeId> servers = deployment.simulation.nodes_of_role("server");
    const bool many = parameters.decrees == Decrees::many;
    if (role == "client") {
      const sim::NodeId client = deployment.simulation.nodes_of_role("client").at(index);
      servers = parts::nearest_first(std::move(servers), deployment.simulation, client);
      return many ? client_of_log(deployment, std::move(servers), index)
                  : client_of_registers(parameters, deployment, std::move(servers), index);
    }
    return many ? server_of<Replica>(parameters, deployment, std::move(servers))
                : server_of<Registers>(parameters, deployment, std::move(servers));
  }

  void watch_with(const Parameters& parameters, const sim::Deployment& deployment) const override {
    sim::Simulation& simulation = deployment.simulation;
    simulation.add_monitor(
        std::make_unique<Monitor>(simulation, simulation.nodes_of_role("server"), parameters));
  }

  // The leader of the highest ballot. Registers have none.
  sim::NodeId focus(const sim::Simulation& simulation) const override {
    sim::NodeId leader = sim::no_node;
    Ballot ballot{};
    for (const sim::NodeId node : simulation.nodes_of_role("server")) {
      const auto* replica = dynamic_cast<const Replica*>(simulation.node(node).process());
      if (replica == nullptr || replica->position() != Position::leading || replica->ballot() < ballot)
        continue;
      leader = node;
      ballot = replica->ballot();
    }
    return leader;
  }

 private:
  static sim::ProcessFactory client_of_log(const sim::Deployment& deployment,
                                           std::vector<sim::NodeId> servers, std::size_t index) {
    return [&deployment, servers = std::move(servers), index](sim::Env& env) {
      return std::make_unique<parts::key_value::Client>(env, deployment.workload, deployment.phases, servers,
                                                        index);
    };
  }
  static sim::ProcessFactory client_of_registers(const Parameters& parameters,
                                                 const sim::Deployment& deployment,
                                                 std::vector<sim::NodeId> servers, std::size_t index) {
    return [&parameters, &deployment, servers = std::move(servers), index](sim::Env& env) {
      return std::make_unique<Client>(env, parameters, deployment.workload, deployment.phases, servers,
                                      index);
    };
  }
  template <class S>
  static sim::ProcessFactory server_of(const Parameters& parameters, const sim::Deployment& deployment,
                                       std::vector<sim::NodeId> servers) {
    return [&parameters, &deployment, servers = std::move(servers)](sim::Env& env) {
      return std::make_unique<S>(env, parameters, deployment.bugs, servers);
    };
  }
};

}  // namespace

std::unique_ptr<sim::Model> make_model() { return std::make_unique<PaxosModel>(); }

}  // namespace lightcone::models::paxos

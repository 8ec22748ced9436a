// The Raft key-value store as a model: parameters, profiles, bug switches, and who runs where.
#include "models/raft/model.hpp"

#include "models/parts/key_value/client.hpp"
#include "models/parts/placement.hpp"
#include "models/parts/raft/leader_among.hpp"
#include "models/raft/claims.hpp"
#include "models/raft/meter.hpp"
#include "models/raft/server.hpp"

namespace lightcone::models::raft {

namespace {

using sim::BugSwitch;
using Shelf = BugSwitch::Shelf;
using Difficulty = BugSwitch::Difficulty;

}  // namespace

sim::Choices<ReadMode> choices_of(ReadMode) {
  static constexpr sim::Choice<ReadMode> all[] = {
      {ReadMode::log, {"log", "Every read is a command in the log."}},
      {ReadMode::read_index, {"read_index", "The leader asks a majority whether it still leads."}},
      {ReadMode::lease, {"lease", "The leader answers at once while its lease lasts."}},
      {ReadMode::follower_read_index,
       {"follower_read_index", "Any server answers, once it has caught up with the leader."}},
      {ReadMode::local, {"local", "Any server answers from what it has: may be stale."}},
  };
  return all;
}

const sim::FieldTable<Parameters>& Parameters::fields() {
  using P = Parameters;
  using namespace std::chrono_literals;
  static const auto table =
      sim::FieldTable<Parameters>(
          "raft_parameters", "A Raft group and the key-value store on it.",
          sim::field("servers", &P::servers, "How many servers there are.").at_least(1).at_most(31),
          sim::field("voters", &P::voters, "The first so many of them start as members; 0 for all.")
              .at_least(0)
              .at_most(31),
          sim::field("read_mode", &P::read_mode, "How a get is answered."),
          sim::field("election_min", &P::election_min, "Shortest election timeout.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("election_max", &P::election_max, "Longest election timeout.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("heartbeat", &P::heartbeat, "Between two broadcasts of an idle leader.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("prevote", &P::prevote, "Ask whether one would be elected before raising the term."),
          sim::field("check_quorum", &P::check_quorum, "A leader that hears from no quorum steps down."),
          sim::field("stickiness", &P::stickiness, "No vote shortly after hearing from a leader."),
          sim::field("batch", &P::batch, "How long a proposal waits for company before it is sent.")
              .at_most(1s),
          sim::field("max_batch", &P::max_batch, "Entries in one message, at most.")
              .at_least(1)
              .at_most(10'000),
          sim::field("pipeline", &P::pipeline, "Unanswered messages with entries to one follower, at most.")
              .at_least(1)
              .at_most(1'000),
          sim::field("snapshot_every", &P::snapshot_every, "Applied entries between snapshots; 0 for none.")
              .at_least(0),
          sim::field("drift_bound", &P::drift_bound, "By how much clocks may run apart, for read leases.")
              .at_most(sim::Ratio{1, 2}),
          sim::field("leader_changes_a_minute", &P::leader_changes_a_minute, "What claim L18.2 allows.")
              .at_least(1))
          .must("election_max is at least election_min", "election_max",
                [](const P& p) { return p.election_max >= p.election_min; })
          .must("the heartbeat is shorter than election_min", "heartbeat",
                [](const P& p) { return p.heartbeat < p.election_min; })
          .must("there are no more voters than servers", "voters",
                [](const P& p) { return p.voters <= p.servers; });
  return table;
}

parts::raft::Options Parameters::group_options() const {
  parts::raft::Options options;
  options.election_min = election_min;
  options.election_max = election_max;
  options.heartbeat = heartbeat;
  options.prevote = prevote;
  options.check_quorum = check_quorum;
  options.stickiness = stickiness;
  options.batch = batch;
  options.max_batch = static_cast<std::uint64_t>(max_batch);
  options.pipeline = static_cast<std::uint64_t>(pipeline);
  options.snapshot_every = static_cast<std::uint64_t>(snapshot_every);
  options.leases = read_mode == ReadMode::lease;
  options.drift_bound_ppm =
      static_cast<std::int64_t>(drift_bound.numerator * 1'000'000 / drift_bound.denominator);
  return options;
}

parts::raft::Safeguards safeguards_without(const sim::BugSet& bugs) {
  const auto on = [&](std::string_view bug) { return !bugs.contains(bug); };
  parts::raft::Safeguards safe;
  safe.persist_vote = on("raft.no-persist-vote");
  safe.persist_before_ack = on("raft.ack-before-fsync");
  safe.commit_own_term_only = on("raft.commit-old-term");
  safe.vote_checks_log = on("raft.vote-without-log-check");
  safe.vote_compares_terms = on("raft.log-compare-length-only");
  safe.step_down_without_quorum = on("raft.prevote-without-checkquorum");
  safe.own_commit_before_change = on("raft.config-change-without-own-commit");
  safe.one_change_at_a_time = on("raft.multi-server-switch");
  safe.only_voters_count = on("raft.learner-counts");
  safe.wiped_member_abstains = on("raft.rejoin-wiped");
  safe.repair_corruption = on("raft.truncate-on-corruption");
  safe.truncate_only_conflicts = on("raft.truncate-always");
  safe.noop_before_read_index = on("raft.read-index-without-noop");
  safe.lease_allows_for_drift = on("raft.lease-unsafe-drift");
  safe.lease_needs_stickiness = on("raft.lease-unsafe-stickiness");
  safe.restarted_voter_waits = on("raft.lease-unsafe-restart");
  safe.transfer_ends_lease = on("raft.lease-unsafe-transfer");
  safe.commit_needs_quorum = on("caplab.minority-writes");
  safe.quorums_meet = on("caplab.even-quorum");
  return safe;
}

namespace {

std::vector<BugSwitch> bug_switches() {  // NOLINT(readability-function-size): a table
  return {
      {"raft.no-persist-vote", "term and vote are synced before a vote is answered", "split-brain",
       Shelf::core, Difficulty::hard, "Ongaro and Ousterhout 2014, Figure 2; Ongaro's dissertation, 3.8",
       "A vote that can be forgotten can be given twice, and then a term has two leaders."},
      {"raft.ack-before-fsync", "entries are synced before they are acknowledged and counted", "lost-write",
       Shelf::core, Difficulty::easy, "Ongaro's dissertation, 3.8; Jepsen on NATS 2.12.1",
       "An acknowledgement is a promise about the disk, not about memory."},
      {"raft.commit-old-term", "only entries of the leader's own term are committed by counting replicas",
       "lost-write", Shelf::core, Difficulty::directed, "Ongaro and Ousterhout 2014, 5.4.2 and Figure 8",
       "That a majority holds an old entry does not keep the next leader from replacing it."},
      {"raft.vote-without-log-check", "votes go only to candidates whose log is at least as up to date",
       "lost-write", Shelf::core, Difficulty::medium, "Ongaro and Ousterhout 2014, 5.4.1",
       "Who lacks committed entries must not be elected, or they are gone."},
      {"raft.log-compare-length-only",
       "up to date means the later last term first, and only then the longer log", "lost-write",
       Shelf::extended, Difficulty::medium, "Ongaro and Ousterhout 2014, 5.4.1; Jepsen on MongoDB 3.4.0-rc3",
       "A long log of a deposed leader is worth less than a short one of its successor."},
      {"raft.no-prevote-checkquorum", "pre-vote, check-quorum and vote stickiness", "unavailable",
       Shelf::core, Difficulty::directed,
       "Ongaro's dissertation, 4.2.3 and 9.6; Howard and Abraham 2020; Cloudflare, 2 November 2020",
       "Without them, a server that hears only half of the cluster can depose every leader, for ever."},
      {"raft.prevote-without-checkquorum", "a leader that hears from no quorum steps down", "unavailable",
       Shelf::extended, Difficulty::medium, "Ongaro's dissertation, 6.2; Howard and Abraham 2020",
       "A leader that can speak but not hear keeps everybody waiting."},
      {"raft.config-change-without-own-commit",
       "a leader commits in its own term before it changes the configuration", "lost-write", Shelf::core,
       Difficulty::directed, "Ongaro, raft-dev, July 2015: bug in single-server membership changes",
       "Two leaders may each change the last configuration they know, to ones without a common quorum."},
      {"raft.multi-server-switch", "configurations change by one server at a time or through a joint one",
       "split-brain", Shelf::extended, Difficulty::easy, "Ongaro's dissertation, 4.1 and 4.3",
       "Old and new majority need not meet when several servers change at once."},
      {"raft.learner-counts", "only voters of the configuration are counted", "lost-write", Shelf::extended,
       Difficulty::medium, "YugaByte DB 1.2.0 release notes; Ongaro's dissertation, 4.2.1",
       "Whoever is still learning must not decide."},
      {"raft.rejoin-wiped", "a server that lost its disk abstains under its old name", "lost-write",
       Shelf::extended, Difficulty::medium, "Ongaro's dissertation, 3.8",
       "A wiped member has forgotten what it promised."},
      {"raft.truncate-on-corruption",
       "damaged entries are fetched again before the server leads or forgets them", "lost-write", Shelf::core,
       Difficulty::hard, "Alagappan et al., FAST 2018; Jepsen on NATS 2.12.1",
       "Corruption is not the end of the log: what stood behind it may have been promised."},
      {"raft.truncate-always", "a follower deletes from the first conflicting entry only", "lost-write",
       Shelf::core, Difficulty::hard, "Ongaro and Ousterhout 2014, Figure 2, receiver rules 3 and 4",
       "A short message that was late must not undo what a longer one brought."},
      {"raft.local-leader-read", "a leader confirms that it still leads before it answers a read",
       "stale-read", Shelf::core, Difficulty::easy,
       "Ongaro's dissertation, 6.4; Jepsen on etcd 0.4.1 and Consul, 2014",
       "Whoever was leader a moment ago may have a successor it does not know of."},
      {"raft.read-index-without-noop", "a new leader commits in its own term before it serves reads",
       "stale-read", Shelf::extended, Difficulty::medium, "Ongaro's dissertation, 6.4, step 1",
       "A new leader's commit index may lag behind what was acknowledged."},
      {"raft.lease-unsafe-drift", "leases allow for clocks that run apart", "stale-read", Shelf::extended,
       Difficulty::medium, "Ongaro's dissertation, 6.4.1",
       "A lease is as good as the clocks that measure it."},
      {"raft.lease-unsafe-stickiness", "nobody votes while the leader's lease may last", "stale-read",
       Shelf::extended, Difficulty::medium, "Ongaro's dissertation, 6.4.1 and 4.2.3",
       "A lease is a promise of the voters."},
      {"raft.lease-unsafe-restart", "a restarted voter waits before it votes", "stale-read", Shelf::extended,
       Difficulty::medium, "Ongaro's dissertation, 6.4.1",
       "A restart forgets when it last heard from the leader."},
      {"raft.lease-unsafe-transfer", "handing leadership over ends the lease first", "stale-read",
       Shelf::extended, Difficulty::medium, "Ongaro's dissertation, 6.4.1",
       "A successor that need not wait makes two leaders out of one lease."},
      {"raft.local-read-forgets", "a local read waits until the server has what its client saw before",
       "nonmonotonic", Shelf::extended, Difficulty::medium, "Ongaro's dissertation, 6.4.1",
       "Stale is one thing, going back in time another: a client that changes servers must take along what "
       "it "
       "has seen."},
      {"raft.no-sessions", "commands carry a session and a number, and are executed once", "duplicate-effect",
       Shelf::core, Difficulty::easy, "Ongaro's dissertation, 6.3; Jepsen on jetcd 0.8.2",
       "A retry without an identity is a second command."},
      {"caplab.minority-reads", "a read is answered only on the side of a majority", "stale-read",
       Shelf::core, Difficulty::easy, "Gilbert and Lynch 2002, theorem 1; Jepsen on etcd 0.4.1, 2014",
       "Whoever is cut off does not know what has been written since, and must not say that nothing was."},
      {"caplab.minority-writes", "a write is acknowledged only when a majority has it", "lost-write",
       Shelf::core, Difficulty::easy, "Jepsen on Hazelcast 3.8.3, 2017",
       "If both sides of a cut take writes, mending it loses those of one of them."},
      {"caplab.even-quorum", "a quorum is more than half of the members", "split-brain", Shelf::core,
       Difficulty::easy, "Gifford, Weighted voting for replicated data, SOSP 1979",
       "Two halves of an even number do not meet: a fourth server without a third vote makes two clusters."},
      {"caplab.timeout-is-failure", "a client that got no answer says that it does not know the outcome",
       "nonlinearizable", Shelf::core, Difficulty::easy, "Jepsen on MongoDB 2.4.3, 2013",
       "No answer is not a no: what was asked for may have been done, or be done later."},
  };
}

class RaftModel final : public sim::ModelWith<Parameters> {
 public:
  std::string_view name() const override { return "raft"; }
  std::vector<std::string> topics() const override { return {"T18 Raft and Paxos"}; }
  std::string_view summary() const override {
    return "A key-value store on a log that a majority agrees on, led by one server at a time.";
  }
  std::vector<sim::Profile> profiles() const override {
    return {
        {"default", "Pre-vote, check-quorum and linearizable reads by ReadIndex.", {}},
        {"log_reads", "Every read goes through the log.", {{"read_mode", "log"}}},
        {"lease",
         "The leader reads without asking while its lease lasts; needs clocks within drift_bound.",
         {{"read_mode", "lease"}}},
        {"follower_reads", "Every server answers reads.", {{"read_mode", "follower_read_index"}}},
        {"local_reads", "Servers answer from what they have: a weaker promise.", {{"read_mode", "local"}}},
    };
  }
  std::vector<BugSwitch> bugs() const override { return bug_switches(); }
  std::vector<sim::OperationKind> operations() const override { return parts::key_value::operation_kinds(); }
  std::vector<sim::AdminAction> admin_actions() const override {
    return {{"transfer-leader", "The leader hands over to this server."},
            {"add-server", "This server joins, as a learner first."},
            {"remove-server", "This server leaves."},
            {"replace-all", "All servers of the deployment become the voters, in one change."}};
  }

  std::vector<std::string> moments() const override {
    return {"BecameCandidate", "BecameLeader", "SteppedDown"};
  }

 protected:
  std::vector<sim::Role> roles_of(const Parameters& parameters,
                                  const sim::Workload& workload) const override {
    return {{"server", "n", parameters.servers, "members of the Raft group"},
            {"client", "c", workload.clients, "who use the store"}};
  }
  std::vector<sim::Claim> claims_of(const Parameters& parameters, const sim::BugSet&) const override {
    return raft::claims_of(parameters);
  }
  sim::Duration longest_timeout_of(const Parameters& parameters) const override {
    return parameters.election_max;
  }

  sim::ProcessFactory process_of(const Parameters& parameters, const sim::Deployment& deployment,
                                 std::string_view role, std::size_t index) const override {
    std::vector<sim::NodeId> servers = deployment.simulation.nodes_of_role("server");
    if (role == "client") {
      const sim::NodeId client = deployment.simulation.nodes_of_role("client").at(index);
      servers = parts::nearest_first(std::move(servers), deployment.simulation, client);
      const auto silence = deployment.bugs.contains("caplab.timeout-is-failure")
                               ? parts::key_value::Silence::is_failure
                               : parts::key_value::Silence::says_nothing;
      return [&deployment, servers, index, silence](sim::Env& env) {
        return std::make_unique<parts::key_value::Client>(env, deployment.workload, deployment.phases,
                                                          servers, index, silence);
      };
    }
    if (parameters.voters > 0) servers.resize(static_cast<std::size_t>(parameters.voters));
    return [&parameters, &deployment, servers](sim::Env& env) {
      return std::make_unique<Server>(env, parameters, deployment.bugs, servers);
    };
  }

  void watch_with(const Parameters& parameters, const sim::Deployment& deployment) const override {
    sim::Simulation& simulation = deployment.simulation;
    const std::vector<sim::NodeId> servers = simulation.nodes_of_role("server");
    simulation.add_monitor(std::make_unique<Monitor>(simulation, servers, parameters));
    simulation.add_monitor(
        std::make_unique<Meter>(simulation, servers, sim::Instant(deployment.phases.heal)));
  }

  // The leader of the highest term that is up.
  sim::NodeId focus(const sim::Simulation& simulation) const override {
    return parts::raft::leader_among<Server>(simulation, "server");
  }

  bool administer(sim::Simulation& simulation, std::string_view action, sim::NodeId node) const override {
    const sim::NodeId leader = focus(simulation);
    if (leader == sim::no_node) return false;
    auto& group = static_cast<Server*>(simulation.node(leader).process())->raft();
    if (action == "transfer-leader") return group.transfer_leadership(node);
    if (action == "add-server") return group.add_server(node);
    if (action == "remove-server") return group.remove_server(node);
    if (action == "replace-all") return group.change_to(simulation.nodes_of_role("server"));
    return false;
  }
};

}  // namespace

std::unique_ptr<sim::Model> make_model() { return std::make_unique<RaftModel>(); }

}  // namespace lightcone::models::raft

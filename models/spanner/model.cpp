// The sharded database as a model: parameters, profiles, bug switches, and who runs where.
#include "models/spanner/model.hpp"

#include <algorithm>

#include "models/parts/placement.hpp"
#include "models/spanner/claims.hpp"
#include "models/spanner/client.hpp"
#include "models/spanner/hlc/claims.hpp"
#include "models/spanner/hlc/server.hpp"
#include "models/spanner/server.hpp"
#include "models/spanner/session.hpp"

namespace lightcone::models::spanner {

sim::Choices<Objects> choices_of(Objects) {
  static constexpr sim::Choice<Objects> all[] = {
      {Objects::lists, {"lists", "Lists that grow: a read shows who wrote before whom."}},
      {Objects::registers, {"registers", "Values that are replaced."}},
  };
  return all;
}

sim::Choices<Order> choices_of(Order) {
  static constexpr sim::Choice<Order> all[] = {
      {Order::true_time, {"true-time", "Locks, and timestamps that are waited for: strictly serializable."}},
      {Order::hybrid, {"hybrid", "Intents, and timestamps of hybrid clocks, which are not waited for."}},
  };
  return all;
}

const sim::FieldTable<Parameters>& Parameters::fields() {  // NOLINT(readability-function-size): a table
  using P = Parameters;
  using namespace std::chrono_literals;
  static const auto table =
      sim::FieldTable<Parameters>(
          "spanner_parameters",
          "A database in shards, each a Raft group, with transactions over all of them.",
          sim::field("servers", &P::servers, "How many servers there are; each has a replica of every shard.")
              .at_least(1)
              .at_most(31),
          sim::field("shards", &P::shards, "How many shards there are. Key k is in shard k mod shards.")
              .at_least(1)
              .at_most(100),
          sim::field("objects", &P::objects, "What the keys of transactions hold."),
          sim::field("order", &P::order, "What orders transactions."),
          sim::field("epsilon", &P::epsilon,
                     "How far wall clocks are trusted to be off. 0: clocks ask time masters, which know.")
              .at_most(10s),
          sim::field("max_offset", &P::max_offset,
                     "With hybrid clocks: how far those of any two servers are trusted to be apart.")
              .at_most(10s),
          sim::field("resolution", &P::resolution,
                     "With hybrid clocks: servers' physical clocks show multiples of it.")
              .at_least(100us)
              .at_most(1s),
          sim::field("lease", &P::lease, "How long a leader may give out timestamps without asking again.")
              .at_least(10ms)
              .at_most(10min),
          sim::field("renew_before", &P::renew_before, "A lease is renewed so long before its end.")
              .at_least(1ms)
              .at_most(10min),
          sim::field(
              "safe_every", &P::safe_every,
              "How often leaders tell replicas up to when their state is complete, and look after what "
              "should have gone on.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("resolve_after", &P::resolve_after,
                     "After how long leaders ask again what came of a transaction.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("abandon_after", &P::abandon_after,
                     "A transaction whose client or whose other shards are silent for so long is aborted.")
              .at_least(1ms)
              .at_most(10min),
          sim::field("patience", &P::patience,
                     "How long a client tries one operation, with all its attempts.")
              .at_least(1ms)
              .at_most(10min),
          sim::field("staleness", &P::staleness, "How old a snapshot is that clients read from any replica.")
              .at_most(10min),
          sim::field("election_min", &P::election_min, "Shortest election timeout of the groups.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("election_max", &P::election_max, "Longest election timeout of the groups.")
              .at_least(1ms)
              .at_most(60s))
          .must("election_max is at least election_min", "election_max",
                [](const P& p) { return p.election_max >= p.election_min; })
          .must("renew_before is shorter than the lease", "renew_before",
                [](const P& p) { return p.renew_before < p.lease; })
          .must("abandon_after is at least twice resolve_after", "abandon_after",
                [](const P& p) { return p.abandon_after >= 2 * p.resolve_after; });
  return table;
}

// A leader that is cut off serves until its lease is over, and no longer: it need not hear of a quorum.
parts::raft::Options Parameters::group_options(bool is_preferred) const {
  const sim::Duration middle = (election_min + election_max) / 2;
  parts::raft::Options options;
  options.election_min = is_preferred ? election_min : middle;
  options.election_max = is_preferred ? middle : election_max;
  options.heartbeat = election_min / 3;
  options.prevote = options.stickiness = true;
  options.check_quorum = false;
  return options;
}

sim::Duration Parameters::longest_timeout() const { return std::max(lease, election_max); }

sim::Duration Parameters::settled_after() const {
  return lease + 2 * election_max + abandon_after + 2 * resolve_after;
}

Safeguards safeguards_without(const sim::BugSet& bugs) {
  const auto on = [&](std::string_view bug) { return !bugs.contains(bug); };
  Safeguards safe;
  safe.waits_out_commits = on("spanner.no-commit-wait");
  safe.stamps_latest = on("spanner.stamp-earliest");
  safe.commits_after_prepares = on("spanner.ignore-prepare-ts");
  safe.prepared_hold_back = on("spanner.tsafe-ignores-prepared");
  safe.waits_out_leases = on("spanner.lease-overlap");
  safe.keeps_ids = on("spanner.retry-ambiguous");
  safe.logs_decisions = on("spanner.unreplicated-coordinator");
  safe.wounds = on("spanner.no-wound-wait");
  safe.restarts_uncertain = on("spanner.no-uncertainty-restart");
  safe.refuses_ties = on("spanner.tscache-tie");
  safe.keeps_low_water = on("spanner.tscache-lost");
  safe.refreshes_reads = on("spanner.no-read-refresh");
  return safe;
}

namespace {

using sim::BugSwitch;
using Shelf = BugSwitch::Shelf;
using Difficulty = BugSwitch::Difficulty;

std::vector<BugSwitch> bug_switches() {  // NOLINT(readability-function-size): a table
  return {
      {"spanner.no-commit-wait", "nobody sees a commit before its timestamp has certainly passed",
       "realtime-violation", Shelf::core, Difficulty::easy, "Corbett et al. 2012, 4.1.2",
       "A timestamp from a clock that is ahead is a promise about the future; wait for it."},
      {"spanner.stamp-earliest", "a commit is stamped with the latest that the time may be",
       "realtime-violation", Shelf::extended, Difficulty::easy, "Corbett et al. 2012, 4.1.2",
       "Of an interval that holds the time, only the end that has not come yet is after everything."},
      {"spanner.ignore-prepare-ts", "a commit is at or after every participant's prepare", "read-skew",
       Shelf::core, Difficulty::easy, "Corbett et al. 2012, 4.2.1",
       "A participant has promised snapshots up to its prepare timestamp; the coordinator must not go "
       "below."},
      {"spanner.tsafe-ignores-prepared", "a snapshot waits for what is prepared at or before it", "read-skew",
       Shelf::core, Difficulty::easy, "Corbett et al. 2012, 4.1.3",
       "What is prepared may already have committed elsewhere."},
      {"spanner.lease-overlap", "a new leader waits until the last lease is over", "stale-read",
       Shelf::extended, Difficulty::hard, "Corbett et al. 2012, 4.1.1",
       "Whoever may still answer must have ended before somebody else decides."},
      {"spanner.retry-ambiguous", "a transaction keeps its id when its answer does not come",
       "duplicate-effect", Shelf::core, Difficulty::easy,
       "Jepsen on CockroachDB beta, 2017; Jepsen on TiDB 2.1.7; Jepsen on jetcd 0.8.2",
       "A commit that was not answered is not one that did not happen."},
      {"spanner.unreplicated-coordinator",
       "a decision is in the coordinator's log before anybody hears of it", "invariant(P4.3)", Shelf::core,
       Difficulty::easy, "Corbett et al. 2012, 2.1",
       "Two-phase commit is as available as the memory of its coordinator."},
      {"spanner.no-wound-wait", "who is older takes locks away from who is younger", "unavailable",
       Shelf::extended, Difficulty::easy, "Rosenkrantz, Stearns and Lewis 1978",
       "Two that wait for each other wait for ever, unless somebody had an order to begin with."},
      {"spanner.no-uncertainty-restart", "a read begins again when it meets what may have been there before",
       "stale-read", Shelf::core, Difficulty::easy, "Taft et al. 2020, 3.4; Jepsen on YugaByte DB 1.1.9",
       "What is later by another's clock may have been earlier."},
      {"spanner.tscache-tie", "nobody writes at a timestamp at which somebody else has read", "write-skew",
       Shelf::core, Difficulty::easy, "Jepsen on CockroachDB beta, 2017",
       "Two that share a timestamp have no order."},
      {"spanner.tscache-lost", "a new leaseholder writes above all that may have been read before it",
       "read-skew", Shelf::extended, Difficulty::medium, "Taft et al. 2020, 3.3",
       "Whoever takes over a promise without knowing it must assume the most."},
      {"spanner.no-read-refresh", "what was read is read again when the transaction commits later",
       "lost-update", Shelf::extended, Difficulty::easy, "Taft et al. 2020, 3.4",
       "A transaction that moves in time takes its reads along, or has not read them."},
  };
}

class SpannerModel final : public sim::ModelWith<Parameters> {
 public:
  std::string_view name() const override { return "spanner"; }
  std::vector<std::string> topics() const override { return {"T4 Spanner and CockroachDB"}; }
  std::string_view summary() const override {
    return "A database in shards, with transactions over all of them in the order of real time.";
  }
  std::vector<sim::Profile> profiles() const override {
    return {
        {"truetime", "Locks, two-phase commit between groups, and clocks that know how wrong they are.", {}},
        {"hlc",
         "Intents, a record that decides, and hybrid clocks that may be off by as much as one another.",
         {{"order", "hybrid"}}}};
  }
  std::vector<BugSwitch> bugs() const override { return bug_switches(); }
  std::vector<sim::OperationKind> operations() const override { return operation_kinds(); }
  std::vector<sim::AdminAction> admin_actions() const override {
    return {{"transfer-leader", "This server leads all shards; leases are handed over with them."}};
  }
  std::vector<std::string> moments() const override {
    return {"LeaseBegan", "TransactionPrepared", "TransactionDecided", "TransactionShown"};
  }

 protected:
  std::vector<sim::Role> roles_of(const Parameters& parameters,
                                  const sim::Workload& workload) const override {
    return {{"server", "n", parameters.servers, "who have a replica of every shard"},
            {"client", "c", workload.clients, "who do transactions"}};
  }
  std::vector<sim::Claim> claims_of(const Parameters& parameters, const sim::BugSet&) const override {
    return is_hybrid(parameters) ? hlc::claims_of(parameters) : spanner::claims_of(parameters);
  }
  sim::Duration longest_timeout_of(const Parameters& parameters) const override {
    return parameters.longest_timeout();
  }

  sim::ProcessFactory process_of(const Parameters& parameters, const sim::Deployment& deployment,
                                 std::string_view role, std::size_t index) const override {
    std::vector<NodeId> servers = deployment.simulation.nodes_of_role("server");
    const NodeId self = deployment.simulation.nodes_of_role(role).at(index);
    if (role == "server") {
      return [&parameters, &deployment, servers](sim::Env& env) -> std::unique_ptr<sim::Process> {
        if (is_hybrid(parameters))
          return std::make_unique<hlc::Server>(env, parameters, deployment.bugs, servers);
        return std::make_unique<Server>(env, parameters, deployment.bugs, servers);
      };
    }
    std::vector<NodeId> preferred;
    for (std::size_t shard = 0; shard < static_cast<std::size_t>(parameters.shards); ++shard)
      preferred.push_back(servers[shard % servers.size()]);
    servers = parts::nearest_first(std::move(servers), deployment.simulation, self);
    return [&parameters, &deployment, servers, preferred, index](sim::Env& env) {
      return std::make_unique<Client>(env, parameters, deployment.workload, deployment.phases,
                                      session_of(env, parameters, deployment, servers, preferred), index);
    };
  }

  void watch_with(const Parameters& parameters, const sim::Deployment& deployment) const override {
    sim::Simulation& simulation = deployment.simulation;
    if (is_hybrid(parameters)) {
      simulation.add_monitor(
          std::make_unique<hlc::Monitor>(simulation, parameters, deployment.workload, deployment.phases));
    } else {
      simulation.add_monitor(
          std::make_unique<Monitor>(simulation, parameters, deployment.workload, deployment.phases));
    }
  }

  // Who serves the first shard.
  NodeId focus(const sim::Simulation& simulation) const override {
    for (const NodeId node : simulation.nodes_of_role("server")) {
      bool serves = false;
      with_server(simulation.node(node).process(),
                  [&](const auto& server) { serves = shards_of(server).front().may_serve(); });
      if (serves) return node;
    }
    return no_node;
  }

  bool administer(sim::Simulation& simulation, std::string_view action, NodeId node) const override {
    if (action != "transfer-leader" || simulation.node(node).role() != "server") return false;
    bool any = false;
    for (const NodeId other : simulation.nodes_of_role("server")) {
      if (other == node) continue;
      with_server(simulation.node(other).process(), [&](auto& server) {
        for (auto& shard : shards_of(server)) any = shard.transfer(node) || any;
      });
    }
    return any;
  }

 private:
  static bool is_hybrid(const Parameters& parameters) { return parameters.order == Order::hybrid; }
  static std::unique_ptr<Transactor> session_of(sim::Env& env, const Parameters& parameters,
                                                const sim::Deployment& deployment,
                                                const std::vector<NodeId>& servers,
                                                const std::vector<NodeId>& preferred) {
    const Safeguards safe = safeguards_without(deployment.bugs);
    if (is_hybrid(parameters))
      return std::make_unique<hlc::Session>(env, parameters, safe, deployment.workload, servers);
    return std::make_unique<Session>(env, parameters, safe, deployment.workload, servers, preferred);
  }
  // The server that the process is, of whichever profile; nothing is done when it is down.
  template <class Process, class Do>
  static void with_server(Process* process, const Do& act) {
    constexpr bool is_const = std::is_const_v<Process>;
    using Locking = std::conditional_t<is_const, const Server, Server>;
    using Hybrid = std::conditional_t<is_const, const hlc::Server, hlc::Server>;
    if (auto* server = dynamic_cast<Locking*>(process)) act(*server);
    if (auto* server = dynamic_cast<Hybrid*>(process)) act(*server);
  }
  static auto& shards_of(Server& server) { return server.shards(); }
  static auto& shards_of(const Server& server) { return server.shards(); }
  static auto& shards_of(hlc::Server& server) { return server.replicas(); }
  static auto& shards_of(const hlc::Server& server) { return server.replicas(); }
};

}  // namespace

std::unique_ptr<sim::Model> make_model() { return std::make_unique<SpannerModel>(); }

}  // namespace lightcone::models::spanner

// The lock service as a model: parameters, profiles, bug switches, and who runs where.
#include "models/lock/model.hpp"

#include "models/lock/claims.hpp"
#include "models/lock/client.hpp"
#include "models/lock/majority_locker.hpp"
#include "models/lock/replica.hpp"
#include "models/lock/resource.hpp"
#include "models/lock/server.hpp"
#include "models/lock/session_locker.hpp"
#include "models/lock/store.hpp"
#include "models/parts/placement.hpp"
#include "models/parts/raft/leader_among.hpp"

namespace lightcone::models::lock {

sim::Choices<Keeper> choices_of(Keeper) {
  static constexpr sim::Choice<Keeper> all[] = {
      {Keeper::consensus, {"consensus", "A Raft group that replicates the lock table."}},
      {Keeper::primary, {"primary", "A primary that answers first and replicates afterwards."}},
      {Keeper::majority, {"majority", "Independent stores, of which a majority has to accept (Redlock)."}},
  };
  return all;
}

const sim::FieldTable<Parameters>& Parameters::fields() {
  using P = Parameters;
  using namespace std::chrono_literals;
  static const auto table =
      sim::FieldTable<Parameters>(
          "lock_parameters", "A lock service, its clients, and a resource that the locks protect.",
          sim::field("keeper", &P::keeper, "Who keeps the locks."),
          sim::field("servers", &P::servers, "How many servers or stores there are.").at_least(1).at_most(31),
          sim::field("ttl", &P::ttl, "How long a session, or a lock in a store, outlives its last renewal.")
              .at_least(10ms)
              .at_most(10min),
          sim::field("wait", &P::wait, "How long a client waits for a lock before it gives up.")
              .at_least(1ms)
              .at_most(10min),
          sim::field("hold", &P::hold, "How long a client thinks between reading and writing."),
          sim::field(
              "pause", &P::pause,
              "How long a client's process stands still between its last look at the lease and the write."),
          sim::field("fair", &P::fair, "Waiters queue; otherwise they are told of changes and try again."),
          sim::field("fencing", &P::fencing, "The resource refuses fences lower than one it has seen."),
          sim::field("drift_bound", &P::drift_bound, "By how much clocks may run apart, for leases.")
              .at_most(sim::Ratio{1, 2}),
          sim::field("election_min", &P::election_min, "consensus: shortest election timeout.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("election_max", &P::election_max, "consensus: longest election timeout.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("heartbeat", &P::heartbeat,
                     "consensus, primary: between two broadcasts of an idle leader.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("failover", &P::failover, "primary: silence after which a backup takes over.")
              .at_least(1ms)
              .at_most(60s))
          .must("election_max is at least election_min", "election_max",
                [](const P& p) { return p.election_max >= p.election_min; })
          .must("the heartbeat is shorter than election_min", "heartbeat",
                [](const P& p) { return p.heartbeat < p.election_min; })
          .must("the heartbeat is shorter than failover", "failover",
                [](const P& p) { return p.heartbeat < p.failover; });
  return table;
}

parts::raft::Options Parameters::group_options() const {
  parts::raft::Options options;
  options.election_min = election_min;
  options.election_max = election_max;
  options.heartbeat = heartbeat;
  options.prevote = options.check_quorum = options.stickiness = true;
  return options;
}

sim::Duration Parameters::shortened(sim::Duration span) const {
  return span * (drift_bound.denominator - drift_bound.numerator) / drift_bound.denominator;
}

TableSafeguards table_safeguards(const sim::BugSet& bugs) {
  TableSafeguards safe;
  safe.fences_are_replicated = !bugs.contains("lock.fence-reset-on-failover");
  safe.recheck_waiters = !bugs.contains("lock.grant-without-recheck");
  safe.release_checks_owner = !bugs.contains("lock.release-without-owner-check");
  safe.expiry_by_log = !bugs.contains("lock.local-clock-expiry");
  return safe;
}

namespace {

using sim::BugSwitch;
using Shelf = BugSwitch::Shelf;
using Difficulty = BugSwitch::Difficulty;

std::vector<BugSwitch> bug_switches() {  // NOLINT(readability-function-size): a table
  return {
      {"lock.no-fencing", "the resource refuses fences lower than one it has seen", "mutex-violation",
       Shelf::core, Difficulty::easy, "Kleppmann, How to do distributed locking, 2016; Jepsen on etcd 3.4.3",
       "A holder that slept through the end of its lease does not know it; only the resource can tell."},
      {"lock.fence-on-write-only", "reading at the resource raises the fence too", "lost-update", Shelf::core,
       Difficulty::medium,
       "follows from Kleppmann 2016: the check must cover the read that a write is based on",
       "If only writes are fenced, an old write can slip in between a new holder's read and its write."},
      {"lock.fence-reset-on-failover", "the fence counter is replicated", "invariant(P9.2)", Shelf::extended,
       Difficulty::medium, "Burrows, OSDI 2006, 2.4",
       "A counter that a new leader starts anew lets an old fence look new."},
      {"lock.grant-without-recheck", "a waiter gets a lock only if its session still lives",
       "mutex-violation", Shelf::core, Difficulty::easy, "Jepsen on etcd 3.4.3",
       "What was true when somebody began to wait may be over when the turn comes."},
      {"lock.release-without-owner-check", "only the holder's own release frees a lock", "mutex-violation",
       Shelf::core, Difficulty::easy, "the Redis documentation on locks with a single instance",
       "A release that comes late must not free what somebody else holds by then."},
      {"lock.local-clock-expiry", "sessions end at a place in the log, by the log's time", "divergence",
       Shelf::extended, Difficulty::medium, "Ongaro's dissertation, 6.3",
       "Replicas that each look at their own clock are not copies of one another."},
      {"lock.deadline-from-reply", "a lease is counted from the sending of the renewal", "mutex-violation",
       Shelf::extended, Difficulty::medium, "Gray and Cheriton, SOSP 1989",
       "The server's count began when it heard of the renewal, which was before the answer arrived."},
      {"lock.async-primary", "a grant is on a majority of servers before it is answered", "mutex-violation",
       Shelf::core, Difficulty::easy, "Jepsen on Hazelcast 3.8.3; the Redis documentation on replication",
       "A successor that has not heard of a grant will give the lock again."},
      {"lock.redlock-clock-jump", "stores count a time to live by a clock that cannot be set",
       "mutex-violation", Shelf::core, Difficulty::medium, "Kleppmann 2016; antirez, Is Redlock safe?, 2016",
       "A lock that rests on wall clocks is as good as whoever sets them."},
  };
}

class LockModel final : public sim::ModelWith<Parameters> {
 public:
  std::string_view name() const override { return "lock"; }
  std::vector<std::string> topics() const override { return {"T9 Lock and coordination service"}; }
  std::string_view summary() const override {
    return "Locks with sessions and fences, and a resource that only the holder may change.";
  }
  std::vector<sim::Profile> profiles() const override {
    return {
        {"consensus-lock", "A lock table replicated by Raft, with fences.", {}},
        {"redlock", "A majority of independent stores, without fences.", {{"keeper", "majority"}}},
        {"async-primary-lock", "A primary that replicates after it has answered.", {{"keeper", "primary"}}},
    };
  }
  std::vector<BugSwitch> bugs() const override { return bug_switches(); }
  std::vector<sim::OperationKind> operations() const override { return operation_kinds(); }
  std::vector<sim::AdminAction> admin_actions() const override {
    return {{"transfer-leader", "consensus: the leader hands over to this server."}};
  }

  std::vector<std::string> moments() const override {
    return {"LockGranted", "CheckedLease", "LeaseEnded", "BecameLeader", "BecamePrimary"};
  }

 protected:
  std::vector<sim::Role> roles_of(const Parameters& parameters,
                                  const sim::Workload& workload) const override {
    return {{"server", "n", parameters.servers, "who keep the locks"},
            {"resource", "r", 1, "what the locks protect"},
            {"client", "c", workload.clients, "who use the locks"}};
  }
  std::vector<sim::Claim> claims_of(const Parameters& parameters, const sim::BugSet& bugs) const override {
    return lock::claims_of(parameters, bugs);
  }
  sim::Duration longest_timeout_of(const Parameters& parameters) const override {
    return std::max(parameters.ttl, parameters.election_max);
  }

  sim::ProcessFactory process_of(const Parameters& parameters, const sim::Deployment& deployment,
                                 std::string_view role, std::size_t index) const override {
    if (role == "resource") return resource_of(parameters, deployment);
    return role == "client" ? client_of(parameters, deployment, index)
                            : server_of(parameters, deployment, index);
  }

  void watch_with(const Parameters& parameters, const sim::Deployment& deployment) const override {
    deployment.simulation.add_monitor(
        std::make_unique<Monitor>(deployment.simulation, parameters, deployment.bugs));
  }

  // Who decides: the leader or the primary. Stores are equals.
  sim::NodeId focus(const sim::Simulation& simulation) const override {
    const std::vector<sim::NodeId> servers = simulation.nodes_of_role("server");
    const auto is = [&]<class Role>(const Role*) {
      return std::any_of(servers.begin(), servers.end(), [&](sim::NodeId node) {
        return dynamic_cast<const Role*>(simulation.node(node).process()) != nullptr;
      });
    };
    if (is(static_cast<const Server*>(nullptr))) {
      return parts::raft::leader_among<Server>(simulation, "server");
    }
    if (!is(static_cast<const Replica*>(nullptr))) return sim::no_node;
    sim::NodeId primary = sim::no_node;
    std::uint64_t epoch = 0;
    for (const sim::NodeId node : servers) {
      const auto* replica = static_cast<const Replica*>(simulation.node(node).process());
      if (replica == nullptr || !replica->is_primary() || replica->epoch() <= epoch) continue;
      primary = node;
      epoch = replica->epoch();
    }
    return primary;
  }

  bool administer(sim::Simulation& simulation, std::string_view action, sim::NodeId node) const override {
    const sim::NodeId leader = focus(simulation);
    if (leader == sim::no_node || action != "transfer-leader") return false;
    auto* server = dynamic_cast<Server*>(simulation.node(leader).process());
    return server != nullptr && server->raft().transfer_leadership(node);
  }

 private:
  static sim::ProcessFactory resource_of(const Parameters& parameters, const sim::Deployment& deployment) {
    ResourceSafeguards safe;
    safe.checks_fences = parameters.fencing && !deployment.has_bug("lock.no-fencing");
    safe.reads_raise_fence = !deployment.has_bug("lock.fence-on-write-only");
    return [safe](sim::Env& env) { return std::make_unique<Resource>(env, safe); };
  }

  static sim::ProcessFactory server_of(const Parameters& parameters, const sim::Deployment& deployment,
                                       std::size_t index) {
    std::vector<sim::NodeId> servers = deployment.simulation.nodes_of_role("server");
    switch (keeper_of(parameters, deployment.bugs)) {
      case Keeper::consensus:
        return [&parameters, &deployment, servers](sim::Env& env) {
          return std::make_unique<Server>(env, parameters, deployment.bugs, servers);
        };
      case Keeper::primary:
        return [&parameters, &deployment, servers, index](sim::Env& env) {
          return std::make_unique<Replica>(env, parameters, deployment.bugs, servers, index);
        };
      case Keeper::majority:
        break;
    }
    return [&deployment](sim::Env& env) { return std::make_unique<Store>(env, deployment.bugs); };
  }

  static sim::ProcessFactory client_of(const Parameters& parameters, const sim::Deployment& deployment,
                                       std::size_t index) {
    sim::Simulation& simulation = deployment.simulation;
    const sim::NodeId client = simulation.nodes_of_role("client").at(index);
    const std::vector<sim::NodeId> servers =
        parts::nearest_first(simulation.nodes_of_role("server"), simulation, client);
    const Client::Place place{simulation.nodes_of_role("resource").front(), index};
    const bool by_majority = keeper_of(parameters, deployment.bugs) == Keeper::majority;
    return [&parameters, &deployment, servers, place, by_majority](sim::Env& env) {
      std::unique_ptr<Locker> locker;
      if (by_majority) {
        locker = std::make_unique<MajorityLocker>(env, parameters, servers);
      } else {
        locker = std::make_unique<SessionLocker>(env, parameters, deployment.bugs, servers,
                                                 deployment.workload.timeout);
      }
      return std::make_unique<Client>(env, parameters, deployment.workload, deployment.phases,
                                      std::move(locker), place);
    };
  }
};

}  // namespace

std::unique_ptr<sim::Model> make_model() { return std::make_unique<LockModel>(); }

}  // namespace lightcone::models::lock

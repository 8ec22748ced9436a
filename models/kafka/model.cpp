// The partitioned log as a model: parameters, profiles, and who runs where.
#include "models/kafka/model.hpp"

#include <algorithm>

#include "models/kafka/broker.hpp"
#include "models/kafka/claims.hpp"
#include "models/kafka/cleanup_monitor.hpp"
#include "models/kafka/client.hpp"
#include "models/kafka/controller.hpp"
#include "models/kafka/group_consumer.hpp"
#include "models/kafka/group_monitor.hpp"
#include "models/kafka/processor.hpp"
#include "models/kafka/switches.hpp"
#include "models/kafka/transaction_monitor.hpp"
#include "models/parts/placement.hpp"
#include "models/parts/raft/leader_among.hpp"

namespace lightcone::models::kafka {

sim::Choices<Acks> choices_of(Acks) {
  static constexpr sim::Choice<Acks> all[] = {
      {Acks::none, {"0", "Never: it does not wait."}},
      {Acks::leader, {"1", "When the leader has it."}},
      {Acks::all, {"all", "When all of the ISR have it."}},
  };
  return all;
}

sim::Choices<Flush> choices_of(Flush) {
  static constexpr sim::Choice<Flush> all[] = {
      {Flush::none, {"none", "When the operating system does."}},
      {Flush::every, {"every", "Before a record counts as written."}},
  };
  return all;
}

sim::Choices<Assign> choices_of(Assign) {
  static constexpr sim::Choice<Assign> all[] = {
      {Assign::eager, {"eager", "Everybody gives everything back, and then all of it is given anew."}},
      {Assign::cooperative,
       {"cooperative", "Who keeps a partition goes on; the others move in a second pass."}},
  };
  return all;
}

sim::Choices<Commit> choices_of(Commit) {
  static constexpr sim::Choice<Commit> all[] = {
      {Commit::automatic, {"auto", "From time to time, whatever it has processed by then."}},
      {Commit::before, {"before", "Before it processes what it was given."}},
      {Commit::after, {"after", "When it has processed what it was given."}},
  };
  return all;
}

sim::Choices<Isolation> choices_of(Isolation) {
  static constexpr sim::Choice<Isolation> all[] = {
      {Isolation::read_uncommitted, {"read_uncommitted", "All that is in the log, whatever becomes of it."}},
      {Isolation::read_committed, {"read_committed", "What is of no transaction, or of a committed one."}},
  };
  return all;
}

sim::Choices<Epochs> choices_of(Epochs) {
  static constexpr sim::Choice<Epochs> all[] = {
      {Epochs::session, {"session", "For as long as it is the producer, as before KIP-890."}},
      {Epochs::transaction, {"transaction", "For one transaction (KIP-890)."}},
  };
  return all;
}

sim::Choices<Cleanup> choices_of(Cleanup) {
  static constexpr sim::Choice<Cleanup> all[] = {
      {Cleanup::remove, {"delete", "Whole segments, once they are older or more than is to be kept."}},
      {Cleanup::compact, {"compact", "Records of a key that has a later one, and deletions in time."}},
  };
  return all;
}

sim::Choices<Reset> choices_of(Reset) {
  static constexpr sim::Choice<Reset> all[] = {
      {Reset::earliest, {"earliest", "At the first record that is still there."}},
      {Reset::latest, {"latest", "Behind all that there is."}},
  };
  return all;
}

const sim::FieldTable<Parameters>& Parameters::fields() {  // NOLINT(readability-function-size): a table
  using P = Parameters;
  using namespace std::chrono_literals;
  static const auto table =
      sim::FieldTable<Parameters>(
          "kafka_parameters", "A log in partitions, each with a leader and followers, and controllers.",
          sim::field("brokers", &P::brokers, "How many brokers there are.").at_least(1).at_most(31),
          sim::field("controllers", &P::controllers, "How many controllers there are.")
              .at_least(1)
              .at_most(31),
          sim::field("partitions", &P::partitions, "How many partitions the log has.")
              .at_least(1)
              .at_most(100),
          sim::field("rf", &P::rf, "Replicas of each partition.").at_least(1).at_most(31),
          sim::field("min_isr", &P::min_isr, "Replicas in sync without which nothing is committed.")
              .at_least(1)
              .at_most(31),
          sim::field("acks", &P::acks, "When a producer is told that a record is written."),
          sim::field("unclean", &P::unclean, "Anybody may lead when nobody who is eligible is there."),
          sim::field("elr", &P::elr,
                     "Who left an ISR that is too small stays eligible, and who came back from an unclean "
                     "shutdown does not (KIP-966)."),
          sim::field("idempotent", &P::idempotent, "Producers number their records, and leaders check that."),
          sim::field("max_inflight", &P::max_inflight, "Records of one producer that are not answered yet.")
              .at_least(1)
              .at_most(static_cast<std::int64_t>(ProducerTable::remembered)),
          sim::field("flush", &P::flush, "When a log is flushed to the disk."),
          sim::field("writeback", &P::writeback, "flush=none: between two flushes by the operating system.")
              .at_least(1ms)
              .at_most(1h),
          sim::field("lag_max", &P::lag_max, "A follower that has not caught up for so long leaves the ISR.")
              .at_least(1ms)
              .at_most(10min),
          sim::field("fetch_wait", &P::fetch_wait, "How long a follower waits for news before it asks again.")
              .at_least(1ms)
              .at_most(60s),
          sim::field(
              "session_timeout", &P::session_timeout,
              "A broker that controllers have not heard of for so long is fenced, and a member that its "
              "group's coordinator has not heard of is left out.")
              .at_least(1ms)
              .at_most(10min),
          sim::field("heartbeat", &P::heartbeat,
                     "Between two heartbeats of a broker, or of a member of a group.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("checkpoint_every", &P::checkpoint_every,
                     "Between two notes of the high watermark on the disk.")
              .at_least(1ms)
              .at_most(1h),
          sim::field("consumers", &P::consumers, "Members of the consumer group; 0: there is none.")
              .at_least(0)
              .at_most(100),
          sim::field("assign", &P::assign, "How a group gives its partitions to other members."),
          sim::field("commit", &P::commit, "When a member of the group commits how far it is."),
          sim::field("commit_every", &P::commit_every, "commit=auto: between two commits.")
              .at_least(1ms)
              .at_most(1h),
          sim::field("rebalance_timeout", &P::rebalance_timeout,
                     "A member that has not joined again for so long is left out of the next generation.")
              .at_least(1ms)
              .at_most(10min),
          sim::field("process", &P::process, "How long a member of the group processes a record."),
          sim::field("batch", &P::batch, "Records that a member of the group takes at once.")
              .at_least(1)
              .at_most(100),
          sim::field("processors", &P::processors,
                     "Members of the group that make outputs of inputs, in transactions; 0: there are none.")
              .at_least(0)
              .at_most(100),
          sim::field("outputs", &P::outputs, "Partitions that processors write to.").at_least(1).at_most(100),
          sim::field("isolation", &P::isolation, "What readers are given."),
          sim::field("epochs", &P::epochs, "For how long a producer of transactions has one epoch."),
          sim::field("transaction_timeout", &P::transaction_timeout,
                     "A transaction that is open for so long is aborted.")
              .at_least(1ms)
              .at_most(10min),
          sim::field("abort_every", &P::abort_every,
                     "Of how many transactions a processor aborts one of its own accord; 0: none.")
              .at_least(0),
          sim::field("cleanup", &P::cleanup, "What is taken away from the log in time."),
          sim::field(
              "retention", &P::retention,
              "cleanup=delete: segments older than this are removed, by the clock of their leader; 0s: "
              "none are.")
              .at_most(24h),
          sim::field("retention_records", &P::retention_records,
                     "cleanup=delete: segments are removed while so many records are left of a partition; 0: "
                     "none are.")
              .at_least(0),
          sim::field("segment_records", &P::segment_records,
                     "Offsets of a segment. The one that is written to is never cleaned up.")
              .at_least(1)
              .at_most(1'000'000),
          sim::field(
              "delete_retention", &P::delete_retention,
              "cleanup=compact: how long the deletion of a key can be read once what it deleted is gone.")
              .at_least(1ms)
              .at_most(24h),
          sim::field("cleanup_every", &P::cleanup_every,
                     "Between two times that a broker cleans up, on average.")
              .at_least(2ms)
              .at_most(1h),
          sim::field("reset", &P::reset, "Where a consumer goes on whose place in the log is gone."),
          sim::field("election_min", &P::election_min, "Shortest election timeout of the controllers.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("election_max", &P::election_max, "Longest election timeout of the controllers.")
              .at_least(1ms)
              .at_most(60s))
          .must("rf is at most the number of brokers", "rf", [](const P& p) { return p.rf <= p.brokers; })
          .must("min_isr is at most rf", "min_isr", [](const P& p) { return p.min_isr <= p.rf; })
          .must("fetch_wait is shorter than lag_max", "fetch_wait",
                [](const P& p) { return p.fetch_wait < p.lag_max; })
          .must("the heartbeat is shorter than session_timeout", "heartbeat",
                [](const P& p) { return p.heartbeat < p.session_timeout; })
          .must("the heartbeat is shorter than rebalance_timeout", "rebalance_timeout",
                [](const P& p) { return !p.has_group() || p.heartbeat < p.rebalance_timeout; })
          .must("there are consumers or processors, not both", "processors",
                [](const P& p) { return p.consumers == 0 || p.processors == 0; })
          .must("election_max is at least election_min", "election_max",
                [](const P& p) { return p.election_max >= p.election_min; });
  return table;
}

parts::raft::Options Parameters::group_options() const {
  parts::raft::Options options;
  options.election_min = election_min;
  options.election_max = election_max;
  options.heartbeat = election_min / 3;
  options.prevote = options.check_quorum = options.stickiness = true;
  return options;
}

sim::Duration Parameters::longest_timeout() const {
  const sim::Duration of_logs = std::max({session_timeout, lag_max, election_max});
  const sim::Duration of_groups = has_group() ? rebalance_timeout : sim::Duration{};
  const sim::Duration of_transactions = has_transactions() ? transaction_timeout : sim::Duration{};
  return std::max({of_logs, of_groups, of_transactions});
}

std::string Parameters::name_of(PartitionId id) const {
  if (is_input(id)) return "p" + std::to_string(id);
  if (is_of_clients(id)) return "out" + std::to_string(id - static_cast<PartitionId>(partitions));
  return id == offsets_partition() ? "offsets" : "transactions";
}

namespace {

class KafkaModel final : public sim::ModelWith<Parameters> {
 public:
  std::string_view name() const override { return "kafka"; }
  std::vector<std::string> topics() const override { return {"T7 Kafka-style partitioned log"}; }
  std::string_view summary() const override {
    return "A log in partitions, each replicated by a leader and the followers that keep up with it.";
  }
  std::vector<sim::Profile> profiles() const override {
    return {{"acks", "Idempotent producers that wait for all in-sync replicas.", {}},
            {"groups",
             "A consumer group that processes what producers append.",
             {{"partitions", "4"}, {"consumers", "3"}}},
            {"eos",
             "Processors that make outputs of inputs exactly once, in transactions.",
             {{"partitions", "3"}, {"processors", "2"}, {"process", "1ms"}, {"abort_every", "10"}}}};
  }
  std::vector<sim::BugSwitch> bugs() const override { return bug_switches(); }
  std::vector<sim::OperationKind> operations() const override { return operation_kinds(); }
  std::vector<sim::AdminAction> admin_actions() const override {
    return {{"elect-leader", "This broker leads all partitions of whose ISR it is."}};
  }
  std::vector<std::string> moments() const override {
    return {"BecamePartitionLeader", "IsrChanged",   "FollowerTruncated",  "BrokerFenced",
            "FollowerBeganAnew",     "LogShortened", "ReaderWasOvertaken", "RecordsRenumbered"};
  }

 protected:
  std::vector<sim::Role> roles_of(const Parameters& parameters,
                                  const sim::Workload& workload) const override {
    std::vector<sim::Role> roles = {
        {"broker", "b", parameters.brokers, "who keep the log"},
        {"controller", "k", parameters.controllers, "who decide which broker leads what"},
    };
    if (parameters.has_transactions())
      roles.push_back(
          {"processor", "x", parameters.processors, "who share the partitions and write outputs"});
    if (parameters.consumers > 0)
      roles.push_back(
          {"consumer", "g", parameters.consumers, "who share the partitions and process records"});
    roles.push_back({"client", "c", workload.clients, "who append and poll"});
    return roles;
  }
  std::vector<sim::Claim> claims_of(const Parameters& parameters, const sim::BugSet&) const override {
    return kafka::claims_of(parameters);
  }
  sim::Duration longest_timeout_of(const Parameters& parameters) const override {
    return parameters.longest_timeout();
  }

  sim::ProcessFactory process_of(const Parameters& parameters, const sim::Deployment& deployment,
                                 std::string_view role, std::size_t index) const override {
    std::vector<NodeId> brokers = deployment.simulation.nodes_of_role("broker");
    const std::vector<NodeId> controllers = deployment.simulation.nodes_of_role("controller");
    if (role == "broker") {
      return [&parameters, &deployment, brokers, controllers](sim::Env& env) {
        return std::make_unique<Broker>(env, parameters, deployment.bugs,
                                        Broker::Places{brokers, controllers});
      };
    }
    if (role == "controller") {
      return [&parameters, &deployment, brokers, controllers](sim::Env& env) {
        return std::make_unique<Controller>(env, parameters, deployment.bugs, controllers, brokers);
      };
    }
    if (role == "consumer") {
      return [&parameters, &deployment, brokers](sim::Env& env) {
        return std::make_unique<GroupConsumer>(env, parameters, deployment.bugs, deployment.workload,
                                               brokers);
      };
    }
    if (role == "processor") {
      return [&parameters, &deployment, brokers](sim::Env& env) {
        return std::make_unique<Processor>(env, parameters, deployment.workload, brokers);
      };
    }
    return [&parameters, &deployment, brokers, index](sim::Env& env) {
      return std::make_unique<Client>(env, parameters, deployment.bugs, deployment.workload,
                                      deployment.phases, brokers, index);
    };
  }

  void watch_with(const Parameters& parameters, const sim::Deployment& deployment) const override {
    auto log = std::make_unique<Monitor>(deployment.simulation, parameters, deployment.phases);
    std::unique_ptr<GroupMonitor> group;
    if (parameters.has_group())
      group = std::make_unique<GroupMonitor>(deployment.simulation, parameters, deployment.phases, *log);
    std::unique_ptr<TransactionMonitor> transactions;
    if (parameters.has_transactions()) {
      transactions =
          std::make_unique<TransactionMonitor>(deployment.simulation, parameters, deployment.phases, *log);
    }
    std::unique_ptr<CleanupMonitor> cleanup;
    if (parameters.is_cleaned())
      cleanup = std::make_unique<CleanupMonitor>(deployment.simulation, parameters, *log);
    deployment.simulation.add_monitor(std::move(log));
    if (cleanup) deployment.simulation.add_monitor(std::move(cleanup));
    if (group) deployment.simulation.add_monitor(std::move(group));
    if (transactions) deployment.simulation.add_monitor(std::move(transactions));
  }

  // Who leads the first partition, in the latest epoch.
  NodeId focus(const sim::Simulation& simulation) const override {
    NodeId leader = no_node;
    LeaderEpoch epoch = 0;
    for (const NodeId node : simulation.nodes_of_role("broker")) {
      const auto* broker = static_cast<const Broker*>(simulation.node(node).process());
      const Replica* first = broker == nullptr ? nullptr : broker->replica_of(0);
      if (first == nullptr || first->role() != Replica::Role::leader || first->leader_epoch() <= epoch)
        continue;
      leader = node;
      epoch = first->leader_epoch();
    }
    return leader;
  }

  bool administer(sim::Simulation& simulation, std::string_view action, NodeId node) const override {
    const NodeId active = parts::raft::leader_among<Controller>(simulation, "controller");
    if (active == no_node || action != "elect-leader" || simulation.node(node).role() != "broker")
      return false;
    return static_cast<Controller*>(simulation.node(active).process())->transfer(node);
  }
};

}  // namespace

std::unique_ptr<sim::Model> make_model() { return std::make_unique<KafkaModel>(); }

}  // namespace lightcone::models::kafka

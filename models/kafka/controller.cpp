#include "models/kafka/controller.hpp"

#include <algorithm>
#include <tuple>

#include "sim/fields_of.hpp"

namespace lightcone::models::kafka {

namespace {

constexpr int looks_a_session = 6;  // for sessions that have expired, in the time after which they do

}  // namespace

Controller::Controller(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
                       const std::vector<NodeId>& members, const std::vector<NodeId>& brokers)
    : env_(env),
      parameters_(parameters),
      brokers_(brokers),
      metadata_(safeguards_without(bugs, parameters).policy(parameters), brokers, parameters.all_partitions(),
                parameters.rf),
      group_(env, *this, parameters.group_options(), members) {}

void Controller::start() {
  group_.start();
  env_.after(parameters_.session_timeout / looks_a_session, SessionCheckDue{});
}

void Controller::show(sim::FieldVisitor& visitor) const {
  group_.show(visitor);
  sim::visit_field("metadata", image(), visitor);
}

// --- requests ----------------------------------------------------------------------------------------------

bool Controller::refuses(const sim::From& from) {
  if (is_active()) return false;
  env_.reply(from, NotController{group_.leader()});
  return true;
}

std::optional<group::Index> Controller::propose(Command command) {
  return group_.propose(sim::Payload::of(std::move(command)));
}

void Controller::on(const RegisterBroker& registration, const sim::From& from) {
  if (refuses(from)) return;
  Command command;
  command.verb = Verb::register_broker;
  command.broker = from.node;
  command.incarnation = registration.incarnation;
  const auto index = propose(std::move(command));
  if (index) registering_.insert_or_assign(*index, from);
}

void Controller::on(const BrokerHeartbeat& heartbeat, const sim::From& from) {
  if (refuses(from)) return;
  const BrokerState& broker = image().brokers.at(from.node);
  if (broker.epoch > heartbeat.epoch) return env_.reply(from, StaleEpoch{heartbeat.epoch});
  if (broker.epoch < heartbeat.epoch) return;  // not known here yet
  heard_at_[from.node] = env_.mono();
  if (broker.fenced) {
    Command command;
    command.verb = Verb::unfence;
    command.broker = from.node;
    command.broker_epoch = heartbeat.epoch;
    propose(std::move(command));
  }
  note_ends(heartbeat, from.node);
  if (heartbeat.version < image().version) {
    env_.reply(from, MetadataUpdate{image().version, metadata_.snapshot()});
  } else {
    env_.reply(from, HeartbeatTaken{});
  }
}

void Controller::on(const AlterPartition& wanted, const sim::From& from) {
  if (refuses(from)) return;
  Command command;
  command.verb = Verb::alter_partition;
  command.broker = from.node;
  command.broker_epoch = wanted.broker_epoch;
  command.partition = wanted.partition;
  command.leader_epoch = wanted.leader_epoch;
  command.epoch = wanted.epoch;
  command.isr = wanted.isr;
  propose(std::move(command));
}

bool Controller::transfer(NodeId broker) {
  Command command;
  command.verb = Verb::transfer;
  command.broker = broker;
  return is_active() && propose(std::move(command)).has_value();
}

// --- sessions ----------------------------------------------------------------------------------------------

void Controller::on(const SessionCheckDue&) {
  env_.after(parameters_.session_timeout / looks_a_session, SessionCheckDue{});
  if (!is_active()) return;
  for (const auto& [broker, state] : image().brokers) {
    if (state.fenced || env_.mono() - heard_at_[broker] <= parameters_.session_timeout) continue;
    heard_at_[broker] = env_.mono();  // not again before this has been applied
    Command command;
    command.verb = Verb::fence;
    command.broker = broker;
    command.broker_epoch = state.epoch;
    propose(std::move(command));
  }
}

void Controller::leadership_changed(group::Position position) {
  registering_.clear();
  ends_.clear();
  if (position != group::Position::leader) return;
  for (const NodeId broker : brokers_) heard_at_[broker] = env_.mono();
}

// --- the longest log ---------------------------------------------------------------------------------------

void Controller::note_ends(const BrokerHeartbeat& heartbeat, NodeId broker) {
  for (const LogEnd& end : heartbeat.ends) {
    ends_[end.partition][broker] = {heartbeat.epoch, end};
    recover(end.partition);
  }
}

// P7.1: of those who had all that was committed when they were last eligible fewer than min_isr have lost
// some of it, so the log that got furthest has it all. None of them must be missing, and what they said must
// be of this incarnation of theirs and of the time since there is no leader: nothing has changed their logs
// since.
void Controller::recover(PartitionId id) {
  const PartitionState& partition = image().partitions.at(id);
  if (partition.leader != no_node || !partition.isr.empty() || !partition.elr.empty()) return;
  const KnownEnd* longest = nullptr;
  NodeId chosen = no_node;
  for (const NodeId candidate : partition.last_known) {
    const auto known = ends_[id].find(candidate);
    const BrokerState& broker = image().brokers.at(candidate);
    if (known == ends_[id].end() || broker.fenced || known->second.broker_epoch != broker.epoch ||
        known->second.end.leader_epoch != partition.leader_epoch)
      return;
    const auto reach = [](const KnownEnd& each) { return std::tuple(each.end.last_epoch, each.end.end); };
    if (longest != nullptr && reach(*longest) >= reach(known->second)) continue;
    longest = &known->second;
    chosen = candidate;
  }
  if (chosen == no_node) return;
  env_.mark(LongestLogChosen{id, chosen});
  Command command;
  command.verb = Verb::recover;
  command.broker = chosen;
  command.broker_epoch = longest->broker_epoch;
  command.partition = id;
  command.leader_epoch = partition.leader_epoch;
  propose(std::move(command));
}

// --- what is decided ---------------------------------------------------------------------------------------

void Controller::apply(const group::Entry& entry) {
  const auto& command = entry.payload.get<Command>();
  const std::uint64_t before = image().version;
  const BrokerEpoch epoch = metadata_.apply(command);
  if (is_active() && command.verb == Verb::fence && image().version != before)
    env_.mark(BrokerFenced{command.broker});
  if (is_active() && command.verb == Verb::register_broker) heard_at_[command.broker] = env_.mono();
  publish();
  const auto owed = registering_.find(entry.index);
  if (owed == registering_.end()) return;
  const sim::From from = owed->second;
  registering_.erase(owed);
  if (entry.term == group_.term() && from.node == command.broker)
    env_.reply(from, BrokerRegistered{command.incarnation, epoch, image().version, metadata_.snapshot()});
}

void Controller::publish() {
  if (!is_active() || image().version == published_) return;
  published_ = image().version;
  env_.broadcast<MetadataUpdate>(brokers_, {published_, metadata_.snapshot()});
}

}  // namespace lightcone::models::kafka

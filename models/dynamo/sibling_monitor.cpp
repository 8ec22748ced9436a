#include "models/dynamo/sibling_monitor.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace lightcone::models::dynamo {

using sim::NodeId;

namespace {

// As messages and the state of servers show it.
std::string put_number(WriteId write) { return fmt::format("put {}", write); }

// One may have forgotten tombstones that the other still has, or has got again from somebody who had.
bool differ_in_forgotten_alone(const Version& a, const Version& b, const Causality::Many& forgotten) {
  const std::vector<WriteId> left = writes_in(a);
  const std::vector<WriteId> right = writes_in(b);
  const auto are_in_or_forgotten = [&](const std::vector<WriteId>& these, const std::vector<WriteId>& those) {
    return std::all_of(these.begin(), these.end(), [&](WriteId write) {
      return forgotten.contains(write) || std::find(those.begin(), those.end(), write) != those.end();
    });
  };
  return are_in_or_forgotten(left, right) && are_in_or_forgotten(right, left);
}

}  // namespace

SiblingMonitor::SiblingMonitor(sim::Simulation& simulation, const Parameters& parameters, sim::Instant quiet)
    : Watcher(simulation), parameters_(parameters), quiet_(quiet) {}

void SiblingMonitor::after_event(NodeId node) {
  if (!compared_ && simulation().now() >= quiet_) compare_owners();
  Watcher::after_event(node);
}

// --- clients -----------------------------------------------------------------------------------------------

void SiblingMonitor::request_began(NodeId client, const Client::Doing& doing) {
  if (doing.is_write) {
    causality_.begin(doing.write, doing.seen);
  } else {
    frontier_at_begin_[client] = keys_[doing.key].frontier;
  }
}

void SiblingMonitor::request_ended(NodeId client, const Client::Done& done) {
  if (!done.succeeded) return;
  if (done.what.is_write) {
    acknowledge(client, done.what.key, done.what.write);
  } else {
    look_at_read(client, done);
  }
}

void SiblingMonitor::acknowledge(NodeId, const std::string& name, WriteId write) {
  Key& key = keys_[name];
  key.acknowledged.insert(write);
  std::erase_if(key.frontier, [&](WriteId other) { return causality_.precedes(other, write); });
  if (!causality_.is_covered(write, key.frontier)) key.frontier.insert(write);
  if (key.replaced.contains(write)) report_lost_update(name, write);
}

// P11.2
void SiblingMonitor::look_at_read(NodeId client, const Client::Done& done) {
  const Key& key = keys_[done.what.key];
  const std::vector<WriteId> writes = writes_in(done.version);
  const Writes found(writes.begin(), writes.end());
  std::vector<WriteId> missed;
  for (const WriteId write : frontier_at_begin_[client]) {
    if (causality_.is_covered(write, found) || causality_.is_covered(write, key.forgotten)) continue;
    missed.push_back(write);
  }
  simulation().metrics().histogram("versions behind").add(static_cast<std::int64_t>(missed.size()));
  if (missed.empty()) return;
  simulation().metrics().count("stale reads");
  simulation().report({"P11.2",
                       "stale-read",
                       fmt::format("{} read {} without {}, which had been acknowledged before, or anything "
                                   "that replaced it",
                                   name(client), done.what.key, put_number(missed.front())),
                       {client}});
}

// --- servers -----------------------------------------------------------------------------------------------

// What a restart does not find was not replaced.
void SiblingMonitor::server_started(NodeId node) {
  for (auto& [name, key] : keys_) key.current.erase(node);
}

void SiblingMonitor::became_durable(NodeId node, const Store::Change& change) {
  Key& key = keys_[change.key];
  Causality::Many& known = change.is_forgotten ? key.forgotten : key.held[node];
  for (const WriteId write : change.writes) causality_.add(write, known);
}

void SiblingMonitor::store_changed(NodeId node, const Store& store) {
  for (const Store::Change& change : store.latest()) {
    const std::vector<WriteId> writes = writes_in(store.find(change.key));
    const Writes now(writes.begin(), writes.end());
    simulation().metrics().histogram("siblings").add(static_cast<std::int64_t>(now.size()));
    if (!change.is_forgotten) look_at_what_went(node, change.key, now);
    look_at_siblings(node, change.key, now);
    keys_[change.key].current[node] = now;
  }
}

// P20.1: a version that a later writer had seen is not left beside what that one wrote.
void SiblingMonitor::look_at_siblings(NodeId node, const std::string& name, const Writes& now) {
  Key& key = keys_[name];
  if (now.size() < 2 || key.has_false_siblings) return;
  for (const WriteId a : now) {
    for (const WriteId b : now) {
      if (a == b || !concurrent_.emplace(a, b).second || !causality_.precedes(a, b)) continue;
      key.has_false_siblings = true;
      simulation().report({"P20.1",
                           "invariant(sibling_bound)",
                           fmt::format("{} keeps {} siblings of {}, {} beside {}, whose writer had read it",
                                       this->name(node), now.size(), name, put_number(a), put_number(b)),
                           {node}});
      return;
    }
  }
}

// P20.1: what went was seen by the writer of something that came.
void SiblingMonitor::look_at_what_went(NodeId node, const std::string& name, const Writes& now) {
  Key& key = keys_[name];
  for (const WriteId write : key.current[node]) {
    if (now.contains(write) || causality_.is_covered(write, now)) continue;
    const bool same = std::any_of(now.begin(), now.end(), [&](WriteId other) {
      return causality_.read_the_same(write, other) && !causality_.precedes(other, write);
    });
    if (!same || !key.replaced.insert(write).second) continue;
    if (key.acknowledged.contains(write)) report_lost_update(name, write);
  }
}

void SiblingMonitor::report_lost_update(const std::string& key, WriteId write) {
  simulation().report(
      {"P20.1",
       "lost-update",
       fmt::format(
           "{} of {} was acknowledged, and replaced by a write whose client had not seen it: both had "
           "read the same",
           put_number(write), key),
       {}});
}

bool SiblingMonitor::has_held(const Key& key, NodeId node, WriteId write) const {
  const auto held = key.held.find(node);
  return held != key.held.end() && causality_.is_covered(write, held->second);
}

// P11.6
void SiblingMonitor::write_succeeded(NodeId node, const Coordinator::Success& success) {
  const std::vector<NodeId>& walk = server_on(node)->ring().walk(success.key);
  const std::size_t counted = parameters_.sloppy || parameters_.has_gossip()
                                  ? walk.size()
                                  : static_cast<std::size_t>(parameters_.replicas);
  const Key& key = keys_[success.key];
  std::int64_t holders = 0;
  for (std::size_t i = 0; i < counted && holders < parameters_.write_quorum; ++i)
    holders += has_held(key, walk[i], success.write) ? 1 : 0;
  if (holders >= parameters_.write_quorum) return;
  simulation().report(
      {"P11.6",
       "invariant(P11.6)",
       fmt::format("{} acknowledged {} of {} when {} had it", name(node), put_number(success.write),
                   success.key, holders == 1 ? "one server" : fmt::format("{} servers", holders)),
       {node}});
}

// P11.3. Looked at whenever a server is back, too: later what was lost may be hidden behind the next write.
void SiblingMonitor::look_for_lost_writes() {
  std::map<std::string, Writes> present;
  for (const NodeId node : servers()) {
    const Server* server = server_on(node);
    // Nobody knows what it holds.
    if (server == nullptr || !server->replica().store().is_durable()) return;
    const Store& store = server->replica().store();
    for (const auto& [key, version] : store.versions()) {
      for (const WriteId write : writes_in(version)) present[key].insert(write);
    }
    for (const auto& [number, hint] : store.hints()) {
      for (const WriteId write : writes_in(hint.entry.version)) present[hint.entry.key].insert(write);
    }
  }
  for (const auto& [name, key] : keys_) {
    const Writes& found = present[name];
    for (const WriteId write : key.frontier) {
      if (causality_.is_covered(write, found) || causality_.is_covered(write, key.forgotten)) continue;
      simulation().report({"P11.3",
                           "lost-write",
                           fmt::format("{} of {} was acknowledged, and nobody has it, or anything that a "
                                       "client wrote who had read it",
                                       put_number(write), name),
                           {}});
    }
  }
}

// P11.4
void SiblingMonitor::compare_owners() {
  compared_ = true;
  for (const auto& [name, key] : keys_) {
    const Server* first = nullptr;
    NodeId first_node;
    for (const NodeId node : servers()) {
      const Server* server = server_on(node);
      if (server == nullptr) continue;
      const auto owners = server->ring().owners(name, parameters_.replicas);
      if (std::find(owners.begin(), owners.end(), node) == owners.end()) continue;
      if (first == nullptr) {
        first = server;
        first_node = node;
        continue;
      }
      const Version& a = first->replica().store().find(name);
      const Version& b = server->replica().store().find(name);
      const bool both_absent = (a.deleted || !a.is_written()) && (b.deleted || !b.is_written());
      if (both_absent || differ_in_forgotten_alone(a, b, key.forgotten)) continue;
      simulation().report({"P11.4",
                           "divergence",
                           fmt::format("when all was quiet {} had the siblings {} of {}, {} had {}",
                                       this->name(first_node), words(a), name, this->name(node), words(b)),
                           {first_node, node}});
    }
  }
}

}  // namespace lightcone::models::dynamo

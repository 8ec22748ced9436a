#include "models/dynamo/staleness_meter.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace lightcone::models::dynamo {

using sim::NodeId;

namespace {

bool is_absent(const Version& version) { return version.deleted || !version.is_written(); }

bool are_equal(const Version& a, const Version& b) {
  return (is_absent(a) && is_absent(b)) || (covers(a, b) && covers(b, a));
}

}  // namespace

void StalenessMeter::after_event(NodeId node) {
  Watcher::after_event(node);
  if (simulation().now() < next_sample_) return;
  next_sample_ = simulation().now() + std::chrono::milliseconds(100);
  sample("versions behind, at most", std::exchange(most_behind_, 0));
  count_differing_keys();
}

void StalenessMeter::request_began(NodeId client, const Client::Doing&) {
  began_[client] = simulation().now();
}

void StalenessMeter::request_ended(NodeId client, const Client::Done& done) {
  if (!done.succeeded || parameters_.keeps_siblings()) return;
  if (!done.what.is_write) return look_at_read(began_[client], done);
  auto& known = acknowledged_[done.what.key];
  const Acknowledged write{done.version.tag, simulation().now(), done.version.deleted};
  known.insert(std::ranges::upper_bound(known, write.tag, {}, &Acknowledged::tag), write);
}

void StalenessMeter::look_at_read(sim::Instant began, const Client::Done& read) {
  const auto& known = acknowledged_[read.what.key];
  std::int64_t behind = 0;
  sim::Instant since = began;
  bool newest_is_deletion = false;
  for (auto at = std::ranges::upper_bound(known, read.version.tag, {}, &Acknowledged::tag); at != known.end();
       ++at) {
    if (at->at > began) continue;
    ++behind;
    since = std::min(since, at->at);
    newest_is_deletion = at->deleted;
  }
  // Nothing is what a deletion leaves, also when its tombstone is gone.
  if (newest_is_deletion && is_absent(read.version)) behind = 0;
  simulation().metrics().histogram("versions behind").add(behind);
  if (behind > 0) simulation().metrics().record("behind for", began - since);
  most_behind_ = std::max(most_behind_, behind);
}

void StalenessMeter::count_differing_keys() {
  const auto up = std::ranges::find_if(servers(), [this](NodeId node) { return server_on(node) != nullptr; });
  if (up == servers().end()) return;
  sample("keys on which owners differ", std::ranges::count_if(keys_, [&](const std::string& key) {
           return owners_differ(*server_on(*up), key);
         }));
}

// By the ring that `one` knows.
bool StalenessMeter::owners_differ(const Server& one, const std::string& key) const {
  const Version* first = nullptr;
  for (const NodeId node : one.ring().owners(key, parameters_.replicas)) {
    const Server* owner = server_on(node);
    if (owner == nullptr) continue;
    const Version& held = owner->replica().store().find(key);
    if (first != nullptr && !are_equal(*first, held)) return true;
    first = &held;
  }
  return false;
}

// A curve has a point where it changes.
void StalenessMeter::sample(const std::string& name, std::int64_t value) {
  const auto [latest, is_new] = latest_.emplace(name, value);
  if (!is_new && latest->second == value) return;
  latest->second = value;
  simulation().metrics().sample(name, value);
}

}  // namespace lightcone::models::dynamo

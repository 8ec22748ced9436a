#include "models/dynamo/streams.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace lightcone::models::dynamo {

namespace {

constexpr sim::Duration again_after = std::chrono::milliseconds(100);
constexpr std::size_t keys_a_batch = 16;

}  // namespace

// --- what operators ask for --------------------------------------------------------------------------------

bool Streams::may_shrink() const {
  const auto replicas = static_cast<std::size_t>(parameters_.replicas);
  return membership_.changing() == sim::no_node && membership_.members().size() > replicas;
}

bool Streams::leave() {
  if (membership_.standing() != normal || lost_ || !may_shrink()) return false;
  if (safe_.leavers_stream) {
    env_.mark(StepTaken{leaving});
    membership_.advance(leaving, true, {});
  } else {
    env_.mark(StepTaken{left});
    membership_.advance(left, true, {});
  }
  return true;
}

bool Streams::remove(NodeId server) {
  const Standing its = membership_.standing(server);
  const bool goes_on = membership_.changing() == server && (its == leaving || its == removing);
  if (!goes_on && (its != normal || !may_shrink())) return false;
  if (server == env_.self() || is_gone(membership_.standing()) || membership_.standing() == spare)
    return false;
  if (std::min(parameters_.read_quorum, parameters_.write_quorum) < 2) return false;
  done_by_.clear();
  env_.mark(StepTaken{removing});
  membership_.mark(server, removing, {});
  return true;
}

// --- streaming ---------------------------------------------------------------------------------------------

bool Streams::takes_part() const {
  const NodeId goes = membership_.changing();
  if (goes == sim::no_node) return false;
  const Standing its = membership_.standing(goes);
  return goes == env_.self() ? its == leaving : its == removing;
}

void Streams::look() {
  const NodeId goes = takes_part() ? membership_.changing() : sim::no_node;
  if (goes != subject_) {
    subject_ = goes;
    begun_ = false;
    unstored_.clear();
    done_by_.clear();
  }
  if (subject_ == sim::no_node || is_due_) return;
  is_due_ = true;
  env_.after(sim::Duration::zero(), StreamsDue{});
}

// What is here now. What comes later comes from coordinators that know of the change, and write to the new
// owners too: others are refused.
void Streams::begin() {
  begun_ = true;
  std::map<NodeId, std::vector<Keyed>> ranges;
  for (const auto& [key, version] : store_.versions()) {
    const auto owners = membership_.ring().owners(key, parameters_.replicas);
    if (std::find(owners.begin(), owners.end(), env_.self()) == owners.end()) continue;
    for (const NodeId next : membership_.new_owners(key)) ranges[next].push_back({key, version});
  }
  for (auto& [next, entries] : ranges) {
    env_.metrics().count("keys streamed", entries.size());
    for (std::size_t i = 0; i < entries.size(); i += keys_a_batch) {
      const auto from = entries.begin() + static_cast<std::ptrdiff_t>(i);
      const auto to =
          entries.begin() + static_cast<std::ptrdiff_t>(std::min(entries.size(), i + keys_a_batch));
      unstored_[++next_batch_] = {next, {from, to}};
    }
  }
}

// One batch at a time to each: the first that it has not stored.
void Streams::send_next(NodeId to) {
  for (const auto& [number, batch] : unstored_) {
    if (batch.to != to) continue;
    env_.send(to, StreamRange{number, membership_.everything(), batch.entries});
    return;
  }
}

void Streams::on(const StreamsDue&) {
  is_due_ = false;
  if (subject_ == sim::no_node) return;
  is_due_ = true;
  env_.after(again_after, StreamsDue{});
  if (lost_ || !store_.is_durable()) return;
  if (!begun_) begin();
  std::set<NodeId> told;
  std::int64_t left_over = 0;
  for (const auto& [number, batch] : unstored_) {
    left_over += static_cast<std::int64_t>(batch.entries.size());
    if (told.insert(batch.to).second) send_next(batch.to);
  }
  env_.metrics().sample("keys left to stream", left_over);
  if (membership_.removes() == subject_) tell_others();
  settle();
}

void Streams::on(const StreamRange& range, const sim::From& from) {
  membership_.learn(range.members, {});
  const RangeStored done{range.batch};
  const auto missing = std::make_shared<std::size_t>(range.entries.size());
  for (const Keyed& entry : range.entries) {
    store_.keep(entry, [this, missing, done, from] {
      if (--*missing == 0) env_.send(from.node, done);
    });
  }
}

void Streams::on(const RangeStored& stored, const sim::From& from) {
  const auto at = unstored_.find(stored.batch);
  if (at == unstored_.end() || at->second.to != from.node) return;
  unstored_.erase(at);
  send_next(from.node);
  settle();
}

// What is kept here for others is handed over first: nobody asks a server that has left.
void Streams::settle() {
  if (!is_done()) return;
  if (subject_ == env_.self()) {
    if (!store_.hints().empty()) return;
    env_.mark(StepTaken{left});
    membership_.advance(left, true, {});
  } else if (membership_.removes() == subject_) {
    finish_removal();
  }
}

// --- removals ----------------------------------------------------------------------------------------------

void Streams::tell_others() {
  for (const NodeId server : membership_.members()) {
    if (server == env_.self() || server == subject_ || done_by_.contains(server)) continue;
    env_.send(server, Removal{subject_, membership_.everything()});
  }
}

void Streams::on(const Removal& removal, const sim::From& from) {
  membership_.learn(removal.members, [this, gone = removal.removed, from] {
    const bool is_over = membership_.standing(gone) == removed;
    if (is_over || (subject_ == gone && is_done())) env_.send(from.node, RemovalDone{gone});
  });
}

void Streams::on(const RemovalDone& done, const sim::From& from) {
  if (done.removed != subject_) return;
  done_by_.insert(from.node);
  settle();
}

// Too few are left for a quorum of those who have not heard of it, even with the removed; and of an
// acknowledged write, of which the removed may have had a copy, a copy was streamed.
void Streams::finish_removal() {
  std::int64_t missing = 0;
  for (const NodeId server : membership_.members()) {
    if (server != env_.self() && server != subject_ && !done_by_.contains(server)) ++missing;
  }
  if (missing > std::min(parameters_.read_quorum, parameters_.write_quorum) - 2) return;
  env_.mark(StepTaken{removed});
  membership_.mark(subject_, removed, {});
}

}  // namespace lightcone::models::dynamo

// Reads without an entry in the log: dissertation 6.4 (ReadIndex) and 6.4.1 (leases).
#include <algorithm>

#include "models/parts/raft/group.hpp"

namespace lightcone::models::parts::raft {

namespace {
// Reads of a follower whose question or answer was lost are given up after this many election timeouts.
constexpr int patience = 10;
}  // namespace

void Group::confirm_read(ReadReady ready) {
  PendingRead read;
  read.asked_at = env_.mono();
  read.asker = no_node;
  read.ready = std::move(ready);
  if (position_ == Position::leader) {
    begin_read(std::move(read));
    return;
  }
  if (leader_ == no_node) {
    read.ready(false);
    return;
  }
  read.request = next_request_++;
  const std::uint64_t request = read.request;
  reads_.push_back(std::move(read));
  env_.send(leader_, ReadIndex{setup_.id, request});
}

// The commit index of now is safe to read at once this leader is known to still have led, and once it has
// committed in its own term: before, its commit index may lag behind what its predecessor acknowledged.
void Group::begin_read(PendingRead read) {
  read.index = safe_.noop_before_read_index ? std::max(commit_, term_start_) : commit_;
  read.round = round_ + 1;
  reads_.push_back(std::move(read));
  if (batches()) {
    replicate_soon(log_.last_index() + 1);  // the batch asks once for all reads that came meanwhile
  } else {
    broadcast();
    serve_reads();
  }
}

void Group::on(const ReadIndex& request, NodeId from) {
  if (position_ != Position::leader) {
    env_.send(from, ReadIndexed{setup_.id, request.request, false, 0});
    return;
  }
  PendingRead read;
  read.asked_at = env_.mono();
  read.asker = from;
  read.request = request.request;
  begin_read(std::move(read));
}

void Group::on(const ReadIndexed& answer, NodeId) {
  const auto found = std::find_if(reads_.begin(), reads_.end(), [&](const PendingRead& read) {
    return read.asker == no_node && read.request == answer.request && !read.confirmed;
  });
  if (found == reads_.end()) return;
  if (!answer.known) {
    PendingRead read = std::move(*found);
    reads_.erase(found);
    finish_read(read, false);
    return;
  }
  found->confirmed = true;
  found->index = answer.index;
  serve_reads();
}

void Group::finish_read(PendingRead& read, bool served) {
  if (read.asker != no_node) {
    env_.send(read.asker, ReadIndexed{setup_.id, read.request, served, read.index});
  } else {
    read.ready(served);
  }
}

Round Group::quorum_round() const {
  return reached([this](NodeId node) -> std::uint64_t {
    if (node == env_.self()) return round_;
    for (const Peer& peer : peers_) {
      if (peer.node == node) return peer.counts ? peer.acked_round : 0;
    }
    return 0;
  });
}

void Group::serve_reads() {
  if (reads_.empty()) return;
  if (position_ == Position::leader) {
    serve_reads_of_leader();
  } else {
    serve_reads_of_follower();
  }
}

// Rounds and indices only grow, so those that came first are served first.
void Group::serve_reads_of_leader() {
  const Round confirmed = quorum_round();
  while (!reads_.empty() && reads_.front().round <= confirmed) {
    PendingRead& first = reads_.front();
    // A follower that asks waits for its own application; the leader only has to know that the index is the
    // latest, for which it must have committed in its own term.
    const bool knows = first.asker == no_node ? applied_ >= first.index
                                              : !safe_.noop_before_read_index || commit_ >= term_start_;
    if (!knows) return;
    PendingRead served = std::move(first);
    reads_.pop_front();
    finish_read(served, true);
  }
}

void Group::serve_reads_of_follower() {
  std::deque<PendingRead> served;
  for (auto at = reads_.begin(); at != reads_.end();) {
    if (!at->confirmed || applied_ < at->index) {
      ++at;
      continue;
    }
    served.push_back(std::move(*at));
    at = reads_.erase(at);
  }
  for (PendingRead& read : served) finish_read(read, true);
}

void Group::fail_reads() {
  std::deque<PendingRead> failed = std::exchange(reads_, {});
  for (PendingRead& read : failed) finish_read(read, false);
}

// A quorum that answered a round will not elect another leader for election_min after it received it, as long
// as its members are sticky and its clocks run within the bound (6.4.1).
void Group::renew_lease() {
  const Round confirmed = quorum_round();
  while (!rounds_.empty() && rounds_.front().round <= confirmed) {
    if (options_.leases) {
      sim::Duration length = options_.election_min;
      if (safe_.lease_allows_for_drift) length = length * (1'000'000 - options_.drift_bound_ppm) / 1'000'000;
      lease_until_ = std::max(lease_until_, rounds_.front().at + length);
    }
    rounds_.pop_front();
  }
  if (!reads_.empty() && env_.mono() - reads_.front().asked_at > options_.election_max * patience) {
    PendingRead read = std::move(reads_.front());
    reads_.pop_front();
    finish_read(read, false);
  }
}

bool Group::lease_is_valid() const {
  return position_ == Position::leader && options_.leases && env_.mono() < lease_until_ &&
         commit_ >= term_start_ && applied_ == commit_;
}

}  // namespace lightcone::models::parts::raft

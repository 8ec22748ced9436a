// A replica that leads: what producers, consumers and followers ask of it.
#include <algorithm>

#include "models/kafka/replica.hpp"

namespace lightcone::models::kafka {

namespace {

constexpr std::size_t most_records = 100;  // in one answer

bool contains(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

}  // namespace

void Replica::lead() {
  role_ = Role::leader;
  epoch_start_ = log_.end();
  if (!safe_.keeps_producer_state) producers_.forget();
  tombstones_.clear();  // readers may come from another leader, who had not removed what they delete
  for (const auto& [broker, state] : brokers_) {
    if (broker == env_.self()) continue;
    Peer& peer = peers_[broker];
    peer.caught_up_at = peer.fetched_at = env_.mono();
  }
  env_.mark(BecamePartitionLeader{id_, epoch_, log_.end()});
  env_.metrics().count("partition leaders elected");
  env_.metrics().sample(name_ + ": ISR", static_cast<std::int64_t>(isr_.size()));
  host_.leader_moved(id_);
  advance_high_watermark();
}

// --- producers and consumers -------------------------------------------------------------------------------

void Replica::on(const Produce& produce, const sim::From& from) { take(produce, from, Verified::no); }

void Replica::take(const Produce& produce, const sim::From& from, Verified verified) {
  const auto refuse = [&](Reason reason) {
    if (produce.acks != Acks::none) env_.reply(from, Refused{reason});
  };
  if (role_ != Role::leader) return refuse(Reason::not_leader);
  if (produce.acks == Acks::all && is_too_small()) return refuse(Reason::not_enough_replicas);
  if (produce.record.pid != 0 && safe_.checks_sequences) {
    const ProducerTable::Answer known = producers_.look_up(produce.record);
    switch (known.standing) {
      case ProducerTable::Standing::out_of_order:
        // Who waits for no answer sends nothing again: what is missing stays missing.
        if (produce.acks == Acks::none) break;
        return refuse_out_of_order(from);
      case ProducerTable::Standing::fenced:
        return refuse(Reason::producer_fenced);
      case ProducerTable::Standing::duplicate:
        // Of one that is not remembered the producer has long ceased to wait.
        if (known.offset) acknowledge(produce, *known.offset, from);
        return;
      case ProducerTable::Standing::fresh:
        break;
    }
  }
  if (verified == Verified::no && needs_verification(produce.record)) return verify_and_take(produce, from);
  const Offset offset = log_.end();
  if (!append_as_leader(produce.record)) return refuse(Reason::disk_full);
  acknowledge(produce, offset, from);
  wake_followers();
  advance_high_watermark();
  sample();
}

// What is missing may yet turn out to be committed, as long as this leader does not know all that is.
void Replica::refuse_out_of_order(const sim::From& from) {
  if (knows_what_is_committed()) return env_.reply(from, OutOfSequence{epoch_});
  env_.reply(from, Refused{Reason::out_of_order});
}

bool Replica::append_as_leader(const Record& record) {
  Record own = record;
  own.epoch = epoch_;
  return append(own);
}

bool Replica::write(const Record& record) {
  if (role_ != Role::leader || is_too_small() || !append_as_leader(record)) return false;
  wake_followers();
  advance_high_watermark();
  sample();
  return true;
}

bool Replica::knows_what_is_committed() const {
  return role_ == Role::leader && high_watermark_ >= epoch_start_;
}

void Replica::acknowledge(const Produce& produce, Offset offset, const sim::From& from) {
  if (produce.acks == Acks::none) return;
  waiting_.push_back({offset, produce.acks, from});
  answer_waiting();
}

// P7.1
void Replica::answer_waiting() {
  std::erase_if(waiting_, [&](const Waiting& each) {
    const bool is_written = (each.acks == Acks::all ? high_watermark_ : counted_end()) > each.offset;
    if (!is_written) return false;
    if (each.marker) {
      env_.reply(each.from, *each.marker);
      return true;
    }
    if (each.acks == Acks::all && is_too_small() && !safe_.elr(parameters_)) {
      env_.reply(each.from, MaybeProduced{});
    } else {
      env_.reply(each.from, Produced{each.offset, log_.epoch_before(each.offset + 1)});
      env_.metrics().sample(name_ + ": acknowledged", static_cast<std::int64_t>(each.offset) + 1);
    }
    return true;
  });
}

void Replica::refuse_waiting() {
  for (const Waiting& each : waiting_) {
    if (!each.marker) env_.reply(each.from, MaybeProduced{});
  }
  waiting_.clear();
}

// P7.2
void Replica::on(const Poll& poll, const sim::From& from) {
  if (role_ != Role::leader || poll.leader_epoch != epoch_)
    return env_.reply(from, Refused{Reason::not_leader});
  const bool bounded = safe_.readers_stop_at_hw;
  if (bounded && high_watermark_ < epoch_start_) return env_.reply(from, Refused{Reason::no_high_watermark});
  const bool only_committed = poll.isolation == Isolation::read_committed;
  const Offset bound = !bounded ? log_.end() : only_committed ? last_stable_offset() : high_watermark_;
  const auto move_to = [&](Offset offset) {
    const Position position{offset, log_.epoch_before(offset)};
    env_.reply(from, Moved{position});
  };
  if (poll.offset > log_.end()) return move_to(bound);
  const Position& start = log_.start().position;
  if (poll.offset < start.offset) {
    const Position end{bound, log_.epoch_before(bound)};
    return env_.reply(from, OffsetOutOfRange{start, end});
  }
  if (log_.epoch_before(poll.offset) != poll.last_epoch)
    return move_to(std::min(poll.offset - 1, log_.end_of(poll.last_epoch).end));
  Polled answer{poll.offset, {}, bound};
  for (const Entry& entry : log_.from(poll.offset)) {
    if (entry.offset >= bound || answer.entries.size() == most_records) break;
    answer.entries.push_back(entry);
  }
  if (only_committed && !answer.entries.empty())
    answer.aborted = transactions_.aborted_between(poll.offset, end_of(answer).offset);
  env_.reply(from, std::move(answer));
}

// --- the high watermark ------------------------------------------------------------------------------------

bool Replica::is_too_small() const {
  return static_cast<std::int64_t>(isr_.size()) < safe_.min_isr(parameters_);
}

// How far this log counts as written.
Offset Replica::counted_end() const { return parameters_.flush == Flush::every ? durable_end_ : log_.end(); }

// P7.8: what is wanted but not known to be accepted counts where it adds a replica, not where it takes one
// away.
void Replica::advance_high_watermark() {
  std::vector<NodeId> counted = isr_;
  if (wanted_) {
    if (!safe_.counts_maximal_isr) counted.clear();
    for (const IsrMember& member : wanted_->isr) {
      if (!contains(counted, member.broker)) counted.push_back(member.broker);
    }
  }
  const std::size_t size = safe_.counts_maximal_isr ? isr_.size() : counted.size();
  const bool is_enough = static_cast<std::int64_t>(size) >= safe_.min_isr(parameters_);
  if (safe_.elr(parameters_) && !is_enough) return;
  Offset reached = counted_end();
  for (const NodeId member : counted) {
    if (member != env_.self()) reached = std::min(reached, peers_[member].end);
  }
  if (reached <= high_watermark_) return;
  set_high_watermark(reached);
  answer_waiting();
  host_.leader_moved(id_);
  sample();
}

// --- followers ---------------------------------------------------------------------------------------------

// Whether a log that ends at `offset`, with a record of `last_epoch`, is a beginning of this one.
bool Replica::agrees(Offset offset, LeaderEpoch last_epoch) const {
  return offset <= log_.end() && log_.epoch_before(offset) == last_epoch;
}

void Replica::on(const FetchRecords& fetch, NodeId from) {
  if (role_ != Role::leader || fetch.leader_epoch != epoch_) return;  // one of us will hear of it
  const auto found = peers_.find(from);
  if (found == peers_.end()) return;
  Peer& peer = found->second;
  if (fetch.broker_epoch < peer.broker_epoch || fetch.broker_epoch < brokers_[from].epoch) return;
  if (fetch.broker_epoch > peer.broker_epoch) {
    peer.broker_epoch = fetch.broker_epoch;
    peer.round = 0;
    peer.is_whole = false;
  }
  if (fetch.round <= peer.round) return;  // late, or a copy
  peer.round = fetch.round;
  peer.parked.reset();
  const Offset start = log_.start().position.offset;
  if (fetch.offset < start) return env_.send(from, LogStartsLater{id_, epoch_, fetch.round, log_.start()});
  const bool checks = safe_.truncates_by_epoch && safe_.repeats_epoch_lookup;
  if ((checks && !agrees(fetch.offset, fetch.last_epoch)) || fetch.offset > log_.end())
    return env_.send(from, Diverged{id_, epoch_, fetch.round, log_.end()});
  if (missed_deletions(peer, fetch.offset))
    return env_.send(from, LogStartsLater{id_, epoch_, fetch.round, log_.start()});
  const bool has_news = fetch.offset < log_.end() || fetch.high_watermark < high_watermark_ ||
                        fetch.log_start < start || fetch.deletions_from < deletions_from_ ||
                        fetch.forgotten < forgotten_;
  note_fetch(peer, fetch);
  maybe_expand(from);
  advance_high_watermark();
  if (has_news) {
    send_records(fetch, from);
  } else {
    peer.parked = fetch;
  }
}

// A follower has caught up when it has all that was here when it fetched the time before.
void Replica::note_fetch(Peer& peer, const FetchRecords& fetch) {
  peer.end = fetch.offset;
  if (fetch.offset >= log_.end()) {
    peer.caught_up_at = env_.mono();
  } else if (fetch.offset >= peer.end_when_fetched) {
    peer.caught_up_at = std::max(peer.caught_up_at, peer.fetched_at);
  }
  peer.fetched_at = env_.mono();
  peer.end_when_fetched = log_.end();
}

void Replica::wake_followers() {
  for (auto& [follower, peer] : peers_) {
    if (!peer.parked || peer.parked->offset >= log_.end()) continue;
    send_records(*peer.parked, follower);
    peer.parked.reset();
  }
}

void Replica::send_records(const FetchRecords& fetch, NodeId to) {
  FetchedRecords answer{id_,
                        epoch_,
                        fetch.round,
                        fetch.offset,
                        {},
                        high_watermark_,
                        log_.start().position.offset,
                        deletions_from_,
                        forgotten_};
  const std::span<const Entry> news = log_.from(fetch.offset);
  const auto batch = news.first(std::min(news.size(), most_records));
  answer.entries.assign(batch.begin(), batch.end());
  env_.send(to, std::move(answer));
}

void Replica::on(const OffsetForLeaderEpoch& question, NodeId from) {
  if (role_ != Role::leader || question.leader_epoch != epoch_) return;
  if (question.epoch < log_.start().position.last_epoch)
    return env_.send(from, LogStartsLater{id_, epoch_, question.round, log_.start()});
  const PartitionLog::EpochEnd end = log_.end_of(question.epoch);
  env_.send(from, EpochEndOffset{id_, epoch_, question.round, end.epoch, end.end});
}

// --- the ISR -----------------------------------------------------------------------------------------------

// Back in the ISR is who has all that is committed, by whichever leader: all up to where this epoch began.
void Replica::maybe_expand(NodeId follower) {
  const Peer& peer = peers_[follower];
  if (wanted_ || contains(isr_, follower)) return;
  if (peer.end < high_watermark_ || peer.end < epoch_start_) return;
  const BrokerState& broker = brokers_[follower];
  if (broker.fenced || broker.epoch != peer.broker_epoch) return;
  std::vector<NodeId> wanted = isr_;
  wanted.push_back(follower);
  propose(wanted);
}

void Replica::check_followers() {
  if (role_ != Role::leader) return;
  if (wanted_) {  // nothing was heard of it yet
    host_.ask_controller(*wanted_);
    return;
  }
  std::vector<NodeId> wanted;
  for (const NodeId member : isr_) {
    const bool lags =
        member != env_.self() && env_.mono() - peers_[member].caught_up_at > parameters_.lag_max;
    if (!lags) wanted.push_back(member);
  }
  if (wanted.size() < isr_.size()) propose(wanted);
}

void Replica::propose(const std::vector<NodeId>& isr) {
  wanted_ = AlterPartition{id_, brokers_[env_.self()].epoch, epoch_, partition_epoch_, {}};
  for (const NodeId member : isr) {
    const BrokerEpoch peer_epoch =
        member == env_.self() ? brokers_[member].epoch : peers_[member].broker_epoch;
    wanted_->isr.push_back({member, peer_epoch});
  }
  host_.ask_controller(*wanted_);
  advance_high_watermark();
}

}  // namespace lightcone::models::kafka

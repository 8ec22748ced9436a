// A replica that follows: it finds where its log and the leader's part, and then takes what the leader has.
#include <algorithm>

#include "models/kafka/replica.hpp"

namespace lightcone::models::kafka {

void Replica::follow() {
  role_ = Role::follower;
  if (!safe_.truncates_by_epoch) {  // as brokers did before KIP-101
    truncate(high_watermark_);
    stage_ = Stage::fetching;
    agreed_since_ = round_ + 1;
    fetch();
    return;
  }
  look_up();
}

// P7.2: where do this log's epochs end at the leader?
void Replica::look_up() {
  if (log_.is_empty()) {
    stage_ = Stage::fetching;
    agreed_since_ = round_ + 1;
    fetch();
    return;
  }
  stage_ = Stage::looking_up;
  env_.send(leader_, OffsetForLeaderEpoch{id_, epoch_, ++round_, log_.last_epoch()});
  arm_fetch_timer();
}

void Replica::on(const EpochEndOffset& answer) {
  const bool is_for_this = role_ == Role::follower && stage_ == Stage::looking_up &&
                           answer.leader_epoch == epoch_ && answer.round == round_;
  if (!is_for_this) return;
  if (!safe_.repeats_epoch_lookup) {
    truncate(answer.end);
    stage_ = Stage::fetching;
  } else {
    // The leader may not have had this log's last epoch. Then this log may have others that the leader's
    // answer knows nothing of: it is cut back to the latest that both may have, and asks again (KIP-279).
    const PartitionLog::EpochEnd own = log_.end_of(answer.epoch);
    truncate(own.epoch == answer.epoch ? std::min(own.end, answer.end) : own.end);
    if (log_.last_epoch() != answer.epoch) return look_up();
    stage_ = Stage::fetching;
  }
  agreed_since_ = round_ + 1;
  fetch();
  sample();
}

void Replica::fetch() {
  // What it says that it has, it has: after the flush, where every record is flushed.
  const Offset end = parameters_.flush == Flush::every ? durable_end_ : log_.end();
  BrokerEpoch own = brokers_[env_.self()].epoch;
  env_.send(leader_, FetchRecords{id_, epoch_, own, ++round_, end, log_.epoch_before(end), high_watermark_,
                                  log_.start().position.offset, deletions_from_, forgotten_});
  arm_fetch_timer();
}

void Replica::arm_fetch_timer() {
  env_.cancel(fetch_timer_);
  fetch_timer_ = env_.after(parameters_.fetch_wait, FetchDue{id_});
}

void Replica::on(const FetchDue&) {
  if (role_ != Role::follower) return;
  if (stage_ == Stage::looking_up) {
    look_up();
  } else {
    fetch();
  }
}

void Replica::on(const FetchedRecords& fetched) {
  const bool is_for_this = role_ == Role::follower && stage_ == Stage::fetching &&
                           fetched.leader_epoch == epoch_ && fetched.round >= agreed_since_;
  if (!is_for_this || fetched.offset > log_.end()) return;
  // Some of it may be here already, not flushed when it was asked for.
  bool took_any = false;
  for (const Entry& entry : fetched.entries) {
    if (entry.offset < log_.end()) continue;
    if (!copy(entry)) return;  // the disk is full: asked for again later
    took_any = true;
  }
  set_high_watermark(fetched.high_watermark);
  deletions_from_ = std::max(deletions_from_, fetched.deletions_from);
  forgotten_ = std::max(forgotten_, fetched.forgotten);
  const Offset start = std::min(fetched.log_start, log_.end());
  if (start > log_.start().position.offset) shorten(start);
  const bool waits_for_flush = parameters_.flush == Flush::every && durable_end_ < log_.end();
  if ((took_any || fetched.round == round_) && !waits_for_flush) fetch();
  sample();
}

void Replica::on(const Diverged& diverged) {
  const bool is_for_this = role_ == Role::follower && stage_ == Stage::fetching &&
                           diverged.leader_epoch == epoch_ && diverged.round >= agreed_since_;
  if (!is_for_this) return;
  if (log_.is_empty()) {
    begin_anew({});  // not even where it begins do they agree
  } else if (safe_.truncates_by_epoch) {
    look_up();
  } else {
    truncate(diverged.end);  // it is longer than the leader's, and that is all they know
    fetch();
  }
}

void Replica::on(const LogStartsLater& later) {
  const bool is_asked = stage_ == Stage::fetching ? later.round >= agreed_since_ : later.round == round_;
  if (role_ == Role::follower && later.leader_epoch == epoch_ && is_asked) begin_anew(later.log_start);
}

// What it has is of no use to go on from: there is a hole between that and what the leader has, or deletions
// in between are forgotten.
void Replica::begin_anew(const LogStart& start) {
  env_.mark(FollowerBeganAnew{id_, log_.end(), start.position.offset});
  env_.metrics().count("replicas begun anew");
  if (!log_.begin_anew_at(start)) return;  // the disk is full: it will be told again
  rebuild_tables();
  high_watermark_ = durable_end_ = start.position.offset;
  for (auto& [flush, end] : flushes_) end = start.position.offset;
  deletions_from_ = forgotten_ = 0;
  host_.log_changed();
  stage_ = Stage::fetching;
  agreed_since_ = round_ + 1;
  fetch();
  sample();
}

}  // namespace lightcone::models::kafka

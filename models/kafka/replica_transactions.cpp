// A replica that leads, and transactions: who may write, and where one ends.
#include <utility>

#include "models/kafka/replica.hpp"

namespace lightcone::models::kafka {

bool Replica::is_fenced(const ProducerSession& session) const {
  return producers_.is_fenced(session.pid, session.epoch);
}

// Only the first record of a transaction here: the others are behind it, before the marker.
bool Replica::needs_verification(const Record& record) const {
  if (!record.is_transactional() || !safe_.verifies_partitions) return false;
  return !transactions_.is_open(record.pid) || transactions_.epoch_of(record.pid) != record.producer_epoch;
}

void Replica::verify(const ProducerSession& session, std::function<void(bool)> then) {
  host_.verify(id_, session, std::move(then));
}

void Replica::verify_and_take(const Produce& produce, const sim::From& from) {
  const auto then = [this, epoch = epoch_, produce, from](bool is_in) {
    if (role_ != Role::leader || epoch_ != epoch) return env_.reply(from, Refused{Reason::not_leader});
    if (!is_in) return env_.reply(from, Refused{Reason::not_verified});
    take(produce, from, Verified::yes);
  };
  verify({produce.record.pid, produce.record.producer_epoch}, then);
}

// P7.5, P7.6: a marker ends the transaction of an earlier epoch. One of the same epoch has come before: that
// which it ended is over, and what is open now is another (KIP-890).
void Replica::on(const WriteMarker& marker, const sim::From& from) {
  if (role_ != Role::leader || is_too_small()) return;
  const Pid pid = marker.session.pid;
  const auto last = transactions_.last_marker(pid);
  if (last && marker.coordinator < last->coordinator) return;  // somebody else coordinates by now
  const MarkerWritten answer{marker.id, id_, marker.session};
  const bool is_later = !transactions_.is_open(pid) || transactions_.epoch_of(pid) < marker.session.epoch ||
                        (!safe_.markers_are_later() && transactions_.epoch_of(pid) == marker.session.epoch);
  const bool is_new = !last || last->epoch < marker.session.epoch ||
                      (!safe_.markers_are_later() && transactions_.is_open(pid));
  if (is_later && is_new) {
    Record record;
    record.pid = pid;
    record.producer_epoch = marker.session.epoch;
    record.content = Marker{marker.verdict == Verdict::commit, marker.coordinator};
    const Offset offset = log_.end();
    if (!append_as_leader(record)) return;
    waiting_.push_back({offset, Acks::all, from, answer});
    wake_followers();
    advance_high_watermark();
    answer_waiting();
    sample();
  } else if (last && last->epoch >= marker.session.epoch) {
    waiting_.push_back({last->offset, Acks::all, from, answer});
    answer_waiting();
  }
}

Offset Replica::last_stable_offset() const { return transactions_.last_stable_offset(high_watermark_); }

}  // namespace lightcone::models::kafka

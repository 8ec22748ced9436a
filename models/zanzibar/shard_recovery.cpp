// What a restart finds on the disk of a store, and how it gets back what is not there any more.
#include <algorithm>
#include <utility>

#include "models/zanzibar/shard.hpp"

namespace lightcone::models::zanzibar {

void Shard::start() {
  const auto standing = standing_.read();
  const auto promise = promise_cell_.read();
  recover();
  const bool is_new = env_.incarnation() == 1;
  const bool is_whole = is_new || (standing.value && standing.value->is_whole);
  const bool is_complete = log_.size() == reached_;
  fence_ = standing.value ? standing.value->fence : 0;
  promise_ = promising_ = promise.value ? promise.value->ts : 0;
  if (!is_whole || !is_complete || promise.state == decltype(promise_cell_)::State::corrupt) {
    lose();
  } else if (is_new) {
    (void)standing_.write({true, fence_});
  }
  if (!is_lost_) sync_.then([this, size = log_.size()] { became_durable(size); });
}

// Each entry that can be read, in place or apart.
void Shard::recover() {
  auto found = wal_.recover();
  reached_ = found.last_seal.value_or(0);
  for (const auto* entries : {&found.records, &found.behind}) {
    for (const Entry& entry : *entries) {
      reached_ = std::max(reached_, entry.number);
      apart_.insert_or_assign(entry.number, entry);
    }
  }
  if (found.ends_in_damage) ++reached_;  // it may be a seal alone, but nobody knows
  auto first = apart_.extract(1);
  if (first) keep(std::move(first.mapped()));
}

// A follower gets from the leader what it lacks, in its turn.
void Shard::lose() {
  if (!leads()) {
    (void)standing_.write({true, fence_});
    return;
  }
  is_lost_ = true;
  promise_ = 0;
  (void)standing_.write({false, fence_});
  ask_for_log();
}

void Shard::ask_for_log() {
  for (const NodeId store : stores_) {
    if (store != env_.self()) env_.send(store, AskLog{id_, env_.incarnation()});
  }
}

// An entry that is still under way from before would come too late to be copied.
void Shard::on(const AskLog& ask, const sim::From& from) {
  if (leads() || ask.life < fence_) return;
  fence_ = ask.life;
  if (!standing_.write({true, fence_})) return;
  sync_.then([this, ask, from] {
    LogCopy copy{id_, ask.life, log_, reached_, told_safe_};
    for (const auto& [number, entry] : apart_) copy.entries.push_back(entry);
    env_.reply(from, std::move(copy));
  });
}

void Shard::on(const LogCopy& copy, const sim::From& from) {
  if (!is_lost_ || copy.life != env_.incarnation()) return;
  copies_.insert_or_assign(from.node, copy);
  if (copies_.size() + 1 == stores_.size()) adopt();
}

// All others have answered, so whatever was decided is among what one of them has, or had: then its place is
// known, and somebody else may have it still. What no other ever had was not decided.
void Shard::adopt() {
  std::map<Sequence, Entry> known;  // by others; what is apart here joins where it belongs
  Sequence needed = 0;
  for (const auto& [store, copy] : std::exchange(copies_, {})) {
    for (const Entry& entry : copy.entries) known.emplace(entry.number, entry);
    needed = std::max(needed, copy.reached);
    promising_ = std::max(promising_, copy.safe);
  }
  for (auto next = known.find(log_.size() + 1); next != known.end(); next = known.find(log_.size() + 1)) {
    if (!append(next->second)) return;
  }
  if (log_.size() < needed || !forget_apart() || !promise_cell_.write({promising_})) return;
  sync_.then([this] {
    if (is_lost_) be_whole();
  });
}

// Undecided entries behind one that is nowhere: their numbers are given out again.
bool Shard::forget_apart() {
  if (log_.size() == reached_) return true;
  apart_.clear();
  wal_.truncate(0);
  wal_.cut_damage();
  reached_ = 0;
  return std::all_of(log_.begin(), log_.end(), [this](const Entry& entry) { return write_down(entry); });
}

void Shard::be_whole() {
  is_lost_ = false;
  promise_ = promising_;
  env_.mark(LogRecovered{id_, log_.size()});
  (void)standing_.write({true, fence_});
  sync_.then([this, size = log_.size()] { became_durable(size); });
}

}  // namespace lightcone::models::zanzibar

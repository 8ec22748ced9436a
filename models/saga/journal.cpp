#include "models/saga/journal.hpp"

#include <utility>

namespace lightcone::models::saga {

namespace {

constexpr std::size_t records_before_a_checkpoint = 1'000;
constexpr sim::Duration retry_after = std::chrono::milliseconds(100);

}  // namespace

Journal::Journal(sim::Env& env)
    : env_(env),
      epochs_(env.disk(), "saga/epoch"),
      states_(env.disk(), "saga/state"),
      log_(env.disk(), "saga/log"),
      syncs_([this](std::uint64_t write) {
        if (!log_.seal(write)) return false;
        env_.sync(Synced{write});
        return true;
      }) {}

void Journal::recover(std::function<void()> opened) {
  using EpochState = parts::stable::Cell<Epoch>::State;
  const auto epoch = epochs_.read();
  const auto state = states_.read();
  const auto log = log_.recover();
  const bool is_wiped = epoch.state == EpochState::never_written && env_.incarnation() > 1;
  lost_memory_ = is_wiped || epoch.state == EpochState::corrupt ||
                 state.state == parts::stable::Cell<State>::State::corrupt || log.is_corrupt;
  if (state.value) held_ = *state.value;
  for (const Record& record : log.records) {
    if (record.index > held_.index) take(record);
  }
  env_.mark(Recovered{held_.prepared.size(), lost_memory_});
  if (lost_memory_) return;
  epoch_ = (epoch.value ? epoch.value->epoch : 0) + 1;
  opened_ = std::move(opened);
  open();
}

// What the page cache still held may yet be lost, so it is synced before it is relied upon.
void Journal::open() {
  if (is_open_) return;
  env_.after(retry_after, OpenDue{});
  if (!epochs_.write(Epoch{epoch_})) return;
  syncs_.wrote();
  syncs_.when_durable([this] {
    if (std::exchange(is_open_, true)) return;
    opened_();
  });
}

sim::Value Journal::value(const std::string& key) const {
  const auto found = held_.values.find(key);
  return found == held_.values.end() ? sim::Value() : found->second;
}

bool Journal::write(Record record) {
  record.index = held_.index + 1;
  Record copy = record;
  if (!log_.append(std::move(copy))) return false;
  take(record);
  return true;
}

void Journal::take(const Record& record) {
  held_.index = record.index;
  switch (record.kind) {
    case Record::Kind::prepared:
      held_.prepared.insert_or_assign(record.txn, record.content.get<Intent>());
      return;
    case Record::Kind::alone:
      do_writes(record.content.get<Writes>().writes);
      return;
    case Record::Kind::outcome:
      break;
  }
  if (const auto found = held_.prepared.find(record.txn); found != held_.prepared.end()) {
    if (record.outcome == Outcome::commit) do_writes(found->second.writes);
    held_.prepared.erase(found);
  }
  held_.ended[record.txn] = record.outcome;
}

void Journal::do_writes(const std::vector<Held>& writes) {
  for (const Held& write : writes) held_.values[write.key] = write.value;
}

bool Journal::prepare(const Intent& intent) {
  Record record;
  record.kind = Record::Kind::prepared;
  record.txn = intent.txn;
  record.content = sim::Payload::of(intent);
  return write(std::move(record));
}

bool Journal::apply(const std::vector<Held>& writes) {
  Record record;
  record.content = sim::Payload::of(Writes{writes});
  return write(std::move(record));
}

bool Journal::end(TxnId txn, Outcome outcome) {
  Record record;
  record.kind = Record::Kind::outcome;
  record.outcome = outcome;
  record.txn = txn;
  if (!write(std::move(record))) return false;
  shorten();
  return true;
}

const Outcome* Journal::ended(TxnId txn) const {
  const auto found = held_.ended.find(txn);
  return found == held_.ended.end() ? nullptr : &found->second;
}

void Journal::forget_below(NodeId initiator, std::uint64_t number) {
  std::uint64_t& lowest = held_.lowest[initiator];
  if (number <= lowest) return;
  lowest = number;
  const auto from = held_.ended.lower_bound({initiator, 0});
  held_.ended.erase(from, held_.ended.lower_bound({initiator, number}));
}

bool Journal::is_forgotten(TxnId txn) const {
  const auto lowest = held_.lowest.find(txn.initiator);
  return lowest != held_.lowest.end() && txn.number < lowest->second && !held_.prepared.contains(txn);
}

// The log is cut once the checkpoint is durable. With a full disk this waits.
void Journal::shorten() {
  if (is_shortening_ || log_.size() < records_before_a_checkpoint || !states_.write(held_)) return;
  is_shortening_ = true;
  syncs_.wrote();
  syncs_.when_durable([this, records = log_.size()] {
    log_.drop_front(records);
    is_shortening_ = false;
  });
}

}  // namespace lightcone::models::saga

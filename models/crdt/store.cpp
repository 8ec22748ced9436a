#include "models/crdt/store.hpp"

#include <utility>

namespace lightcone::models::crdt {

Store::Store(sim::Env& env, const Rules& rules, const Safeguards& safe)
    : env_(env),
      rules_(rules),
      safe_(safe),
      wal_(env.disk(), "crdt/log"),
      identity_(env.disk(), "crdt/identity"),
      backup_(env.disk(), "crdt/backup"),
      names_(env.stream("identity")) {}

Store::Found Store::recover() {
  const bool blank = env_.disk().is_blank();
  auto found = wal_.recover();
  if (found.is_corrupt) {
    // A name that stood behind the damage may have been given to somebody: nothing here is counted on.
    wal_.truncate(0);
    wal_.cut_damage();
  } else {
    for (const Record& record : found.records) put(record);
  }
  take_a_name();
  ++written_;
  start_sync();
  // The operator starts a replica once; whoever finds a blank disk later has lost what it had.
  const bool lost = found.is_corrupt || (blank && env_.incarnation() > 1);
  if (lost) ++losses_;
  return lost ? Found::lost : blank ? Found::first_start : Found::whole;
}

void Store::take_a_name() {
  const auto found = identity_.read();
  const bool is_known = found.value.has_value();
  if (is_known) before_ = found.value->replica;
  replica_ = is_known && !safe_.fresh_incarnation ? before_ : fresh_name();
  if (replica_ != before_) (void)identity_.write({replica_});
}

// From what the machine has: a copy of it draws the same random numbers, but not at the same time.
ReplicaId Store::fresh_name() {
  const std::uint64_t now = static_cast<std::uint64_t>(env_.wall().time_since_epoch().count());
  std::uint64_t mixed = (names_.next() ^ now) * 0x9E3779B97F4A7C15ULL;
  mixed ^= mixed >> 32U;
  return {env_.self(), mixed & 0xFFFFFFFFU};
}

void Store::put(const Record& record) {
  if (!record.is_update) {
    for (const auto& [key, object] : record.objects.get<Objects>().by_key)
      rules_.merge(rules_.at(objects_, key), object);
    known_.merge(record.covers);
    beyond_log_.merge(record.covers);
    return;
  }
  const Update& update = record.update;
  rules_.apply(rules_.at(objects_, update.key), update.delta.get<Object>(), update.change, update.dot);
  known_.add(update.dot);
  log_.push_back(update);
  unsynced_.emplace_back(written_ + 1, update);
}

std::variant<Update, std::string> Store::change(const std::string& key, const Change& change) {
  Update update;
  update.dot = known_.next(replica_);
  update.seen = known_;
  update.key = key;
  update.change = change;
  Object after = rules_.at(objects_, key);
  auto outcome = rules_.change(after, change, {replica_, update.dot, env_.wall()});
  if (auto* refusal = std::get_if<std::string>(&outcome)) return std::move(*refusal);
  update.delta = sim::Payload::of(std::get<Object>(std::move(outcome)));
  Record record;
  record.update = update;
  if (!wal_.append(std::move(record))) return std::string("the disk is full");
  objects_.by_key.at(key) = std::move(after);
  known_.add(update.dot);
  log_.push_back(update);
  unsynced_.emplace_back(++written_, update);
  start_sync();
  return update;
}

bool Store::keep(Update update) {
  Record record;
  record.update = std::move(update);
  return write(record);
}

bool Store::keep(const sim::Payload& objects, const CausalContext& covers) {
  Record record;
  record.is_update = false;
  record.objects = objects;
  record.covers = covers;
  return write(record);
}

bool Store::write(const Record& record) {
  if (!wal_.append(record)) return false;
  put(record);
  ++written_;
  start_sync();
  return true;
}

void Store::drop_from_log(const std::function<bool(const Dot&)>& everybody_knows) {
  while (!log_.empty() && everybody_knows(log_.front().dot)) {
    beyond_log_.add(log_.front().dot);
    log_.pop_front();
  }
}

std::size_t Store::forget_tombstones(const std::function<bool(const Dot&)>& may_go) {
  std::size_t count = 0;
  for (auto& [key, object] : objects_.by_key) {
    if (auto* set = std::get_if<SetWithTombstones>(&object.held)) count += set->collect(may_go);
  }
  return count;
}

void Store::after_sync(Then then) {
  if (written_ == synced_) {
    then();
  } else {
    waiting_.emplace_back(written_, std::move(then));
  }
}

void Store::start_sync() {
  if (syncing_ != 0 || written_ == synced_ || !wal_.seal(written_)) return;
  syncing_ = written_;
  env_.sync(Persisted{written_});
}

void Store::on(const Persisted& persisted) {
  syncing_ = 0;
  synced_ = persisted.write;
  latest_.clear();
  for (; !unsynced_.empty() && unsynced_.front().first <= synced_; unsynced_.pop_front())
    latest_.push_back(std::move(unsynced_.front().second));
  std::vector<Then> due;
  for (; !waiting_.empty() && waiting_.front().first <= synced_; waiting_.pop_front())
    due.push_back(std::move(waiting_.front().second));
  start_sync();
  for (const Then& then : due) then();
}

bool Store::back_up() {
  if (!backup_.write({sim::Payload::of(objects_), known_})) return false;
  ++written_;
  start_sync();
  return true;
}

bool Store::restore() {
  const auto found = backup_.read();
  if (!found.value) return false;
  Record record;
  record.is_update = false;
  record.objects = found.value->objects;
  record.covers = found.value->known;
  if (!wal_.append(record)) return false;
  wal_.drop_front(wal_.size() - 1);
  objects_ = {};
  known_ = {};
  log_.clear();
  beyond_log_ = {};
  unsynced_.clear();
  waiting_.clear();
  put(record);
  if (safe_.fresh_incarnation) {
    replica_ = fresh_name();
    (void)identity_.write({replica_});
  }
  ++losses_;
  ++written_;
  start_sync();
  return true;
}

}  // namespace lightcone::models::crdt

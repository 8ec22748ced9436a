#include "models/dynamo/store.hpp"

#include <algorithm>
#include <utility>

namespace lightcone::models::dynamo {

Store::Store(sim::Env& env, bool durable_hints)
    : env_(env), durable_hints_(durable_hints), wal_(env.disk(), "dynamo/log") {}

Store::Found Store::recover() {
  const bool blank = env_.disk().is_blank();
  auto found = wal_.recover();
  if (found.is_corrupt) {
    // What stood behind the damage may have replaced what stands before it: nothing of it can be trusted.
    wal_.truncate(0);
    wal_.cut_damage();
  } else {
    for (const Record& record : found.records) apply(record);
  }
  if (wal_.size() > 0) sync_what_was_found();
  // The operator starts a store once; whoever finds a blank disk later has lost what it acknowledged.
  const bool wiped = blank && env_.incarnation() > 1;
  if (!wiped && !found.is_corrupt && !lost_) return blank ? Found::first_start : Found::whole;
  lost_ = true;
  return Found::lost;
}

void Store::sync_what_was_found() {
  durable_ = false;
  syncing_ = true;
  (void)wal_.seal(++written_);  // without room for a seal, what is there is synced all the same
  env_.sync(Persisted{written_});
}

const Version& Store::find(const std::string& key) const {
  static const Version nothing{};
  const auto at = versions_.find(key);
  return at == versions_.end() ? nothing : at->second;
}

Version Store::hinted(const std::string& key) const {
  Version newest{};
  for (const auto& [number, hint] : hints_) {
    if (hint.entry.key == key) merge_into(newest, hint.entry.version);
  }
  return newest;
}

sim::WallTime Store::received(const std::string& key) const {
  const auto at = received_.find(key);
  return at == received_.end() ? sim::WallTime{} : at->second;
}

Store::Ahead Store::ahead(const std::string& key) const {
  if (const auto pending = ahead_.find(key); pending != ahead_.end()) return pending->second;
  const auto lineage = lineages_.find(key);
  return {find(key), lineage == lineages_.end() ? 0 : lineage->second};
}

void Store::keep(Keyed entry, std::uint64_t lineage, Then then) {
  if (covers(find(entry.key), entry.version)) {
    if (then && !durable_) {
      waiting_.push_back(std::move(then));
    } else if (then) {
      then();
    }
    return;
  }
  Record record;
  record.entry = std::move(entry);
  record.lineage = lineage;
  write(std::move(record), std::move(then));
}

void Store::keep_hint(NodeId target, Keyed entry, Then then) {
  Record record;
  record.kind = Kind::hinted;
  record.entry = std::move(entry);
  record.target = target;
  record.hint = next_hint_++;
  if (durable_hints_) {
    write(std::move(record), std::move(then));
    return;
  }
  apply(record);
  if (then) then();
}

void Store::drop_hint(std::uint64_t hint) {
  if (!hints_.contains(hint)) return;
  Record record;
  record.kind = Kind::handed_over;
  record.hint = hint;
  if (durable_hints_) {
    write(std::move(record), {});
  } else {
    apply(record);
  }
}

void Store::collect(const Keyed& tombstone) {
  Record record;
  record.kind = Kind::collected;
  record.entry = tombstone;
  write(std::move(record), {});
}

void Store::raise_collected(std::int64_t counter) {
  if (counter <= collected_) return;
  Record record;
  record.kind = Kind::collected;
  record.entry.version.tag.counter = counter;
  write(std::move(record), {});
}

void Store::set_lost(bool lost, Then then) {
  Record record;
  record.kind = lost ? Kind::lost : Kind::whole;
  write(std::move(record), std::move(then));
}

void Store::write(Record record, Then then) {
  if (!wal_.append(record)) return;
  if (record.kind == Kind::kept && !record.entry.version.siblings.empty()) {
    Ahead known = ahead(record.entry.key);
    merge_into(known.version, record.entry.version);
    if (record.lineage != 0) known.lineage = record.lineage;
    ahead_.insert_or_assign(record.entry.key, std::move(known));
  }
  pending_.push_back({++written_, std::move(record), std::move(then)});
  if (!syncing_) start_sync();
}

void Store::start_sync() {
  if (pending_.empty() || !wal_.seal(written_)) return;
  syncing_ = true;
  env_.sync(Persisted{written_});
}

void Store::on(const Persisted& persisted) {
  syncing_ = false;
  durable_ = true;
  latest_.clear();
  std::vector<Then> due = std::exchange(waiting_, {});
  while (!pending_.empty() && pending_.front().write <= persisted.write) {
    apply(pending_.front().record);
    if (pending_.front().then) due.push_back(std::move(pending_.front().then));
    pending_.pop_front();
  }
  if (pending_.empty()) ahead_.clear();
  start_sync();
  for (const Then& then : due) then();
}

void Store::apply(const Record& record) {
  ++changes_;
  const auto& [key, version] = record.entry;
  switch (record.kind) {
    case Kind::kept: {
      merge_into(versions_[key], version);
      received_[key] = env_.wall();
      if (record.lineage != 0) lineages_[key] = record.lineage;
      latest_.push_back({key, version.tag, writes_in(version), false});
      break;
    }
    case Kind::collected: {
      collected_ = std::max(collected_, version.tag.counter);
      latest_.push_back({key, version.tag, writes_in(version), true});
      const auto at = versions_.find(key);
      if (at != versions_.end() && covers(version, at->second)) {
        versions_.erase(at);
        lineages_.erase(key);
      }
      break;
    }
    case Kind::hinted:
      hints_.insert_or_assign(record.hint, HintFor{record.target, record.entry, env_.mono()});
      next_hint_ = std::max(next_hint_, record.hint + 1);
      latest_.push_back({key, version.tag, writes_in(version), false});
      break;
    case Kind::handed_over:
      hints_.erase(record.hint);
      break;
    case Kind::lost:
      lost_ = true;
      break;
    case Kind::whole:
      lost_ = false;
      break;
  }
}

}  // namespace lightcone::models::dynamo

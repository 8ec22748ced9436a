// Intents, and the records of transactions.
#include <algorithm>
#include <limits>

#include "models/spanner/hlc/replica.hpp"

namespace lightcone::models::spanner::hlc {

// --- intents -----------------------------------------------------------------------------------------------

std::vector<std::string> Replica::keys_of(const Intent& intent) {
  std::vector<std::string> keys;
  for (const Write& write : intent.writes) keys.push_back(write.key);
  return keys;
}

bool Replica::has_laid(const Intent& intent) const {
  return std::all_of(intent.writes.begin(), intent.writes.end(), [&](const Write& write) {
    const LaidIntent* there = state_.intent_on(write.key);
    return there != nullptr && there->id == intent.id;
  });
}

// Above every version of its keys, and above every read by somebody else.
Timestamp Replica::writable_from(const Intent& intent) const {
  Timestamp at = intent.at;
  for (Timestamp before = 0; before != at;) {
    before = at;
    for (const Write& write : intent.writes) {
      const Timestamp newest = state_.store().written_at(write.key, std::numeric_limits<Timestamp>::max());
      if (newest >= at) at = newest + 1;
      at = cache_.writable_from(write.key, at, intent.id);
    }
  }
  return at;
}

void Replica::on(const Intent& intent, const sim::From& from) {
  if (refuses(from)) return;
  clock_.hear(intent.now);
  if (state_.ended(intent.id)) return env_.reply(from, Refused{Reason::aborted, env_.self()});
  for (const Write& write : intent.writes) {
    if (being_written_.contains(write.key)) return defer(intent, from);
    const LaidIntent* there = state_.intent_on(write.key);
    if (there != nullptr && there->id != intent.id)
      return env_.reply(from, Conflict{clock_.tick(), there->id, there->anchor});
  }
  if (has_laid(intent)) {
    Timestamp at = 0;
    for (const Write& write : intent.writes) at = std::max(at, state_.intent_on(write.key)->at);
    return env_.reply(from, Laid{clock_.tick(), at});
  }
  if (!reservations_.may_use(keys_of(intent), intent.age, env_.mono())) return defer(intent, from);
  Command command;
  command.verb = Verb::intent;
  command.id = intent.id;
  command.age = intent.age;
  command.anchor = intent.anchor;
  command.at = writable_from(intent);
  command.writes = intent.writes;
  const Timestamp at = command.at;
  if (!propose(std::move(command), from)) return;
  for (const Write& write : intent.writes) being_written_[write.key] = at;
}

void Replica::on(const Resolve& resolve, const sim::From& from) {
  if (refuses(from)) return;
  clock_.hear(resolve.now);
  if (state_.ended(resolve.id)) return env_.reply(from, IntentsResolved{clock_.tick()});
  Command command;
  command.verb = Verb::resolve;
  command.id = resolve.id;
  command.at = resolve.at;
  command.participants = resolve.participants;
  propose(std::move(command), from);
}

// --- records -----------------------------------------------------------------------------------------------

void Replica::on(const Heartbeat& heartbeat, const sim::From& from) {
  if (refuses(from)) return;
  clock_.hear(heartbeat.now);
  const auto found = heard_.find(heartbeat.id);
  if (found != heard_.end()) found->second = env_.mono();
  const Record* record = state_.record(heartbeat.id);
  env_.reply(from, Recorded{clock_.tick(), record == nullptr ? Standing{} : record->standing});
}

// What is over stays over, and that it is pending is true once the log says so: another leader may know
// better. Only a push that has to wait need not be certain.
void Replica::on(const Push& push, const sim::From& from) {
  if (refuses(from)) return;
  clock_.hear(push.now);
  const Record* record = state_.record(push.id);
  const bool is_over = record != nullptr && record->standing.status != Status::pending;
  if (is_over) return env_.reply(from, Recorded{clock_.tick(), record->standing});
  const auto heard = heard_.find(push.id);
  const bool is_dead =
      record == nullptr || heard == heard_.end() || env_.mono() - heard->second > parameters_.abandon_after;
  const bool wins = is_dead || push.kind == PushKind::settle || push.age < record->age;
  if (push.kind == PushKind::abort && !wins)
    return env_.reply(from, Recorded{clock_.tick(), record->standing});
  const bool aborts = is_dead || push.kind != PushKind::timestamp;
  Command command;
  command.verb = aborts ? Verb::abort : Verb::push;
  command.id = push.id;
  command.at = aborts ? 0 : push.at + 1;
  env_.mark(TransactionPushed{id_, push.id, command.at});
  env_.metrics().count("pushes");
  propose(std::move(command), from);
}

void Replica::on(const EndTransaction& end, const sim::From& from) {
  if (refuses(from)) return;
  clock_.hear(end.now);
  Command command;
  command.verb = end.at == 0 ? Verb::abort : Verb::commit;
  command.id = end.id;
  command.at = end.at;
  command.participants = end.participants;
  propose(std::move(command), from);
}

}  // namespace lightcone::models::spanner::hlc

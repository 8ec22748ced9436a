// What a leaseholder reads, and whether what was read is still what it was.
#include <algorithm>

#include "models/spanner/hlc/replica.hpp"

namespace lightcone::models::spanner::hlc {

// Whoever has the lease next takes it that everything was read up to this one's end, and no further.
bool Replica::may_read(Timestamp at) {
  if (at <= state_.lease().end) return true;
  lease_keeper_.extend(at);
  return false;
}

bool Replica::is_being_written(const std::vector<std::string>& keys, Timestamp at) const {
  return std::any_of(keys.begin(), keys.end(), [&](const std::string& key) {
    const auto found = being_written_.find(key);
    return found != being_written_.end() && found->second <= at;
  });
}

// A leader that was replaced does not know: nobody would write beneath what it reads, but somebody may have
// written above, and been acknowledged.
template <class Request>
void Replica::confirm(const Request& request, const sim::From& from) {
  const Term term = group_.term();
  group_.confirm_read([this, request, from, term](bool confirmed) {
    if (!confirmed || term != group_.term() || !lease_keeper_.has_begun()) return this->refuse(from);
    this->serve(request, from);
  });
}

void Replica::on(const Read& read, const sim::From& from) {
  if (refuses(from)) return;
  clock_.hear(read.now);
  if (!may_read(read.at) || is_being_written(read.keys, read.at)) return defer(read, from);
  if (read.reserves) {
    if (!reservations_.may_use(read.keys, read.age, env_.mono())) return defer(read, from);
    reservations_.reserve(read.keys, read.id, read.age, env_.mono() + parameters_.resolve_after);
  }
  read_up_to_ = std::max(read_up_to_, read.at);
  for (const std::string& key : read.keys) cache_.read(key, read.at, read.id);
  confirm(read, from);
}

void Replica::on(const Refresh& refresh, const sim::From& from) {
  if (refuses(from)) return;
  clock_.hear(refresh.now);
  if (!may_read(refresh.until) || is_being_written(refresh.keys, refresh.until)) return defer(refresh, from);
  read_up_to_ = std::max(read_up_to_, refresh.until);
  for (const std::string& key : refresh.keys) cache_.read(key, refresh.until, refresh.id);
  confirm(refresh, from);
}

// Whatever lies between `at` and `limit` may have been acknowledged before the read began, by a clock that is
// ahead of the reader's.
void Replica::serve(const Read& read, const sim::From& from) {
  const Timestamp limit = safe_.restarts_uncertain ? std::max(read.at, read.limit) : read.at;
  Timestamp uncertain = 0;
  for (const std::string& key : read.keys) {
    const LaidIntent* intent = state_.intent_on(key);
    if (intent != nullptr && intent->at <= limit &&
        std::find(read.passed.begin(), read.passed.end(), intent->id) == read.passed.end()) {
      if (intent->at <= read.at) return env_.reply(from, Conflict{clock_.tick(), intent->id, intent->anchor});
      uncertain = std::max(uncertain, intent->at);
    }
    const Timestamp newest = state_.store().written_at(key, limit);
    if (newest > read.at) uncertain = std::max(uncertain, newest);
  }
  if (uncertain != 0) return env_.reply(from, Uncertain{clock_.tick(), uncertain});
  Values answer;
  answer.now = clock_.tick();
  for (const std::string& key : read.keys) {
    answer.values.push_back(state_.store().read(key, read.at));
    answer.written.push_back(state_.store().written_at(key, read.at));
  }
  events_.emplace_back(Served{read.id, read.at, read.keys});
  env_.reply(from, std::move(answer));
}

// An intent of somebody else counts as written: what becomes of it is not waited for.
void Replica::serve(const Refresh& refresh, const sim::From& from) {
  for (const std::string& key : refresh.keys) {
    const LaidIntent* intent = state_.intent_on(key);
    const bool is_others = intent != nullptr && intent->id != refresh.id && intent->at <= refresh.until;
    if (is_others || state_.store().written_at(key, refresh.until) > refresh.since)
      return env_.reply(from, Changed{clock_.tick()});
  }
  events_.emplace_back(Served{refresh.id, refresh.until, refresh.keys});
  env_.reply(from, Refreshed{clock_.tick()});
}

}  // namespace lightcone::models::spanner::hlc

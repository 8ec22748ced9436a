#include "models/lock/desk.hpp"

namespace lightcone::models::lock {

using Answer = LockTable::Answer;
using Change = LockTable::Change;

void Desk::answer(const Command& command, const LockTable::Outcome& outcome, const sim::From& from) {
  switch (outcome.answer) {
    case Answer::expired:
      env_.reply(from, SessionExpired{});
      return;
    case Answer::granted:
      env_.reply(from, Granted{outcome.fence});
      return;
    case Answer::held:
      env_.reply(from, Held{outcome.revision});
      return;
    case Answer::queued:
      queued_.insert_or_assign({command.session, command.number}, from);
      return;
    case Answer::outdated:  // a late copy of what its client has given up: nobody waits
      return;
    case Answer::done:
      if (command.verb == Verb::release) {
        env_.reply(from, Released{});
      } else {
        env_.reply(from, SessionRenewed{});
      }
      return;
  }
}

void Desk::mark(const Change& change) {
  if (change.kind == Change::Kind::expired) {
    env_.metrics().count("sessions expired");
    env_.mark(LeaseEnded{change.session});
  } else if (change.kind == Change::Kind::granted) {
    env_.mark(LockGranted{change.lock, change.session, change.fence});
  }
}

void Desk::tell_changes(const LockTable& table, std::uint64_t first, News news) {
  for (const Change& change : table.changes_since(first)) {
    if (news == News::fresh) mark(change);
    if (change.kind == Change::Kind::expired) continue;
    const auto waiting = queued_.find({change.session, change.number});
    if (change.kind == Change::Kind::granted && waiting != queued_.end()) {
      env_.reply(waiting->second, Granted{change.fence});
      queued_.erase(waiting);
    }
    const auto [begin, end] = watchers_.equal_range(change.lock);
    for (auto at = begin; at != end; ++at) env_.reply(at->second, LockChanged{table.revision(change.lock)});
    watchers_.erase(begin, end);
  }
}

// A hint, no promise: so it needs no confirmation that this server still decides.
void Desk::watch(const LockTable& table, const Watch& watch, const sim::From& from) {
  const std::uint64_t revision = table.revision(watch.lock);
  if (revision > watch.revision) {
    env_.reply(from, LockChanged{revision});
  } else {
    watchers_.emplace(watch.lock, from);
  }
}

void Desk::close() {
  queued_.clear();
  watchers_.clear();
}

}  // namespace lightcone::models::lock

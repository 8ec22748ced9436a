// Reading at a timestamp, restarts, and refreshing what was read.
#include <algorithm>

#include "models/spanner/hlc/asking.hpp"
#include "models/spanner/hlc/gateway.hpp"

namespace lightcone::models::spanner::hlc {

// What is uncertain is read again, later. Nothing has been shown to the client yet, so all of it is.
sim::Task<Gateway::Came> Gateway::read_all(Shared transaction, std::vector<Keys> parts, Selected& selected) {
  for (;;) {
    selected = {};
    Came came = Came::through;
    for (const Keys& part : parts) {
      came = co_await read_part(transaction, part, selected);
      if (came != Came::through) break;
    }
    if (came != Came::restart) co_return came;
    ++restarts_.uncertainty;
  }
}

sim::Task<Gateway::Came> Gateway::read_part(Shared transaction, Keys part, Selected& selected) {
  Transaction& mine = *transaction;
  for (;;) {
    Read request{part.shard, 0,           mine.id,  mine.read_at, mine.limit,
                 part.keys,  mine.passed, mine.age, mine.reserves};
    auto answer = co_await ask<Values, Uncertain, Conflict>(std::move(request), mine.until);
    if (!answer) co_return Came::silence;
    if (auto* values = std::get_if<Values>(&*answer)) {
      std::move(values->values.begin(), values->values.end(), std::back_inserter(selected.values));
      selected.written.insert(selected.written.end(), values->written.begin(), values->written.end());
      co_return Came::through;
    }
    if (const auto* uncertain = std::get_if<Uncertain>(&*answer)) {
      env_.mark(ReadUncertain{mine.id, mine.read_at, uncertain->at});
      mine.read_at = mine.write_at = uncertain->at;
      mine.passed.clear();
      co_return Came::restart;
    }
    const auto* conflict = std::get_if<Conflict>(&*answer);
    if (conflict == nullptr) co_return Came::aborted;
    const Conflict met = *conflict;
    const Standing standing =
        co_await push(met, PushKind::timestamp, mine.read_at, mine.age, part.shard, mine.until);
    if (standing.status == Status::pending && standing.at > mine.read_at) mine.passed.push_back(met.with);
  }
}

// Nothing that was read has changed up to the timestamp of the writes: so everything may have happened then.
sim::Task<Gateway::Came> Gateway::refresh(Shared transaction) {
  Transaction& mine = *transaction;
  if (mine.write_at == mine.read_at || !safe_.refreshes_reads) co_return Came::through;
  for (const Keys& part : mine.reads) {
    const Came came = co_await refresh_part(transaction, part);
    if (came == Came::restart) ++restarts_.refresh;
    if (came != Came::through) co_return came;
  }
  mine.read_at = mine.write_at;
  co_return Came::through;
}

sim::Task<Gateway::Came> Gateway::refresh_part(Shared transaction, Keys part) {
  const Transaction& mine = *transaction;
  Refresh request{part.shard, 0, mine.id, mine.read_at, mine.write_at, part.keys};
  const auto answer = co_await ask<Refreshed, Changed>(std::move(request), mine.until);
  if (!answer) co_return Came::silence;
  if (std::holds_alternative<Refreshed>(*answer)) co_return Came::through;
  co_return std::holds_alternative<Changed>(*answer) ? Came::restart : Came::aborted;
}

}  // namespace lightcone::models::spanner::hlc

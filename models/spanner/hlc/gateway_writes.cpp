// Intents, the record that decides, and what is told to whoever is in the way.
#include <algorithm>

#include "models/spanner/hlc/asking.hpp"
#include "models/spanner/hlc/gateway.hpp"

namespace lightcone::models::spanner::hlc {

namespace {
// Between two questions to somebody who is older and not ready yet.
constexpr sim::Duration push_again = std::chrono::milliseconds(10);
}  // namespace

sim::Task<Gateway::Came> Gateway::lay_all(Shared transaction, std::vector<Writes> parts) {
  const ShardId anchor = parts.front().shard;
  for (const Writes& part : parts) {
    transaction->touched.push_back(part.shard);
    const Came came = co_await lay(transaction, anchor, part);
    if (came != Came::through) co_return came;
    if (part.shard == anchor) env_.stories().spawn(heartbeats(transaction));
  }
  co_return Came::through;
}

// An older transaction that is in the way is waited for, a younger one aborted: so nobody waits in a circle.
sim::Task<Gateway::Came> Gateway::lay(Shared transaction, ShardId anchor, Writes part) {
  Transaction& mine = *transaction;
  while (!mine.is_aborted) {
    Intent request{part.shard, 0, mine.id, mine.age, anchor, mine.write_at, part.writes};
    const auto answer = co_await ask<Laid, Conflict>(std::move(request), mine.until);
    if (!answer) co_return Came::silence;
    if (const auto* laid = std::get_if<Laid>(&*answer)) {
      mine.write_at = std::max(mine.write_at, laid->at);
      co_return Came::through;
    }
    const auto* conflict = std::get_if<Conflict>(&*answer);
    if (conflict == nullptr) break;
    const Standing standing = co_await push(*conflict, PushKind::abort, 0, mine.age, part.shard, mine.until);
    if (standing.status == Status::pending) co_await sim::sleep(env_, push_again);
  }
  ++restarts_.push;
  co_return Came::aborted;
}

// The record may have been pushed beyond the timestamp of the writes: then what was read is refreshed again.
sim::Task<Gateway::Came> Gateway::record(Shared transaction) {
  Transaction& mine = *transaction;
  for (;;) {
    const Standing standing = co_await decide(transaction, mine.write_at);
    if (standing.status == Status::committed) {
      mine.write_at = standing.at;
      co_return Came::through;
    }
    if (standing.status == Status::pending && standing.at <= mine.write_at) co_return Came::silence;
    ++restarts_.push;
    if (standing.status == Status::aborted) co_return Came::aborted;
    mine.write_at = standing.at;
    const Came came = co_await refresh(transaction);
    if (came != Came::through) co_return came;
  }
}

// What the record says then; pending, and no later than `at`, when there was no answer.
sim::Task<Standing> Gateway::decide(Shared transaction, Timestamp at) {
  const Transaction& mine = *transaction;
  EndTransaction request{mine.touched.front(), 0, mine.id, at, mine.touched};
  const auto answer = co_await ask<Recorded>(std::move(request), mine.until);
  if (!answer || !std::holds_alternative<Recorded>(*answer)) co_return Standing{};
  co_return std::get<Recorded>(*answer).standing;
}

sim::Task<> Gateway::resolve_all(Shared transaction, Timestamp at) {
  const sim::MonoTime until = env_.mono() + parameters_.abandon_after;
  const std::vector<ShardId> shards = transaction->touched;
  for (std::size_t i = 1; i < shards.size(); ++i)
    co_await resolve(shards[i], transaction->id, at, shards, until);
}

sim::Task<> Gateway::resolve(ShardId shard, TransactionId id, Timestamp at, std::vector<ShardId> participants,
                             sim::MonoTime until) {
  Resolve request{shard, 0, id, at, std::move(participants)};
  co_await ask<IntentsResolved>(std::move(request), until);
}

sim::Task<> Gateway::heartbeats(Shared transaction) {
  while (!transaction->is_over) {
    co_await sim::sleep(env_, parameters_.abandon_after / 4);
    if (transaction->is_over) break;
    Heartbeat request{transaction->touched.front(), 0, transaction->id};
    const auto answer = co_await ask<Recorded>(request, env_.mono() + parameters_.abandon_after / 2);
    if (!answer || !std::holds_alternative<Recorded>(*answer)) continue;
    if (std::get<Recorded>(*answer).standing.status == Status::aborted) transaction->is_aborted = true;
  }
}

sim::Task<Standing> Gateway::push(Conflict conflict, PushKind kind, Timestamp at, Age age, ShardId shard,
                                  sim::MonoTime until) {
  Push request{conflict.anchor, 0, conflict.with, kind, at, age};
  const auto answer = co_await ask<Recorded>(request, until);
  if (!answer || !std::holds_alternative<Recorded>(*answer)) co_return Standing{};
  const Standing standing = std::get<Recorded>(*answer).standing;
  const std::vector<ShardId> unknown;
  if (standing.status != Status::pending && shard != conflict.anchor)
    co_await resolve(shard, conflict.with, standing.at, unknown, until);
  co_return standing;
}

}  // namespace lightcone::models::spanner::hlc

// What a gateway does for clients, and for intents that nobody else resolves.
#include "models/spanner/hlc/gateway.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "models/spanner/hlc/asking.hpp"

namespace lightcone::models::spanner::hlc {

Gateway::Gateway(sim::Env& env, const Parameters& parameters, const Safeguards& safeguards,
                 ServerClock& clock, LeaderOf leader_of)
    : env_(env),
      parameters_(parameters),
      safe_(safeguards),
      clock_(clock),
      leader_of_(std::move(leader_of)) {}

// What was acknowledged before has a timestamp that no clock had passed by more than max_offset, as the
// physical clock shows it.
Gateway::Shared Gateway::begin(const TransactionId& id, const Age& age) {
  auto transaction = std::make_shared<Transaction>();
  transaction->id = id;
  transaction->age = age;
  transaction->read_at = transaction->write_at = clock_.tick();
  transaction->limit =
      transaction->read_at + parameters_.max_offset.count() + 2 * parameters_.resolution.count();
  transaction->until = env_.mono() + parameters_.abandon_after;
  transactions_.insert_or_assign(id, transaction);
  return transaction;
}

void Gateway::end(const Shared& transaction) {
  transaction->is_over = true;
  const auto found = transactions_.find(transaction->id);
  if (found != transactions_.end() && found->second == transaction) transactions_.erase(found);
}

void Gateway::show(const Shared& transaction, const sim::From& client) {
  env_.mark(TransactionShown{transaction->touched.front(), transaction->id, transaction->write_at});
  env_.reply(client, Committed{transaction->write_at});
}

// --- clients -----------------------------------------------------------------------------------------------

void Gateway::on(const Select& select, const sim::From& from) {
  if (transactions_.contains(select.id)) return;  // a late copy
  env_.stories().spawn(answer(select, from));
}

// What it read is forgotten, or this is a late copy and it was written: only its record knows.
void Gateway::on(const WriteAndCommit& commit, const sim::From& from) {
  const auto found = transactions_.find(commit.id);
  if (found != transactions_.end() && found->second->is_writing) return;  // a late copy
  if (found == transactions_.end() && commit.goes_on)
    return env_.stories().spawn(answer(Settle{commit.id, commit.parts.front().shard}, from));
  env_.stories().spawn(answer(commit, from));
}

sim::Task<> Gateway::answer(Select select, sim::From from) {
  const Shared transaction = begin(select.id, select.age);
  if (select.ago > sim::Duration::zero()) {
    transaction->read_at = std::max<Timestamp>(1, clock_.physical() - select.ago.count());
    transaction->limit = transaction->read_at;
  }
  transaction->reserves = select.goes_on && select.id.attempt > 1;
  Selected selected;
  const Came came = co_await read_all(transaction, select.parts, selected);
  transaction->reads = std::move(select.parts);
  transaction->until = env_.mono() + parameters_.abandon_after;
  if (!select.goes_on || came != Came::through) end(transaction);
  if (came == Came::through) env_.reply(from, std::move(selected));
  if (came == Came::aborted) env_.reply(from, Refused{Reason::aborted, env_.self()});
}

// Only when its record says so is a transaction over; a client that hears nothing asks (Settle).
sim::Task<> Gateway::answer(WriteAndCommit commit, sim::From from) {
  const auto found = transactions_.find(commit.id);
  const Shared transaction = found != transactions_.end() ? found->second : begin(commit.id, commit.age);
  transaction->is_writing = true;
  transaction->until = env_.mono() + parameters_.abandon_after;
  Came came = co_await lay_all(transaction, commit.parts);
  if (came == Came::through) came = co_await refresh(transaction);
  if (came == Came::through && !safe_.logs_decisions) {
    show(transaction, from);
    co_await resolve_all(transaction, transaction->write_at);
  }
  if (came == Came::through) came = co_await record(transaction);
  end(transaction);
  if (came == Came::through) {
    if (safe_.logs_decisions) show(transaction, from);
    co_await resolve_all(transaction, transaction->write_at);
    co_return;
  }
  transaction->until = env_.mono() + parameters_.abandon_after;
  const Standing standing = co_await decide(transaction, 0);
  if (standing.status == Status::pending) co_return;
  const bool committed = standing.status == Status::committed;
  if (committed) env_.reply(from, Committed{standing.at});
  if (!committed) env_.reply(from, Refused{Reason::aborted, env_.self()});
  co_await resolve_all(transaction, standing.at);
}

sim::Task<> Gateway::answer(Settle settle, sim::From from) {
  Push push;
  push.shard = settle.anchor;
  push.id = settle.id;
  push.kind = PushKind::settle;
  const auto told = co_await ask<Recorded>(push, env_.mono() + parameters_.abandon_after);
  if (!told || !std::holds_alternative<Recorded>(*told)) co_return;
  const Standing standing = std::get<Recorded>(*told).standing;
  if (standing.status == Status::committed) env_.reply(from, Committed{standing.at});
  if (standing.status == Status::aborted) env_.reply(from, Refused{Reason::aborted, env_.self()});
}

// --- intents that were left behind -------------------------------------------------------------------------

void Gateway::clean_up(ShardId shard, const TransactionId& id, ShardId anchor) {
  if (forgotten_.insert({shard, id}).second) env_.stories().spawn(resolve_forgotten(shard, id, anchor));
}

// It is younger than everybody, so that it wins against those only who are dead.
sim::Task<> Gateway::resolve_forgotten(ShardId shard, TransactionId id, ShardId anchor) {
  const Conflict conflict{0, id, anchor};
  const Age youngest{std::numeric_limits<Timestamp>::max(), env_.self()};
  co_await push(conflict, PushKind::abort, 0, youngest, shard, env_.mono() + parameters_.abandon_after);
  forgotten_.erase({shard, id});
}

// --- now and then ------------------------------------------------------------------------------------------

// A client that goes on elsewhere leaves what it has read.
void Gateway::on_round() {
  std::vector<Shared> left;
  for (const auto& [id, transaction] : transactions_) {
    if (!transaction->is_writing && env_.mono() > transaction->until) left.push_back(transaction);
  }
  for (const Shared& transaction : left) end(transaction);
  sim::Metrics& metrics = env_.metrics();
  const std::string_view name = env_.name(env_.self());
  metrics.sample(fmt::format("restarts_uncertainty.{}", name),
                 static_cast<std::int64_t>(restarts_.uncertainty));
  metrics.sample(fmt::format("restarts_push.{}", name), static_cast<std::int64_t>(restarts_.push));
  metrics.sample(fmt::format("restarts_refresh.{}", name), static_cast<std::int64_t>(restarts_.refresh));
}

}  // namespace lightcone::models::spanner::hlc

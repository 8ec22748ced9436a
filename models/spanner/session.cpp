#include "models/spanner/session.hpp"

#include <algorithm>
#include <utility>

namespace lightcone::models::spanner {

namespace {

// Before asking again somebody who said that nothing could be done.
constexpr sim::Duration breather = std::chrono::milliseconds(5);
constexpr sim::Duration longest_pause = std::chrono::milliseconds(40);  // before another attempt

Part& part_of(std::vector<Part>& parts, ShardId shard, Term term) {
  const auto found =
      std::find_if(parts.begin(), parts.end(), [&](const Part& part) { return part.shard == shard; });
  return found != parts.end() ? *found : parts.emplace_back(Part{shard, term});
}

}  // namespace

Session::Session(sim::Env& env, const Parameters& parameters, const Safeguards& safeguards,
                 const sim::Workload& workload, std::vector<NodeId> servers, std::vector<NodeId> preferred)
    : env_(env),
      parameters_(parameters),
      safe_(safeguards),
      workload_(workload),
      servers_(std::move(servers)),
      leaders_(std::move(preferred)),
      clock_(env, parameters.epsilon),
      chance_(env.stream("session")) {}

void Session::suspect(ShardId shard, NodeId server) {
  if (leaders_[shard] == server) leaders_[shard] = chance_.pick(servers_);
}

void Session::learn(ShardId shard, NodeId asked, const Refused& refused) {
  if (refused.hint != no_node) {
    leaders_[shard] = refused.hint;
  } else {
    suspect(shard, asked);
  }
}

void Session::give_up(TransactionId id, const std::vector<Part>& held) {
  for (const Part& part : held) env_.send(leader_of(part.shard), GiveUp{part.shard, id});
}

// --- reading and writing -----------------------------------------------------------------------------------

sim::Task<Session::Ending> Session::transact(std::vector<Access> accesses, Complete complete) {
  const Age age{clock_.now().latest, env_.self()};
  const sim::MonoTime until = env_.mono() + parameters_.patience;
  TransactionId id{env_.self(), ++operations_, 0};
  std::int64_t unknown = 0;
  for (;;) {
    ++id.attempt;
    Attempt tried = co_await attempt(id, age, accesses, complete, until);
    if (tried.came == Came::through)
      co_return Ending{sim::Outcome::ok, std::move(tried.values), {}, tried.server};
    if (tried.came == Came::out_of_patience) co_return Ending{sim::Outcome::fail, {}, "no answer in time"};
    if (tried.came == Came::unknown && (safe_.keeps_ids || ++unknown > workload_.retry_max))
      co_return Ending{sim::Outcome::info, {}, "timeout"};
    if (tried.came == Came::aborted) env_.metrics().count("restarts");
    const sim::Duration pause = chance_.between(sim::Duration::zero(), longest_pause);
    co_await sim::sleep(env_, pause);
    if (env_.mono() >= until) {
      const bool certain = unknown == 0;
      co_return Ending{certain ? sim::Outcome::fail : sim::Outcome::info, {}, "aborted"};
    }
  }
}

sim::Task<Session::Attempt> Session::attempt(TransactionId id, Age age, std::vector<Access> accesses,
                                             Complete complete, sim::MonoTime until) {
  Locks locks = co_await lock_all(id, age, accesses, until);
  if (locks.came != Came::through) {
    give_up(id, locks.parts);
    co_return Attempt{locks.came};
  }
  if (complete) complete(locks.values, accesses);
  for (const Access& access : accesses) {
    Part& part = part_of(locks.parts, access.shard, 0);
    if (access.write) {
      part.writes.push_back(*access.write);
    } else {
      part.reads.push_back(access.key);
    }
  }
  Attempt tried;
  tried.came = co_await commit(id, locks.parts, until, tried.server);
  tried.values = std::move(locks.values);
  if (tried.came == Came::aborted) give_up(id, locks.parts);
  co_return tried;
}

sim::Task<Session::Locks> Session::lock_all(TransactionId id, Age age, const std::vector<Access>& accesses,
                                            sim::MonoTime until) {
  Locks locks;
  for (const Access& access : accesses) {
    Locked locked{};
    locks.came = co_await lock(id, age, access, until, locked, locks.parts);
    // That one too may have been asked for, whatever came of it.
    Part& part = part_of(locks.parts, access.shard, locked.term);
    if (locks.came == Came::through && part.term != locked.term) locks.came = Came::aborted;
    if (locks.came != Came::through) break;
    locks.values.push_back(access.reads ? std::move(locked.value) : sim::Value());
  }
  co_return locks;
}

// Silence may mean that somebody else holds the lock. Meanwhile those that this transaction holds are kept.
sim::Task<Session::Came> Session::lock(TransactionId id, Age age, Access access, sim::MonoTime until,
                                       Locked& locked, const std::vector<Part>& held) {
  const LockMode mode = access.write ? LockMode::exclusive : LockMode::shared;
  const sim::Duration within = std::min(workload_.timeout, parameters_.abandon_after / 4);
  while (env_.mono() < until) {
    LockAndRead request{access.shard, id, age, access.key, mode};
    const NodeId server = leader_of(access.shard);
    auto reply = co_await sim::call<Locked, Refused>(env_, server, std::move(request), within);
    if (!reply) {
      suspect(access.shard, server);
      for (const Part& part : held) env_.send(leader_of(part.shard), KeepAlive{part.shard, id});
      continue;
    }
    if (auto* granted = std::get_if<Locked>(&*reply)) {
      locked = std::move(*granted);
      co_return Came::through;
    }
    const Refused refused = std::get<Refused>(*reply);
    if (refused.reason == Reason::aborted) co_return Came::aborted;
    learn(access.shard, server, refused);
    co_await sim::sleep(env_, breather);
  }
  co_return Came::out_of_patience;
}

sim::Task<Session::Came> Session::commit(TransactionId id, std::vector<Part> parts, sim::MonoTime until,
                                         NodeId& server) {
  const ShardId shard = parts.front().shard;
  std::int64_t silences = 0;
  const std::int64_t most = workload_.retry == sim::Retry::none ? 0 : workload_.retry_max;
  while (env_.mono() < until || silences == 0) {
    Commit request{shard, id, parts};
    server = leader_of(shard);
    auto reply = co_await sim::call<Committed, Refused>(env_, server, std::move(request), workload_.timeout);
    if (!reply) {
      suspect(shard, server);
      if (++silences > most || !safe_.keeps_ids) co_return Came::unknown;
      continue;
    }
    if (std::holds_alternative<Committed>(*reply)) co_return Came::through;
    const Refused refused = std::get<Refused>(*reply);
    if (refused.reason == Reason::aborted) co_return Came::aborted;
    learn(shard, server, refused);
    if (silences == 0 && env_.mono() >= until) co_return Came::out_of_patience;
    co_await sim::sleep(env_, breather);
  }
  co_return Came::unknown;
}

// --- reading without locks ---------------------------------------------------------------------------------

sim::Task<Session::Ending> Session::read(std::vector<Access> accesses, sim::Duration ago) {
  const parts::clocks::Interval now = clock_.now();
  const bool strong = ago == sim::Duration::zero();
  const Timestamp at = strong ? now.latest : std::max<Timestamp>(1, now.earliest - ago.count());
  const sim::MonoTime until = env_.mono() + parameters_.patience;
  Ending ending{sim::Outcome::ok, std::vector<sim::Value>(accesses.size())};
  for (ShardId shard = 0; shard < leaders_.size(); ++shard) {
    ReadAt request{shard, at, {}, strong};
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < accesses.size(); ++i) {
      if (accesses[i].shard != shard) continue;
      request.keys.push_back(accesses[i].key);
      places.push_back(i);
    }
    if (places.empty()) continue;
    ReadThen then;
    const Came came = co_await read_part(shard, std::move(request), until, then, ending.server);
    if (came != Came::through) co_return Ending{sim::Outcome::fail, {}, "no answer in time"};
    for (std::size_t i = 0; i < places.size(); ++i) ending.values[places[i]] = std::move(then.values[i]);
  }
  co_return ending;
}

sim::Task<Session::Came> Session::read_part(ShardId shard, ReadAt request, sim::MonoTime until,
                                            ReadThen& then, NodeId& server) {
  bool nearest = workload_.sticky != sim::Sticky::random;
  while (env_.mono() < until) {
    server = request.from_leader ? leader_of(shard) : nearest ? servers_.front() : chance_.pick(servers_);
    ReadAt again = request;
    auto reply = co_await sim::call<ReadThen, Refused>(env_, server, std::move(again), workload_.timeout);
    if (!reply) {
      nearest = false;
      suspect(shard, server);
      continue;
    }
    if (auto* answer = std::get_if<ReadThen>(&*reply)) {
      then = std::move(*answer);
      co_return Came::through;
    }
    learn(shard, server, std::get<Refused>(*reply));
    co_await sim::sleep(env_, breather);
  }
  co_return Came::out_of_patience;
}

}  // namespace lightcone::models::spanner

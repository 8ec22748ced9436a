#include "models/spanner/hlc/session.hpp"

#include <algorithm>
#include <utility>

namespace lightcone::models::spanner::hlc {

namespace {

constexpr sim::Duration longest_pause = std::chrono::milliseconds(40);  // before another attempt

template <class Parts>
auto& part_of(Parts& parts, ShardId shard) {
  const auto found =
      std::find_if(parts.begin(), parts.end(), [&](const auto& part) { return part.shard == shard; });
  return found != parts.end() ? *found : parts.emplace_back(typename Parts::value_type{shard});
}

std::vector<Writes> writes_of(const std::vector<Access>& accesses) {
  std::vector<Writes> parts;
  for (const Access& access : accesses) {
    if (access.write) part_of(parts, access.shard).writes.push_back(*access.write);
  }
  return parts;
}

}  // namespace

Session::Session(sim::Env& env, const Parameters& parameters, const Safeguards& safeguards,
                 const sim::Workload& workload, std::vector<NodeId> servers)
    : env_(env),
      parameters_(parameters),
      safe_(safeguards),
      workload_(workload),
      servers_(std::move(servers)),
      gateway_(workload.sticky == sim::Sticky::node ? servers_[env.self().index % servers_.size()]
                                                    : servers_.front()),
      chance_(env.stream("session")) {}

// A gateway that was silent is left for another, which stays unless each operation has one of its own.
void Session::choose_gateway() {
  if (workload_.sticky == sim::Sticky::random) suspect_gateway();
}

void Session::note(const std::vector<Access>& accesses, Attempt& tried) {
  events_.emplace_back(std::move(tried.saw));
  Wrote wrote;
  wrote.at = tried.at;
  for (const Access& access : accesses) {
    if (access.write) wrote.keys.push_back(access.key);
  }
  if (!wrote.keys.empty() && wrote.at != 0) events_.emplace_back(std::move(wrote));
}

// --- reading and writing -----------------------------------------------------------------------------------

sim::Task<Session::Ending> Session::transact(std::vector<Access> accesses, Complete complete) {
  const Age age{env_.wall().time_since_epoch().count(), env_.self()};
  const sim::MonoTime until = env_.mono() + parameters_.patience;
  TransactionId id{env_.self(), ++operations_, 0};
  const ShardId anchor = writes_of(accesses).front().shard;
  std::int64_t unknown = 0;
  events_.emplace_back(Began{});
  choose_gateway();
  for (;;) {
    ++id.attempt;
    Attempt tried = co_await attempt(id, age, accesses, complete);
    if (tried.came == Came::unknown && safe_.keeps_ids && workload_.retry != sim::Retry::none)
      tried.came = co_await settle(id, anchor, until, tried.at);
    if (tried.came == Came::through) {
      note(accesses, tried);
      co_return Ending{sim::Outcome::ok, std::move(tried.values), {}, gateway_};
    }
    if (tried.came == Came::unknown && (safe_.keeps_ids || ++unknown > workload_.retry_max))
      co_return Ending{sim::Outcome::info, {}, "timeout"};
    if (tried.came == Came::again) env_.metrics().count("restarts");
    const sim::Duration pause = chance_.between(sim::Duration::zero(), longest_pause);
    co_await sim::sleep(env_, pause);
    if (env_.mono() < until) continue;
    const bool certain = unknown == 0;
    co_return Ending{certain ? sim::Outcome::fail : sim::Outcome::info, {}, "aborted"};
  }
}

sim::Task<Session::Attempt> Session::attempt(TransactionId id, Age age, std::vector<Access> accesses,
                                             Complete complete) {
  Attempt tried;
  const bool reads =
      std::any_of(accesses.begin(), accesses.end(), [](const Access& access) { return access.reads; });
  tried.values.resize(accesses.size());
  if (reads) {
    const bool read = co_await select(id, age, accesses, sim::Duration::zero(), Then::writes, tried);
    if (!read) co_return tried;
  }
  if (complete) complete(tried.values, accesses);
  WriteAndCommit request{id, age, writes_of(accesses), reads};
  const auto reply =
      co_await sim::call<Committed, Refused>(env_, gateway_, std::move(request), workload_.timeout);
  if (!reply) {
    suspect_gateway();
    tried.came = Came::unknown;
  } else if (const auto* committed = std::get_if<Committed>(&*reply)) {
    tried.came = Came::through;
    tried.at = committed->at;
  }
  co_return tried;
}

// After that it has committed, or never will.
sim::Task<Session::Came> Session::settle(TransactionId id, ShardId anchor, sim::MonoTime until,
                                         Timestamp& at) {
  while (env_.mono() < until) {
    Settle request{id, anchor};
    const auto reply = co_await sim::call<Committed, Refused>(env_, gateway_, request, workload_.timeout);
    if (!reply) {
      suspect_gateway();
      continue;
    }
    const auto* committed = std::get_if<Committed>(&*reply);
    if (committed == nullptr) co_return Came::again;
    at = committed->at;
    co_return Came::through;
  }
  co_return Came::unknown;
}

// --- reading -----------------------------------------------------------------------------------------------

// False: nothing was read. Values by access.
sim::Task<bool> Session::select(TransactionId id, Age age, const std::vector<Access>& accesses,
                                sim::Duration ago, Then then, Attempt& attempt) {
  Select request{id, age, {}, ago, then == Then::writes};
  for (const Access& access : accesses) {
    if (access.reads) part_of(request.parts, access.shard).keys.push_back(access.key);
  }
  std::vector<std::string> keys;
  for (const Keys& part : request.parts) keys.insert(keys.end(), part.keys.begin(), part.keys.end());
  auto reply = co_await sim::call<Selected, Refused>(env_, gateway_, std::move(request), workload_.timeout);
  if (!reply) suspect_gateway();
  auto* selected = reply ? std::get_if<Selected>(&*reply) : nullptr;
  if (selected == nullptr) co_return false;
  for (std::size_t i = 0; i < accesses.size(); ++i) {
    if (!accesses[i].reads) continue;
    const auto place = std::find(keys.begin(), keys.end(), accesses[i].key) - keys.begin();
    attempt.values[i] = std::move(selected->values[static_cast<std::size_t>(place)]);
  }
  attempt.saw = {std::move(keys), std::move(selected->written)};
  co_return true;
}

sim::Task<Session::Ending> Session::read(std::vector<Access> accesses, sim::Duration ago) {
  const Age age{env_.wall().time_since_epoch().count(), env_.self()};
  const sim::MonoTime until = env_.mono() + parameters_.patience;
  TransactionId id{env_.self(), ++operations_, 0};
  const bool is_now = ago == sim::Duration::zero();
  if (is_now) events_.emplace_back(Began{});
  choose_gateway();
  while (env_.mono() < until) {
    ++id.attempt;
    Attempt tried;
    tried.values.resize(accesses.size());
    const bool read = co_await select(id, age, accesses, ago, Then::ends, tried);
    if (!read) continue;
    if (is_now) note(accesses, tried);
    co_return Ending{sim::Outcome::ok, std::move(tried.values), {}, gateway_};
  }
  co_return Ending{sim::Outcome::fail, {}, "no answer in time"};
}

}  // namespace lightcone::models::spanner::hlc

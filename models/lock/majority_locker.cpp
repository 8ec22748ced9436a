#include "models/lock/majority_locker.hpp"

#include <utility>

#include "sim/story/when.hpp"

namespace lightcone::models::lock {

namespace {
// A store that does not answer within this part of the time to live is passed over.
constexpr int patience_in_ttls = 20;
// Before the next try, at most this part of the time to live: at random, so that rivals do not keep in step.
constexpr int longest_pause_in_ttls = 10;
}  // namespace

MajorityLocker::MajorityLocker(sim::Env& env, const Parameters& parameters, std::vector<NodeId> stores)
    : env_(env),
      parameters_(parameters),
      stores_(std::move(stores)),
      tokens_(env.stream("tokens")),
      chance_(env.stream("choices")) {}

// Leases are not extended.
sim::Task<> MajorityLocker::keep_alive() {
  while (true) co_await sim::sleep(env_, parameters_.ttl);
}

sim::Task<> MajorityLocker::ask(NodeId store, SetIfAbsent request, std::size_t& accepted) {
  const sim::Duration within = parameters_.ttl / patience_in_ttls;
  auto answer = co_await sim::call<StoreAnswer>(env_, store, std::move(request), within);
  if (answer && answer->done) ++accepted;
}

sim::Task<std::optional<Grant>> MajorityLocker::acquire(std::string lock, Patience patience) {
  const sim::MonoTime give_up = env_.mono() + parameters_.wait;
  while (env_.mono() < give_up) {
    const std::uint64_t token = tokens_.next() >> 1;
    const sim::MonoTime begun = env_.mono();
    std::size_t accepted = 0;
    std::vector<sim::Task<>> questions;
    for (const NodeId store : stores_) {
      SetIfAbsent request{lock, token, parameters_.ttl};
      questions.push_back(ask(store, std::move(request), accepted));
    }
    co_await sim::when_all(std::move(questions));
    const sim::MonoTime ends = begun + parameters_.shortened(parameters_.ttl);
    if (2 * accepted > stores_.size() && env_.mono() < ends) {
      lease_ends_ = ends;
      co_return Grant{std::move(lock), 0, token, 0};
    }
    let_go(lock, token);
    if (patience == Patience::tries_once) break;
    const auto longest = static_cast<std::uint64_t>((parameters_.ttl / longest_pause_in_ttls).count());
    const std::uint64_t pause = chance_.below(longest) + 1;
    co_await sim::sleep(env_, sim::Duration(static_cast<std::int64_t>(pause)));
  }
  co_return std::nullopt;
}

void MajorityLocker::let_go(const std::string& lock, std::uint64_t token) {
  for (const NodeId store : stores_) env_.send(store, DeleteIfEqual{lock, token});
}

sim::Task<> MajorityLocker::release(Grant grant) {
  let_go(grant.lock, grant.number);
  lease_ends_ = sim::MonoTime{};
  co_return;
}

}  // namespace lightcone::models::lock

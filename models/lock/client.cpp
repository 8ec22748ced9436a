#include "models/lock/client.hpp"

#include <algorithm>
#include <utility>

#include "sim/fields_of.hpp"
#include "sim/story/when.hpp"

namespace lightcone::models::lock {

using parts::Ending;
using parts::OperationSource;

namespace {

// Of a process from its look at the lease to the sending of the write, if nothing happens.
constexpr sim::Duration shortest_gap = std::chrono::microseconds(1);
constexpr sim::Duration longest_gap = std::chrono::microseconds(50);
// Tries of a write whose answer does not come: the same write by the same holder can be repeated.
constexpr int tries_to_write = 3;
// An increment that did not succeed is tried once more, as an operation of its own.
constexpr int tries_to_increment = 2;
// Tries to read a counter outside any lock.
constexpr int tries_to_peek = 4;

}  // namespace

const std::vector<sim::OperationKind>& operation_kinds() {
  static const std::vector<sim::OperationKind> all = {
      {"incr", "Waits for the lock of a counter, then reads it and writes one more.", 5},
      {"try_incr", "The same, but gives up at once when somebody else holds the lock.", 1},
      {"get", "Reads a counter without any lock.", 1},
  };
  return all;
}

Client::Client(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
               const sim::Phases& phases, std::unique_ptr<Locker> locker, Place place)
    : Worker(env, workload, phases, operation_kinds(), place.index),
      parameters_(parameters),
      locker_(std::move(locker)),
      place_(place),
      thinking_(env.stream("thinking")),
      pauses_(env.stream("pauses")) {}

void Client::show(sim::FieldVisitor& visitor) const {
  sim::visit_field("holds", holding_ ? holding_->lock : std::string(), visitor);
  sim::visit_field("fence", holding_ ? holding_->fence : 0, visitor);
}

sim::Duration Client::mono_ns() const { return const_cast<Client*>(this)->env().mono().time_since_epoch(); }

sim::Task<> Client::run() {
  auto renewals = locker_->keep_alive();
  auto load = work();
  co_await sim::when_any(std::move(renewals), std::move(load));
}

// One read of every counter when everything is quiet: an increment that was acknowledged is in it.
sim::Task<> Client::read_everything() {
  for (std::uint64_t key = place_.index; key < static_cast<std::uint64_t>(workload().keys);
       key += static_cast<std::uint64_t>(workload().clients)) {
    std::string name = "n" + std::to_string(key);
    const auto operation = env().history().invoke(env().self().index, "get", name, {});
    const Ending ending = co_await peek(std::move(name));
    parts::record(env(), operation, ending);
  }
}

// In the history an increment is one operation: what the section around it makes of the counter.
sim::Task<> Client::perform(OperationSource::Drawn drawn) {
  std::string key = "n" + std::to_string(drawn.key);
  if (drawn.f == "get") {
    const auto operation = env().history().invoke(env().self().index, "get", key, {});
    const Ending ending = co_await peek(std::move(key));
    parts::record(env(), operation, ending);
    co_return;
  }
  if (drawn.f == "try_incr") {
    co_await try_increment(std::move(key));
    co_return;
  }
  for (int tries = 0; tries < tries_to_increment; ++tries) {
    const sim::Outcome outcome = co_await wait_and_increment(key);
    if (outcome == sim::Outcome::ok) break;
  }
}

sim::Task<sim::Outcome> Client::wait_and_increment(std::string key) {
  const auto operation = env().history().invoke(env().self().index, "incr", key, 1);
  Ending ending{sim::Outcome::fail, {}, "not granted"};
  const sim::MonoTime asked = env().mono();
  std::optional<Grant> grant = co_await locker_->acquire(key, Patience::waits);
  if (grant) {
    env().metrics().record("wait for a lock", env().mono() - asked);
    ending = co_await increment(std::move(key), *grant);
  }
  parts::record(env(), operation, ending);
  if (grant) co_await locker_->release(*grant);
  co_return ending.outcome;
}

// That somebody else holds the lock is no operation on the counter: nothing is asked of it.
sim::Task<> Client::try_increment(std::string key) {
  std::optional<Grant> grant = co_await locker_->acquire(key, Patience::tries_once);
  if (!grant) {
    env().metrics().count("tries without success");
    co_return;
  }
  const auto operation = env().history().invoke(env().self().index, "incr", key, 1);
  const Ending ending = co_await increment(std::move(key), *grant);
  parts::record(env(), operation, ending);
  co_await locker_->release(*grant);
}

sim::Task<Ending> Client::increment(std::string key, Grant grant) {
  const sim::MonoTime entered = env().mono();
  holding_ = grant;
  env().mark(EnteredSection{grant.lock, grant.fence});
  Ending ending = co_await in_section(std::move(key), grant.fence);
  holding_.reset();
  env().mark(LeftSection{grant.lock, grant.fence});
  env().metrics().record("hold of a lock", env().mono() - entered);
  co_return ending;
}

sim::Duration Client::left_of_lease() const {
  const sim::Duration left = locker_->lease_ends().time_since_epoch() - mono_ns();
  return std::clamp(left, sim::Duration::zero(), workload().timeout);
}

sim::Task<Ending> Client::in_section(std::string key, Fence fence) {
  auto found = co_await read(key, fence);
  if (!found) co_return Ending{sim::Outcome::fail, {}, "lease over"};
  if (std::holds_alternative<StaleFence>(*found)) co_return Ending{sim::Outcome::fail, {}, "stale fence"};
  const std::int64_t value = std::get<ResourceValue>(*found).value;
  co_await think();
  if (left_of_lease() == sim::Duration::zero()) co_return Ending{sim::Outcome::fail, {}, "lease over"};
  env().mark(CheckedLease{key, fence});
  co_await stall();
  Ending ending = co_await write(std::move(key), fence, value + 1);
  co_return ending;
}

// Nothing: the lease was over before an answer came.
sim::Task<std::optional<std::variant<ResourceValue, StaleFence>>> Client::read(std::string key, Fence fence) {
  std::optional<std::variant<ResourceValue, StaleFence>> answer;
  while (!answer && left_of_lease() > sim::Duration::zero()) {
    ReadResource request{key, fence};
    answer = co_await call<ResourceValue, StaleFence>(place_.resource, std::move(request), left_of_lease());
  }
  co_return answer;
}

sim::Task<Ending> Client::write(std::string key, Fence fence, std::int64_t value) {
  for (int tries = 0; tries < tries_to_write; ++tries) {
    // The first try was decided before the pause. Later ones look again.
    if (tries > 0 && left_of_lease() == sim::Duration::zero()) break;
    // Whoever has slept through the end of its lease does not know it, and waits as if nothing were the
    // matter.
    const sim::Duration left = left_of_lease();
    const sim::Duration within = left > sim::Duration::zero() ? left : workload().timeout;
    WriteResource request{key, fence, value};
    auto reply = co_await call<ResourceWritten, StaleFence>(place_.resource, std::move(request), within);
    if (!reply) continue;
    if (std::holds_alternative<ResourceWritten>(*reply))
      co_return Ending{sim::Outcome::ok, value, {}, place_.resource};
    // A refusal says nothing of an earlier try.
    co_return Ending{tries == 0 ? sim::Outcome::fail : sim::Outcome::info, {}, "stale fence"};
  }
  co_return Ending{sim::Outcome::info, {}, "timeout"};
}

sim::Task<Ending> Client::peek(std::string key) {
  for (int tries = 0; tries < tries_to_peek; ++tries) {
    PeekResource request{key};
    auto reply = co_await call<ResourceValue>(place_.resource, std::move(request), workload().timeout);
    if (!reply) continue;
    // A counter that was never incremented is absent, in the history's terms.
    const sim::Value value = reply->value == 0 ? sim::Value() : sim::Value(reply->value);
    co_return Ending{sim::Outcome::ok, value, {}, place_.resource};
  }
  co_return Ending{sim::Outcome::fail, {}, "timeout"};
}

// As long as it takes, or as long as the lease lasts.
sim::Task<> Client::think() {
  const sim::MonoTime until = env().mono() + parameters_.hold.sample(thinking_);
  while (env().mono() < until && left_of_lease() > sim::Duration::zero()) {
    co_await sleep(std::min(until - env().mono(), left_of_lease()));
  }
}

// Between a look at the clock and what follows from it some time always passes (SYSTEMS 0.4). For a longer
// one the process stands still: it neither renews nor looks at a clock. Not after the heal (A3).
sim::Task<> Client::stall() {
  const auto gap = static_cast<std::int64_t>(pauses_.between(shortest_gap.count(), longest_gap.count()));
  co_await sleep(sim::Duration(gap));
  const sim::Duration pause = parameters_.pause.sample(pauses_);
  if (pause == sim::Duration::zero() || mono_ns() >= phases().heal) co_return;
  env().metrics().record("pause within a section", pause);
  locker_->stall_until(env().mono() + pause);
  co_await sleep(pause);
}

}  // namespace lightcone::models::lock

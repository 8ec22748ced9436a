#include "models/lock/store.hpp"

#include "sim/fields_of.hpp"

namespace lightcone::models::lock {

Store::Store(sim::Env& env, const sim::BugSet& bugs)
    : env_(env), by_monotonic_clock_(!bugs.contains("lock.redlock-clock-jump")), disk_(env.disk(), "store") {}

void Store::start() {
  if (auto found = disk_.read(); found.value) state_ = std::move(*found.value);
}

void Store::show(sim::FieldVisitor& visitor) const {
  for (const auto& [name, key] : state_.keys) sim::visit_field(name, key.token, visitor);
}

sim::Duration Store::time() const {
  return by_monotonic_clock_ ? env_.mono().time_since_epoch() : env_.wall().time_since_epoch();
}

void Store::answer_when_durable(const sim::From& from, bool done) {
  if (!disk_.write(state_)) return;  // a full disk: silence is the safe answer
  owed_.push_back({++written_, from, done});
  env_.sync(Stored{written_});
}

void Store::on(const SetIfAbsent& set, const sim::From& from) {
  Key& key = state_.keys[set.lock];
  const bool taken = key.token != 0 && key.token != set.token && key.until > time();
  if (taken) {
    env_.reply(from, StoreAnswer{false});
    return;
  }
  if (key.token != set.token) key = {set.token, time() + set.ttl};
  answer_when_durable(from, true);
}

void Store::on(const DeleteIfEqual& remove, const sim::From&) {
  Key& key = state_.keys[remove.lock];
  if (key.token == remove.token) key = {};
  if (!disk_.write(state_)) return;
  env_.sync(Stored{++written_});
}

void Store::on(const Stored& stored) {
  while (!owed_.empty() && owed_.front().write <= stored.write) {
    env_.reply(owed_.front().to, StoreAnswer{owed_.front().done});
    owed_.pop_front();
  }
}

}  // namespace lightcone::models::lock

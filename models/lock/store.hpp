// One of the independent stores of Redlock: a lock is a key with a token and a time to live, set if absent
// and deleted if equal. The stores know nothing of each other, and give no fence.
//
// What it relies on (A2, A3): that time passes here about as fast as at the clients.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "models/lock/messages.hpp"
#include "models/lock/parameters.hpp"
#include "models/parts/stable/cell.hpp"
#include "sim/process.hpp"

namespace lightcone::models::lock {

class Store final
    : public sim::Handlers<Store, std::variant<SetIfAbsent, DeleteIfEqual>, std::variant<Stored>> {
 public:
  Store(sim::Env& env, const sim::BugSet& bugs);

  void start() override;
  void show(sim::FieldVisitor& visitor) const override;

  void on(const SetIfAbsent& set, const sim::From& from);
  void on(const DeleteIfEqual& remove, const sim::From&);
  void on(const Stored& stored);

 private:
  struct Key {
    std::uint64_t token = 0;
    sim::Duration until{};  // by the clock of time()
  };
  struct State {
    static constexpr std::string_view fact_name = "StoreState";
    std::map<std::string, Key> keys;

    friend std::uint64_t wire_bytes(const State& state) {
      std::uint64_t bytes = 0;
      for (const auto& [name, key] : state.keys) bytes += 20 + name.size();
      return bytes;
    }
  };
  struct Owed {
    std::uint64_t write = 0;
    sim::From to{};
    bool done = false;
  };

  sim::Duration time() const;
  void answer_when_durable(const sim::From& from, bool done);

  sim::Env& env_;
  bool by_monotonic_clock_;  // false with lock.redlock-clock-jump: by the wall clock, as Redis does
  parts::stable::Cell<State> disk_;
  State state_;
  std::uint64_t written_ = 0;
  std::deque<Owed> owed_;
};

}  // namespace lightcone::models::lock

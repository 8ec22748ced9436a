// Small worlds for tests: nodes whose processes are written where they are needed.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/observer.hpp"
#include "sim/simulation.hpp"
#include "sim/story/story.hpp"
#include "sim/story/when.hpp"

namespace lightcone::tests {

using namespace lightcone::sim;

// Runs `body` as its story.
class Teller final : public Story {
 public:
  using Body = std::function<Task<>(Teller&)>;
  Teller(Env& env, Body body) : Story(env), body_(std::move(body)) {}
  Task<> run() override { return body_(*this); }

  using Story::call;
  using Story::env;
  using Story::receive;
  using Story::sleep;

 private:
  Body body_;
};

// Does `begin` at its start and gives everything that it is sent to `each`.
class Listener final : public Process {
 public:
  using Begin = std::function<void(Env&)>;
  using Each = std::function<void(Env&, Event&)>;
  Listener(Env& env, Begin begin, Each each) : env_(env), begin_(std::move(begin)), each_(std::move(each)) {}
  void start() override {
    if (begin_) begin_(env_);
  }
  Disposal handle(Event& event) override {
    if (each_) each_(env_, event);
    return Disposal::handled;
  }

 private:
  Env& env_;
  Begin begin_;
  Each each_;
};

inline NodeSpec telling(std::string name, const Teller::Body& body) {
  return {std::move(name), "client", [body](Env& env) { return std::make_unique<Teller>(env, body); }};
}

inline NodeSpec listening(std::string name, const Listener::Each& each, const Listener::Begin& begin = {}) {
  return {std::move(name), "server",
          [each, begin](Env& env) { return std::make_unique<Listener>(env, begin, each); }};
}

inline std::int64_t since_start(Instant at) { return at.time_since_epoch().count(); }

// "delivered 3 ms", one a happening that is of interest.
class Heard final : public Observer {
 public:
  struct Record {
    Happening what;
    Instant at;
    std::uint64_t number;
    std::uint64_t cause;
    NodeId node;
    NodeId peer;
    std::string type;
    std::string text;
    bool operator==(const Record&) const = default;
  };
  explicit Heard(Simulation& simulation, Interest interest = Interest::everything) : simulation_(simulation) {
    simulation_.observe(*this, interest);
  }
  ~Heard() override { simulation_.stop_observing(*this); }
  void on(const Occurrence& o) override {
    records.push_back({o.what, o.at, o.number, o.cause, o.node, o.peer,
                       std::string(o.type == nullptr ? std::string_view() : o.type->name),
                       std::string(o.text)});
  }
  std::size_t count(Happening what) const {
    std::size_t found = 0;
    for (const Record& record : records) found += record.what == what ? 1 : 0;
    return found;
  }
  std::vector<Record> records;

 private:
  Simulation& simulation_;
};

}  // namespace lightcone::tests

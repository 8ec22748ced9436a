#include "sim/simulation.hpp"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "sim/disk/disk.hpp"
#include "sim/story/story.hpp"

namespace {

using namespace lightcone::sim;

struct Ask {
  int number;
};
BOOST_DESCRIBE_STRUCT(Ask, (), (number))
struct Answer {
  int number;
};
BOOST_DESCRIBE_STRUCT(Answer, (), (number))
struct AnswerDue {
  int number;
  From to;
};
BOOST_DESCRIBE_STRUCT(AnswerDue, (), (number))

// Answers each question after 10 ms.
class Oracle final : public Handlers<Oracle, std::variant<Ask, AnswerDue>> {
 public:
  explicit Oracle(Env& env) : env_(env) {}
  void start() override {}
  void on(const Ask& ask, const From& from) { env_.after(10ms, AnswerDue{ask.number + 1, from}); }
  void on(const AnswerDue& due) { env_.reply(due.to, Answer{due.number}); }

 private:
  Env& env_;
};

class Pilgrim final : public Story {
 public:
  Pilgrim(Env& env, NodeId oracle, Duration patience, std::vector<std::string>& log)
      : Story(env), oracle_(oracle), patience_(patience), log_(log) {}

  Task<> run() override {
    for (int i = 0; i < 3; ++i) {
      const Ask ask{i * 10};
      const std::optional<Answer> answer = co_await call<Answer>(oracle_, ask, patience_);
      log_.push_back(answer ? std::to_string(answer->number) : "silence");
      co_await sleep(5ms);
    }
    log_.push_back("done at " + std::to_string(env().mono().time_since_epoch().count() / 1'000'000));
  }

 private:
  NodeId oracle_;
  Duration patience_;
  std::vector<std::string>& log_;
};

struct Delphi {
  explicit Delphi(Duration patience) {
    oracle =
        simulation.add_node({"oracle", "server", [](Env& env) { return std::make_unique<Oracle>(env); }});
    simulation.add_node({"pilgrim", "client", [this, patience](Env& env) {
                           return std::make_unique<Pilgrim>(env, oracle, patience, log);
                         }});
  }
  std::vector<std::string> log;
  Simulation simulation{7};
  NodeId oracle;
};

}  // namespace

TEST_CASE("a story calls a server of handlers and goes on with the reply") {
  Delphi delphi(50ms);
  delphi.simulation.start();
  delphi.simulation.run_until(Instant(1s));
  CHECK(delphi.log == std::vector<std::string>{"1", "11", "21", "done at 51"});
}

TEST_CASE("a call that is answered too late has no answer, and the late reply disturbs nobody") {
  Delphi delphi(11ms);
  delphi.simulation.start();
  delphi.simulation.run_until(Instant(1s));
  CHECK(delphi.log == std::vector<std::string>{"silence", "silence", "silence", "done at 48"});
}

TEST_CASE("a crash ends stories and timers, and what was on its way to the node is lost") {
  Delphi delphi(20ms);
  delphi.simulation.start();
  delphi.simulation.run_until(Instant(5ms));
  delphi.simulation.crash(delphi.oracle, Simulation::CrashKind::process);
  delphi.simulation.run_until(Instant(45ms));
  delphi.simulation.restart(delphi.oracle);
  delphi.simulation.run_until(Instant(1s));
  CHECK(delphi.log == std::vector<std::string>{"silence", "silence", "21", "done at 67"});
}

TEST_CASE("a paused node handles what it was sent when it resumes") {
  Delphi delphi(20ms);
  delphi.simulation.start();
  delphi.simulation.run_until(Instant(500us));
  delphi.simulation.pause(delphi.oracle);
  delphi.simulation.run_until(Instant(8ms));
  delphi.simulation.resume(delphi.oracle);
  delphi.simulation.run_until(Instant(1s));
  CHECK(delphi.log == std::vector<std::string>{"1", "11", "21", "done at 58"});
}

TEST_CASE("the same seed gives the same fingerprint, another order of events another one") {
  const auto fingerprint = [](Duration patience) {
    Delphi delphi(patience);
    delphi.simulation.start();
    delphi.simulation.run_until(Instant(1s));
    return delphi.simulation.fingerprint();
  };
  CHECK(fingerprint(50ms) == fingerprint(50ms));
  CHECK(fingerprint(50ms) != fingerprint(11ms));
}

TEST_CASE("a node that is down cannot be paused") {
  Delphi delphi(50ms);
  delphi.simulation.start();
  delphi.simulation.crash(delphi.oracle, Simulation::CrashKind::process);
  delphi.simulation.pause(delphi.oracle);
  delphi.simulation.restart(delphi.oracle);
  CHECK_FALSE(delphi.simulation.node(delphi.oracle).is_paused());
  delphi.simulation.run_until(Instant(1s));
  CHECK(delphi.log.front() == "1");
}

namespace {

// Gives each message the verdict that it was made with.
class Always final : public Rule {
 public:
  explicit Always(RuleVerdict verdict) : verdict_(verdict) {}
  RuleVerdict on_send(const Passage&) override { return verdict_; }

 private:
  RuleVerdict verdict_;
};

}  // namespace

TEST_CASE("delays of several rules add up, and what stops a message stops its copies") {
  using Action = RuleVerdict::Action;
  Delphi delphi(50ms);
  Always late({Action::delay, 3ms});
  Always twice({Action::duplicate, 1ms});
  Always later({Action::delay, 4ms});
  Always lost({Action::drop, {}});
  for (Rule* rule : std::initializer_list<Rule*>{&late, &twice, &later}) {
    delphi.simulation.network().add_rule(*rule);
  }
  delphi.simulation.start();
  delphi.simulation.run_until(Instant(8ms));
  CHECK(delphi.simulation.network().counters().delivered == 1);
  delphi.simulation.run_until(Instant(9ms));
  CHECK(delphi.simulation.network().counters().delivered == 2);
  CHECK(delphi.simulation.network().counters().duplicated == 1);
  delphi.simulation.network().add_rule(lost);
  delphi.simulation.run_until(Instant(1s));
  CHECK(delphi.simulation.network().counters().delivered == 2);
  CHECK(delphi.simulation.network().counters().duplicated == 1);
  for (Rule* rule : std::initializer_list<Rule*>{&late, &twice, &later, &lost}) {
    delphi.simulation.network().remove_rule(*rule);
  }
}

TEST_CASE("a torn write is one that is lost, so there is one whenever something was not synced") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Disk disk({}, Stream(seed, "disk"));
    File<Ask>& file = disk.open<Ask>("log");
    for (int i = 0; i < 3; ++i) REQUIRE(file.append(Ask{i}));
    const Disk::PowerLoss loss =
        disk.lose_power(Instant(1s), Disk::Surviving::random_prefix, Disk::LastWrite::torn);
    CHECK(loss.torn == 1);
    CHECK(loss.lost >= 1);
    REQUIRE(file.size() == 3 - loss.lost + 1);
    CHECK(file.read(file.size() - 1) == nullptr);
  }
}

TEST_CASE("a reply reaches the one of two twins that asked") {
  // The pilgrim's copy begins anew, and both get all their answers.
  Delphi delphi(50ms);
  delphi.simulation.start();
  delphi.simulation.run_until(Instant(3ms));
  const NodeId pilgrim = delphi.simulation.find_node("pilgrim");
  const NodeId copy = delphi.simulation.clone(pilgrim);
  CHECK(delphi.simulation.node(copy).self() == pilgrim);
  CHECK(delphi.simulation.node(copy).incarnation() == 1);
  delphi.simulation.run_until(Instant(1s));
  CHECK(delphi.log == std::vector<std::string>{"1", "1", "11", "11", "21", "21", "done at 51", "done at 54"});
}

TEST_CASE("what is sent to a node with a copy reaches the copy alone when the node is down") {
  Delphi delphi(50ms);
  delphi.simulation.start();
  const NodeId copy = delphi.simulation.clone(delphi.oracle);
  delphi.simulation.crash(delphi.oracle, Simulation::CrashKind::process);
  delphi.simulation.run_until(Instant(1s));
  CHECK(delphi.log.front() == "1");
  CHECK(delphi.simulation.node(copy).node_name() == "oracle'");
  CHECK(delphi.simulation.node(copy).is_clone());
}

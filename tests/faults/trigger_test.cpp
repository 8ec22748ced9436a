#include "faults/trigger.hpp"

#include "tests/faults/pinging.hpp"

namespace lightcone::faults {

using namespace pinging;

namespace {

// When a fault that waits for `when` began; nothing when it never did.
std::optional<Duration> begins(const std::string& when, std::uint64_t* count = nullptr) {
  Run run(R"~({"fault": "clk.jump", "when": )~" + when + R"~(, "node": "n1", "by": "1ms"})~");
  run.whole();
  const std::vector<sim::FaultRecord> records = run.plan->records();
  if (count != nullptr) *count = records.size();
  if (records.front().affected == 0) return std::nullopt;
  return records.front().began.time_since_epoch();
}

std::string refusal(const std::string& text) {
  const sim::Result<Trigger> read = Trigger::parse(text);
  return read ? "" : read.problem();
}

}  // namespace

TEST_CASE("a trigger waits for a message to be sent, delivered, lost") {
  CHECK(begins(R"~("n2.sent(Ping, number=7)")~") == 70ms);
  CHECK(begins(R"~("n2.delivered(Ping, number=7)")~") == 71ms);
  CHECK(begins(R"~("delivered(Greeting) from c1")~") == 11ms);
  CHECK(begins(R"~("n2.sent(Ping, number>=7) to n4")~") == 70ms);
  CHECK(begins(R"~("n2.sent(Ping) to c1")~") == std::nullopt);
  CHECK(begins(R"~("client.sent(Greeting, number > 20)")~") == 50ms);
  CHECK(begins(R"~("n2.lost(Ping)")~") == std::nullopt);
  CHECK(begins(R"~("n2.sent(Pong)")~") == std::nullopt);
}

TEST_CASE("a trigger waits for timers, syncs and marks") {
  CHECK(begins(R"~("n2.timer(Tick)")~") == 10ms);
  CHECK(begins(R"~("n2.synced(Noted, number=3)")~") == 32ms);
  CHECK(begins(R"~("mark(Beat, number=4)")~") == 40ms);
  CHECK(begins(R"~("leader.mark(Beat, number=4)")~") == 40ms);
}

TEST_CASE("a trigger counts, waits a while, and fires once or more often") {
  CHECK(begins(R"~("n2.mark(Beat) 5th")~") == 50ms);
  CHECK(begins(R"~("n2.mark(Beat) 5th + 3ms")~") == 53ms);
  std::uint64_t count = 0;
  CHECK(begins(R"~({"event": "mark", "node": "n2", "type": "Beat", "nth": 5, "delay": "3ms", "times": 4})~",
               &count) == 53ms);
  CHECK(count == 4);
  CHECK(begins(R"~("n2.mark(Beat)")~", &count) == 10ms);
  CHECK(count == 1);
}

TEST_CASE("a trigger with a time counts what happens from then on") {
  Run run(R"~({"fault": "clk.jump", "at": "33ms", "when": "n2.mark(Beat) 2nd", "node": "n1", "by": "1ms"})~");
  run.whole();
  CHECK(run.plan->records().front().began.time_since_epoch() == 50ms);
}

TEST_CASE("conditions look into objects, lists, enumerators, nodes and durations") {
  CHECK(begins(R"~("n2.sent(Ping, mood=loud)")~") == 20ms);
  CHECK(begins(R"~("n2.sent(Ping, mood!=calm)")~") == 20ms);
  CHECK(begins(R"~("n2.sent(Ping, history.0=5)")~") == 50ms);
  CHECK(begins(R"~("n2.sent(Ping, history.1=5)")~") == std::nullopt);
  CHECK(begins(R"~("n2.sent(Ping, history.*=5)")~") == 50ms);
  CHECK(begins(R"~("n2.sent(Ping, history.size>=2)")~") == 10ms);
  CHECK(begins(R"~("n2.sent(Ping, history.size>2)")~") == std::nullopt);
  CHECK(begins(R"~("n2.sent(Ping, leader=n1)")~") == 10ms);
  CHECK(begins(R"~("n2.sent(Ping, leader=n2)")~") == std::nullopt);
  CHECK(begins(R"~("n2.sent(Ping, age>4ms, mood = \"loud\")")~") == 60ms);
  CHECK(begins(R"~("n2.sent(Ping, nummer=7)")~") == std::nullopt);
  CHECK(begins(R"~("n2.sent(Ping, nummer!=7)")~") == std::nullopt);  // there is no such field
}

TEST_CASE("an object says the same as a text") {
  CHECK(begins(R"~({"event": "sent", "node": "n2", "type": "Ping", "where": ["number=7"], "to": "n3"})~") ==
        70ms);
  const FaultSpec spec =
      faults_of(R"~({"fault": "net.drop", "for": "1s", "when": {"event": "sent", "node": "n2",
      "type": "Ping", "where": ["number=7"], "to": "n3", "nth": 2, "after": "x", "delay": "1ms"}})~")[0];
  CHECK(spec.when->text() == "n2.sent(Ping, number=7) to n3 2nd after x + 1ms");
  const Trigger again = Trigger::parse(spec.when->text()).value();
  CHECK(again.nth == 2);
  CHECK(again.after == "x");
  CHECK(again.delay == 1ms);
  CHECK(again.to->text() == "n3");
  CHECK(again.where->front().text() == "number=7");
}

TEST_CASE("a trigger can wait for another fault to have begun, and for nodes to stop and start") {
  Run run(R"~({"fault": "proc.crash", "id": "first", "at": "105ms", "for": "50ms", "node": "n3"},
             {"fault": "clk.jump", "when": "n2.mark(Beat) after first", "node": "n1", "by": "1ms"},
             {"fault": "clk.jump", "when": "n3.crashed", "node": "n1", "by": "2ms"},
             {"fault": "clk.jump", "when": "n3.started after first", "node": "n1", "by": "3ms"})~");
  run.whole();
  CHECK(run.record(0).began == Instant(105ms));
  CHECK(run.record(1).description == "step the wall clock of n1 by 2ms");
  CHECK(run.record(1).began == Instant(105ms));
  CHECK(run.record(2).description == "step the wall clock of n1 by 1ms");
  CHECK(run.record(2).began == Instant(110ms));
  CHECK(run.record(3).began == Instant(155ms));
}

TEST_CASE("a trigger acts after what it saw, before anything later") {
  // The power goes before the sync completes, and after the message is on its way.
  Run run(
      R"~({"fault": "disk.power", "when": "n2.sent(Ping, number=10)", "node": "n2", "for": "50ms", "unsynced": "lost"})~");
  run.whole();
  CHECK(run.record().effect == "stopped n2, lost 1 of 1 unsynced write");
  CHECK(run.heard("n2", "n1", 101ms, 102ms) == 1);
  CHECK(run.shared.diary.found_at_start.back() == "n2:9");
}

TEST_CASE("a trigger that never fires leaves a record of a fault that did nothing") {
  Run run(R"~({"fault": "proc.crash", "when": "n2.sent(Pong)", "node": "n2"},
             {"fault": "proc.crash", "when": "n2.mark(Beat) 1000th", "node": "n2"},
             {"fault": "proc.crash", "id": "never", "when": "n2.mark(Boot)", "node": "n2"},
             {"fault": "proc.crash", "when": "n2.mark(Beat) after never", "node": "n2"},
             {"fault": "proc.crash", "when": "n2.mark(Beat) + 10s", "node": "n2"},
             {"fault": "proc.crash", "when": "n2.sent(Pong)", "node": "n2", "may_miss": true})~");
  run.whole();
  const std::vector<sim::FaultRecord> records = run.plan->records();
  REQUIRE(records.size() == 6);
  CHECK(records[0].effect == "never began: its trigger never matched");
  CHECK(records[0].description == "when n2.sent(Pong)");
  CHECK(records[1].effect == "never began: its trigger matched 99 times, not 1000");
  CHECK(records[3].effect == "never began: never did not begin before");
  CHECK(records[4].effect == "never began: the run healed or ended within the trigger's delay");
  for (const sim::FaultRecord& record : records) CHECK(record.affected == 0);
  CHECK(run.plan->misses().size() == 5);
}

TEST_CASE("a plan without triggers watches nothing, and triggers do not change the run") {
  const auto fingerprint = [](const std::string& faults) {
    Run run(faults);
    run.whole();
    return run.simulation.fingerprint();
  };
  CHECK(fingerprint("") ==
        fingerprint(R"~({"fault": "proc.crash", "when": "n2.sent(Pong)", "node": "n2"})~"));
}

TEST_CASE("a text that is no trigger is refused with what is wrong") {
  CHECK(refusal("n2.sent(VoteGranted, term=3) to n1 2nd after x + 3ms").empty());
  CHECK(refusal("n2.sendt(Ping)") ==
        "\"sendt\" is no event that can be waited for (sent, lost, delivered, timer, synced, woken, mark, "
        "started, crashed, paused, resumed); did you mean \"sent\"?");
  CHECK(refusal("n2.sent(Ping") == "the closing parenthesis is missing");
  CHECK(refusal("n2.sent(, a=1)") == "the type is missing between the parentheses");
  CHECK(refusal("n2.sent(Ping, term)") == "\"term\" has no =, !=, <, <=, > or >=");
  CHECK(refusal("n2.sent(Ping, term=)") == "\"term=\" has no value");
  CHECK(refusal("n2.sent(Ping, =3)") == "\"=3\" names no field");
  CHECK(refusal("n2.sent(Ping, a..b=3)") == "\"a..b=3\" has an empty step");
  CHECK(refusal("n2.sent(Ping, mood>loud)") ==
        "\"loud\" is neither a number nor a duration, so nothing is less or more");
  CHECK(refusal("n2.sent(Ping) 3") == "\"3\" is not how often, such as \"3rd\"");
  CHECK(refusal("n2.sent(Ping) 12nd") == "\"12nd\" is not how often, such as \"3rd\"");
  CHECK(refusal("n2.sent(Ping) 112th").empty());
  CHECK(refusal("n2.sent(Ping) 21st").empty());
  CHECK(refusal("n2.sent(Ping) + 3") == "\"3\" after + is not a duration such as \"2ms\"");
  CHECK(refusal("n2.sent(Ping) towards n3") ==
        "\"towards\" follows where \"to\", \"from\", \"after\", \"3rd\" or + may");
  CHECK(refusal("n2.sent(Ping) to") == "a name is missing after \"to\"");
  CHECK(refusal("n2.sent(Ping) )") == "\")\" follows where \"to\", \"from\", \"after\", \"3rd\" or + may");
}

}  // namespace lightcone::faults

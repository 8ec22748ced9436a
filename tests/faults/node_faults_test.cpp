#include <set>

#include "tests/faults/pinging.hpp"

namespace lightcone::faults {

using namespace pinging;

TEST_CASE("a crashed process restarts after the length of the fault, and its files are there") {
  Run run(R"({"fault": "proc.crash", "at": "105ms", "for": "100ms", "node": "n1"})");
  run.whole();
  CHECK(run.ticks("n1", 106ms, 215ms) == 0);
  CHECK(run.ticks("n1", 215ms, 265ms) == 5);
  CHECK(run.shared.diary.found_at_start.back() == "n1:10");
  CHECK(run.record().affected == 1);
  CHECK(run.record().effect == "stopped n1");
  CHECK(run.record().description == "crash n1");
}

TEST_CASE("without a length a crashed process stays down until it is restarted, or until the heal") {
  Run restarted(R"({"fault": "proc.crash", "at": "105ms", "node": "n1"},
                   {"fault": "proc.restart", "at": "205ms", "node": "*"})");
  restarted.whole();
  CHECK(restarted.ticks("n1", 106ms, 210ms) == 0);
  CHECK(restarted.ticks("n1", 210ms, 320ms) == 11);
  CHECK(restarted.record(1).effect == "started n1");
  Run healed(R"({"fault": "proc.crash", "at": "105ms", "node": "followers"})");
  healed.whole();
  CHECK(healed.ticks("n2", 106ms, 1s) == 0);
  CHECK(healed.ticks("n2", 1s, 1500ms) == 49);
  CHECK(healed.record().affected == 4);
}

TEST_CASE("the end of one crash does not restart what another one stopped") {
  Run run(R"({"fault": "proc.crash", "at": "100ms", "for": "300ms", "node": "n1"},
             {"fault": "proc.restart", "at": "200ms", "node": "n1"},
             {"fault": "proc.crash", "at": "300ms", "for": "300ms", "node": "n1"},
             {"fault": "proc.crash", "at": "500ms", "for": "10ms", "node": "n1"})");
  run.whole();
  CHECK(run.ticks("n1", 301ms, 601ms) == 0);
  CHECK(run.ticks("n1", 601ms, 701ms) == 10);
  CHECK(run.record(3).affected == 0);
  CHECK(run.record(3).effect == "stopped nobody");
  CHECK(run.plan->misses().size() == 1);
}

TEST_CASE("a paused node runs nothing and catches up") {
  Run run(R"({"fault": "proc.pause", "at": "105ms", "for": "100ms", "node": "n1"})");
  run.whole();
  CHECK(run.ticks("n1", 105ms, 205ms) == 0);
  CHECK(run.heard("n2", "n1", 105ms, 205ms) == 0);
  CHECK(run.heard("n2", "n1", 205ms, 206ms) == 10);
  CHECK(run.record().affected == 1);
  CHECK(run.record().effect == "paused n1, with 51 events waiting at the end");
}

TEST_CASE("overlapping pauses last until the last one ends") {
  Run run(R"({"fault": "proc.pause", "at": "105ms", "for": "100ms", "node": "n1"},
             {"fault": "proc.pause", "at": "155ms", "for": "100ms", "node": "n1"})");
  run.whole();
  CHECK(run.ticks("n1", 105ms, 255ms) == 0);
  CHECK(run.ticks("n1", 255ms, 256ms) == 1);
}

TEST_CASE("a slow node takes its time for every event") {
  Run run(R"({"fault": "proc.slow", "at": "105ms", "for": "100ms", "node": "n1", "factor": 100})");
  run.whole();
  CHECK(run.heard("n2", "n1", 111ms, 112ms) == 0);  // each event takes 5 ms now
  CHECK(run.record().affected >= 15);
  CHECK(run.record().affected <= 25);
  CHECK(run.node("n1").inbox_size() == 0);
}

TEST_CASE("a clone runs beside its original, under its name, and shares what is sent to it") {
  Run run(R"({"fault": "proc.clone", "at": "105ms", "for": "200ms", "node": "n1"})");
  run.whole();
  CHECK(run.record().effect == "started n1'");
  CHECK(run.shared.diary.found_at_start.back() == "n1:10");
  CHECK(run.ticks("n1", 106ms, 305ms) == 39);  // the clone's first comes 10 ms after its start
  CHECK(run.heard("n1", "n2", 108ms, 307ms) == 39);
  CHECK(run.heard("n2", "n1", 108ms, 307ms) == 20);  // each message reaches one of the two
  CHECK(run.ticks("n1", 306ms, 406ms) == 10);
  CHECK_FALSE(run.node("n1'").is_up());
  CHECK(run.node("n1").is_up());
  std::set<std::int64_t> numbers;
  std::size_t again = 0;
  for (const Heard& each : run.shared.diary.heard) {
    if (each.from == "n1" && each.to == "n2") again += numbers.insert(each.number).second ? 0U : 1U;
  }
  // The clients' greetings come from elsewhere; what the clone says, it counts from 1.
  CHECK(again == 19);
}

TEST_CASE("a clone draws the same random numbers as its original") {
  Run run(R"({"fault": "proc.clone", "at": "105ms", "for": "200ms", "node": "n1"})");
  run.until(200ms);
  sim::Stream original = run.node("n1").stream("tokens");
  sim::Stream clone = run.node("n1'").stream("tokens");
  CHECK(original.next() == clone.next());
  CHECK(run.node("n1").self() == run.node("n1'").self());
}

TEST_CASE("a loss of power loses what was not synced") {
  // A sync takes 2 ms, so at 111 ms the eleventh note is written and not yet durable.
  Run total(R"({"fault": "disk.power", "at": "111ms", "for": "50ms", "node": "n1", "unsynced": "lost"})");
  total.whole();
  CHECK(total.shared.diary.found_at_start.back() == "n1:10");
  CHECK(total.record().effect == "stopped n1, lost 1 of 1 unsynced write");
  Run nothing(R"({"fault": "disk.power", "at": "113ms", "for": "50ms", "node": "n1"})");
  nothing.whole();
  CHECK(nothing.shared.diary.found_at_start.back() == "n1:11");
  CHECK(nothing.record().effect == "stopped n1, lost 0 of 0 unsynced writes");
}

TEST_CASE("a torn write is there and cannot be read") {
  Run run(R"({"fault": "disk.torn", "at": "111ms", "for": "50ms", "node": "n1"})");
  run.until(200ms);
  CHECK(run.shared.diary.found_at_start.back() == "n1:10");
  CHECK(run.node("n1").disk_device().files().find("notes")->second->size() == 14);
  CHECK(run.record().affected == 1);
  CHECK(run.record().effect == "stopped n1, lost 1 of 1 unsynced write, tore 1");
  Run idle(R"({"fault": "disk.torn", "at": "113ms", "for": "50ms", "node": "n1"})");
  idle.whole();
  CHECK(idle.record().affected == 0);  // it stopped the node, but all was synced
}

TEST_CASE("rotten records cannot be read any more") {
  Run run(R"({"fault": "disk.rot", "at": "103ms", "node": "n1", "file": "no", "count": 3, "which": "newest"},
             {"fault": "disk.rot", "at": "103ms", "node": "n2", "file": "log", "count": 3},
             {"fault": "proc.crash", "at": "105ms", "for": "1ms", "node": "n1"})");
  run.whole();
  CHECK(run.shared.diary.found_at_start.back() == "n1:7");
  CHECK(run.record(0).effect == "damaged 3 records");
  CHECK(run.record(1).affected == 0);
}

TEST_CASE("a wiped node comes back blank, or never") {
  Run back(R"({"fault": "disk.wipe", "at": "105ms", "for": "50ms", "node": "n1"})");
  back.whole();
  CHECK(back.shared.diary.found_at_start.back() == "n1:0");
  CHECK(back.ticks("n1", 156ms, 256ms) == 10);
  CHECK(back.record().effect == "stopped n1, wiped 10 records");
  Run gone(R"({"fault": "disk.wipe", "at": "105ms", "node": "n1"},
              {"fault": "proc.crash", "at": "205ms", "node": "n2"})");
  gone.whole();
  CHECK_FALSE(gone.node("n1").is_up());
  CHECK(gone.node("n2").is_up());
}

TEST_CASE("a slow disk is slow, a full one refuses, and a lying one forgets") {
  Run slow(R"({"fault": "disk.slow", "at": "105ms", "for": "100ms", "node": "n1", "factor": 3})");
  slow.whole();
  CHECK(slow.record().effect == "slowed 10 syncs");
  Run full(R"({"fault": "disk.full", "at": "105ms", "for": "100ms", "node": "n1"})");
  full.whole();
  CHECK(full.record().effect == "refused 10 writes");
  CHECK(full.shared.diary.refused == 10);
  Run lie(R"({"fault": "disk.lie", "at": "105ms", "for": "100ms", "node": "n1"},
             {"fault": "disk.power", "at": "204ms", "for": "10ms", "node": "n1", "unsynced": "lost"})");
  lie.whole();
  CHECK(lie.record(0).effect == "lied about 10 syncs");
  CHECK(lie.shared.diary.found_at_start.back() == "n1:10");
}

TEST_CASE("wall clocks step for good, or until the fault ends") {
  Run run(R"({"fault": "clk.offset", "at": "100ms", "for": "100ms", "node": "n1", "by": "-30ms"},
             {"fault": "clk.jump", "at": "100ms", "node": "n2", "by": "1s"},
             {"fault": "clk.jump", "at": "100ms", "node": "n3", "by": "0s"})");
  run.until(150ms);
  CHECK(run.node("n1").clock().error(run.simulation.now()) == -30ms);
  run.whole();
  CHECK(run.node("n1").clock().error(run.simulation.now()) == 0ms);
  CHECK(run.node("n2").clock().error(run.simulation.now()) == 1s);
  CHECK(run.ticks("n1", 0ms, 1s) == 99);  // timers do not run on the wall clock
  CHECK(run.record(0).description == "step the wall clock of n1 by -30ms");
  CHECK(run.record(2).affected == 0);
}

TEST_CASE("a drifting clock makes its timers early, and runs as before when the fault ends") {
  Run run(R"({"fault": "clk.drift", "at": "0s", "for": "500ms", "node": "n1", "ppm": 100000},
             {"fault": "clk.drift", "at": "100ms", "for": "100ms", "node": "n1", "ppm": -50000})",
          {.drift_ppb = 1000});
  run.until(150ms);
  CHECK(run.node("n1").clock().drift_ppb() == 50'001'000);
  run.whole();
  CHECK(run.node("n1").clock().drift_ppb() == 1000);
  CHECK(run.ticks("n1", 0ms, 500ms) == 54);
  CHECK(run.ticks("n2", 0ms, 499ms) == 49);
  CHECK(run.node("n1").clock().error(run.simulation.now()) > 44ms);  // what was gained stays
}

TEST_CASE("a frozen clock stands still and jumps at the end, and lost masters widen the interval") {
  Run run(R"({"fault": "clk.freeze", "at": "100ms", "for": "100ms", "node": "n1"},
             {"fault": "clk.freeze", "at": "150ms", "for": "100ms", "node": "n1"},
             {"fault": "clk.masters_lost", "at": "100ms", "for": "400ms", "node": "n2"})");
  run.until(240ms);
  CHECK(run.node("n1").clock().error(run.simulation.now()) == -140ms);
  run.until(400ms);
  CHECK(run.node("n1").clock().error(run.simulation.now()) == 0ms);
  const auto width = [&](std::string_view name) {
    const sim::TrueTimeInterval interval = run.node(name).true_time();
    return interval.latest - interval.earliest;
  };
  CHECK(width("n2") > 2 * (1ms + 290us / 5));  // 200 ppm since the last poll
  CHECK(width("n3") < 2 * (1ms + 11us / 5));
  run.whole();
  CHECK(width("n2") < 2 * (1ms + 11us / 5));
  CHECK(run.record(1).description == "take the time masters from n2");
}

TEST_CASE("actions of the administrator are asked for, and for their end where there is one") {
  Run run(R"({"fault": "ops.transfer-leader", "at": "100ms", "node": "n3"},
             {"fault": "load.mult", "at": "200ms", "for": "100ms"})");
  run.whole();
  CHECK(run.asked == std::vector<std::string>{"transfer-leader n3", "load.mult -", "end-load.mult -"});
  CHECK(run.record(0).kind == "ops.transfer-leader");
  CHECK(run.record(0).description == "transfer-leader n3");
  CHECK(run.record(0).affected == 1);
  CHECK(run.record(1).description == "load.mult");
}

TEST_CASE("an action that the system refuses affected nothing") {
  Run run(R"({"fault": "ops.transfer-leader", "at": "100ms", "node": "n3"})");
  run.accepts = false;
  run.whole();
  CHECK(run.record().affected == 0);
  CHECK(run.plan->misses().size() == 1);
}

TEST_CASE("at the heal everything ends") {
  Run run(R"({"fault": "proc.pause", "at": "100ms", "for": "10s", "node": "n1"},
             {"fault": "proc.slow", "at": "100ms", "for": "10s", "node": "n2", "factor": 10},
             {"fault": "disk.full", "at": "100ms", "for": "10s", "node": "n3"},
             {"fault": "clk.drift", "at": "100ms", "for": "10s", "node": "n4", "ppm": 100},
             {"fault": "net.isolate", "at": "100ms", "for": "10s", "node": "n5"})",
          {.heal = 300ms});
  run.whole();
  CHECK_FALSE(run.node("n1").is_paused());
  CHECK(run.node("n4").clock().drift_ppb() == 0);
  CHECK(run.shared.diary.refused == 20);
  CHECK(run.heard("n5", "n1", 310ms, 510ms) == 20);
  CHECK(run.ticks("n2", 310ms, 510ms) == 20);
  for (const sim::FaultRecord& record : run.plan->records()) CHECK(record.ended == Instant(300ms));
}

}  // namespace lightcone::faults

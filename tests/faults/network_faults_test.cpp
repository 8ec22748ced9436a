#include "tests/faults/pinging.hpp"

namespace lightcone::faults {

using namespace pinging;

TEST_CASE("a partition cuts its groups from each other, and heals") {
  Run run(
      R"({"fault": "net.part", "at": "100ms", "for": "200ms", "groups": [["n1", "n2"], ["n3", "n4", "n5"]]})");
  run.whole();
  CHECK(run.heard("n1", "n3", 0ms, 100ms) == 9);
  CHECK(run.heard("n1", "n3", 105ms, 300ms) == 0);
  CHECK(run.heard("n5", "n2", 105ms, 300ms) == 0);
  CHECK(run.heard("n1", "n2", 105ms, 300ms) == 19);
  CHECK(run.heard("c1", "n3", 105ms, 300ms) == 19);  // in no group
  CHECK(run.heard("n1", "n3", 305ms, 405ms) == 10);
  CHECK(run.record().description == "partition {n1, n2} | {n3, n4, n5}");
  // Twelve links, and twenty pings on each: what is sent at 100 ms itself comes after the fault.
  CHECK(run.record().affected == 240);
  CHECK(run.record().effect == "cut 240 messages");
  CHECK(run.record().began == Instant(100ms));
  CHECK(run.record().ended == Instant(300ms));
  CHECK(run.plan->misses().empty());
}

TEST_CASE("a partition also stops what is already on its way") {
  Run run(R"({"fault": "net.part", "at": "100500us", "for": "5ms", "groups": ["n1", "others"]})");
  run.whole();
  CHECK(run.record().affected == 8);  // the pings of 100 ms, four to n1 and four from it
}

TEST_CASE("the rest of the servers is others, and the leader is who leads when the fault begins") {
  Run run(R"({"fault": "net.part", "at": "100ms", "for": "100ms", "groups": ["leader", "others"]})");
  run.until(50ms);
  run.leader = run.shared.peers[3];
  run.whole();
  CHECK(run.record().description == "partition {n4} | {n1, n2, n3, n5}");
  CHECK(run.record().nodes.size() == 5);
}

TEST_CASE("shapes of partitions are drawn among the servers") {
  const auto describe_shape = [](const std::string& shape) {
    Run run(R"({"fault": "net.part", "at": "100ms", "for": "100ms", "shape": ")" + shape + "\"}");
    run.whole();
    // Of 20 directed links among the servers, how many carried something while it lasted?
    std::size_t open = 0;
    for (const char* from : {"n1", "n2", "n3", "n4", "n5"}) {
      for (const char* to : {"n1", "n2", "n3", "n4", "n5"})
        open += run.heard(from, to, 105ms, 195ms) > 0 ? 1U : 0U;
    }
    return std::pair(open, run.record().description);
  };
  CHECK(describe_shape("majority_minority").first == 3 * 2 + 2 * 1);
  const auto leader_in_minority = describe_shape("leader_in_minority");
  CHECK(leader_in_minority.first == 8);
  CHECK(leader_in_minority.second.find("n1") > leader_in_minority.second.find('|'));
  CHECK(describe_shape("bridge").first == 2 * 2 + 8);
  CHECK(describe_shape("ring").first == 5 * 2);
}

TEST_CASE("one direction of a link can be cut alone") {
  Run run(R"({"fault": "net.oneway", "at": "100ms", "for": "100ms", "from": "n1", "to": ["n2", "n3"]})");
  run.whole();
  CHECK(run.heard("n1", "n2", 105ms, 200ms) == 0);
  CHECK(run.heard("n2", "n1", 105ms, 200ms) == 9);
  CHECK(run.record().affected == 20);
  CHECK(run.record().description == "cut {n1} -> {n2, n3}");
}

TEST_CASE("links are cut one by one, or all but a few") {
  Run cut(R"({"fault": "net.links", "at": "100ms", "for": "100ms", "cut": ["n1-n2", "n3->n4"]})");
  cut.whole();
  CHECK(cut.record().affected == 30);
  CHECK(cut.heard("n4", "n3", 105ms, 200ms) == 9);
  Run keep(R"({"fault": "net.links", "at": "100ms", "for": "100ms", "keep": ["n1-n2", "n2-n3"]})");
  keep.whole();
  CHECK(keep.heard("n1", "n3", 105ms, 200ms) == 0);
  CHECK(keep.heard("n1", "n2", 105ms, 200ms) == 9);
  CHECK(keep.heard("n1", "n4", 105ms, 200ms) == 9);  // keep says nothing of n4
  CHECK(keep.record().affected == 20);
}

TEST_CASE("an isolated node reaches nobody, not even clients") {
  Run run(R"({"fault": "net.isolate", "at": "100ms", "for": "100ms", "node": ["n1", "n2"]})");
  run.whole();
  CHECK(run.heard("", "n1", 105ms, 200ms) == 0);
  CHECK(run.heard("n1", "n2", 105ms, 200ms) == 0);
  CHECK(run.heard("n3", "n4", 105ms, 200ms) == 9);
}

TEST_CASE("a fault that flaps is on and off in turns") {
  Run run(R"({"fault": "net.isolate", "at": "100ms", "for": "100ms", "node": "n1", "flap": "25ms"})");
  run.whole();
  CHECK(run.heard("n2", "n1", 105ms, 125ms) == 0);
  CHECK(run.heard("n2", "n1", 126ms, 149ms) == 2);
  CHECK(run.heard("n2", "n1", 152ms, 175ms) == 0);
  CHECK(run.heard("n2", "n1", 176ms, 200ms) == 2);
  CHECK(run.heard("n2", "n1", 205ms, 255ms) == 5);
}

TEST_CASE("messages are dropped by sender, receiver, type and fields") {
  Run run(R"({"fault": "net.drop", "at": "100ms", "for": "100ms", "from": "n1", "message": "Ping",
              "where": ["mood=loud", "number>10"]})");
  run.whole();
  CHECK(run.record().affected == 16);  // four of ten pings, to four servers
  CHECK(run.heard("n1", "n2", 105ms, 202ms) == 6);
  CHECK(run.heard("n2", "n1", 105ms, 202ms) == 10);
  CHECK(run.record().description == "drop Ping (mood=loud, number>10) from n1");
  CHECK(run.record().effect == "lost 16 messages");
}

TEST_CASE("a share of messages is dropped, and at most so many") {
  Run some(R"({"fault": "net.drop", "at": "0s", "for": "1s", "share": 0.25})");
  some.whole();
  const std::size_t sent = 99 * (5 * 4 + 5);
  CHECK(some.record().affected > sent / 4 - 150);
  CHECK(some.record().affected < sent / 4 + 150);
  Run few(R"({"fault": "net.drop", "at": "0s", "for": "1s", "limit": 7})");
  few.whole();
  CHECK(few.record().affected == 7);
  CHECK(few.record().description == "drop messages, at most 7");
}

TEST_CASE("duplicated messages arrive again after the delay") {
  Run run(R"({"fault": "net.dup", "at": "95ms", "for": "10ms", "from": "n1", "to": "n2", "delay": "30ms"})");
  run.whole();
  std::vector<Instant> arrivals;
  for (const Heard& each : run.shared.diary.heard) {
    if (each.from == "n1" && each.to == "n2" && each.number == 10) arrivals.push_back(each.at);
  }
  CHECK(arrivals == std::vector{Instant(101ms), Instant(131ms)});
  CHECK(run.record().affected == 1);
}

TEST_CASE("two delays add up") {
  const std::string late =
      R"({"fault": "net.delay", "at": "95ms", "for": "10ms", "from": "n1", "delay": "20ms"})";
  Run run(late + "," + R"({"fault": "net.delay", "at": "95ms", "for": "10ms", "to": "n2", "delay": "15ms"})");
  run.whole();
  const auto heard_at = [&](std::string_view from, std::string_view to) {
    for (const Heard& each : run.shared.diary.heard) {
      if (each.from == from && each.to == to && each.number == 10) return each.at;
    }
    return Instant();
  };
  CHECK(heard_at("n1", "n2") == Instant(136ms));
  CHECK(heard_at("n1", "n3") == Instant(121ms));
  CHECK(heard_at("n3", "n2") == Instant(116ms));
  CHECK(run.record(0).affected == 4);
}

TEST_CASE("reordered messages overtake each other") {
  Run run(R"({"fault": "net.reorder", "at": "0s", "for": "1s", "from": "n1", "to": "n2", "delay": "50ms"})");
  run.whole();
  std::int64_t previous = 0;
  std::size_t overtaken = 0;
  for (const Heard& each : run.shared.diary.heard) {
    if (each.from != "n1" || each.to != "n2") continue;
    overtaken += each.number < previous ? 1U : 0U;
    previous = each.number;
  }
  CHECK(overtaken > 10);
  CHECK(run.record().affected > 30);
  CHECK(run.record().affected < 70);
}

TEST_CASE("a narrow link sends one message after the other") {
  Run run(
      R"({"fault": "net.slow", "at": "95ms", "for": "50ms", "from": "n1", "to": "n2", "bandwidth": "500B/s"})");
  run.whole();
  // A Ping: a number, a mood, a list of two, a node and an age. At a kilobyte a second a byte takes a
  // millisecond.
  const Duration takes = std::chrono::milliseconds(2) * (8 + 1 + (4 + 2 * 8) + 4 + 8);
  std::vector<Instant> arrivals;
  for (const Heard& each : run.shared.diary.heard) {
    if (each.from == "n1" && each.to == "n2" && each.number >= 10) arrivals.push_back(each.at);
  }
  // The first five wait for the line, the sixth comes after the fault and overtakes them.
  std::sort(arrivals.begin(), arrivals.end());
  CHECK(arrivals.front() == Instant(151ms));
  CHECK(std::find(arrivals.begin(), arrivals.end(), Instant(101ms) + takes) != arrivals.end());
  CHECK(std::find(arrivals.begin(), arrivals.end(), Instant(101ms) + 5 * takes) != arrivals.end());
  CHECK(run.record().affected == 5);
}

TEST_CASE("held messages go on their way in order when they are released") {
  Run run(R"({"fault": "net.hold", "id": "late", "at": "95ms", "from": "n1", "to": "n2"},
             {"fault": "net.release", "at": "135ms", "hold": "late"})");
  run.whole();
  CHECK(run.heard("n1", "n2", 95ms, 136ms) == 0);
  std::vector<std::int64_t> released;
  for (const Heard& each : run.shared.diary.heard) {
    if (each.from == "n1" && each.to == "n2" && each.at == Instant(136ms)) released.push_back(each.number);
  }
  CHECK(released == std::vector<std::int64_t>{10, 11, 12, 13});
  CHECK(run.record(0).affected == 4);
  CHECK(run.record(0).ended == Instant(135ms));
  CHECK(run.record(1).effect == "released 4 messages");
  CHECK(run.heard("n1", "n2", 137ms, 187ms) == 5);
}

TEST_CASE("what is still held at the heal is released then") {
  Run run(R"({"fault": "net.hold", "at": "95ms", "from": "n1", "to": "n2"})", {.heal = 200ms});
  run.whole();
  CHECK(run.heard("n1", "n2", 95ms, 201ms) == 0);
  CHECK(run.heard("n1", "n2", 201ms, 202ms) == 11);  // ten held, and the ping of the same instant
}

TEST_CASE("a stream sends again what is lost, and keeps its order") {
  sim::LinkQuality stream;
  stream.transport = sim::Transport::stream;
  stream.retransmit_after = 20ms;
  SECTION("random loss delays") {
    Run run(R"({"fault": "net.drop", "at": "0s", "for": "1s", "share": 0.25})", {.link = stream});
    run.whole();
    CHECK(run.record().affected > 100);
    CHECK(run.simulation.network().counters().lost == 0);
  }
  SECTION("loss that aims at messages loses them") {
    Run run(R"({"fault": "net.drop", "at": "0s", "for": "1s", "message": "Greeting", "limit": 3})",
            {.link = stream});
    run.whole();
    CHECK(run.record().affected == 3);
    CHECK(run.simulation.network().counters().lost == 3);
  }
  SECTION("nothing overtakes a held message") {
    Run run(
        R"({"fault": "net.hold", "at": "95ms", "for": "50ms", "from": "n1", "to": "n2", "where": ["number=10"]})",
        {.link = stream});
    run.whole();
    CHECK(run.record().affected == 1);
    std::vector<std::int64_t> numbers;
    for (const Heard& each : run.shared.diary.heard) {
      if (each.from == "n1" && each.to == "n2") numbers.push_back(each.number);
    }
    CHECK(std::is_sorted(numbers.begin(), numbers.end()));
    CHECK(run.heard("n1", "n2", 95ms, 145ms) == 0);
  }
  SECTION("a cut holds it up") {
    Run run(R"({"fault": "net.isolate", "at": "95ms", "for": "50ms", "node": "n1"})", {.link = stream});
    run.whole();
    CHECK(run.record().effect == "held up 45 messages");
    CHECK(run.simulation.network().counters().lost == 0);
  }
}

TEST_CASE("a fault that meets no message says that it affected none") {
  Run run(R"({"fault": "net.drop", "at": "100ms", "for": "100ms", "message": "Pong"})");
  run.whole();
  CHECK(run.record().affected == 0);
  CHECK(run.record().effect == "lost 0 messages");
  REQUIRE(run.plan->misses().size() == 1);
  CHECK(run.plan->misses().front().description == "drop Pong");
}

}  // namespace lightcone::faults

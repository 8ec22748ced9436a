// Every engine against every order: random legal and damaged histories of every object.
#include <catch2/catch.hpp>

#include <array>
#include <cstdlib>
#include <string>

#include "reports/checkers/linearizability/linearizability.hpp"
#include "tests/checkers/brute_force.hpp"
#include "tests/checkers/generated_histories.hpp"

using namespace lightcone;
using namespace lightcone::reports;
using namespace lightcone::reports::checkers;
using namespace lightcone::tests;

namespace {

constexpr std::array shapes = {Shape::plain_register,
                               Shape::cas_register,
                               Shape::multi_register,
                               Shape::key_value,
                               Shape::counter,
                               Shape::set,
                               Shape::fifo_queue,
                               Shape::unordered_queue,
                               Shape::priority_queue,
                               Shape::stack,
                               Shape::log,
                               Shape::mutex,
                               Shape::fenced_lock};

// LIGHTCONE_TEST_SCALE multiplies the number of histories: 1 is a few seconds in all, 1000 millions of
// histories.
std::uint64_t scale() {
  const char* text = std::getenv("LIGHTCONE_TEST_SCALE");
  return text == nullptr ? 1 : std::strtoull(text, nullptr, 10);
}

std::string as_text(const sim::History& history) {
  std::string out;
  for (const sim::Operation& operation : history) {
    out += std::to_string(operation.process) + " " + operation.f + " key " + operation.key.to_json() +
           " value " + operation.value.to_json() + " result " + operation.result.to_json() + " " +
           std::to_string(operation.invoke) + "-" +
           (operation.outcome == sim::Outcome::info ? "?" : std::to_string(operation.complete)) +
           (operation.outcome == sim::Outcome::fail ? " fail" : "") + "\n";
  }
  return out;
}

Workload drawn_workload(Shape shape, Dice& dice) {
  Workload workload;
  workload.object.shape = shape;
  workload.object.answers = dice.chance(50) ? Answers::tell : Answers::acknowledge;
  workload.object.leases = dice.chance(30) ? Leases::expire : Leases::none;
  if (shape == Shape::plain_register || shape == Shape::cas_register || shape == Shape::multi_register)
    workload.object.initial = 0;
  workload.operations = 2 + dice.below(7);
  workload.concurrency = 1 + dice.below(4);
  workload.unknown_percent = dice.chance(50) ? 0 : 30;
  workload.written = dice.chance(50) ? Written::unique : Written::from_a_few;
  workload.keys = dice.chance(80) ? 1 : 2;
  return workload;
}

}  // namespace

TEST_CASE("what is legal by construction is held, with a certificate that a dumb checker accepts") {
  Dice dice(1);
  for (std::uint64_t i = 0; i < 150 * scale(); ++i) {
    for (const Shape shape : shapes) {
      Workload workload = drawn_workload(shape, dice);
      workload.operations *= 3;
      const sim::History history = legal_history(workload, dice);
      const Judgement judgement = linearize(history, workload.object, Budget{});
      if (judgement.verdict == Verdict::held &&
          flaw_of(judgement.certificate, history, workload.object).empty())
        continue;
      INFO(name_of(shape) << "\n" << as_text(history) << judgement.summary);
      REQUIRE(judgement.verdict == Verdict::held);
      REQUIRE(flaw_of(judgement.certificate, history, workload.object).empty());
    }
  }
}

TEST_CASE("damaged histories are judged as by trying every order") {
  Dice dice(2);
  std::uint64_t violated = 0;
  for (std::uint64_t i = 0; i < 400 * scale(); ++i) {
    for (const Shape shape : shapes) {
      const Workload workload = drawn_workload(shape, dice);
      sim::History history = legal_history(workload, dice);
      damage(history, dice);
      if (dice.chance(30) && !history.empty()) damage(history, dice);
      if (history.empty()) continue;
      const bool legal = linearizable_by_brute_force(history, workload.object);
      const Judgement judgement = linearize(history, workload.object, Budget{});
      if (!legal) ++violated;
      const Judgement twin = check_linearizable(history, workload.object, Budget{}, Engines::search_only);
      INFO(name_of(shape) << "\n" << as_text(history) << judgement.summary);
      if ((twin.verdict == Verdict::held) != legal) FAIL("the search alone is wrong");
      if ((judgement.verdict == Verdict::held) == legal &&
          (!legal || flaw_of(judgement.certificate, history, workload.object).empty()))
        continue;
      INFO(name_of(shape) << "\n" << as_text(history) << judgement.summary);
      REQUIRE(judgement.verdict == (legal ? Verdict::held : Verdict::violated));
      REQUIRE(flaw_of(judgement.certificate, history, workload.object).empty());
    }
  }
  CHECK(violated > 500 * scale());
}

TEST_CASE("on registers whose written values differ the zones agree with the search") {
  Dice dice(3);
  std::uint64_t violated = 0;
  for (std::uint64_t i = 0; i < 1500 * scale(); ++i) {
    Workload workload;
    workload.object.shape = dice.chance(50) ? Shape::plain_register : Shape::cas_register;
    workload.object.initial = 0;
    workload.written = Written::unique;
    workload.operations = 5 + dice.below(30);
    workload.concurrency = 1 + dice.below(8);
    workload.unknown_percent = dice.below(3) * 15;
    sim::History history = legal_history(workload, dice);
    for (sim::Operation& operation : history) {
      if (operation.f == "cas" && operation.result == sim::Value(false))
        operation.outcome = sim::Outcome::fail;
    }
    for (std::uint64_t damages = dice.below(3); damages > 0 && !history.empty(); --damages)
      damage(history, dice);
    const Judgement zones = linearize(history, workload.object, Budget{});
    const Judgement search = check_linearizable(history, workload.object, Budget{}, Engines::search_only);
    INFO(as_text(history));
    if (zones.verdict != search.verdict) REQUIRE(zones.verdict == search.verdict);
    if (zones.verdict == Verdict::held) {
      if (!flaw_of(zones.certificate, history, workload.object).empty())
        REQUIRE(flaw_of(zones.certificate, history, workload.object).empty());
    } else {
      ++violated;
    }
  }
  CHECK(violated > 80 * scale());
}

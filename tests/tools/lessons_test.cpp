// Every lesson: exactly one prediction comes true, the fix holds with 100 seeds, and no wrong one does.
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/scratch_folder.hpp"
#include "tests/shipped_scenarios.hpp"
#include "tests/tools/program.hpp"

namespace lightcone::tests {

namespace {

using Catch::Matchers::Contains;
using nlohmann::json;

json answer_of(const std::string& arguments) {
  const Ran ran = run_program(arguments);
  INFO(arguments << "\n" << ran.output);
  const json answer = json::parse(ran.output, nullptr, false);
  REQUIRE(answer.is_object());
  return answer;
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  const json listed = json::parse(run_program("lesson --json").output, nullptr, false);
  REQUIRE(listed.is_array());
  for (const json& each : listed) all.push_back(each.at("name").get<std::string>());
  return all;
}

// Tests run beside each other, in processes of their own.
std::string scratch(const std::string& name) {
  static const ScratchFolder folder("lessons-" + std::to_string(getpid()));
  return folder(name);
}

json file_of(const std::string& name) {
  return json::parse(read_file(source_folder() / "scenarios" / "lessons" / (name + ".json")));
}

}  // namespace

TEST_CASE("lessons: there are eleven, and of each exactly one prediction comes true") {
  CHECK(names().size() == 11);
  for (const std::string& name : names()) {
    INFO(name);
    const json lesson = answer_of("lesson " + name + " --json");
    const auto came_true = lesson.at("came_true").get<std::size_t>();
    CHECK((came_true >= 1 && came_true <= lesson.at("choices").size()));
    const Ran right = run_program("lesson " + name + " --answer " + std::to_string(came_true));
    CHECK(right.exit_code == 0);
    CHECK_THAT(right.output, Contains("and so it was"));
    const std::size_t other = came_true == 1 ? 2 : 1;
    const Ran wrong = run_program("lesson " + name + " --answer " + std::to_string(other));
    CHECK_THAT(wrong.output, Contains("It was " + std::to_string(came_true)));
  }
}

TEST_CASE("lessons: one history has five verdicts, and the right choice depends on each of them") {
  const std::string history = scratch("five-verdicts.jsonl");
  const std::string file = "scenarios/lessons/one-history-five-verdicts.json";
  CHECK(run_program("run " + file + " --quiet --history " + history).exit_code == 0);
  const auto verdict = [&](const std::string& model) {
    return run_program("check " + history + " --model kv --consistency " + model).exit_code;
  };
  CHECK(verdict("linearizable") == 1);
  for (const std::string model : {"sequential", "CAUSAL", "MR", "RYW"}) {
    INFO(model);
    CHECK(verdict(model) == 0);
  }
  const json scenario = file_of("one-history-five-verdicts");
  const auto came_true =
      answer_of("lesson one-history-five-verdicts --json").at("came_true").get<std::size_t>();
  const json when = scenario.at("lesson").at("choices").at(came_true - 1).at("when").at(0);
  CHECK(when.at("consistent").size() + when.at("inconsistent").size() == 5);
  for (const std::string side : {"consistent", "inconsistent"}) {
    for (const json& model : when.at(side)) {
      INFO(model);
      json other = scenario;
      json& changed = other["lesson"]["choices"][came_true - 1]["when"][0];
      changed["consistent"].erase(
          std::remove(changed["consistent"].begin(), changed["consistent"].end(), model),
          changed["consistent"].end());
      changed["inconsistent"].erase(
          std::remove(changed["inconsistent"].begin(), changed["inconsistent"].end(), model),
          changed["inconsistent"].end());
      changed[side == "consistent" ? "inconsistent" : "consistent"].push_back(model);
      const std::string changed_file = scratch("lesson.json");
      std::ofstream(changed_file) << other.dump();
      CHECK(run_program("lesson " + changed_file + " --answer 1").exit_code == 4);
    }
  }
}

TEST_CASE("lessons: a change is told with what it sets, as a shell wants it") {
  json scenario = file_of("the-forgotten-vote");
  scenario["lesson"]["fix"]["set"] = {"system.bugs=[]", "title=It's mended"};
  const std::string file = scratch("lesson.json");
  std::ofstream(file) << scenario.dump();
  const Ran told = run_program("lesson " + file + " --answer 1");
  CHECK_THAT(told.output, Contains("--set 'system.bugs=[]'") && Contains("--set 'title=It'\\''s mended'") &&
                              Contains("A common misconception: that only data need be on the disk."));
}

TEST_CASE("lessons: the fix holds with 100 seeds, and no wrong fix does") {
  for (const std::string& name : names()) {
    const json lesson = file_of(name).at("lesson");
    const std::size_t remedies = 1 + lesson.at("wrong_fixes").size();
    std::size_t right = 0;
    for (std::size_t i = 0; i < remedies; ++i) {
      const std::string letter(1, static_cast<char>('a' + i));
      INFO(name << " " << letter);
      const json trial = answer_of("lesson " + name + " --json --try " + letter);
      CHECK(trial.at("seeds") == 100);
      const bool is_fix = trial.at("tried") == lesson.at("fix").at("text");
      CHECK((trial.at("accepted") == trial.at("seeds")) == is_fix);
      right += is_fix ? 1 : 0;
    }
    CHECK(right == 1);
  }
}

TEST_CASE("lessons: what comes of a change is what its whole runs say") {
  for (const std::string name :
       {"two-leaders-at-once", "the-forgotten-vote", "the-lock-that-two-people-hold"}) {
    const json lesson = file_of(name).at("lesson");
    const json accept = lesson.at("accept").at(0);
    for (const std::string letter : {"a", "b", "c"}) {
      INFO(name << " " << letter);
      const json trial = answer_of("lesson " + name + " --json --seeds 1..8 --try " + letter);
      std::string runs = "run " + (source_folder() / "scenarios/lessons" / (name + ".json")).string() +
                         " --seeds 1..8 --json";
      for (const json& set : trial.at("set")) runs += " --set '" + set.get<std::string>() + "'";
      std::istringstream lines(run_program(runs).output);
      std::size_t accepted = 0, seeds = 0;
      for (std::string line; std::getline(lines, line) && line.starts_with("{"); ++seeds) {
        const json claims = json::parse(line).at("claims");
        accepted += std::all_of(claims.begin(), claims.end(),
                                [&](const json& claim) {
                                  return (accept.contains("claim") && claim.at("id") != accept.at("claim")) ||
                                         claim.at("verdict") == "held";
                                })
                        ? 1
                        : 0;
      }
      CHECK(seeds == 8);
      CHECK(trial.at("accepted") == accepted);
    }
  }
}

TEST_CASE("lessons: what is acceptable is not so without the fix") {
  for (const std::string& name : names()) {
    INFO(name);
    json scenario = file_of(name);
    scenario.erase("$schema");
    scenario["lesson"]["fix"]["set"] = {"seed=1"};
    const std::string file = scratch("lesson.json");
    std::ofstream(file) << scenario.dump();
    const std::string fix = scenario.at("lesson").at("fix").at("text").get<std::string>();
    std::vector<std::string> texts{fix};
    for (const json& wrong : scenario.at("lesson").at("wrong_fixes")) texts.push_back(wrong.at("text"));
    std::sort(texts.begin(), texts.end());
    const auto at = static_cast<std::size_t>(std::find(texts.begin(), texts.end(), fix) - texts.begin());
    const std::string letter(1, static_cast<char>('a' + at));
    const json trial = answer_of("lesson " + file + " --json --seeds 1..20 --try " + letter);
    CHECK(trial.at("accepted") < trial.at("seeds"));
  }
}

TEST_CASE("lessons: wrong usage and files without a lesson are told") {
  CHECK(run_program("lesson the-forgoten-vote").exit_code == 64);
  CHECK_THAT(run_program("lesson the-forgoten-vote").output, Contains("did you mean the-forgotten-vote?"));
  CHECK(run_program("lesson the-forgotten-vote --answer 3").exit_code == 64);
  CHECK(run_program("lesson the-forgotten-vote --answer two").exit_code == 64);
  CHECK(run_program("lesson the-forgotten-vote --try z").exit_code == 64);
  CHECK(run_program("lesson the-forgotten-vote --try fix").exit_code == 64);
  CHECK(run_program("lesson the-forgotten-vote --try a --seeds 9..1").exit_code == 64);
  CHECK(run_program("lesson the-forgotten-vote --try a --report x.html").exit_code == 64);
  CHECK(run_program("lesson the-forgotten-vote --answer 1 --seeds 1..2").exit_code == 64);
  json misfit = file_of("the-forgotten-vote");
  misfit["lesson"]["fix"]["set"] = {"no.such.field=1"};
  for (json& wrong : misfit["lesson"]["wrong_fixes"]) wrong["set"] = {"no.such.field=1"};
  const std::string file = scratch("lesson.json");
  std::ofstream(file) << misfit.dump();
  CHECK(run_program("lesson " + file + " --try a").exit_code == 65);
  const Ran page = run_program("lesson " + file + " --report " + scratch("misfit.html"));
  CHECK((page.exit_code == 65 || page.output.find("no page") != std::string::npos));
  const Ran none = run_program("lesson " + (source_folder() / "scenarios/raft/figure-8.json").string());
  CHECK(none.exit_code == 65);
  CHECK_THAT(none.output, Contains("there is no lesson in this scenario"));
}

TEST_CASE("lessons: an observation that contradicts itself is refused with its place") {
  json scenario = file_of("the-forgotten-vote");
  scenario["lesson"]["accept"] = {{{"claim", "P18.1"}}};
  const std::string file = scratch("lesson.json");
  std::ofstream(file) << scenario.dump(2);
  const Ran ran = run_program("lesson " + file);
  CHECK(ran.exit_code == 65);
  CHECK_THAT(ran.output, Contains("a claim and its verdict come together"));
}

TEST_CASE("lessons: bounds of an observation are bounds") {
  json scenario = file_of("two-replicas-and-one-cut");
  const auto count = [](const char* bound, int value) {
    return json::array({{{"client", "c2"}, {"operation", "put"}, {bound, value}}});
  };
  json& choices = scenario["lesson"]["choices"];
  for (const bool enough : {false, true}) {
    for (json& choice : choices) choice["when"] = count("at_least", 1'000'000);
    choices.at(0)["when"] = count("at_most", 0);
    choices.at(enough ? 1 : 2)["when"] = count(enough ? "at_least" : "at_most", enough ? 1 : 1'000'000);
    const std::string file = scratch("lesson.json");
    std::ofstream(file) << scenario.dump(2);
    CHECK(answer_of("lesson " + file + " --json").at("came_true") == (enough ? 2 : 3));
  }
}

TEST_CASE("lessons: choices of which none or several come true are told") {
  json scenario = file_of("the-forgotten-vote");
  for (const bool both : {false, true}) {
    const json when = {{{"claim", "P18.1"}, {"verdict", both ? "violated" : "unknown"}}};
    for (json& choice : scenario["lesson"]["choices"]) choice["when"] = when;
    const std::string file = scratch("lesson.json");
    std::ofstream(file) << scenario.dump(2);
    const Ran ran = run_program("lesson " + file + " --answer 1");
    CHECK(ran.exit_code == 4);
    CHECK_THAT(ran.output, Contains(both ? "2 of the choices came true" : "none of the choices came true"));
  }
}

}  // namespace lightcone::tests

#include "tools/history_files.hpp"

#include <catch2/catch.hpp>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace tools = lightcone::tools;
using lightcone::reports::checkers::Failures;
using lightcone::reports::checkers::NullReads;
using lightcone::sim::Value;
using lightcone::sim::ValueList;

namespace {

// A folder that is gone when the test is.
class TemporaryFolder {
 public:
  TemporaryFolder()
      : path_(std::filesystem::temp_directory_path() /
              ("lightcone-histories-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    std::filesystem::create_directories(path_ / "a" / "b");
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }

 private:
  std::filesystem::path path_;
};

struct Reading {
  std::vector<tools::NamedHistory> histories;
  std::string problem;
};

Reading read(const std::string& path) {
  Reading reading;
  const auto problem = tools::read_histories({path}, [&](tools::NamedHistory&& each) {
    reading.histories.push_back(std::move(each));
    return true;
  });
  reading.problem = problem.value_or("");
  return reading;
}

const std::string operation = R"({"process":0,"f":"read","result":1,"call":0,"return":1,"type":"ok"})";

}  // namespace

TEST_CASE("history files: what a file is, it says itself") {
  const TemporaryFolder folder;
  const Reading lines = read(folder.write("lines", operation + "\n"));
  REQUIRE(lines.histories.size() == 1);
  CHECK(lines.histories[0].history.size() == 1);
  for (const char* edn : {"{:type :invoke :process 0 :f :read}", "[{:type :invoke :process 0 :f :read}]",
                          " ; comment\n{:type :invoke :process 0 :f :read}",
                          "#jepsen.history.Op{:type :invoke :process 0 :f :read}"}) {
    const Reading events = read(folder.write("edn", edn));
    INFO(edn << events.problem);
    REQUIRE(events.histories.size() == 1);
    CHECK(events.histories[0].history.size() == 1);
  }
  const Reading cases =
      read(folder.write("cases", R"({"id":"x","model":"register","initial":{"a":0},"ops":[)" + operation +
                                     "]}\n{\"ops\":[]}\n"));
  REQUIRE(cases.histories.size() == 2);
  CHECK(cases.histories[0].id == "x");
  CHECK(cases.histories[0].model == "register");
  CHECK(cases.histories[0].initial == Value(ValueList{ValueList{"a", 0}}));
  CHECK(cases.histories[1].id.find("cases:2") != std::string::npos);
  CHECK(read(folder.write("empty", "")).histories.size() == 1);
}

TEST_CASE("history files: an index beside or above a file says what it is") {
  const TemporaryFolder folder;
  folder.write("index.json",
               R"({"fail_means":"did not happen","ok_read_result_null":"wildcard: no constraint",
                                 "files":[{"file":"a/b/one.jsonl","model":"cas-register","initial":0},
                                          {"file":"a/two.jsonl","fail_means":"an observation"}]})");
  const tools::NamedHistory one = std::move(read(folder.write("a/b/one.jsonl", operation)).histories.at(0));
  CHECK(one.model == "cas-register");
  CHECK(one.initial == Value(0));
  CHECK(one.failures == Failures::did_not_happen);
  CHECK(one.null_reads == NullReads::unknown);
  const tools::NamedHistory two = std::move(read(folder.write("a/two.jsonl", operation)).histories.at(0));
  CHECK(two.failures == Failures::observations);
  CHECK_FALSE(two.initial.has_value());
  CHECK(read(folder.write("a/three.jsonl", operation)).histories.at(0).model.empty());
  folder.write("index.json", "[");
  CHECK(read(folder.write("a/two.jsonl", operation)).histories.at(0).model.empty());
}

TEST_CASE("history files: what is wrong is told with file and line, and nothing is handed over") {
  const TemporaryFolder folder;
  const Reading bad = read(folder.write("bad", operation + "\n{\"process\":0}\n"));
  CHECK(bad.histories.empty());
  CHECK(bad.problem.find("bad: line 2: missing field") != std::string::npos);
  CHECK(read("/nonexistent").problem.find("/nonexistent: ") == 0);
}

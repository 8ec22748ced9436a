#include "tests/tree/wording.hpp"

#include <catch2/catch.hpp>

using namespace lightcone::tests::tree;

namespace {
std::string found(const std::string& text, const std::string& path = "sim/a.cpp") {
  std::vector<Source> tree;
  tree.push_back(make_source(path, "\n" + text + "\n"));
  std::string rules;
  for (const Finding& finding : wording(tree)) {
    CHECK(finding.line == 2);
    rules += finding.rule;
  }
  return rules;
}
}  // namespace

// The words stand in two literals here, because this file is part of the tree.
TEST_CASE("notes for later are found in code, scripts and documents") {
  for (const std::string word : {"TO"
                                 "DO",
                                 "FIX"
                                 "ME",
                                 "XX"
                                 "X"}) {
    CHECK(found("// " + word + ": later") == "note for later");
    CHECK(found(word + "(me)", "README.md") == "note for later");
    CHECK(found("# " + word, "tools/check") == "note for later");
    CHECK(found("int " + word + "S; // " + word + word).empty());
  }
}

TEST_CASE("words about how a text came to be are found, the protocol's words are not") {
  for (const std::string word : {"session tran"
                                 "script",
                                 "sub"
                                 "agent",
                                 "AI assis"
                                 "tant",
                                 "Clau"
                                 "de"}) {
    CHECK(found("// from a " + word) == "origin");
  }
  CHECK(found("// a session's transcript of operations; an agent; claude_shannon").empty());
}

TEST_CASE("absolute paths of a machine are found") {
  CHECK(found("auto a = \"/ho"
              "me/x\";") == "absolute path");
  CHECK(found("// see /wor"
              "k/x") == "absolute path");
  CHECK(found("cd /roo"
              "t/x",
              "tools/check") == "absolute path");
  CHECK(found("auto a = \"/tmp/x\";") == "absolute path");
  CHECK(found("auto a = \"/tmp/x\";", "tests/a.cpp").empty());
  CHECK(found("lightcone run a.json > /tmp/a.txt", "README.md").empty());
  CHECK(found("// https://example.org/home/x, ../work/x, the /work of others, build/root/x").empty());
}

TEST_CASE("numbers of a tracker are found in comments and prose only") {
  CHECK(found("// see #12") == "number of a tracker");
  CHECK(found("int a;  /* (#7) */") == "number of a tracker");
  CHECK(found("fixed in #3", "README.md") == "number of a tracker");
  CHECK(found("auto a = \"event #12\"; // raft#3, # 4, #include").empty());
  CHECK(found("```\nevent #12\n```", "README.md").empty());
}

#include "tests/tree/include_edges.hpp"

#include <catch2/catch.hpp>

#include <utility>

using namespace lightcone::tests::tree;

namespace {

// What is found when `from` includes `to` and both exist.
Findings edge(const std::string& from, const std::string& to) {
  std::vector<Source> tree;
  tree.push_back(make_source(from, "// x\n#include \"" + to + "\"\n"));
  tree.push_back(make_source(to, "// y\n"));
  return include_edges(tree);
}

using Edge = std::pair<const char*, const char*>;

}  // namespace

TEST_CASE("include edges that the layout allows are not found") {
  for (const auto& [from, to] : {
           Edge{"sim/a.cpp", "sim/b.hpp"},
           Edge{"models/raft/server.cpp", "sim/b.hpp"},
           Edge{"models/raft/server.cpp", "models/raft/messages.hpp"},
           Edge{"models/raft/server.cpp", "models/parts/log.hpp"},
           Edge{"models/raft/model.cpp", "models/registry.hpp"},
           Edge{"models/registry.cpp", "models/raft/model.hpp"},
           Edge{"models/parts/log.cpp", "sim/b.hpp"},
           Edge{"faults/crash.cpp", "sim/b.hpp"},
           Edge{"scenarios/loader.cpp", "models/registry.hpp"},
           Edge{"scenarios/loader.cpp", "faults/plan.hpp"},
           Edge{"reports/checkers/lin.cpp", "reports/judgement.hpp"},
           Edge{"tools/run.cpp", "reports/text.hpp"},
           Edge{"tests/tools/run_test.cpp", "tools/run.hpp"},
       }) {
    INFO(from << " includes " << to);
    CHECK(report(edge(from, to)).empty());
  }
}

TEST_CASE("include edges that the layout forbids are found at their line") {
  for (const auto& [from, to] : {
           Edge{"sim/a.cpp", "models/raft/server.hpp"},
           Edge{"sim/a.cpp", "reports/text.hpp"},
           Edge{"models/raft/server.cpp", "models/paxos/server.hpp"},
           Edge{"models/raft/server.cpp", "faults/crash.hpp"},
           Edge{"models/raft/claims.cpp", "reports/judgement.hpp"},
           Edge{"models/parts/log.cpp", "models/raft/messages.hpp"},
           Edge{"models/parts/log.cpp", "models/registry.hpp"},
           Edge{"models/registry.hpp", "models/raft/model.hpp"},
           Edge{"faults/crash.cpp", "models/registry.hpp"},
           Edge{"scenarios/loader.cpp", "models/raft/server.hpp"},
           Edge{"scenarios/loader.cpp", "reports/text.hpp"},
           Edge{"reports/text.cpp", "scenarios/loader.hpp"},
           Edge{"tools/run.cpp", "tests/fixture.hpp"},
           Edge{"extra/a.cpp", "sim/b.hpp"},
       }) {
    INFO(from << " includes " << to);
    const Findings findings = edge(from, to);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].file == from);
    CHECK(findings[0].line == (std::string_view(from).starts_with("extra") ? 1 : 2));
  }
}

TEST_CASE("an include names a file from the root, with angle brackets only for libraries") {
  std::vector<Source> tree = {make_source("sim/b.hpp", "")};
  tree.push_back(
      make_source("sim/a.cpp", "#include \"b.hpp\"\n#include <sim/c.hpp>\n#include <fmt/format.h>\n"));
  const Findings findings = include_edges(tree);
  REQUIRE(findings.size() == 2);
  CHECK(findings[0].line == 1);
  CHECK(findings[1].line == 2);
}

TEST_CASE("headers that include each other in a circle are found once") {
  std::vector<Source> tree = {make_source("sim/a.hpp", "#include \"sim/b.hpp\"\n"),
                              make_source("sim/b.hpp", "\n#include \"sim/c.hpp\"\n"),
                              make_source("sim/c.hpp", "#include <vector>\n")};
  CHECK(include_cycles(tree).empty());
  tree[2] = make_source("sim/c.hpp", "#include <vector>\n#include \"sim/a.hpp\"\n");
  const Findings findings = include_cycles(tree);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].file == "sim/c.hpp");
  CHECK(findings[0].instead.find("sim/a.hpp → sim/b.hpp → sim/c.hpp → sim/a.hpp") != std::string::npos);
}

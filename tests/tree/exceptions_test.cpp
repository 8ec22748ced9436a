#include "tests/tree/exceptions.hpp"

#include <catch2/catch.hpp>

using namespace lightcone::tests::tree;

TEST_CASE("an exception covers one rule in one file") {
  const std::vector<Exception> excused = {{"sim/a.cpp", "rand (", "for the test"}};
  const Findings findings = {{"sim/a.cpp", 1, "rand (", ""},
                             {"sim/a.cpp", 2, "rand (", ""},
                             {"sim/a.cpp", 3, "throw", ""},
                             {"sim/b.cpp", 4, "rand (", ""}};
  const Findings rest = without_excused(findings, excused);
  REQUIRE(rest.size() == 2);
  CHECK(rest[0].line == 3);
  CHECK(rest[1].line == 4);
}

TEST_CASE("an exception that excuses nothing is found") {
  const std::vector<Exception> excused = {{"sim/a.cpp", "rand (", "for the test"}};
  const Findings rest = without_excused({{"sim/a.cpp", 3, "throw", ""}}, excused);
  REQUIRE(rest.size() == 2);
  CHECK(rest[1].rule == "rand (");
  CHECK(rest[1].line == 0);
}

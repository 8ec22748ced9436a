#include <catch2/catch.hpp>

#include <algorithm>
#include <array>

#include "tests/tree/banned_names.hpp"
#include "tests/tree/coroutine_traps.hpp"
#include "tests/tree/exceptions.hpp"
#include "tests/tree/file_shape.hpp"
#include "tests/tree/include_edges.hpp"
#include "tests/tree/model_files.hpp"
#include "tests/tree/mutable_globals.hpp"
#include "tests/tree/wording.hpp"

using namespace lightcone::tests::tree;

namespace {
constexpr std::array rules = {include_edges,   include_cycles,  banned_names, floating_point, pointer_order,
                              mutable_globals, coroutine_traps, model_files,  file_lengths,   blanks,
                              header_openings, test_names,      wording};
}  // namespace

TEST_CASE("the tree keeps the rules of the house") {
  const std::vector<Source> tree = read_tree(LIGHTCONE_SOURCE_DIR);
  Findings findings;
  for (const auto rule : rules) {
    const Findings more = rule(tree);
    findings.insert(findings.end(), more.begin(), more.end());
  }
  const Findings rest = without_excused(findings, exceptions());
  if (!rest.empty()) FAIL("the house rules are broken:\n" << report(rest));
}

TEST_CASE("the tree that is checked is the whole tree") {
  const std::vector<Source> tree = read_tree(LIGHTCONE_SOURCE_DIR);
  for (const std::string_view path :
       {"CMakeLists.txt", ".ci/run", "tools/test", "sim/time.hpp", "sim/ensure.cpp", "reports/judgement.hpp",
        "tests/tree/tree_test.cpp", "cmake/layers.cmake"}) {
    INFO(path);
    CHECK(std::any_of(tree.begin(), tree.end(), [&](const Source& source) { return source.path == path; }));
  }
}

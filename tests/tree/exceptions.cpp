#include "tests/tree/exceptions.hpp"

#include <algorithm>
#include <array>

namespace lightcone::tests::tree {

namespace {

constexpr std::string_view last_words = "says why the program ends; no run comes after it";

constexpr std::array list = {
    Exception{"sim/ensure.cpp", "<cstdio>", last_words},
    Exception{"sim/ensure.cpp", "fprintf (", last_words},
    Exception{"sim/ensure.cpp", "mutable global", "only ever read on the way out of the program"},
    Exception{"tests/external_model/main.cpp", "include path",
              "a project of its own, which has its own root"},
    Exception{"tests/external_model/one_register.cpp", "include path",
              "a project of its own, which has its own root"},
};

}  // namespace

std::span<const Exception> exceptions() { return list; }

Findings without_excused(const Findings& findings, std::span<const Exception> exceptions) {
  std::vector<bool> used(exceptions.size());
  Findings rest;
  for (const Finding& finding : findings) {
    const auto excuse = std::find_if(exceptions.begin(), exceptions.end(), [&](const Exception& exception) {
      return exception.path == finding.file && exception.rule == finding.rule;
    });
    if (excuse == exceptions.end()) {
      rest.push_back(finding);
    } else {
      used[static_cast<std::size_t>(excuse - exceptions.begin())] = true;
    }
  }
  for (std::size_t i = 0; i < exceptions.size(); ++i) {
    if (used[i]) continue;
    rest.push_back({std::string(exceptions[i].path), 0, std::string(exceptions[i].rule),
                    "an exception that excuses nothing; take it out of tests/tree/exceptions.cpp"});
  }
  return rest;
}

}  // namespace lightcone::tests::tree

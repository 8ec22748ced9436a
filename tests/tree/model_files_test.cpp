#include "tests/tree/model_files.hpp"

#include <catch2/catch.hpp>

using namespace lightcone::tests::tree;

namespace {

std::vector<std::string> complete() {
  return {"README.md",  "messages.hpp", "client.hpp", "client.cpp", "claims.hpp",
          "claims.cpp", "model.cpp",    "server.hpp", "server.cpp"};
}

std::vector<Source> model_of(const std::vector<std::string>& names) {
  std::vector<Source> tree = {make_source("models/registry.cpp", ""),
                              make_source("models/parts/log.hpp", "")};
  for (const std::string& name : names) tree.push_back(make_source("models/raft/" + name, ""));
  return tree;
}

}  // namespace

TEST_CASE("a model with its six files and a role is complete") {
  CHECK(model_files(model_of(complete())).empty());
}

TEST_CASE("each missing file of a model is found by name") {
  for (const std::string& missing : complete()) {
    std::vector<std::string> names = complete();
    std::erase(names, missing);
    const Findings findings = model_files(model_of(names));
    INFO(missing);
    REQUIRE(findings.size() == 1);
    CHECK(findings[0].file == (missing.starts_with("server") ? "models/raft/" : "models/raft/" + missing));
  }
}

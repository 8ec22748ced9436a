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

TEST_CASE("a client may be one that models share") {
  std::vector<std::string> names = complete();
  std::erase_if(names, [](const std::string& name) { return name.starts_with("client."); });
  std::vector<Source> tree = model_of(names);
  const auto replace_model = [&](const std::string& text) {
    std::erase_if(tree, [](const Source& source) { return source.path == "models/raft/model.cpp"; });
    tree.push_back(make_source("models/raft/model.cpp", text));
  };
  replace_model("#include \"models/parts/key_value/client.hpp\"\n");
  CHECK(model_files(tree).empty());
  replace_model("#include \"models/parts/key_value/store.hpp\"\n");
  CHECK(model_files(tree).size() == 2);
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

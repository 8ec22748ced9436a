#include "tests/tree/model_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace lightcone::tests::tree {

namespace {

constexpr std::array<std::string_view, 7> always = {"README.md",  "messages.hpp", "client.hpp", "client.cpp",
                                                    "claims.hpp", "claims.cpp",   "model.cpp"};

using Names = std::set<std::string, std::less<>>;

// A header and a source of the same name that are not among the files every model has.
bool has_role(const Names& names) {
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    if (!name.ends_with(".hpp") || std::find(always.begin(), always.end(), name) != always.end())
      return false;
    return names.contains(name.substr(0, name.size() - 4) + ".cpp") && name != "model.hpp";
  });
}

// Whether this is a model.cpp that takes its client from models/parts/.
bool borrows_client(const Source& source) {
  if (!source.path.ends_with("/model.cpp")) return false;
  const std::size_t include = source.text.find("#include \"models/parts/");
  return include != std::string::npos && source.text.find("/client.hpp\"", include) != std::string::npos;
}

}  // namespace

Findings model_files(const std::vector<Source>& tree) {
  std::map<std::string, Names> models;  // the names of the files in models/<model>/
  for (const Source& source : tree) {
    if (source.layer() != "models") continue;
    const std::size_t begin = source.path.find('/') + 1;
    const std::size_t end = source.path.find('/', begin);
    if (end == std::string::npos) continue;
    Names& names = models[source.path.substr(begin, end - begin)];
    names.insert(source.path.substr(end + 1));
    if (borrows_client(source)) names.insert({"client.hpp", "client.cpp"});
  }
  models.erase("parts");
  Findings findings;
  for (const auto& [model, names] : models) {
    for (const std::string_view name : always) {
      if (names.contains(name)) continue;
      findings.push_back({fmt::format("models/{}/{}", model, name), 0, "six files a model",
                          "is missing; every model has it"});
    }
    if (has_role(names)) continue;
    findings.push_back({fmt::format("models/{}/", model), 0, "six files a model",
                        "no role; a role is a pair such as server.hpp and server.cpp"});
  }
  return findings;
}

}  // namespace lightcone::tests::tree

#include "tests/tree/include_edges.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace lightcone::tests::tree {

namespace {

using Layers = std::set<std::string_view>;

const std::map<std::string_view, Layers>& allowed() {
  static const std::map<std::string_view, Layers> edges = {
      {"sim", {"sim"}},
      {"models", {"models", "sim"}},
      {"faults", {"faults", "sim"}},
      {"scenarios", {"scenarios", "faults", "models", "sim"}},
      {"reports", {"reports", "sim"}},
      {"tools", {"tools", "reports", "scenarios", "faults", "models", "sim"}},
      {"bench", {"bench", "tools", "reports", "scenarios", "faults", "models", "sim"}},
      {"tests", {"tests", "tools", "reports", "scenarios", "faults", "models", "sim"}},
  };
  return edges;
}

std::string_view layer_of(std::string_view path) { return path.substr(0, path.find('/')); }

// "raft" of models/raft/server.hpp, "parts" of models/parts/log.hpp, nothing of models/registry.hpp.
std::string_view model_of(std::string_view path) {
  const std::size_t begin = path.find('/') + 1;
  const std::size_t end = path.find('/', begin);
  return end == std::string_view::npos ? std::string_view() : path.substr(begin, end - begin);
}

std::string between_layers(std::string_view from, std::string_view to) {
  const Layers& reach = allowed().at(layer_of(from));
  if (!reach.contains(layer_of(to))) {
    std::string others;
    for (const std::string_view layer : reach) others += fmt::format(" {}", layer);
    return fmt::format("{} includes only{}; move what is needed to a folder that both know", layer_of(from),
                       others);
  }
  if (layer_of(from) == "scenarios" && layer_of(to) == "models" && to != "models/registry.hpp") {
    return "scenarios know the models by models/registry.hpp alone; ask the registry";
  }
  return {};
}

std::string between_models(std::string_view from, std::string_view to) {
  const std::string_view asking = model_of(from);
  const std::string_view asked = model_of(to);
  if (asking == asked) return {};
  if (asking.empty()) {
    return from.ends_with(".cpp") || asked == "parts"
               ? ""
               : "only a .cpp file directly in models/ may list the models";
  }
  if (asking == "parts") return "models/parts knows only sim; hand in what it needs as a parameter";
  return asked.empty() || asked == "parts"
             ? ""
             : "models never include each other; move what both need to models/parts/";
}

// Why `from` may not include `to`, both paths from the root; empty if it may.
std::string objection(std::string_view from, std::string_view to) {
  std::string why = between_layers(from, to);
  const bool both_models = layer_of(from) == "models" && layer_of(to) == "models";
  return why.empty() && both_models ? between_models(from, to) : why;
}

struct Include {
  std::string_view path;
  std::size_t line;
  bool quoted;
};

std::vector<Include> includes_of(const Source& source) {
  std::vector<Include> includes;
  for (const Token& token : source.tokens) {
    if (token.kind != Kind::header || token.text.size() < 2) continue;
    includes.push_back(
        {std::string_view(token.text).substr(1, token.text.size() - 2), token.line, token.text[0] == '"'});
  }
  return includes;
}

class Cycles {
 public:
  explicit Cycles(const std::vector<Source>& tree) {
    for (const Source& source : tree) by_path_.emplace(source.path, &source);
  }

  Findings all() {
    for (const auto& [path, source] : by_path_) visit(*source);
    return std::move(findings_);
  }

 private:
  void visit(const Source& source) {
    if (!visited_.insert(source.path).second) return;
    open_.push_back(source.path);
    for (const Include& include : includes_of(source)) {
      const auto begin = std::find(open_.begin(), open_.end(), include.path);
      if (begin != open_.end()) {
        std::string circle;
        for (auto at = begin; at != open_.end(); ++at) circle += fmt::format("{} → ", *at);
        findings_.push_back(
            {source.path, include.line, "circle of includes",
             fmt::format("{}{}; move what both need to a header of its own", circle, include.path)});
      } else if (const auto found = by_path_.find(include.path); found != by_path_.end()) {
        visit(*found->second);
      }
    }
    open_.pop_back();
  }

  std::map<std::string_view, const Source*> by_path_;
  std::set<std::string_view> visited_;
  std::vector<std::string_view> open_;  // the chain of includes that leads to the file at hand
  Findings findings_;
};

}  // namespace

Findings include_edges(const std::vector<Source>& tree) {
  std::set<std::string_view> paths;
  for (const Source& source : tree) paths.insert(source.path);
  Findings findings;
  for (const Source& source : tree) {
    if (!source.is_cpp()) continue;
    if (!allowed().contains(source.layer())) {
      findings.push_back(
          {source.path, 1, "unknown folder",
           "sources live in a layer; a new one states its edges in tests/tree/include_edges.cpp"});
      continue;
    }
    for (const Include& include : includes_of(source)) {
      const bool ours =
          allowed().contains(layer_of(include.path)) && include.path.find('/') != std::string_view::npos;
      if (!ours && !include.quoted) continue;
      if (!paths.contains(include.path)) {
        findings.push_back(
            {source.path, include.line, "include path",
             fmt::format("there is no {} below the root; quotes hold a path from the root, libraries "
                         "are included with <>",
                         include.path)});
      } else if (const std::string why = objection(source.path, include.path); !why.empty()) {
        findings.push_back(
            {source.path, include.line, "include edge", fmt::format("{}: {}", include.path, why)});
      }
    }
  }
  return findings;
}

Findings include_cycles(const std::vector<Source>& tree) { return Cycles(tree).all(); }

}  // namespace lightcone::tests::tree

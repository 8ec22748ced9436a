#include "tools/hunt/regressions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "scenarios/binding.hpp"
#include "scenarios/freeze.hpp"
#include "scenarios/json/parse.hpp"
#include "tools/input.hpp"
#include "tools/output.hpp"

namespace lightcone::tools::hunt {

namespace fs = std::filesystem;

namespace {

// How much there is to read in a file; nothing if it cannot be read.
std::optional<std::size_t> length_of(const std::string& path) {
  std::string text;
  if (read_input(path, [&](std::string_view piece) {
        text += piece;
        return true;
      })) {
    return std::nullopt;
  }
  scenarios::Diagnostics diagnostics(path, std::move(text));
  const auto document = scenarios::json::parse(diagnostics);
  if (!document) return std::nullopt;
  const auto scenario = scenarios::read_record<scenarios::Scenario>(*document, diagnostics);
  if (!scenario || !scenario->workload.script) return std::nullopt;
  return scenario->faults.size() + scenario->workload.script->size();
}

std::string as_file_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
    if (plain) {
      name += c;
    } else if (!name.empty() && name.back() != '-') {
      name += '-';
    }
  }
  while (name.ends_with('-')) name.pop_back();
  return name;
}

}  // namespace

Regressions::Regressions(const std::string& scenario_file, std::string folder)
    : stem_(fs::path(scenario_file).stem().string()), folder_(std::move(folder)) {
  if (stem_.empty() || stem_ == "-") stem_ = "scenario";
  if (folder_.empty()) folder_ = (fs::path(scenario_file).parent_path() / "regressions").string();
}

std::vector<std::string> Regressions::cases() const {
  std::vector<std::string> found;
  std::error_code none;
  for (const auto& entry : fs::directory_iterator(folder_, none)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(stem_ + "--") && name.ends_with(".json")) found.push_back(entry.path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string Regressions::path_of(const Signature& signature, const std::vector<std::string>& bugs) const {
  std::string name = stem_ + "--";
  for (const std::string& bug : bugs) name += as_file_name(bug) + "--";
  name += as_file_name(signature.claim + "-" + signature.anomaly + "-" + signature.shape);
  return (fs::path(folder_) / (name + ".json")).string();
}

std::optional<std::string> Regressions::keep(const Failure& failure, std::string& path) const {
  path = path_of(failure.signature, failure.frozen.system.bugs);
  const auto there = length_of(path);
  const std::size_t here = failure.frozen.faults.size() +
                           (failure.frozen.workload.script ? failure.frozen.workload.script->size() : 0);
  if (there && *there <= here) return std::nullopt;
  std::error_code wrong;
  fs::create_directories(folder_, wrong);
  if (wrong) return fmt::format("{}: {}", folder_, wrong.message());
  return write_text(path, scenarios::text_of(failure.frozen));
}

}  // namespace lightcone::tools::hunt

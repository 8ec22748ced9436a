#include "tools/history_files.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <variant>

#include "reports/histories/json_lines.hpp"
#include "tools/input.hpp"

namespace lightcone::tools {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using reports::checkers::Failures;
using reports::checkers::NullReads;
using reports::histories::Problem;

// As the reader of histories does: an object is a list of [name, value].
sim::Value value_of(const json& from) {
  if (from.is_boolean()) return from.get<bool>();
  if (from.is_number_integer()) return from.get<std::int64_t>();
  if (from.is_string()) return from.get<std::string>();
  sim::ValueList items;
  if (from.is_array()) {
    for (const json& each : from) items.push_back(value_of(each));
    return items;
  }
  if (!from.is_object()) return nullptr;
  for (const auto& [name, each] : from.items()) items.push_back(sim::ValueList{name, value_of(each)});
  return items;
}

void apply_meanings(const json& from, NamedHistory& out) {
  if (from.contains("fail_means") && from["fail_means"].is_string()) {
    const bool observed = from["fail_means"].get<std::string>().find("observ") != std::string::npos;
    out.failures = observed ? Failures::observations : Failures::did_not_happen;
  }
  if (from.contains("ok_read_result_null") && from["ok_read_result_null"].is_string()) {
    const bool wildcard =
        from["ok_read_result_null"].get<std::string>().find("wildcard") != std::string::npos;
    out.null_reads = wildcard ? NullReads::unknown : NullReads::absent;
  }
}

// What an index says of the file, if there is one that knows it.
bool apply_index(const fs::path& index, const std::string& file, NamedHistory& out) {
  std::ifstream in(index, std::ios::binary);
  const json all = json::parse(in, nullptr, false);
  if (!all.is_object() || !all.contains("files") || !all["files"].is_array()) return false;
  for (const json& each : all["files"]) {
    if (!each.is_object() || !each.contains("file") || each["file"] != file) continue;
    apply_meanings(all, out);
    apply_meanings(each, out);
    if (each.contains("model") && each["model"].is_string()) out.model = each["model"].get<std::string>();
    if (each.contains("initial")) out.initial = value_of(each["initial"]);
    return true;
  }
  return false;
}

void apply_indexes(const std::string& path, NamedHistory& out) {
  constexpr int levels = 4;
  std::error_code error;
  const fs::path file = fs::absolute(path, error);
  if (error) return;
  fs::path folder = file.parent_path();
  for (int level = 0; level < levels; ++level) {
    if (apply_index(folder / "index.json", file.lexically_relative(folder).generic_string(), out)) return;
    if (folder == folder.parent_path()) return;
    folder = folder.parent_path();
  }
}

HistoryForm form_of(std::string_view beginning) {
  if (beginning.starts_with("\xEF\xBB\xBF")) beginning.remove_prefix(3);
  const auto next = [&](std::size_t from) { return beginning.find_first_not_of(" \t\r\n", from); };
  const std::size_t first = next(0);
  if (first == std::string_view::npos) return HistoryForm::operations;
  if (std::string_view("[(#;").find(beginning[first]) != std::string_view::npos) return HistoryForm::edn;
  const std::size_t second = next(first + 1);
  const bool edn_map =
      beginning[first] == '{' && second != std::string_view::npos && beginning[second] != '"';
  if (edn_map) return HistoryForm::edn;
  return reports::histories::looks_like_cases(beginning.substr(first)) ? HistoryForm::cases
                                                                       : HistoryForm::operations;
}

// One file's text on its way to the reader of its form.
class Reading {
 public:
  Reading(const HistoryFile& file, const std::function<bool(NamedHistory&&)>& take)
      : file_(file), take_(take), form_(file.form) {}

  bool feed(std::string_view piece) {
    if (std::holds_alternative<std::monostate>(reader_)) start(piece);
    if (auto* json_reader = std::get_if<reports::histories::JsonLinesReader>(&reader_))
      return json_reader->feed(piece);
    if (auto* cases = std::get_if<reports::histories::JsonCasesReader>(&reader_))
      return cases->feed(piece) && wanted_;
    return std::get<reports::histories::EdnReader>(reader_).feed(piece);
  }

  std::optional<Problem> finish() {
    if (std::holds_alternative<std::monostate>(reader_)) start({});
    if (auto* cases = std::get_if<reports::histories::JsonCasesReader>(&reader_))
      return wanted_ ? cases->finish() : std::nullopt;
    NamedHistory named;
    std::optional<Problem> problem;
    if (auto* json_reader = std::get_if<reports::histories::JsonLinesReader>(&reader_)) {
      reports::histories::ReadHistory read = json_reader->finish();
      named.history = std::move(read.history);
      problem = std::move(read.problem);
    } else {
      reports::histories::ReadEdn read = std::get<reports::histories::EdnReader>(reader_).finish();
      named.history = std::move(read.history);
      problem = std::move(read.problem);
    }
    if (problem) return problem;
    named.id = file_.path;
    if (file_.path != "-") apply_indexes(file_.path, named);
    take_(std::move(named));
    return std::nullopt;
  }

 private:
  void start(std::string_view beginning) {
    if (form_ == HistoryForm::detect) form_ = form_of(beginning);
    if (form_ == HistoryForm::edn) {
      reader_.emplace<reports::histories::EdnReader>(file_.keys);
    } else if (form_ == HistoryForm::cases) {
      reader_.emplace<reports::histories::JsonCasesReader>(
          [this](reports::histories::Case&& each) { hand_over(std::move(each)); });
    } else {
      reader_.emplace<reports::histories::JsonLinesReader>();
    }
  }

  void hand_over(reports::histories::Case&& each) {
    if (!wanted_) return;
    NamedHistory named;
    named.id = each.id.empty() ? fmt::format("{}:{}", file_.path, each.line) : each.id;
    named.model = each.model;
    if (const std::string* initial = each.field("initial"); initial != nullptr) {
      const json parsed = json::parse(*initial, nullptr, false);
      if (!parsed.is_discarded()) named.initial = value_of(parsed);
    }
    named.history = std::move(each.history);
    wanted_ = take_(std::move(named));
  }

  const HistoryFile& file_;
  const std::function<bool(NamedHistory&&)>& take_;
  HistoryForm form_;
  bool wanted_ = true;
  std::variant<std::monostate, reports::histories::JsonLinesReader, reports::histories::JsonCasesReader,
               reports::histories::EdnReader>
      reader_;
};

}  // namespace

std::optional<std::string> read_histories(const HistoryFile& file,
                                          const std::function<bool(NamedHistory&&)>& take) {
  Reading reading(file, take);
  const std::optional<std::string> unreadable =
      read_input(file.path, [&](std::string_view piece) { return reading.feed(piece); });
  if (unreadable) return unreadable;
  const std::optional<Problem> problem = reading.finish();
  if (!problem) return std::nullopt;
  return fmt::format("{}: {}", file.path == "-" ? "standard input" : file.path, problem->message());
}

}  // namespace lightcone::tools

#include "tools/hunt/results.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "scenarios/binding.hpp"
#include "scenarios/freeze.hpp"
#include "scenarios/json/parse.hpp"
#include "tools/input.hpp"

namespace lightcone::tools::hunt {

namespace {

using Json = nlohmann::ordered_json;

Json header_json(const Header& header) {
  return {{"hunt", 1},
          {"scenario", header.scenario},
          {"content", fmt::format("{:016x}", header.content)},
          {"strategy", header.strategy},
          {"bugs", header.bugs},
          {"first_seed", header.first_seed},
          {"last_seed", header.last_seed},
          {"shard", header.shard + 1},
          {"shards", header.shards}};
}

std::uint64_t from_hex(const std::string& digits) { return std::stoull(digits, nullptr, 16); }

// Throws nlohmann's exceptions, or the standard library's, for what is no header.
Header read_header(const Json& line) {
  if (line.at("hunt") != 1) throw std::invalid_argument("another version");
  Header header;
  header.scenario = line.at("scenario");
  header.content = from_hex(line.at("content"));
  header.strategy = line.at("strategy");
  header.bugs = line.at("bugs").get<std::vector<std::string>>();
  header.first_seed = line.at("first_seed");
  header.last_seed = line.at("last_seed");
  header.shard = line.at("shard").get<std::uint64_t>() - 1;
  header.shards = line.at("shards");
  return header;
}

scenarios::Scenario read_scenario(const Json& text) {
  scenarios::Diagnostics diagnostics("frozen", text.dump());
  const auto document = scenarios::json::parse(diagnostics);
  auto scenario =
      document ? scenarios::read_record<scenarios::Scenario>(*document, diagnostics) : std::nullopt;
  if (!scenario) throw std::invalid_argument("a frozen scenario that is none");
  return std::move(*scenario);
}

Failure read_failure(const Json& from, std::uint64_t seed) {
  Failure failure;
  failure.signature = {from.at("claim"), from.at("anomaly"), from.at("shape")};
  failure.size = {from.at("faults"), from.at("operations"), from.at("events")};
  failure.seed = seed;
  failure.summary = from.at("summary");
  if (from.contains("frozen")) failure.frozen = read_scenario(from.at("frozen"));
  return failure;
}

Trial read_trial(const Json& line) {
  Trial trial;
  trial.seed = line.at("seed");
  trial.fingerprint = from_hex(line.at("fingerprint"));
  trial.events = line.at("events");
  trial.simulated = sim::Duration(line.at("simulated_ns").get<std::int64_t>());
  trial.faults_in_effect = line.at("faults");
  trial.claims_judged = line.at("claims");
  trial.undecided = line.at("undecided");
  trial.is_invalid = line.at("invalid");
  trial.features = line.at("features").get<std::vector<std::uint64_t>>();
  for (const Json& failure : line.at("failures")) trial.failures.push_back(read_failure(failure, trial.seed));
  return trial;
}

std::string because_of_errno(const std::string& path) {
  return fmt::format("{}: {}", path, std::strerror(errno));
}

}  // namespace

bool Header::is_of_same_hunt(const Header& other) const {
  return content == other.content && strategy == other.strategy && bugs == other.bugs &&
         first_seed == other.first_seed && last_seed == other.last_seed && shards == other.shards;
}

std::string line_of(const Trial& trial, bool frozen, const std::vector<std::uint64_t>& features) {
  Json failures = Json::array();
  for (const Failure& failure : trial.failures) {
    Json one = {{"claim", failure.signature.claim},
                {"anomaly", failure.signature.anomaly},
                {"shape", failure.signature.shape},
                {"faults", failure.size.faults},
                {"operations", failure.size.operations},
                {"events", failure.size.events},
                {"summary", failure.summary}};
    if (frozen) one["frozen"] = Json::parse(scenarios::text_of(failure.frozen));
    failures.push_back(std::move(one));
  }
  const Json line = {{"seed", trial.seed},
                     {"fingerprint", fmt::format("{:016x}", trial.fingerprint)},
                     {"events", trial.events},
                     {"simulated_ns", trial.simulated.count()},
                     {"faults", trial.faults_in_effect},
                     {"claims", trial.claims_judged},
                     {"undecided", trial.undecided},
                     {"invalid", trial.is_invalid},
                     {"features", features},
                     {"failures", std::move(failures)}};
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::optional<std::string> read_results(const std::string& path, Results& out) {
  std::string text;
  if (auto wrong = read_input(path, [&](std::string_view piece) {
        text += piece;
        return true;
      })) {
    return wrong;
  }
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    if (end == std::string::npos) break;  // torn
    ++number;
    try {
      const Json line = Json::parse(text.begin() + static_cast<std::ptrdiff_t>(at),
                                    text.begin() + static_cast<std::ptrdiff_t>(end));
      if (number == 1) {
        out.header = read_header(line);
      } else {
        out.trials.push_back(read_trial(line));
      }
    } catch (const std::exception& error) {
      return fmt::format("{}:{}: no line of a hunt's results: {}", path, number, error.what());
    }
    at = end + 1;
    out.whole = at;
  }
  if (number == 0) return fmt::format("{}: no results of a hunt: it has no whole line", path);
  return std::nullopt;
}

ResultsFile::~ResultsFile() {
  if (file_ != nullptr) std::fclose(file_);
}

std::optional<std::string> ResultsFile::open(const std::string& path, const Header& header,
                                             std::vector<Trial>& earlier) {
  path_ = path;
  std::error_code ignored;
  const bool goes_on = std::filesystem::file_size(path, ignored) > 0 && !ignored;
  if (goes_on) {
    Results results;
    if (auto wrong = read_results(path, results)) return wrong;
    if (!results.header.is_of_same_hunt(header) || results.header.shard != header.shard) {
      return fmt::format("{}: holds the results of another hunt; name another file, or remove it", path);
    }
    std::filesystem::resize_file(path, results.whole, ignored);
    if (ignored) return fmt::format("{}: {}", path, ignored.message());
    for (const Trial& trial : results.trials) features_.insert(trial.features.begin(), trial.features.end());
    earlier = std::move(results.trials);
  }
  file_ = std::fopen(path.c_str(), "ab");
  if (file_ == nullptr) return because_of_errno(path);
  if (!goes_on) {
    const std::string line = header_json(header).dump() + "\n";
    std::fwrite(line.data(), 1, line.size(), file_);
    if (std::fflush(file_) != 0) return because_of_errno(path);
  }
  return std::nullopt;
}

void ResultsFile::add(const Trial& trial, bool has_news) {
  if (file_ == nullptr) return;
  std::vector<std::uint64_t> fresh;
  for (const std::uint64_t feature : trial.features) {
    if (features_.insert(feature).second) fresh.push_back(feature);
  }
  const std::string line = line_of(trial, has_news, fresh);
  std::fwrite(line.data(), 1, line.size(), file_);
  std::fflush(file_);
}

std::optional<std::string> ResultsFile::finish() {
  if (file_ == nullptr) return std::nullopt;
  const bool failed = std::ferror(file_) != 0;
  std::FILE* file = std::exchange(file_, nullptr);
  if (std::fclose(file) != 0 || failed) return because_of_errno(path_);
  return std::nullopt;
}

}  // namespace lightcone::tools::hunt

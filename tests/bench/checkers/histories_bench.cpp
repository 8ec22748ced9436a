// How long it takes to judge the histories on which Porcupine is tested, beside what it takes itself.
//
//   histories_bench FOLDER [REPETITIONS]
//
// FOLDER holds index.json (a list `files` of `file`, `model`, `linearizable`) and the files that it names, an
// operation a line. The time is that of judging alone, the best of the repetitions; wrong verdicts are shown.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "reports/checkers/check_history.hpp"
#include "reports/histories/json_lines.hpp"
#include "tests/bench/usage.hpp"

using namespace lightcone;
using namespace lightcone::reports;

namespace {

// CPU seconds of Porcupine on two shared cores.
struct Peer {
  const char* file;
  double seconds;
};
constexpr Peer peers[] = {{"kv/c50-ok.jsonl", 0.60},
                          {"kv/c50-bad.jsonl", 0.07},
                          {"kv/c10-ok.jsonl", 8.7},
                          {"kv/c10-bad.jsonl", 5.5}};
constexpr double peer_etcd_in_sum = 0.66;   // 102 files
constexpr double peer_etcd_slowest = 0.26;  // etcd_002

struct Measured {
  double seconds = 0;
  Verdict verdict = Verdict::unknown;
};

std::optional<std::string> text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

Measured measure(const sim::History& history, const std::string& model, int repetitions) {
  checkers::Claims claims;
  claims.model = model;
  Measured best{1e9};
  for (int i = 0; i < repetitions; ++i) {
    const double start = cpu_seconds();
    best.verdict = checkers::check_history(history, claims).verdict;
    best.seconds = std::min(best.seconds, cpu_seconds() - start);
  }
  return best;
}

void print_row(const std::string& name, double seconds, const char* verdict, std::optional<double> peer) {
  std::printf("%-26s %10.6f s  %-9s", name.c_str(), seconds, verdict);
  if (peer) std::printf(" %8.2f s  %6.0fx", *peer, *peer / std::max(seconds, 1e-6));
  std::printf("\n");
}

int run(const std::filesystem::path& folder, int repetitions) {
  const auto index_text = text_of(folder / "index.json");
  const nlohmann::json index = nlohmann::json::parse(index_text.value_or(""), nullptr, false);
  if (!index.is_object() || !index.contains("files")) {
    std::fprintf(stderr, "histories_bench: %s holds no index.json with files\n", folder.c_str());
    return EXIT_FAILURE;
  }
  std::printf("%-26s %12s  %-9s %10s  %7s\n", "history", "CPU", "verdict", "Porcupine", "ratio");
  double etcd = 0;
  double slowest = 0;
  std::size_t files = 0, wrong = 0;
  for (const nlohmann::json& entry : index["files"]) {
    const std::string name = entry.value("file", "");
    const auto text = text_of(folder / name);
    if (!text) {
      std::fprintf(stderr, "histories_bench: %s cannot be read\n", name.c_str());
      return EXIT_FAILURE;
    }
    const histories::ReadHistory read = histories::read_json_lines(*text);
    if (read.problem) {
      std::fprintf(stderr, "histories_bench: %s: %s\n", name.c_str(), read.problem->message().c_str());
      return EXIT_FAILURE;
    }
    const Measured measured = measure(read.history, entry.value("model", ""), repetitions);
    const bool as_known = (measured.verdict == Verdict::held) == entry.value("linearizable", false);
    const std::string verdict(to_string(measured.verdict));
    if (!as_known) ++wrong;
    if (name.starts_with("etcd/")) {
      ++files;
      etcd += measured.seconds;
      slowest = std::max(slowest, measured.seconds);
    }
    const auto* peer =
        std::find_if(std::begin(peers), std::end(peers), [&](const Peer& p) { return name == p.file; });
    if (peer != std::end(peers) || !as_known)
      print_row(name, measured.seconds, as_known ? verdict.c_str() : "WRONG",
                peer == std::end(peers) ? std::nullopt : std::optional(peer->seconds));
  }
  print_row("etcd, sum of " + std::to_string(files), etcd, "",
            peer_etcd_in_sum * static_cast<double>(files) / 102);
  print_row("etcd, the slowest", slowest, "", peer_etcd_slowest);
  return wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: histories_bench FOLDER [REPETITIONS]\n");
    return EXIT_FAILURE;
  }
  return run(argv[1], argc == 3 ? std::max(1, std::atoi(argv[2])) : 5);
}

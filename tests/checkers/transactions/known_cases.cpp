#include "tests/checkers/transactions/known_cases.hpp"

#include <sstream>

#include "reports/histories/json_lines.hpp"
#include "tests/checkers/shared_histories.hpp"

namespace lightcone::tests {

std::vector<KnownCase> known_cases(const std::string& file) {
  std::vector<KnownCase> out;
  const auto folder = shared_histories();
  if (!folder) return out;
  const std::string text = file_text(*folder / file);
  auto read = reports::histories::read_json_cases(text);
  REQUIRE_FALSE(read.problem);
  std::istringstream lines(text);
  std::string line;
  for (auto& one : read.cases) {
    do REQUIRE(std::getline(lines, line));
    while (line.empty());
    out.push_back({one.id, nlohmann::json::parse(line), std::move(one.history)});
  }
  return out;
}

}  // namespace lightcone::tests

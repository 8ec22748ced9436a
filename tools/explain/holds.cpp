#include "tools/explain/holds.hpp"

#include <algorithm>
#include <utility>

#include "reports/judge.hpp"

namespace lightcone::tools::explain {

std::optional<bool> holds(const scenarios::Loaded& loaded, scenarios::RunOptions options,
                          const std::string& claim, const std::function<bool()>& go_on) {
  options.progress = [&](const scenarios::Progress&) { return go_on(); };
  const auto record = scenarios::run(loaded, options);
  if (!record) return std::nullopt;
  const reports::RunReport report = reports::judge(*record);
  return std::none_of(report.claims.begin(), report.claims.end(), [&](const reports::ClaimReport& one) {
    const reports::Verdict verdict = one.judgement.verdict;
    return one.claim.id == claim &&
           (verdict == reports::Verdict::violated || verdict == reports::Verdict::weak);
  });
}

}  // namespace lightcone::tools::explain

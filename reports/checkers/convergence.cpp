#include "reports/checkers/convergence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>

#include "reports/checkers/value_numbers.hpp"
#include "reports/checkers/wording.hpp"

namespace lightcone::reports::checkers {

namespace {

Findings find(const sim::History& history, std::int64_t quiet_from) {
  Findings findings({"divergence"});
  ValueNumbers keys;
  std::map<std::uint32_t, std::map<std::string, std::size_t>> last;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const sim::Operation& operation = history[i];
    const bool tells = operation.f == "digest" || operation.f == "read";
    if (!tells || operation.outcome != sim::Outcome::ok || operation.invoke < quiet_from ||
        operation.node.empty())
      continue;
    last[keys.insert(0, operation.key)][operation.node] = i;
  }
  std::size_t compared = 0;
  for (const auto& [key, nodes] : last) {
    if (nodes.size() < 2) continue;
    ++compared;
    const auto& [first_node, first] = *nodes.begin();
    for (const auto& [node, i] : nodes) {
      if (history[i].result == history[first].result) continue;
      findings.add("divergence",
                   fmt::format("after all was quiet node {} had {}, but node {} had {}", first_node,
                               in_words(history[first].result), node, in_words(history[i].result)),
                   {first, i});
    }
  }
  findings.examined(fmt::format("all nodes agree on {}", counted(compared, "key")));
  if (compared == 0)
    findings.not_judged(Verdict::invalid, "no two nodes told their state after all was quiet");
  return findings;
}

}  // namespace

Judgements check_convergence(const sim::History& history, std::int64_t quiet_from) {
  return judge_by([&](const sim::History& part) { return find(part, quiet_from); }, history);
}

}  // namespace lightcone::reports::checkers

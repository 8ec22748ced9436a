#include "reports/recording/chain.hpp"

#include <algorithm>
#include <utility>

namespace lightcone::reports {

std::vector<std::size_t> chain_to(const Recording& recording, std::uint64_t event, sim::Instant since) {
  std::vector<std::pair<std::uint64_t, std::size_t>> by_number;
  for (std::size_t i = 0; i < recording.rows.size(); ++i) {
    const Row& row = recording.rows[i];
    if (row.kind == RowKind::message && row.fate == Fate::lost) continue;
    by_number.emplace_back(row.number, i);
  }
  std::sort(by_number.begin(), by_number.end());
  std::vector<std::size_t> chain;
  for (std::uint64_t number = event;;) {
    const auto at = std::lower_bound(by_number.begin(), by_number.end(), std::pair(number, std::size_t{0}));
    if (at == by_number.end() || at->first != number) break;
    const Row& row = recording.rows[at->second];
    if (row.ended < since) break;
    chain.push_back(at->second);
    if (row.cause >= number) break;
    number = row.cause;
  }
  std::reverse(chain.begin(), chain.end());
  return chain;
}

std::uint64_t event_of_answer(const Recording& recording, const sim::Operation& operation) {
  if (operation.complete == sim::Operation::open) return 0;
  const sim::Instant at{sim::Duration(operation.complete)};
  const auto node = static_cast<std::uint32_t>(operation.process);
  std::uint64_t found = 0;
  for (const Row& row : recording.rows) {
    if (row.ended != at || row.to.index != node) continue;
    if (row.kind == RowKind::message && row.fate == Fate::lost) continue;
    found = row.number;
  }
  return found;
}

}  // namespace lightcone::reports

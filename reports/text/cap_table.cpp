#include "reports/text/cap_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/text/style.hpp"

namespace lightcone::reports::text {

namespace {

constexpr std::size_t sides_shown = 2;

std::string time_or_dash(sim::Duration duration) {
  return duration == sim::Duration::zero() ? "-" : in_words(duration);
}

std::string cells_of(const std::vector<Answers>& sides) {
  std::string cells;
  for (std::size_t i = 0; i < sides_shown; ++i)
    cells += fmt::format("{:>5} %{:>9}", sides.at(i).per_mille() / 10, time_or_dash(sides.at(i).either));
  return cells;
}

// "PC/EC in 19, P-/EC in 1", the most frequent first; "PC/EC" where it is so in all runs.
std::string spread(const std::map<std::string, std::uint64_t>& counts, std::uint64_t runs) {
  std::vector<std::pair<std::string, std::uint64_t>> by_count;
  for (const auto& one : counts) {
    const auto place =
        std::ranges::find_if(by_count, [&](const auto& other) { return other.second < one.second; });
    by_count.insert(place, one);
  }
  std::string out;
  for (const auto& [what, count] : by_count) {
    if (!out.empty()) out += ", ";
    out += count == runs ? what : fmt::format("{} in {}", what, count);
  }
  return out;
}

}  // namespace

std::string cap_header() {
  return fmt::format("{:<30}{:^18}{:^16}{:^16}\n", "", "before", "side 1", "side 2") +
         fmt::format("{:<30}{:>9}{:>9}{:>7}{:>9}{:>7}{:>9}  {}\n", "", "read", "write", "ok", "median", "ok",
                     "median", "PACELC");
}

std::string cap_lines(const std::string& system, const CapRow& row) {
  std::string out = fmt::format("{:<30}{:>9}{:>9}{}  {:<6} {}\n", system, time_or_dash(row.healthy.read),
                                time_or_dash(row.healthy.write), cells_of(row.phases.front().sides),
                                row.pacelc(), row.whole.strongest);
  for (std::size_t i = 1; i < row.phases.size(); ++i) {
    const CapPhase& phase = row.phases[i];
    out += fmt::format("  {:<46}{}  {:<6} {}\n", phase.name, cells_of(phase.sides), "",
                       phase.consistency.strongest);
  }
  if (!row.anomalies.empty()) out += fmt::format("  seen: {}\n", fmt::join(row.anomalies, ", "));
  return out;
}

void CapTally::add(const std::string& system, const CapRow& row) {
  auto found = std::ranges::find(systems_, system, &System::name);
  if (found == systems_.end()) {
    systems_.push_back({system, 0, {}, {}, {}});
    found = std::prev(systems_.end());
  }
  ++found->runs;
  ++found->pacelc[row.pacelc()];
  ++found->consistency[row.whole.strongest];
  for (const std::string& anomaly : row.anomalies) ++found->anomalies[anomaly];
}

std::string CapTally::lines() const {
  std::string out;
  for (const System& system : systems_) {
    out += fmt::format("{:<30} {:>5} runs  {:<20} {}\n", system.name, system.runs,
                       spread(system.pacelc, system.runs), spread(system.consistency, system.runs));
    if (!system.anomalies.empty()) out += fmt::format("  seen: {}\n", spread(system.anomalies, system.runs));
  }
  return out;
}

}  // namespace lightcone::reports::text

#include "reports/text/violation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "reports/text/operations.hpp"

namespace lightcone::reports::text {

namespace {

constexpr std::size_t most_operations = 16;
constexpr std::size_t most_faults = 8;

class Violation {
 public:
  Violation(const sim::RunRecord& run, const ClaimReport& claim, const Style& style)
      : run_(run), claim_(claim), style_(style) {}

  std::string str() {
    const Judgement& judgement = claim_.judgement;
    out_ += fmt::format("{}\n", painted(fmt::format("{} broken: {} ({})", claim_.claim.id,
                                                    claim_.claim.statement, judgement.anomaly),
                                        Paint::bad, style_));
    if (!judgement.summary.empty()) paragraph(with_client_names(run_, judgement.summary));
    add_operations();
    for (const Step& step : judgement.reason) item(with_client_names(run_, step.text));
    add_finding();
    add_circumstances();
    return std::move(out_);
  }

 private:
  void paragraph(std::string_view text) { out_ += "  " + folded(harmless(text), 2, style_) + "\n"; }
  void item(std::string_view text) { out_ += "  - " + folded(harmless(text), 4, style_) + "\n"; }

  void add_operations() {
    std::vector<std::size_t> positions = claim_.judgement.operations;
    std::sort(positions.begin(), positions.end(), [&](std::size_t a, std::size_t b) {
      return run_.history.at(a).invoke < run_.history.at(b).invoke;
    });
    const std::size_t shown = std::min(positions.size(), most_operations);
    for (std::size_t i = 0; i < shown; ++i) {
      const sim::Operation& operation = run_.history.at(positions[i]);
      const bool open = operation.complete == sim::Operation::open;
      const std::string until = open ? std::string("...") : seconds(sim::Duration(operation.complete));
      out_ += fmt::format("    {:>9} – {:<9} {}\n", seconds(sim::Duration(operation.invoke)), until,
                          operation_text(run_, operation));
      note(open ? operation.invoke : operation.complete);
    }
    if (positions.size() > shown)
      out_ += fmt::format("    ... and {} operations more\n", positions.size() - shown);
  }

  void add_finding() {
    if (!claim_.finding) return;
    const sim::Finding& finding = *claim_.finding;
    if (finding.text != claim_.judgement.summary) paragraph(finding.text);
    out_ += fmt::format("  Seen inside at {} s, after event {}.\n", seconds(finding.at.time_since_epoch()),
                        grouped(finding.event));
    note(finding.at.time_since_epoch().count());
  }

  // When the proof is complete.
  void note(std::int64_t at) { to_ = std::max(to_, at); }

  void add_circumstances() {
    std::vector<const sim::FaultRecord*> near;
    for (const sim::FaultRecord& fault : run_.faults) {
      if (fault.affected > 0 && fault.began.time_since_epoch().count() <= to_) near.push_back(&fault);
    }
    if (!near.empty()) out_ += "  What had gone wrong by then:\n";
    const std::size_t skipped = near.size() > most_faults ? near.size() - most_faults : 0;
    if (skipped > 0) out_ += fmt::format("    ... {} earlier faults, and\n", skipped);
    for (std::size_t i = skipped; i < near.size(); ++i) {
      out_ += fmt::format("    {:>9} s  {}\n", seconds(near[i]->began.time_since_epoch()),
                          harmless(near[i]->description));
    }
    for (const sim::BugSwitch& bug : run_.bugs) {
      out_ += fmt::format("  The safeguard that was off: {} ({}).\n", bug.removes, bug.name);
      paragraph(fmt::format("{} See {}.", bug.moral, bug.reference));
    }
    if (claim_.finding && !claim_.finding->excuse.empty()) {
      paragraph(fmt::format("{}: {}.",
                            run_.bugs.empty() ? "No safeguard was missing; an assumption was broken"
                                              : "An assumption was broken",
                            claim_.finding->excuse));
    } else if (run_.bugs.empty() && claim_.judgement.verdict == Verdict::assumption_broken) {
      for (const auto* list : {&run_.broken_assumptions, &run_.wrong_clocks}) {
        for (const std::string& broken : *list)
          paragraph(fmt::format("No safeguard was missing; an assumption was broken: {}.", broken));
      }
    }
  }

  const sim::RunRecord& run_;
  const ClaimReport& claim_;
  const Style& style_;
  std::int64_t to_ = -1;
  std::string out_;
};

}  // namespace

std::string violation_text(const sim::RunRecord& run, const ClaimReport& claim, const Style& style) {
  return Violation(run, claim, style).str();
}

}  // namespace lightcone::reports::text

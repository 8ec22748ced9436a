#include "reports/text/run_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "reports/text/operations.hpp"
#include "reports/text/timeline.hpp"
#include "reports/text/violation.hpp"

namespace lightcone::reports::text {

namespace {

Paint paint_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::held:
      return Paint::good;
    case Verdict::violated:
    case Verdict::invalid:
      return Paint::bad;
    case Verdict::unknown:
    case Verdict::weak:
    case Verdict::assumption_broken:
      return Paint::warn;
  }
  return Paint::plain;
}

std::uint64_t count_of(const sim::RunRecord& run, sim::Outcome outcome) {
  return static_cast<std::uint64_t>(std::count_if(
      run.history.begin(), run.history.end(), [&](const sim::Operation& o) { return o.outcome == outcome; }));
}

class Report {
 public:
  Report(const sim::RunRecord& run, const RunReport& report, double wall_seconds, const Style& style)
      : run_(run), report_(report), wall_seconds_(wall_seconds), style_(style) {}

  std::string str() {
    add_heading();
    const std::string lines = timeline(run_, style_);
    if (!lines.empty()) section("What went wrong, and when", lines);
    section("What clients did", operations_table(run_, style_));
    section("What was promised", claims_table());
    add_violation();
    add_conclusion();
    return std::move(out_);
  }

 private:
  void section(std::string_view title, std::string_view body) {
    out_ += fmt::format("\n{}\n{}", painted(title, Paint::bold, style_), body);
  }

  void add_heading() {
    out_ += painted(harmless(run_.scenario), Paint::bold, style_) + "\n";
    if (!run_.question.empty()) out_ += folded(harmless(run_.question), 0, style_) + "\n";
    std::string length =
        fmt::format("{:g} s of simulated time, {} events", static_cast<double>(run_.phases.end.count()) / 1e9,
                    grouped(run_.events));
    if (wall_seconds_ >= 0) {
      length +=
          fmt::format(" in {}", in_words(sim::Duration(static_cast<std::int64_t>(wall_seconds_ * 1e9))));
    }
    const std::string identity = fmt::format("{}, profile {}; seed {}, fingerprint {:016x}", run_.model,
                                             run_.profile, run_.seed, run_.fingerprint);
    out_ += painted(identity, Paint::dim, style_) + "\n" + painted(length, Paint::dim, style_) + "\n";
    for (const sim::BugSwitch& bug : run_.bugs) {
      out_ +=
          fmt::format("{} {} ({})\n", painted("Switched off:", Paint::warn, style_), bug.removes, bug.name);
    }
    if (!run_.look_for.empty()) out_ += folded("Look for: " + harmless(run_.look_for), 10, style_) + "\n";
  }

  std::string claims_table() const {
    std::string out;
    for (const ClaimReport& claim : report_.claims) {
      const Judgement& judgement = claim.judgement;
      std::string verdict(to_string(judgement.verdict));
      if (!judgement.anomaly.empty()) verdict += fmt::format(" ({})", judgement.anomaly);
      out += fmt::format("  {} {} {} {}\n", fitted(claim.claim.id, 6), to_string(claim.claim.assumption),
                         painted(fitted(verdict, std::max<std::size_t>(28, width_of(verdict))),
                                 paint_of(judgement.verdict), style_),
                         folded(claim.claim.statement, 41, style_));
      if (judgement.verdict == Verdict::weak) {
        const std::string instead = "promised instead: " + claim.claim.weakly_satisfies;
        out += fmt::format("{:41}{}\n", "", folded(instead, 41, style_));
      }
      const bool undecided = judgement.verdict == Verdict::unknown || judgement.verdict == Verdict::invalid;
      if (undecided && !judgement.summary.empty())
        out += fmt::format("            {}\n", folded(harmless(judgement.summary), 12, style_));
    }
    return out;
  }

  void add_violation() {
    if (const ClaimReport* broken = report_.violation(run_))
      out_ += "\n" + violation_text(run_, *broken, style_);
  }

  void add_conclusion() {
    out_ += "\n";
    for (const std::string& why : report_.invalid_because) {
      out_ +=
          painted("This run proves nothing: ", Paint::bad, style_) + folded(harmless(why), 2, style_) + "\n";
    }
    out_ += verdict_sentence() + "\n";
    if (!run_.meaning.empty()) out_ += folded(harmless(run_.meaning), 0, style_) + "\n";
    out_ += fmt::format("Again: {}\n", harmless(run_.reproduce));
  }

  std::string verdict_sentence() const {
    const std::string expected = run_.expected_anomaly.empty() ? run_.expected_claim : run_.expected_anomaly;
    switch (report_.ending) {
      case Ending::as_expected:
        if (!expected.empty())
          return painted(fmt::format("As expected: {} was seen.", expected), Paint::good, style_);
        if (report_.verdict == Verdict::held) return painted("Every claim held.", Paint::good, style_);
        return painted(fmt::format("Nothing was broken that was promised; the verdict is {}.",
                                   to_string(report_.verdict)),
                       Paint::warn, style_);
      case Ending::violated:
        return painted("A promise was broken.", Paint::bad, style_);
      case Ending::unknown:
        return painted("Undecided: a judge ran out of its budget.", Paint::warn, style_);
      case Ending::not_as_expected:
        return painted(fmt::format("Not as expected: {} did not occur.", expected), Paint::bad, style_);
      case Ending::invalid:
        return painted("Invalid: not all that was promised was tested.", Paint::bad, style_);
    }
    return {};
  }

  const sim::RunRecord& run_;
  const RunReport& report_;
  double wall_seconds_;
  const Style& style_;
  std::string out_;
};

}  // namespace

std::string run_as_text(const sim::RunRecord& run, const RunReport& report, double wall_seconds,
                        const Style& style) {
  return Report(run, report, wall_seconds, style).str();
}

std::string run_on_one_line(const sim::RunRecord& run, const RunReport& report, const Style& style) {
  std::string line =
      fmt::format("seed {:<6} {} {:>8} ok {:>6} unknown", run.seed,
                  painted(fitted(to_string(report.verdict), 17), paint_of(report.verdict), style),
                  grouped(count_of(run, sim::Outcome::ok)), grouped(count_of(run, sim::Outcome::info)));
  if (const ClaimReport* broken = report.violation(run)) {
    line += fmt::format("  {} {}: {}", broken->claim.id, broken->judgement.anomaly,
                        harmless(broken->judgement.summary));
  } else if (!report.invalid_because.empty()) {
    line += "  " + harmless(report.invalid_because.front());
  }
  return line + "\n";
}

}  // namespace lightcone::reports::text

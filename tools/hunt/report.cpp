#include "tools/hunt/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace lightcone::tools::hunt {

using reports::text::grouped;
using reports::text::harmless;
using reports::text::Paint;
using reports::text::painted;
using reports::text::Style;

namespace {

double in_seconds(sim::Duration duration) { return static_cast<double>(duration.count()) / 1e9; }

std::uint64_t a_second(double count, double seconds) {
  return seconds <= 0 ? 0 : static_cast<std::uint64_t>(count / seconds);
}

std::string path_of(const std::vector<Kept>& kept, const Signature& signature) {
  const auto found =
      std::find_if(kept.begin(), kept.end(), [&](const Kept& one) { return one.signature == signature; });
  return found == kept.end() ? std::string() : found->path;
}

std::string counted(std::uint64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

}  // namespace

std::string_view to_string(End end) {
  switch (end) {
    case End::all_seeds:
      return "all seeds were run";
    case End::enough_found:
      return "enough was found";
    case End::time_is_up:
      return "the time was up";
    case End::interrupted:
      break;
  }
  return "it was interrupted";
}

std::string status_of(const Tally& tally, double seconds) {
  return fmt::format(
      "{}, {} seeds/s, {} simulated s/s, {} faults, {} claims; {}; {} features, latest news at seed {}",
      counted(tally.trials, "seed"), grouped(a_second(static_cast<double>(tally.trials), seconds)),
      grouped(a_second(in_seconds(tally.simulated), seconds)), grouped(tally.faults_in_effect),
      grouped(tally.claims_judged), counted(tally.found.size(), "failure"), grouped(tally.features.size()),
      tally.last_news);
}

std::string news_of(const Failure& failure, const Style& style) {
  return fmt::format("seed {}: {}: {}\n", failure.seed, painted(failure.signature.text(), Paint::bad, style),
                     harmless(failure.summary));
}

std::string summary_of(const Tally& tally, End end, double seconds, const std::vector<Kept>& kept,
                       const Style& style) {
  std::string text = fmt::format(
      "{} in {:.1f} s ({} seeds/s, {} simulated s/s), {}\n{} took effect, {} were judged, {} features were "
      "seen; digest {:016x}\n",
      counted(tally.trials, "run"), seconds, grouped(a_second(static_cast<double>(tally.trials), seconds)),
      grouped(a_second(in_seconds(tally.simulated), seconds)), to_string(end),
      counted(tally.faults_in_effect, "fault"), counted(tally.claims_judged, "claim"),
      grouped(tally.features.size()), tally.digest);
  if (tally.undecided > 0)
    text += fmt::format("{} could not be decided\n", counted(tally.undecided, "claim"));
  if (tally.invalid > 0) text += fmt::format("{} tested nothing\n", counted(tally.invalid, "run"));
  if (tally.found.empty()) {
    return text + painted("No claim was violated.", Paint::good, style) + "\n";
  }
  text += fmt::format("\n{} of {} failed, in {}:\n", counted(tally.failing, "run"), grouped(tally.trials),
                      tally.found.size() == 1 ? "one way" : fmt::format("{} ways", tally.found.size()));
  for (const auto& [signature, found] : tally.found) {
    const Size& size = found.shortest.size;
    text += fmt::format("  {}\n    first at seed {}, in {}; the shortest, seed {}, has {} and {}\n",
                        painted(signature.text(), Paint::bad, style), found.first_seed,
                        counted(found.runs, "run"), found.shortest.seed, counted(size.faults, "fault"),
                        counted(size.operations, "operation"));
    text += fmt::format("    {}\n", harmless(found.shortest.summary));
    if (const std::string path = path_of(kept, signature); !path.empty()) {
      text += fmt::format("    {}\n", path);
    }
  }
  const auto named =
      std::find_if(kept.begin(), kept.end(), [](const Kept& one) { return !one.path.empty(); });
  if (named != kept.end()) {
    text +=
        fmt::format("\nGo on with: lightcone shrink {0}\n            lightcone explain {0}\n", named->path);
  }
  return text;
}

std::string summary_as_json(const Header& header, const Tally& tally, End end, double seconds,
                            const std::vector<Kept>& kept) {
  using Json = nlohmann::ordered_json;
  constexpr auto replace = Json::error_handler_t::replace;
  std::string lines;
  for (const auto& [signature, found] : tally.found) {
    const Json line = {{"failure", signature.text()},
                       {"scenario", header.scenario},
                       {"bugs", header.bugs},
                       {"claim", signature.claim},
                       {"anomaly", signature.anomaly},
                       {"shape", signature.shape},
                       {"first_seed", found.first_seed},
                       {"runs", found.runs},
                       {"seed", found.shortest.seed},
                       {"faults", found.shortest.size.faults},
                       {"operations", found.shortest.size.operations},
                       {"summary", found.shortest.summary},
                       {"frozen", path_of(kept, signature)}};
    lines += line.dump(-1, ' ', false, replace) + "\n";
  }
  const Json last = {{"hunt", header.scenario},
                     {"bugs", header.bugs},
                     {"strategy", header.strategy},
                     {"ended", to_string(end)},
                     {"seeds", tally.trials},
                     {"seconds", seconds},
                     {"simulated_seconds", in_seconds(tally.simulated)},
                     {"events", tally.events},
                     {"faults", tally.faults_in_effect},
                     {"claims", tally.claims_judged},
                     {"undecided", tally.undecided},
                     {"invalid", tally.invalid},
                     {"failing", tally.failing},
                     {"failures", tally.found.size()},
                     {"features", tally.features.size()},
                     {"digest", fmt::format("{:016x}", tally.digest)}};
  return lines + last.dump(-1, ' ', false, replace) + "\n";
}

}  // namespace lightcone::tools::hunt

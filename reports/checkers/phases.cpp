#include "reports/checkers/phases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>
#include <vector>

#include "reports/checkers/wording.hpp"

namespace lightcone::reports::checkers {

namespace {

constexpr std::size_t slices = 20;

bool unordered(const sim::History& history) {
  return std::any_of(history.begin(), history.end(), [](const sim::Operation& operation) {
    return operation.invoke == sim::Operation::unordered;
  });
}

Judgements nothing_judged(Verdict verdict, std::string why) {
  Judgements judgements(1);
  judgements[0].verdict = verdict;
  judgements[0].summary = std::move(why);
  return judgements;
}

}  // namespace

// The witness of too little is no operation: the counts are.
Judgements check_recovery(const sim::History& history, const Recovery& recovery) {
  if (unordered(history)) return nothing_judged(Verdict::unknown, "without times there is no goodput");
  if (recovery.ends_at - recovery.healed_at < recovery.budget)
    return nothing_judged(Verdict::unknown, "the run ends before the time allowed for recovery");
  const std::int64_t baseline_time = recovery.baseline_until - recovery.baseline_from;
  std::int64_t baseline = 0;
  std::array<std::int64_t, slices> goodput{};
  const std::int64_t slice = std::max<std::int64_t>(recovery.budget / static_cast<std::int64_t>(slices), 1);
  for (const sim::Operation& operation : history) {
    if (operation.outcome != sim::Outcome::ok) continue;
    const std::int64_t at = operation.complete;
    if (at >= recovery.baseline_from && at < recovery.baseline_until) ++baseline;
    const std::int64_t since = at - recovery.healed_at;
    if (since >= 0 && since / slice < static_cast<std::int64_t>(slices))
      ++goodput[static_cast<std::size_t>(since / slice)];
  }
  if (baseline == 0 || baseline_time <= 0)
    return nothing_judged(Verdict::invalid, "there was no goodput before the trouble");
  const double needed = static_cast<double>(baseline) / static_cast<double>(baseline_time) *
                        static_cast<double>(slice) * recovery.percent / 100.0;
  const std::int64_t best = *std::max_element(goodput.begin(), goodput.end());
  Judgements judgements(1);
  Judgement& judgement = judgements[0];
  judgement.steps = history.size();
  if (static_cast<double>(best) >= needed) {
    judgement.summary = fmt::format("goodput came back to {} % of what it was", recovery.percent);
    return judgements;
  }
  judgement.verdict = Verdict::violated;
  judgement.anomaly = "metastable";
  judgement.summary =
      fmt::format("for {} after the trouble was gone, goodput never came back to {} % of what it was",
                  in_time_units(recovery.budget), recovery.percent);
  judgement.reason = {
      {fmt::format("before the trouble {} returned ok in {}",
                   counted(static_cast<std::size_t>(baseline), "operation"), in_time_units(baseline_time)),
       {}},
      {fmt::format("so {:.1f} were to be expected in each slice of {} after {}", needed, in_time_units(slice),
                   in_time_units(recovery.healed_at)),
       {}},
      {fmt::format("the best of {} slices had {}", slices, best), {}}};
  return judgements;
}

namespace {

Findings find_stuck(const sim::History& history, const Progress& progress) {
  Findings findings({"unavailable"});
  if (unordered(history)) {
    findings.not_judged(Verdict::unknown, "without times there is no deadline");
    return findings;
  }
  std::vector<std::size_t> next(history.size(), SIZE_MAX);  // of the same process
  std::map<std::int64_t, std::size_t> following;
  for (std::size_t i = history.size(); i-- > 0;) {
    const auto [at, first] = following.try_emplace(history[i].process, i);
    if (!first) next[i] = std::exchange(at->second, i);
  }
  const auto in_time = [&](std::size_t i, std::int64_t deadline) {
    return history[i].outcome == sim::Outcome::ok && history[i].complete <= deadline;
  };
  const auto same = [](const sim::Operation& a, const sim::Operation& b) {
    return a.f == b.f && a.key == b.key && a.value == b.value;
  };
  // When its client turned to something else. Of an operation without an answer that is known from the next.
  const auto end_of = [&](std::size_t i) {
    if (history[i].complete != sim::Operation::open) return history[i].complete;
    return next[i] == SIZE_MAX ? sim::Operation::open : history[next[i]].invoke;
  };
  const std::int64_t settled = progress.healed_at + progress.within;
  std::size_t judged = 0;
  std::vector<bool> second_try(history.size(), false);
  for (std::size_t i = 0; i < history.size(); ++i) {
    const sim::Operation& operation = history[i];
    if (operation.invoke < progress.healed_at || second_try[i]) continue;
    if (progress.ends_at < progress.within || operation.invoke > progress.ends_at - progress.within) continue;
    const std::int64_t deadline = operation.invoke + progress.within;
    const std::size_t retry = next[i];
    const bool retried = retry != SIZE_MAX && same(history[retry], operation);
    if (retried) second_try[retry] = true;
    // The system still had time to recover when the client gave up for good.
    const std::int64_t gave_up = end_of(retried ? retry : i);
    const bool succeeded = in_time(i, deadline) || (retried && in_time(retry, deadline));
    if (!succeeded && gave_up != sim::Operation::open && gave_up < settled) continue;
    ++judged;
    if (in_time(i, deadline)) continue;
    if (retried && in_time(retry, deadline)) continue;
    std::vector<std::size_t> witness{i};
    if (retried) witness.push_back(retry);
    findings.add("unavailable",
                 fmt::format("{} at {} had not succeeded {} later{}", in_words(operation),
                             in_time_units(operation.invoke), in_time_units(progress.within),
                             retried ? ", nor had its second try" : ""),
                 std::move(witness));
  }
  findings.examined(
      fmt::format("{} succeeded within {}", counted(judged, "operation"), in_time_units(progress.within)));
  if (judged == 0)
    findings.not_judged(Verdict::invalid, "no operation began early enough before the run's end");
  return findings;
}

}  // namespace

Judgements check_progress(const sim::History& history, const Progress& progress) {
  return judge_by([&](const sim::History& part) { return find_stuck(part, progress); }, history);
}

namespace {

struct Span {
  std::int64_t from;
  std::int64_t until;
};

// The longest time within the bounds without a success; the first of equal ones.
Span longest_silence(const sim::History& history, const Availability& bounds) {
  std::vector<std::int64_t> successes{bounds.until};
  for (const sim::Operation& operation : history) {
    const bool counts = operation.outcome == sim::Outcome::ok && operation.complete >= bounds.from &&
                        operation.complete < bounds.until;
    if (counts) successes.push_back(operation.complete);
  }
  std::sort(successes.begin(), successes.end());
  Span longest{bounds.from, bounds.from};
  std::int64_t last = bounds.from;
  for (const std::int64_t success : successes) {
    if (success - last > longest.until - longest.from) longest = {last, success};
    last = success;
  }
  return longest;
}

Findings find_silence(const sim::History& history, const Availability& bounds) {
  Findings findings({"unavailable"});
  if (unordered(history)) {
    findings.not_judged(Verdict::unknown, "without times there is no silence");
    return findings;
  }
  const auto tried_in = [&history](Span span) {
    std::vector<std::size_t> tried;
    for (std::size_t i = 0; i < history.size(); ++i) {
      if (history[i].invoke < span.until && history[i].complete > span.from) tried.push_back(i);
    }
    return tried;
  };
  if (tried_in({bounds.from, bounds.until}).empty()) {
    findings.not_judged(Verdict::invalid, "nothing was tried while the faults lasted");
    return findings;
  }
  const Span silence = longest_silence(history, bounds);
  const std::int64_t length = silence.until - silence.from;
  findings.examined(fmt::format("the longest time without a success was {}", in_time_units(length)));
  if (length <= bounds.within) return findings;
  std::vector<std::size_t> tried = tried_in(silence);
  std::erase_if(tried, [&](std::size_t i) { return history[i].outcome == sim::Outcome::ok; });
  if (tried.empty()) return findings;
  std::string text = fmt::format(
      "from {} to {} no operation succeeded; {}", in_time_units(silence.from), in_time_units(silence.until),
      tried.size() == 1 ? "one was tried" : fmt::format("{} were tried", tried.size()));
  findings.add("unavailable", std::move(text), std::move(tried));
  return findings;
}

}  // namespace

Judgements check_availability(const sim::History& history, const Availability& availability) {
  return judge_by([&](const sim::History& part) { return find_silence(part, availability); }, history);
}

}  // namespace lightcone::reports::checkers

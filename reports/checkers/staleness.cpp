#include "reports/checkers/staleness.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "reports/checkers/places.hpp"
#include "reports/checkers/sessions/register_history.hpp"
#include "reports/checkers/wording.hpp"

namespace lightcone::reports::checkers {

namespace {

constexpr std::uint32_t none = UINT32_MAX;

// What was certainly done to one key, and which reads are to be compared with it.
struct Key {
  std::vector<std::uint32_t> writes;  // acknowledged, positions by invocation
  std::vector<std::pair<std::uint32_t, std::uint32_t>>
      reads;  // position, and that of the write it found or none
};

class Staleness {
 public:
  Staleness(const sim::History& history, const StalenessBounds& bounds, const sim::Value& initial)
      : history_(history),
        bounds_(bounds),
        initial_(initial),
        findings_({"stale-read", "phantom", "dirty-read"}) {}

  Findings find() {
    for (const sim::Operation& operation : history_) {
      if (operation.invoke != sim::Operation::unordered) continue;
      findings_.not_judged(Verdict::unknown, "without times nothing says how old a value is");
      return std::move(findings_);
    }
    const RegisterHistory registers = read_registers(history_, initial_);
    if (registers.settled.verdict == Verdict::unknown) {
      findings_.not_judged(Verdict::unknown, registers.settled.summary);
    } else if (registers.settled.verdict == Verdict::violated) {
      findings_.add(registers.settled.anomaly, registers.settled.summary, registers.settled.operations);
    } else {
      for (const Key& key : by_key(registers)) judge_key(key);
      findings_.examined(fmt::format("{} within bounds", counted(reads_, "read")));
    }
    return std::move(findings_);
  }

 private:
  std::vector<Key> by_key(const RegisterHistory& registers) {
    std::vector<Key> keys(registers.keys);
    for (const RegisterStep& step : registers.steps) {
      Key& key = keys[step.key];
      if (!step.write) {
        key.reads.emplace_back(step.position,
                               step.source == none ? none : registers.steps[step.source].position);
      } else if (history_[step.position].outcome == sim::Outcome::ok) {
        key.writes.push_back(step.position);
      }
    }
    for (Key& key : keys) std::sort(key.writes.begin(), key.writes.end());
    return keys;
  }

  std::int64_t invoked(std::uint32_t i) const { return history_[i].invoke; }
  std::int64_t returned(std::uint32_t i) const { return history_[i].complete; }

  // The first place in `writes` whose invocation is after the write at `found` returned.
  std::size_t first_replacing(const std::vector<std::uint32_t>& writes, std::uint32_t found) const {
    if (found == none) return 0;
    const std::int64_t end = history_[found].outcome == sim::Outcome::ok ? returned(found) : INT64_MAX;
    return static_cast<std::size_t>(
        std::upper_bound(writes.begin(), writes.end(), end,
                         [&](std::int64_t time, std::uint32_t w) { return time < invoked(w); }) -
        writes.begin());
  }

  void judge_key(const Key& key) {
    reads_ += key.reads.size();
    if (bounds_.time) judge_times(key);
    if (bounds_.versions) judge_versions(key);
  }

  void judge_times(const Key& key) {
    // Of the writes from a place on, the one that returned first.
    std::vector<std::uint32_t> earliest(key.writes.size());
    for (std::size_t i = key.writes.size(); i-- > 0;) {
      const bool last = i + 1 == key.writes.size();
      earliest[i] =
          last || returned(key.writes[i]) < returned(earliest[i + 1]) ? key.writes[i] : earliest[i + 1];
    }
    for (const auto& [read, found] : key.reads) {
      const std::size_t from = first_replacing(key.writes, found);
      if (from == key.writes.size()) continue;
      const std::uint32_t by = earliest[from];
      if (invoked(read) <= returned(by) || invoked(read) - returned(by) <= *bounds_.time) continue;
      std::vector<std::size_t> witness{read, by};
      if (found != none) witness.push_back(found);
      findings_.add("stale-read",
                    fmt::format("{}, {} after {} had replaced it; allowed are {}", in_words(history_[read]),
                                in_time_units(invoked(read) - returned(by)), in_words(history_[by]),
                                in_time_units(*bounds_.time)),
                    std::move(witness));
    }
  }

  // Of each read: the writes that replaced what it found and returned before it began. Reads in the order of
  // invocation, writes entered as they return, at their place by invocation.
  void judge_versions(const Key& key) {
    std::vector<std::pair<std::int64_t, std::size_t>> ends;
    for (std::size_t i = 0; i < key.writes.size(); ++i) ends.emplace_back(returned(key.writes[i]), i);
    std::sort(ends.begin(), ends.end());
    std::vector<std::pair<std::uint32_t, std::uint32_t>> reads = key.reads;
    std::sort(reads.begin(), reads.end());
    Places done(key.writes.size());
    std::size_t entered = 0;
    for (const auto& [read, found] : reads) {
      for (; entered < ends.size() && ends[entered].first < invoked(read); ++entered)
        done.add(ends[entered].second, 1);
      const std::size_t from = first_replacing(key.writes, found);
      const auto newer = static_cast<std::uint64_t>(done.sum_below(key.writes.size()) - done.sum_below(from));
      if (newer <= *bounds_.versions) continue;
      std::vector<std::size_t> witness{read};
      if (found != none) witness.push_back(found);
      for (std::size_t i = from; i < key.writes.size() && witness.size() <= *bounds_.versions + 2; ++i) {
        if (returned(key.writes[i]) < invoked(read)) witness.push_back(key.writes[i]);
      }
      findings_.add("stale-read",
                    fmt::format("{}, which {} had replaced; allowed are {}", in_words(history_[read]),
                                counted(newer, "later version"), *bounds_.versions),
                    std::move(witness));
    }
  }

  const sim::History& history_;
  StalenessBounds bounds_;
  const sim::Value& initial_;
  Findings findings_;
  std::size_t reads_ = 0;
};

}  // namespace

Judgements check_staleness(const sim::History& history, const StalenessBounds& bounds,
                           const sim::Value& initial) {
  return judge_by([&](const sim::History& part) { return Staleness(part, bounds, initial).find(); }, history);
}

}  // namespace lightcone::reports::checkers

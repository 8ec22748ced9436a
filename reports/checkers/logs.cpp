#include "reports/checkers/logs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "reports/checkers/value_numbers.hpp"
#include "reports/checkers/wording.hpp"

namespace lightcone::reports::checkers {

namespace {

constexpr std::size_t none = SIZE_MAX;

// Somebody says that `entry` is at `position`.
struct Sighting {
  std::uint32_t log = 0;
  std::int64_t position = 0;
  std::uint32_t entry = 0;
  std::size_t operation = 0;
};

// A value appended to a log.
struct Entry {
  std::size_t append = none;
  std::uint32_t log = 0;
  std::int64_t position = -1;  // where it was first seen, an acknowledgement counting as well
  std::size_t positioned_by = none;
  bool delivered = false;               // by a read or poll
  std::int64_t last_shown = INT64_MIN;  // the latest end of a whole read that has it
};

// A process was delivered `before` and next `after`.
struct Skip {
  std::int64_t before = 0;
  std::int64_t after = 0;
  std::size_t first = none;
  std::size_t second = none;
};

struct Progress {
  std::int64_t position = -1;
  std::size_t by = none;
  std::size_t length = 0;  // of its last whole read
  std::size_t read = none;
};

class Logs {
 public:
  explicit Logs(const sim::History& history)
      : history_(history),
        findings_({"lost-write", "divergence", "duplicate-effect", "dirty-read", "phantom", "reorder",
                   "nonmonotonic"}) {}

  Findings find() {
    for (std::size_t i = 0; i < history_.size(); ++i) {
      const sim::Operation& operation = history_[i];
      if (operation.f != "append" && operation.f != "read" && operation.f != "poll") {
        findings_.not_judged(Verdict::unknown, fmt::format("\"{}\" is no operation of a log", operation.f));
        return std::move(findings_);
      }
      if (operation.f == "append") append(i);
    }
    for (std::size_t i = 0; i < history_.size(); ++i) {
      const sim::Operation& operation = history_[i];
      if (operation.outcome != sim::Outcome::ok || operation.f == "append") continue;
      const std::uint32_t log = log_of(operation);
      if (operation.f == "poll") {
        poll(log, i);
      } else if (!operation.value.is_null()) {
        read_at(log, i);
      } else {
        read_all(log, i);
      }
    }
    compare_positions();
    find_duplicates();
    find_reorders();
    find_lost_to_reads();
    find_lost_to_polls();
    findings_.examined(
        fmt::format("{}, {}", counted(entries_.size(), "entry"), counted(sightings_.size(), "sighting")));
    return std::move(findings_);
  }

 private:
  std::uint32_t log_of(const sim::Operation& operation) {
    const std::uint32_t log = logs_.insert(0, operation.key);
    if (log == reads_.size()) {
      reads_.emplace_back();
      skips_.emplace_back();
    }
    return log;
  }

  std::string words(std::uint32_t entry) const { return in_words(history_[entries_[entry].append].value); }

  void append(std::size_t i) {
    const sim::Operation& operation = history_[i];
    const std::uint32_t log = log_of(operation);
    const std::uint32_t number = values_.insert(log, operation.value);
    if (number == entries_.size()) {
      entries_.emplace_back();
      entries_.back().log = log;
    }
    Entry& entry = entries_[number];
    // Of several tries to append a value the one that is known to have happened counts.
    const auto rank = [&](std::size_t each) {
      return history_[each].outcome == sim::Outcome::ok     ? 2
             : history_[each].outcome == sim::Outcome::info ? 1
                                                            : 0;
    };
    if (entry.append == none || rank(i) > rank(entry.append)) entry.append = i;
    const std::int64_t* position = operation.result.as_int();
    if (operation.outcome == sim::Outcome::ok && position != nullptr) sight(number, *position, i);
  }

  void sight(std::uint32_t number, std::int64_t position, std::size_t by) {
    Entry& entry = entries_[number];
    sightings_.push_back({entry.log, position, number, by});
    if (entry.positioned_by != none) return;
    entry.position = position;
    entry.positioned_by = by;
  }

  // Nullopt (none) for what nobody appended.
  std::uint32_t deliver(std::uint32_t log, std::int64_t position, const sim::Value& value, std::size_t i) {
    const std::uint32_t number = values_.find(log, value);
    if (number == ValueNumbers::none) {
      findings_.add("phantom",
                    fmt::format("{} was read at {}, but never appended", in_words(value), position), {i});
      return number;
    }
    Entry& entry = entries_[number];
    entry.delivered = true;
    if (history_[entry.append].outcome == sim::Outcome::fail)
      findings_.add("dirty-read",
                    fmt::format("{} was read at {}, but its append failed", in_words(value), position),
                    {entry.append, i});
    sight(number, position, i);
    return number;
  }

  void read_all(std::uint32_t log, std::size_t i) {
    const sim::ValueList* values = history_[i].result.as_list();
    if (values == nullptr) return;
    for (std::size_t at = 0; at < values->size(); ++at) {
      const std::uint32_t number = deliver(log, static_cast<std::int64_t>(at), (*values)[at], i);
      if (number != ValueNumbers::none)
        entries_[number].last_shown = std::max(entries_[number].last_shown, history_[i].complete);
    }
    reads_[log].push_back(i);
    Progress& progress = progress_[{log, history_[i].process}];
    if (progress.read != none && values->size() < progress.length)
      findings_.add("nonmonotonic",
                    fmt::format("process {} read {} and later only {}", history_[i].process,
                                counted(progress.length, "value"), values->size()),
                    {progress.read, i});
    progress.length = values->size();
    progress.read = i;
  }

  void read_at(std::uint32_t log, std::size_t i) {
    const std::int64_t* position = history_[i].value.as_int();
    if (position != nullptr && !history_[i].result.is_null()) deliver(log, *position, history_[i].result, i);
  }

  void poll(std::uint32_t log, std::size_t i) {
    const sim::ValueList* pairs = history_[i].result.as_list();
    if (pairs == nullptr) return;
    Progress& progress = progress_[{log, history_[i].process}];
    for (const sim::Value& each : *pairs) {
      const sim::ValueList* pair = each.as_list();
      if (pair == nullptr || pair->size() != 2 || (*pair)[0].as_int() == nullptr) continue;
      const std::int64_t position = *(*pair)[0].as_int();
      deliver(log, position, (*pair)[1], i);
      if (progress.by != none && position <= progress.position) {
        findings_.add("nonmonotonic",
                      fmt::format("process {} was delivered position {} after {}", history_[i].process,
                                  position, progress.position),
                      {progress.by, i});
      } else if (progress.by != none && position > progress.position + 1) {
        skips_[log].push_back({progress.position, position, progress.by, i});
      }
      progress.position = position;
      progress.by = i;
    }
  }

  void compare_positions() {
    std::sort(sightings_.begin(), sightings_.end(), [](const Sighting& a, const Sighting& b) {
      return std::tuple(a.log, a.position, a.operation, a.entry) <
             std::tuple(b.log, b.position, b.operation, b.entry);
    });
    for (std::size_t i = 1; i < sightings_.size(); ++i) {
      const Sighting& a = sightings_[i - 1];
      const Sighting& b = sightings_[i];
      if (a.log != b.log || a.position != b.position || a.entry == b.entry) continue;
      findings_.add(
          "divergence",
          fmt::format("position {} is {} to process {} and {} to process {}", a.position, words(a.entry),
                      history_[a.operation].process, words(b.entry), history_[b.operation].process),
          {a.operation, b.operation, entries_[a.entry].append, entries_[b.entry].append});
    }
  }

  void find_duplicates() {
    for (const Sighting& each : sightings_) {
      const Entry& entry = entries_[each.entry];
      if (each.position == entry.position) continue;
      findings_.add("duplicate-effect",
                    fmt::format("{} is at {} and at {}", words(each.entry), entry.position, each.position),
                    {entry.append, entry.positioned_by, each.operation});
    }
  }

  bool acknowledged(const Entry& entry) const { return history_[entry.append].outcome == sim::Outcome::ok; }
  bool timed(const Entry& entry) const { return history_[entry.append].invoke != sim::Operation::unordered; }

  // Of each log: among the appends that returned before one was invoked, the one furthest on.
  void find_reorders() {
    std::vector<std::uint32_t> by_invocation;
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
      if (acknowledged(entries_[i]) && entries_[i].positioned_by != none && timed(entries_[i]))
        by_invocation.push_back(i);
    }
    std::vector<std::uint32_t> by_return = by_invocation;
    const auto of = [&](std::uint32_t i) -> const sim::Operation& { return history_[entries_[i].append]; };
    std::sort(by_invocation.begin(), by_invocation.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(of(a).invoke, a) < std::pair(of(b).invoke, b);
    });
    std::sort(by_return.begin(), by_return.end(), [&](std::uint32_t a, std::uint32_t b) {
      return std::pair(of(a).complete, a) < std::pair(of(b).complete, b);
    });
    std::vector<std::uint32_t> furthest(reads_.size(), ValueNumbers::none);
    std::size_t returned = 0;
    for (const std::uint32_t later : by_invocation) {
      for (; returned < by_return.size() && of(by_return[returned]).complete < of(later).invoke; ++returned) {
        std::uint32_t& far = furthest[entries_[by_return[returned]].log];
        if (far == ValueNumbers::none || entries_[by_return[returned]].position > entries_[far].position)
          far = by_return[returned];
      }
      const std::uint32_t earlier = furthest[entries_[later].log];
      if (earlier == ValueNumbers::none || entries_[earlier].position <= entries_[later].position) continue;
      findings_.add(
          "reorder",
          fmt::format("{} was appended after {} had been acknowledged, but is at {}, before {}", words(later),
                      words(earlier), entries_[later].position, entries_[earlier].position),
          {entries_[later].append, entries_[later].positioned_by, entries_[earlier].append,
           entries_[earlier].positioned_by});
    }
  }

  void find_lost_to_reads() {
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      if (!acknowledged(entry) || !timed(entry) || reads_[entry.log].empty()) continue;
      const std::size_t last = reads_[entry.log].back();
      const sim::Operation& read = history_[last];
      if (read.invoke <= history_[entry.append].complete || read.invoke <= entry.last_shown) continue;
      findings_.add("lost-write",
                    fmt::format("{} was acknowledged, but the read of process {} at {} does not have it",
                                words(i), read.process, read.invoke),
                    {entry.append, last});
    }
  }

  void find_lost_to_polls() {
    std::vector<std::vector<std::uint32_t>> unseen(reads_.size());
    for (std::uint32_t i = 0; i < entries_.size(); ++i) {
      const Entry& entry = entries_[i];
      if (acknowledged(entry) && !entry.delivered && entry.positioned_by != none)
        unseen[entry.log].push_back(i);
    }
    for (std::uint32_t log = 0; log < unseen.size(); ++log) {
      const auto before = [&](std::uint32_t a, std::uint32_t b) {
        return std::pair(entries_[a].position, a) < std::pair(entries_[b].position, b);
      };
      std::sort(unseen[log].begin(), unseen[log].end(), before);
      for (const Skip& skip : skips_[log]) {
        auto lost =
            std::upper_bound(unseen[log].begin(), unseen[log].end(), skip.before,
                             [&](std::int64_t p, std::uint32_t i) { return p < entries_[i].position; });
        for (; lost != unseen[log].end() && entries_[*lost].position < skip.after; ++lost) {
          const sim::Operation& append = history_[entries_[*lost].append];
          if (timed(entries_[*lost]) && append.complete >= history_[skip.second].invoke) continue;
          findings_.add("lost-write",
                        fmt::format("{} was acknowledged at {}, but process {} was delivered {} and then {}, "
                                    "and nobody reads it",
                                    words(*lost), entries_[*lost].position, history_[skip.second].process,
                                    skip.before, skip.after),
                        {entries_[*lost].append, skip.first, skip.second});
        }
      }
    }
  }

  const sim::History& history_;
  Findings findings_;
  ValueNumbers logs_;
  ValueNumbers values_;
  std::vector<Entry> entries_;
  std::vector<Sighting> sightings_;
  std::vector<std::vector<std::size_t>> reads_;  // whole ones, by log
  std::vector<std::vector<Skip>> skips_;
  std::map<std::pair<std::uint32_t, std::int64_t>, Progress> progress_;  // by log and process
};

}  // namespace

Judgements check_log(const sim::History& history) {
  return judge_by([](const sim::History& part) { return Logs(part).find(); }, history);
}

}  // namespace lightcone::reports::checkers

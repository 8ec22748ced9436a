#include "reports/checkers/sets.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "reports/checkers/value_numbers.hpp"
#include "reports/checkers/wording.hpp"

namespace lightcone::reports::checkers {

namespace {

constexpr std::size_t none = SIZE_MAX;
constexpr std::int64_t never = INT64_MAX;

struct Element {
  std::size_t add = none;           // the acknowledged addition; if none is, any that did not fail; or any
  std::int64_t added_from = never;  // no read can have it that ended before
  std::int64_t known_from = never;
  std::size_t shown_by = none;          // the read that first made it known, when no acknowledgement did
  std::int64_t last_shown = INT64_MIN;  // the latest end of a read that has it
  std::vector<std::uint32_t> reads;     // those that have it, as places among the reads of the key
};

class Sets {
 public:
  Sets(const sim::History& history, const SetOptions& options)
      : history_(history),
        options_(options),
        findings_({"lost-write", "phantom", "dirty-read", "duplicate-effect", "stale-read"}) {}

  Findings find() {
    for (std::size_t i = 0; i < history_.size(); ++i) {
      const sim::Operation& operation = history_[i];
      if (operation.invoke == sim::Operation::unordered)
        return refused("without times nothing says which reads come after an addition");
      if (operation.f != "add" && operation.f != "read")
        return refused(fmt::format("\"{}\" is neither an addition nor a read of a growing set", operation.f));
      const std::uint32_t key = keys_.insert(0, operation.key);
      if (key == reads_.size()) reads_.emplace_back();
      if (operation.f == "add") {
        add(key, i);
      } else if (operation.outcome == sim::Outcome::ok && operation.result.as_list() != nullptr) {
        reads_[key].push_back(i);
      }
    }
    std::size_t reads = 0;
    for (std::uint32_t key = 0; key < reads_.size(); ++key) {
      reads += reads_[key].size();
      for (std::uint32_t at = 0; at < reads_[key].size(); ++at) read(key, at);
    }
    for (const Element& element : elements_) follow(element);
    findings_.examined(fmt::format("{} and {}; {} recovered", counted(elements_.size(), "element"),
                                   counted(reads, "read"), recovered_));
    if (reads == 0) findings_.not_judged(Verdict::invalid, "no read tells what became of what was added");
    return std::move(findings_);
  }

 private:
  Findings refused(std::string why) {
    findings_.not_judged(Verdict::unknown, std::move(why));
    return std::move(findings_);
  }

  void add(std::uint32_t key, std::size_t i) {
    const sim::Operation& operation = history_[i];
    const std::uint32_t number = numbers_.insert(key, operation.value);
    if (number == elements_.size()) {
      elements_.emplace_back();
      key_of_.push_back(key);
    }
    Element& element = elements_[number];
    const auto rank = [&](std::size_t add) {
      return history_[add].outcome == sim::Outcome::ok     ? 2
             : history_[add].outcome == sim::Outcome::info ? 1
                                                           : 0;
    };
    // Of several additions that one which is known first: it alone shows what the others show.
    const auto is_better = [&](std::size_t add) {
      if (rank(i) != rank(add)) return rank(i) > rank(add);
      return operation.outcome == sim::Outcome::ok && operation.complete < history_[add].complete;
    };
    if (element.add == none || is_better(element.add)) element.add = i;
    element.added_from = std::min(element.added_from, operation.invoke);
    if (operation.outcome == sim::Outcome::ok)
      element.known_from = std::min(element.known_from, operation.complete);
  }

  void read(std::uint32_t key, std::uint32_t at) {
    const std::size_t i = reads_[key][at];
    const sim::Operation& operation = history_[i];
    for (const sim::Value& value : *operation.result.as_list()) {
      const std::uint32_t number = numbers_.find(key, value);
      if (number == ValueNumbers::none) {
        findings_.add("phantom", fmt::format("{} was read, but never added", in_words(value)), {i});
        continue;
      }
      Element& element = elements_[number];
      if (history_[element.add].outcome == sim::Outcome::fail)
        findings_.add("dirty-read", fmt::format("{} was read, but its addition failed", in_words(value)),
                      {element.add, i});
      if (operation.complete < element.added_from)
        findings_.add("phantom", fmt::format("{} was read before anybody added it", in_words(value)),
                      {element.add, i});
      if (!element.reads.empty() && element.reads.back() == at) {
        findings_.add("duplicate-effect", fmt::format("{} is twice in what was read", in_words(value)),
                      {element.add, i});
        continue;
      }
      element.reads.push_back(at);
      element.last_shown = std::max(element.last_shown, operation.complete);
      if (operation.complete < element.known_from) {
        element.known_from = operation.complete;
        element.shown_by = i;
      }
    }
  }

  // The last read that begins after the element is known and does not have it.
  void follow(const Element& element) {
    if (history_[element.add].outcome == sim::Outcome::info && !element.reads.empty()) ++recovered_;
    if (element.known_from == never || history_[element.add].outcome == sim::Outcome::fail) return;
    const std::vector<std::size_t>& reads =
        reads_[key_of_[static_cast<std::size_t>(&element - elements_.data())]];
    std::size_t missing = reads.size();
    for (std::size_t shown = element.reads.size(); missing > 0; --shown, --missing) {
      if (shown == 0 || element.reads[shown - 1] != missing - 1) break;
    }
    if (missing == 0) return;
    const std::size_t at = reads[missing - 1];
    const sim::Operation& read = history_[at];
    if (read.invoke <= element.known_from) return;
    std::vector<std::size_t> witness{element.add, at};
    if (element.shown_by != none) witness.push_back(element.shown_by);
    const std::string value = in_words(history_[element.add].value);
    if (read.invoke > element.last_shown) {
      findings_.add("lost-write",
                    fmt::format("{} was known to be there, but {} does not have it, nor has any later read",
                                value, where(at)),
                    std::move(witness));
    } else if (options_.stale_for && read.invoke - element.known_from > *options_.stale_for) {
      for (const std::uint32_t shown : element.reads) {
        if (history_[reads[shown]].complete == element.last_shown) witness.push_back(reads[shown]);
      }
      findings_.add("stale-read",
                    fmt::format("{} was still missing {} after it was known, from {}", value,
                                read.invoke - element.known_from, where(at)),
                    std::move(witness));
    }
  }

  std::string where(std::size_t i) const {
    return fmt::format("the read of process {} at {}", history_[i].process, history_[i].invoke);
  }

  const sim::History& history_;
  SetOptions options_;
  Findings findings_;
  ValueNumbers keys_;
  ValueNumbers numbers_;
  std::vector<Element> elements_;
  std::vector<std::uint32_t> key_of_;
  std::vector<std::vector<std::size_t>> reads_;  // by key, in the order of invocation
  std::size_t recovered_ = 0;
};

}  // namespace

Judgements check_set(const sim::History& history, const SetOptions& options) {
  return judge_by([&](const sim::History& part) { return Sets(part, options).find(); }, history);
}

}  // namespace lightcone::reports::checkers

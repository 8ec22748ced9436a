#include "reports/checkers/linearizability/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "reports/checkers/linearizability/narration.hpp"

namespace lightcone::reports::checkers {
namespace {

constexpr std::uint32_t none = Op::never;

// The value that an operation saw, or else wrote.
ValueId value_of(const Op& op) {
  if (op.verb == Verb::read) return op.answer;
  return op.verb == Verb::compare_and_set ? op.other : op.value;
}

// The operation of another outcome than ok or info that would have written what `read` found, if there is
// one. What a client calls failed must never take effect; a client that does not know has to say `info`.
std::optional<std::size_t> failed_writer(const sim::History& history, const sim::Operation& read) {
  if (read.result.is_null()) return std::nullopt;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const sim::Operation& other = history[i];
    if (other.outcome != sim::Outcome::fail || other.key != read.key) continue;
    const sim::ValueList* pair = other.value.as_list();
    const bool swaps = pair != nullptr && pair->size() == 2 && (*pair)[1] == read.result;
    if (swaps || other.value == read.result) return i;
  }
  return std::nullopt;
}

Step told_of_failure(const sim::Operation& writer, std::size_t at, std::size_t read) {
  return {fmt::format("{} would have written it, and ended as failed: it took effect all the same. Whoever "
                      "got no answer does not know that it failed, and has to say so",
                      named(writer)),
          {at, read}};
}

class ZoneStory {
 public:
  ZoneStory(const ZoneConflict& conflict, Part part, const sim::History& history, const Object& object)
      : conflict_(conflict), part_(part), history_(history), object_(object) {}

  Explanation tell() {
    switch (conflict_.kind) {
      case ZoneConflict::Kind::never_written:
        tell_never_written();
        break;
      case ZoneConflict::Kind::from_the_future:
        explanation_.anomaly = "nonlinearizable";
        say(fmt::format("{} ended before {} began", the(conflict_.earlier), the(conflict_.later)),
            {conflict_.earlier, conflict_.later});
        say(fmt::format("yet what {} saw came after {}", the(conflict_.earlier), the(conflict_.later)),
            {conflict_.earlier, conflict_.later});
        break;
      case ZoneConflict::Kind::taken_twice:
        explanation_.anomaly = "lost-update";
        say(fmt::format("{} and {} both replaced the same value", the(conflict_.earlier),
                        the(conflict_.later)),
            {conflict_.earlier, conflict_.later});
        say("it was written once, so after the first of them it was gone",
            {conflict_.earlier, conflict_.later});
        break;
      case ZoneConflict::Kind::circle:
        explanation_.anomaly = "nonlinearizable";
        say(fmt::format("{} replaced a value that could only come from its own", the(conflict_.later)),
            {conflict_.later});
        break;
      case ZoneConflict::Kind::interleaved:
        tell_interleaved();
        break;
    }
    explanation_.summary =
        explanation_.reason.size() < 2
            ? explanation_.reason.front().text
            : fmt::format("{}: {}", the(conflict_.later == none ? conflict_.last : subject()),
                          verdict_text());
    return std::move(explanation_);
  }

 private:
  std::uint32_t subject() const {
    return conflict_.kind == ZoneConflict::Kind::interleaved ? conflict_.last : conflict_.later;
  }

  std::string verdict_text() const {
    switch (conflict_.kind) {
      case ZoneConflict::Kind::never_written:
        return "it saw what a failed operation would have written";
      case ZoneConflict::Kind::from_the_future:
        return "what was seen of it had been seen before it began";
      case ZoneConflict::Kind::taken_twice:
        return "the value it replaced was gone";
      default:
        break;
    }
    if (explanation_.anomaly == "lost-write") return "an acknowledged write was never seen";
    if (explanation_.anomaly == "duplicate-effect")
      return "a value that had been replaced came back for good";
    return "what it saw had been replaced before it began";
  }

  const sim::Operation& at(std::uint32_t op) const { return history_[part_[op].index]; }
  std::string the(std::uint32_t op) const { return op == none ? "the initial value" : named(at(op)); }

  void say(std::string text, const std::vector<std::uint32_t>& ops) {
    Step step;
    step.text = std::move(text);
    for (const std::uint32_t op : ops) {
      if (op != none) step.operations.push_back(part_[op].index);
    }
    explanation_.reason.push_back(std::move(step));
  }

  void tell_never_written() {
    explanation_.anomaly = "phantom";
    say(fmt::format("{} saw a value that no operation wrote and that was not there at the start",
                    the(conflict_.later)),
        {conflict_.later});
    const auto writer = failed_writer(history_, at(conflict_.later));
    if (!writer) return;
    explanation_.anomaly = "nonlinearizable";
    explanation_.reason.push_back(told_of_failure(history_[*writer], *writer, part_[conflict_.later].index));
  }

  // `first`, `last`: one value (or a chain of values, each replaced by who saw it); `earlier`, `later`:
  // another.
  void tell_interleaved() {
    const auto& [kind, earlier, later, first, last] = conflict_;
    explanation_.anomaly = classify();
    say(first == none ? fmt::format("the initial value {} was there before {} began", shown(object_.initial),
                                    the(later))
                      : fmt::format("{} ended before {} began", the(first), the(later)),
        {first, later});
    say(earlier == none ? "the other is the initial value, which comes before all"
                        : fmt::format("{} ended before {} began", the(earlier), the(last)),
        {earlier, last});
    if (first != none && value_of(part_[first]) == value_of(part_[last]) && part_[last].verb == Verb::read) {
      say(fmt::format("so {} returned a value that had been overwritten, and that was written only once",
                      the(last)),
          {last});
    } else {
      say(fmt::format("so the value of {} was replaced before {}, which still saw it or what came from it",
                      the(first), the(last)),
          {first, last});
    }
  }

  // Which of the usual mistakes looks like this. All are violations; the name only says what it looks like.
  std::string classify() const {
    if (part_[conflict_.last].verb != Verb::read || conflict_.earlier == none) return "nonlinearizable";
    const ValueId outer = part_[conflict_.last].answer;
    const ValueId inner = value_of(part_[conflict_.later]);
    const std::uint32_t inner_end = part_[conflict_.earlier].end;
    bool inner_seen = false;
    std::size_t outer_seen_since = 0;
    for (const Op& op : part_) {
      if (op.verb != Verb::read) {
        if (op.must && op.begin > part_[conflict_.last].end) return "stale-read";
        continue;
      }
      if (op.answer == inner) {
        if (op.begin > part_[conflict_.last].begin) return "stale-read";
        inner_seen = true;
      }
      if (op.answer == outer && op.begin > inner_end) ++outer_seen_since;
      if (op.answer != outer && op.answer != inner && op.begin > part_[conflict_.last].begin)
        return "stale-read";
    }
    if (outer_seen_since < 2) return "stale-read";
    return inner_seen ? "duplicate-effect" : "lost-write";
  }

  const ZoneConflict& conflict_;
  Part part_;
  const sim::History& history_;
  const Object& object_;
  Explanation explanation_;
};

bool holds_elements(Shape shape) {
  return shape == Shape::fifo_queue || shape == Shape::unordered_queue || shape == Shape::priority_queue ||
         shape == Shape::stack;
}

std::size_t count_inserts(Part part, ValueId element) {
  return static_cast<std::size_t>(std::ranges::count_if(
      part, [&](const Op& op) { return op.verb == Verb::insert && op.value == element; }));
}

std::string name_of_search_anomaly(const std::vector<std::uint32_t>& kept, std::uint32_t stuck, Part part,
                                   const Object& object) {
  if (object.shape == Shape::mutex || object.shape == Shape::fenced_lock) {
    const auto acquired = std::ranges::count_if(kept, [&](std::uint32_t op) {
      return part[op].verb == Verb::acquire && !(part[op].answered && part[op].answer == Values::no);
    });
    return acquired > 1 ? "mutex-violation" : "nonlinearizable";
  }
  if (holds_elements(object.shape)) {
    for (const std::uint32_t op : kept) {
      if (part[op].verb != Verb::take || part[op].answer == Values::null) continue;
      const auto taken = std::ranges::count_if(kept, [&](std::uint32_t other) {
        return part[other].verb == Verb::take && part[other].answer == part[op].answer;
      });
      if (object.initial.as_list() != nullptr && !object.initial.as_list()->empty()) break;
      const std::size_t inserted = count_inserts(part, part[op].answer);
      if (inserted == 0) return "phantom";
      if (static_cast<std::size_t>(taken) > inserted) return "duplicate-effect";
    }
  }
  if (object.shape == Shape::plain_register || object.shape == Shape::cas_register ||
      object.shape == Shape::key_value) {
    if (part[stuck].verb != Verb::read) return "nonlinearizable";
    const bool changes = std::ranges::any_of(
        part, [](const Op& op) { return op.verb == Verb::append || op.verb == Verb::increment; });
    const auto wrote = [&](const Op& op) {
      return op.verb != Verb::read && op.verb != Verb::append && value_of(op) == part[stuck].answer;
    };
    if (changes) return "nonlinearizable";
    if (std::ranges::none_of(part, wrote)) return kept.size() == 1 ? "phantom" : "stale-read";
    if (std::ranges::all_of(part, [&](const Op& op) { return !wrote(op) || op.end < part[stuck].begin; }))
      return "stale-read";
  }
  return "nonlinearizable";
}

}  // namespace

Explanation explained(const ZoneConflict& conflict, Part part, const sim::History& history,
                      const Object& object) {
  return ZoneStory(conflict, part, history, object).tell();
}

Explanation explained(const std::vector<std::uint32_t>& kept, std::uint32_t stuck,
                      const std::vector<sim::Value>& instead, Part part, const sim::History& history,
                      const Object& object) {
  constexpr std::size_t longest = 20;
  Explanation explanation;
  explanation.anomaly = name_of_search_anomaly(kept, stuck, part, object);
  const auto the = [&](std::uint32_t op) { return named(history[part[op].index]); };
  for (std::size_t i = 0; i < kept.size() && i < longest; ++i) {
    std::string text = the(kept[i]);
    std::vector<std::size_t> before;
    for (std::size_t j = 0; j < i; ++j) {
      if (part[kept[j]].end < part[kept[i]].begin) before.push_back(part[kept[j]].index);
    }
    if (i > 0) {
      if (before.size() == i) {
        text += ", which began when all of the above had ended";
      } else if (before.empty()) {
        text += ", which overlaps all of the above";
      } else {
        text += fmt::format(", which began when operation{} {} had ended", before.size() == 1 ? "" : "s",
                            fmt::join(before, ", "));
      }
    }
    explanation.reason.push_back({std::move(text), {part[kept[i]].index}});
  }
  std::string end = kept.size() == 1 ? "nothing explains it, whatever else took effect"
                                     : "no order of these explains all answers, whatever else took effect";
  if (!instead.empty()) {
    end += "; in its place could stand";
    for (std::size_t i = 0; i < instead.size(); ++i)
      end += fmt::format("{} {}", i == 0 ? "" : ",", shown(instead[i]));
  }
  explanation.reason.push_back({end, {part[stuck].index}});
  explanation.summary = fmt::format("{}: no order of the operations explains it", the(stuck));
  if (explanation.anomaly != "phantom") return explanation;
  if (const auto writer = failed_writer(history, history[part[stuck].index])) {
    explanation.anomaly = "nonlinearizable";
    explanation.reason.push_back(told_of_failure(history[*writer], *writer, part[stuck].index));
  }
  return explanation;
}

}  // namespace lightcone::reports::checkers

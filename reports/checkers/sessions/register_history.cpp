#include "reports/checkers/sessions/register_history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "reports/checkers/value_numbers.hpp"
#include "reports/checkers/wording.hpp"

namespace lightcone::reports::checkers {

namespace {

enum class Verb : std::uint8_t { read, write, other };

Verb verb_of(const sim::Operation& operation) {
  if (operation.f == "read" || operation.f == "get") return Verb::read;
  return operation.f == "write" || operation.f == "put" ? Verb::write : Verb::other;
}

class Reader {
 public:
  Reader(const sim::History& history, const sim::Value& initial) : history_(history), initial_(initial) {}

  RegisterHistory read() {
    if (number_writes() && mark_read_writes()) lay_out();
    return std::move(out_);
  }

 private:
  bool is_initial(const sim::Value& value) const { return value.is_null() || value == initial_; }

  bool settle(Verdict verdict, std::string anomaly, std::string summary,
              std::vector<std::size_t> operations) {
    out_.settled.verdict = verdict;
    out_.settled.anomaly = std::move(anomaly);
    out_.settled.summary = std::move(summary);
    std::sort(operations.begin(), operations.end());
    out_.settled.reason.push_back({out_.settled.summary, operations});
    out_.settled.operations = std::move(operations);
    return false;
  }

  // Which write wrote a value of a key: one only, or no read tells what it saw.
  bool number_writes() {
    key_.resize(history_.size());
    write_of_.reserve(history_.size());
    for (std::size_t i = 0; i < history_.size(); ++i) {
      const sim::Operation& operation = history_[i];
      key_[i] = keys_.insert(0, operation.key);
      const Verb verb = verb_of(operation);
      if (verb == Verb::other)
        return settle(Verdict::unknown, {},
                      fmt::format("\"{}\" is neither a read nor a write of a register", operation.f), {i});
      if (verb == Verb::read) continue;
      if (is_initial(operation.value))
        return settle(Verdict::unknown, {},
                      "a write of the initial value: reads of it do not tell what they saw", {i});
      const std::uint32_t number = written_.insert(key_[i], operation.value);
      if (number == write_of_.size()) {
        write_of_.push_back(i);
      } else if (operation.outcome != sim::Outcome::fail) {
        if (history_[write_of_[number]].outcome != sim::Outcome::fail)
          return settle(Verdict::unknown, {},
                        fmt::format("{} is written twice: reads of it do not tell what they saw",
                                    in_words(operation.value)),
                        {write_of_[number], i});
        write_of_[number] = i;
      }
    }
    out_.keys = keys_.size();
    return true;
  }

  bool mark_read_writes() {
    seen_.assign(history_.size(), false);
    for (std::size_t i = 0; i < history_.size(); ++i) {
      const sim::Operation& read = history_[i];
      if (verb_of(read) != Verb::read || read.outcome != sim::Outcome::ok || is_initial(read.result))
        continue;
      const std::uint32_t number = written_.find(key_[i], read.result);
      if (number == ValueNumbers::none)
        return settle(Verdict::violated, "phantom", fmt::format("{}: nobody wrote that", in_words(read)),
                      {i});
      const std::size_t writer = write_of_[number];
      if (history_[writer].outcome == sim::Outcome::fail)
        return settle(Verdict::violated, "dirty-read",
                      fmt::format("{}: that is of {}", in_words(read), in_words(history_[writer])),
                      {writer, i});
      seen_[writer] = true;
    }
    return true;
  }

  // Sessions side by side; writes of unknown outcome that were seen come after them, each alone.
  void lay_out() {
    std::map<std::int64_t, std::vector<std::uint32_t>> sessions;
    for (std::size_t i = 0; i < history_.size(); ++i) {
      const bool tells = history_[i].outcome == sim::Outcome::ok || seen_[i];
      if (tells) sessions[history_[i].process].push_back(static_cast<std::uint32_t>(i));
    }
    step_of_.assign(history_.size(), RegisterStep::initial);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> alone;  // position, and the step before it
    out_.first.push_back(0);
    for (const auto& [process, positions] : sessions) {
      for (const std::uint32_t i : positions) {
        const bool begins = out_.first.back() == out_.steps.size();
        if (history_[i].outcome == sim::Outcome::ok) {
          push(i);
        } else {
          alone.emplace_back(
              i, begins ? RegisterStep::initial : static_cast<std::uint32_t>(out_.steps.size() - 1));
        }
      }
      end_session(RegisterStep::initial);
    }
    for (const auto& [position, before] : alone) {
      push(position);
      end_session(before);
    }
    for (RegisterStep& step : out_.steps) {
      const sim::Operation& operation = history_[step.position];
      if (step.write || is_initial(operation.result)) continue;
      step.source = step_of_[write_of_[written_.find(step.key, operation.result)]];
    }
  }

  void push(std::uint32_t position) {
    step_of_[position] = static_cast<std::uint32_t>(out_.steps.size());
    RegisterStep step;
    step.position = position;
    step.session = static_cast<std::uint32_t>(out_.first.size() - 1);
    step.key = key_[position];
    step.write = verb_of(history_[position]) == Verb::write;
    out_.steps.push_back(step);
  }

  void end_session(std::uint32_t begun_after) {
    if (out_.first.back() == out_.steps.size()) return;
    out_.first.push_back(static_cast<std::uint32_t>(out_.steps.size()));
    out_.begun_after.push_back(begun_after);
  }

  const sim::History& history_;
  const sim::Value& initial_;
  ValueNumbers keys_;
  ValueNumbers written_;
  std::vector<std::uint32_t> key_;
  std::vector<std::size_t> write_of_;
  std::vector<bool> seen_;
  std::vector<std::uint32_t> step_of_;
  RegisterHistory out_;
};

}  // namespace

RegisterHistory read_registers(const sim::History& history, const sim::Value& initial) {
  return Reader(history, initial).read();
}

}  // namespace lightcone::reports::checkers

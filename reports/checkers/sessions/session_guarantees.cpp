#include "reports/checkers/sessions/session_guarantees.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <utility>

#include "reports/checkers/sessions/order_graph.hpp"
#include "reports/checkers/sessions/register_history.hpp"
#include "reports/checkers/sessions/visibility.hpp"
#include "reports/checkers/witness.hpp"
#include "reports/checkers/wording.hpp"

namespace lightcone::reports::checkers {

namespace {

constexpr std::uint32_t none = UINT32_MAX;
constexpr std::array<std::pair<std::string_view, SessionGuarantee>, 6> names = {{
    {"RYW", SessionGuarantee::read_your_writes},
    {"MR", SessionGuarantee::monotonic_reads},
    {"MW", SessionGuarantee::monotonic_writes},
    {"WFR", SessionGuarantee::writes_follow_reads},
    {"PRAM", SessionGuarantee::pram},
    {"CAUSAL", SessionGuarantee::causal},
}};

std::string anomaly_of(SessionGuarantee guarantee) {
  if (guarantee == SessionGuarantee::read_your_writes) return "stale-read";
  return guarantee == SessionGuarantee::monotonic_reads ? "nonmonotonic" : "reorder";
}

using Cycle = std::vector<OrderGraph::Edge>;

// One history, one guarantee. The answer's witness explains itself but need not be the smallest.
class Examination {
 public:
  Examination(const sim::History& history, SessionGuarantee guarantee, const sim::Value& initial,
              const Budget& budget)
      : history_(history),
        guarantee_(guarantee),
        budget_(budget),
        registers_(read_registers(history, initial)) {}

  Judgement judge() {
    if (registers_.settled.verdict != Verdict::held) return registers_.settled;
    const auto steps = static_cast<std::uint32_t>(registers_.steps.size());
    OrderGraph happens_before(steps);
    add_happens_before(registers_, happens_before);
    judgement_.steps = happens_before.edges();
    if (const Cycle cycle = happens_before.find_cycle(); !cycle.empty()) return circular(cycle);
    if (too_much()) return judgement_;
    OrderGraph graph(steps);
    const std::optional<Unseen> unseen = see(graph);
    judgement_.steps += graph.edges();
    if (unseen) return not_seen(*unseen);
    if (const Cycle cycle = graph.find_cycle(); !cycle.empty()) return contradiction(cycle);
    judgement_.summary = fmt::format("{}: {} in {} leave an order of all writes", to_string(guarantee_),
                                     counted(steps, "operation"), counted(registers_.sessions(), "session"));
    return judgement_;
  }

 private:
  bool too_much() {
    if (guarantee_ != SessionGuarantee::causal) return false;
    const std::uint64_t sessions = registers_.sessions();
    const std::uint64_t work = registers_.steps.size() * (sessions / 64 + 1);
    if (sessions * sessions * 8 <= budget_.bytes && work <= budget_.steps) return false;
    judgement_.verdict = Verdict::unknown;
    judgement_.summary =
        fmt::format("the causes of {} in {} take more than the budget",
                    counted(registers_.steps.size(), "operation"), counted(sessions, "session"));
    return true;
  }

  std::optional<Unseen> see(OrderGraph& graph) const {
    switch (guarantee_) {
      case SessionGuarantee::read_your_writes:
        return see_own_writes(registers_, graph);
      case SessionGuarantee::monotonic_reads:
        return see_earlier_reads(registers_, graph);
      // Alone, these say only that what a read found, and what came before that, may be ordered as it
      // happened: which happens-before without a cycle allows.
      case SessionGuarantee::monotonic_writes:
      case SessionGuarantee::writes_follow_reads:
        return std::nullopt;
      case SessionGuarantee::pram:
        return see_prefixes(registers_, graph);
      case SessionGuarantee::causal:
        return see_causes(registers_, graph);
    }
    return std::nullopt;
  }

  std::size_t position(std::uint32_t step) const { return registers_.steps[step].position; }
  std::string words(std::uint32_t step) const { return in_words(history_[position(step)]); }
  std::uint32_t session_of(std::uint32_t step) const { return registers_.steps[step].session; }

  void say(std::string text, const std::vector<std::uint32_t>& steps) {
    Step step{std::move(text), {}};
    for (const std::uint32_t each : steps) {
      step.operations.push_back(position(each));
      judgement_.operations.push_back(position(each));
      // A read without the write it saw would be a different mistake.
      const std::uint32_t source = registers_.steps[each].source;
      if (source != none) judgement_.operations.push_back(position(source));
    }
    judgement_.reason.push_back(std::move(step));
  }

  Judgement violated(std::string anomaly, std::string summary) {
    judgement_.verdict = Verdict::violated;
    judgement_.anomaly = std::move(anomaly);
    judgement_.summary = std::move(summary);
    std::vector<std::size_t>& operations = judgement_.operations;
    std::sort(operations.begin(), operations.end());
    operations.erase(std::unique(operations.begin(), operations.end()), operations.end());
    return std::move(judgement_);
  }

  void explain_happened_before(const OrderGraph::Edge& edge) {
    if (edge.why == static_cast<std::uint8_t>(Precedence::source)) {
      say(fmt::format("{} comes after {}: it read what that wrote", words(edge.to), words(edge.from)),
          {edge.from, edge.to});
    } else {
      say(fmt::format("{} comes after {}: the process did them in this order", words(edge.to),
                      words(edge.from)),
          {edge.from, edge.to});
    }
  }

  Judgement circular(const Cycle& cycle) {
    for (const OrderGraph::Edge& edge : cycle) explain_happened_before(edge);
    std::string summary = fmt::format("{} depends on itself", words(cycle.front().from));
    say(summary + ": a contradiction", {cycle.front().from});
    return violated("circular-flow", std::move(summary));
  }

  // Why `read` must see `write`, by happens-before: the steps between, found backwards from the read.
  std::vector<std::uint32_t> path(std::uint32_t write, std::uint32_t read) const {
    std::vector<std::uint32_t> after(registers_.steps.size(), none);
    std::deque<std::uint32_t> queue{read};
    const auto visit = [&](std::uint32_t step, std::uint32_t next) {
      if (step == none || step == read || after[step] != none) return;
      after[step] = next;
      queue.push_back(step);
    };
    while (!queue.empty() && after[write] == none) {
      const std::uint32_t step = queue.front();
      queue.pop_front();
      if (step != read) visit(registers_.steps[step].source, step);
      const std::uint32_t first = registers_.first[session_of(step)];
      visit(step == first ? registers_.begun_after[session_of(step)] : step - 1, step);
    }
    std::vector<std::uint32_t> steps;
    for (std::uint32_t step = write; step != none && step != read; step = after[step]) steps.push_back(step);
    steps.push_back(read);
    return steps;
  }

  // The read of the same process, at or before `read`, that shows a write of another process at or after
  // `write`; none where the write is of the read's own process.
  std::uint32_t shown_by(std::uint32_t write, std::uint32_t read) const {
    for (std::uint32_t i = registers_.first[session_of(read)]; i <= read; ++i) {
      const std::uint32_t source = registers_.steps[i].source;
      if (source == write) return i;
      if (source == none || guarantee_ == SessionGuarantee::monotonic_reads) continue;
      if (session_of(source) == session_of(write) && source >= write) return i;
      const std::uint32_t before = registers_.begun_after[session_of(source)];
      if (before != none && session_of(before) == session_of(write) && before >= write) return i;
    }
    return none;
  }

  void explain_sight(std::uint32_t write, std::uint32_t read) {
    if (guarantee_ == SessionGuarantee::causal) {
      const std::vector<std::uint32_t> steps = path(write, read);
      for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
        const bool source = registers_.steps[steps[i + 1]].source == steps[i];
        explain_happened_before(
            {steps[i], steps[i + 1], none,
             static_cast<std::uint8_t>(source ? Precedence::source : Precedence::session)});
      }
      say(fmt::format("so {} must be seen by {}", words(write), words(read)), {write, read});
    } else if (session_of(write) == session_of(read) && guarantee_ != SessionGuarantee::monotonic_reads) {
      say(fmt::format("{} must be seen by {}: its own process did it before", words(write), words(read)),
          {write, read});
    } else {
      const std::uint32_t shown = shown_by(write, read);
      const std::uint32_t source = registers_.steps[shown].source;
      if (source == write) {
        say(fmt::format("{} must be seen by {}: {} saw it", words(write), words(read), words(shown)),
            {write, shown, read});
      } else {
        say(fmt::format("{} must be seen by {}: {} saw {}, which its process did later", words(write),
                        words(read), words(shown), words(source)),
            {write, source, shown, read});
      }
    }
  }

  Judgement not_seen(const Unseen& unseen) {
    explain_sight(unseen.write, unseen.read);
    std::string summary = fmt::format("{}: it found nothing, though {} was to be seen", words(unseen.read),
                                      words(unseen.write));
    say(summary + ": a contradiction", {unseen.read, unseen.write});
    return violated(anomaly_of(guarantee_), std::move(summary));
  }

  Judgement contradiction(const Cycle& cycle) {
    const auto is_step = [&](std::uint32_t node) { return node < registers_.steps.size(); };
    std::size_t start = 0;
    while (!is_step(cycle[start].from)) ++start;
    std::uint32_t from = cycle[start].from;
    for (std::size_t n = 0; n < cycle.size(); ++n) {
      const OrderGraph::Edge& edge = cycle[(start + n) % cycle.size()];
      if (!is_step(edge.to)) continue;  // a node for several writes: the edge out of it tells
      if (edge.why == static_cast<std::uint8_t>(Precedence::older)) {
        explain_sight(from, edge.via);
        say(fmt::format("{} comes before {}: {} saw both and found the second", words(from), words(edge.to),
                        words(edge.via)),
            {from, edge.to, edge.via});
      } else {
        explain_happened_before({from, edge.to, none, edge.why});
      }
      from = edge.to;
    }
    std::string summary = fmt::format(
        "no order of the writes explains what was found: {} would come before itself", words(from));
    say(summary + ": a contradiction", {from});
    return violated(anomaly_of(guarantee_), std::move(summary));
  }

  const sim::History& history_;
  SessionGuarantee guarantee_;
  Budget budget_;
  RegisterHistory registers_;
  Judgement judgement_;
};

}  // namespace

std::string_view to_string(SessionGuarantee guarantee) {
  for (const auto& [name, named] : names) {
    if (named == guarantee) return name;
  }
  return {};
}

std::optional<SessionGuarantee> session_guarantee_named(std::string_view name) {
  for (const auto& [known, guarantee] : names) {
    if (known == name) return guarantee;
  }
  return std::nullopt;
}

Judgement check_session_guarantee(const sim::History& history, SessionGuarantee guarantee,
                                  const sim::Value& initial, const Budget& budget) {
  const Judge judge = [&](const sim::History& part) {
    return Examination(part, guarantee, initial, budget).judge();
  };
  return with_smallest_witness(history, judge(history), judge);
}

}  // namespace lightcone::reports::checkers

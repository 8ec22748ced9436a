// Causal visibility by vector clocks, one component a session. A clock's component is the number of the
// first step of that session that is not yet seen.
#include <algorithm>
#include <memory>

#include "reports/checkers/sessions/visibility.hpp"

namespace lightcone::reports::checkers {

namespace {

constexpr std::uint32_t none = UINT32_MAX;
using Clock = std::vector<std::uint32_t>;

// The writes to a key of each session that wrote it.
struct Writers {
  std::vector<std::uint32_t> sessions;
  std::vector<std::vector<std::uint32_t>> writes;  // ascending, of sessions[i]
};

// What a session saw of a key's writers when it last read the key, and what it found.
struct LastRead {
  std::uint32_t found = none;
  Clock seen;  // by writer
};

class Causes {
 public:
  Causes(const RegisterHistory& history, OrderGraph& graph)
      : history_(history),
        graph_(graph),
        writers_(history.keys),
        readers_(history.steps.size(), 0),
        at_write_(history.steps.size()),
        clocks_(history.sessions()),
        begins_(history.steps.size()),
        last_reads_(history.sessions()) {
    for (std::uint32_t s = 0; s < history.sessions(); ++s) {
      if (history.begun_after[s] != none) begins_[history.begun_after[s]].push_back(s);
    }
    for (std::uint32_t i = 0; i < history.steps.size(); ++i) {
      const RegisterStep& step = history.steps[i];
      if (!step.write && step.source != none) ++readers_[step.source];
      if (!step.write) continue;
      Writers& writers = writers_[step.key];
      if (writers.sessions.empty() || writers.sessions.back() != step.session) {
        writers.sessions.push_back(step.session);
        writers.writes.emplace_back();
      }
      writers.writes.back().push_back(i);
    }
  }

  // Sessions go on as far as what they read has happened, until all have ended.
  std::optional<Unseen> judge() {
    next_.assign(history_.first.begin(), history_.first.end() - 1);
    std::vector<std::vector<std::uint32_t>> waiting(history_.steps.size());  // sessions, by what for
    std::vector<std::uint32_t> ready;
    for (std::uint32_t s = history_.sessions(); s-- > 0;) ready.push_back(s);
    while (!ready.empty()) {
      const std::uint32_t session = ready.back();
      ready.pop_back();
      while (next_[session] < history_.first[session + 1]) {
        const std::uint32_t i = next_[session];
        if (const std::uint32_t missing = missing_for(i, session); missing != none) {
          waiting[missing].push_back(session);
          break;
        }
        if (const std::optional<Unseen> unseen = take(i, session)) return unseen;
        ++next_[session];
        for (const std::uint32_t other : waiting[i]) ready.push_back(other);
        waiting[i].clear();
      }
    }
    return std::nullopt;
  }

 private:
  bool happened(std::uint32_t step) const { return step < next_[history_.steps[step].session]; }

  std::uint32_t missing_for(std::uint32_t i, std::uint32_t session) const {
    const std::uint32_t before = history_.begun_after[session];
    if (i == history_.first[session] && before != none && !happened(before)) return before;
    const std::uint32_t source = history_.steps[i].source;
    return source == none || happened(source) ? none : source;
  }

  std::optional<Unseen> take(std::uint32_t i, std::uint32_t session) {
    const RegisterStep& step = history_.steps[i];
    Clock& clock = clocks_[session];
    if (clock.empty()) clock.assign(history_.first.begin(), history_.first.end() - 1);
    if (!step.write) {
      if (const std::optional<Unseen> unseen = read(i, step, clock)) return unseen;
    }
    clock[session] = i + 1;
    for (const std::uint32_t begun : begins_[i]) clocks_[begun] = clock;
    if (step.write && readers_[i] > 0) at_write_[i] = std::make_unique<Clock>(clock);
    return std::nullopt;
  }

  // The last write of a writer that a clock covers; none if it covers none.
  static std::uint32_t last_below(const std::vector<std::uint32_t>& writes, std::uint32_t bound) {
    const auto above = std::lower_bound(writes.begin(), writes.end(), bound);
    return above == writes.begin() ? none : *(above - 1);
  }

  std::optional<Unseen> read(std::uint32_t i, const RegisterStep& step, Clock& clock) {
    const Writers& writers = writers_[step.key];
    if (step.source == none) {
      for (std::size_t w = 0; w < writers.sessions.size(); ++w) {
        const std::uint32_t seen = last_below(writers.writes[w], clock[writers.sessions[w]]);
        if (seen != none) return Unseen{seen, i};
      }
      return std::nullopt;
    }
    LastRead& last = last_read(step);
    const Clock& source = *at_write_[step.source];
    if (last.found != none) add_older(last.found, step.source, i);
    for (std::size_t w = 0; w < writers.sessions.size(); ++w) {
      const std::uint32_t writer = writers.sessions[w];
      // What was seen at the last read comes before what that found; what the source saw, before it.
      if (clock[writer] > std::max(last.seen[w], source[writer])) {
        const std::uint32_t seen = last_below(writers.writes[w], clock[writer]);
        if (seen != none && seen >= std::max(last.seen[w], source[writer])) add_older(seen, step.source, i);
      }
    }
    for (std::size_t s = 0; s < clock.size(); ++s) clock[s] = std::max(clock[s], source[s]);
    for (std::size_t w = 0; w < writers.sessions.size(); ++w) last.seen[w] = clock[writers.sessions[w]];
    last.found = step.source;
    if (--readers_[step.source] == 0) at_write_[step.source].reset();
    return std::nullopt;
  }

  void add_older(std::uint32_t older, std::uint32_t newer, std::uint32_t read) {
    if (older != newer) graph_.add(older, newer, static_cast<std::uint8_t>(Precedence::older), read);
  }

  LastRead& last_read(const RegisterStep& step) {
    auto& of_session = last_reads_[step.session];
    const auto at = std::lower_bound(of_session.begin(), of_session.end(), step.key,
                                     [](const auto& entry, std::uint32_t key) { return entry.key < key; });
    if (at != of_session.end() && at->key == step.key) return at->last;
    KeyRead made{step.key, {}};
    made.last.seen.assign(writers_[step.key].sessions.size(), 0);
    return of_session.insert(at, std::move(made))->last;
  }

  struct KeyRead {
    std::uint32_t key;
    LastRead last;
  };

  const RegisterHistory& history_;
  OrderGraph& graph_;
  std::vector<Writers> writers_;
  std::vector<std::uint32_t> readers_;  // of a write: how many are still to come
  std::vector<std::unique_ptr<Clock>> at_write_;
  std::vector<Clock> clocks_;
  std::vector<std::vector<std::uint32_t>> begins_;  // sessions, by the step they begin after
  std::vector<std::vector<KeyRead>> last_reads_;    // by session, ascending by key
  std::vector<std::uint32_t> next_;
};

}  // namespace

std::optional<Unseen> see_causes(const RegisterHistory& history, OrderGraph& graph) {
  add_happens_before(history, graph);
  return Causes(history, graph).judge();
}

}  // namespace lightcone::reports::checkers

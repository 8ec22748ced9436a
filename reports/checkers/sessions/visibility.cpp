#include "reports/checkers/sessions/visibility.hpp"

#include <algorithm>

namespace lightcone::reports::checkers {

namespace {

constexpr std::uint32_t none = UINT32_MAX;

void add(OrderGraph& graph, std::uint32_t from, std::uint32_t to, Precedence why, std::uint32_t via = none) {
  if (from != to) graph.add(from, to, static_cast<std::uint8_t>(why), via);
}

// Something for each key, forgotten between sessions at the cost of the keys that were used.
template <class T>
class ByKey {
 public:
  explicit ByKey(std::uint32_t keys) : held_(keys), used_(keys, false) {}
  T& operator[](std::uint32_t key) {
    if (!used_[key]) touched_.push_back(key);
    used_[key] = true;
    return held_[key];
  }
  void forget() {
    for (const std::uint32_t key : touched_) {
      held_[key] = T{};
      used_[key] = false;
    }
    touched_.clear();
  }

 private:
  std::vector<T> held_;
  std::vector<bool> used_;
  std::vector<std::uint32_t> touched_;
};

// The writes of one process to one key, and how far they are in the graph.
struct OwnWrites {
  std::vector<std::uint32_t> writes;
  std::uint32_t gathered = none;  // a node that the first `in_gathered` lead to
  std::size_t in_gathered = 0;
  std::uint32_t found = none;  // the last of them that was read back, when there were `seen`
  std::size_t seen = 0;
};

// The process finds `source`, one of its own: the others come before it. Those there were when it last read
// back another come before that one already.
void found_own(OwnWrites& own, std::uint32_t source, std::uint32_t read, OrderGraph& graph) {
  if (own.found != none) add(graph, own.found, source, Precedence::older, read);
  for (std::size_t i = own.seen; i < own.writes.size(); ++i)
    add(graph, own.writes[i], source, Precedence::older, read);
  own.found = source;
  own.seen = own.writes.size();
}

// It finds somebody else's: all of its own come before, by way of a node for all of them.
void found_foreign(OwnWrites& own, std::uint32_t source, std::uint32_t read, OrderGraph& graph) {
  if (own.in_gathered < own.writes.size()) {
    const std::uint32_t all = graph.add_node();
    if (own.gathered != none) add(graph, own.gathered, all, Precedence::older, read);
    for (; own.in_gathered < own.writes.size(); ++own.in_gathered)
      add(graph, own.writes[own.in_gathered], all, Precedence::older, read);
    own.gathered = all;
  }
  add(graph, own.gathered, source, Precedence::older, read);
}

}  // namespace

void add_happens_before(const RegisterHistory& history, OrderGraph& graph) {
  for (std::uint32_t session = 0; session < history.sessions(); ++session) {
    const std::uint32_t first = history.first[session];
    const std::uint32_t before = history.begun_after[session];
    if (before != none) add(graph, before, first, Precedence::session);
    for (std::uint32_t i = first + 1; i < history.first[session + 1]; ++i)
      add(graph, i - 1, i, Precedence::session);
  }
  for (std::uint32_t i = 0; i < history.steps.size(); ++i) {
    if (history.steps[i].source != none) add(graph, history.steps[i].source, i, Precedence::source);
  }
}

std::optional<Unseen> see_own_writes(const RegisterHistory& history, OrderGraph& graph) {
  ByKey<OwnWrites> own_writes(history.keys);
  for (std::uint32_t session = 0; session < history.sessions(); ++session) {
    own_writes.forget();
    for (std::uint32_t i = history.first[session]; i < history.first[session + 1]; ++i) {
      const RegisterStep& step = history.steps[i];
      OwnWrites& own = own_writes[step.key];
      if (step.write) {
        own.writes.push_back(i);
      } else if (!own.writes.empty()) {
        if (step.source == none) return Unseen{own.writes.back(), i};
        if (history.steps[step.source].session == session) {
          found_own(own, step.source, i, graph);
        } else {
          found_foreign(own, step.source, i, graph);
        }
      }
    }
  }
  return std::nullopt;
}

std::optional<Unseen> see_earlier_reads(const RegisterHistory& history, OrderGraph& graph) {
  struct Last {
    std::uint32_t found = none;
  };
  ByKey<Last> last(history.keys);
  for (std::uint32_t session = 0; session < history.sessions(); ++session) {
    last.forget();
    for (std::uint32_t i = history.first[session]; i < history.first[session + 1]; ++i) {
      const RegisterStep& step = history.steps[i];
      if (step.write) continue;
      Last& before = last[step.key];
      if (step.source == none && before.found != none) return Unseen{before.found, i};
      if (before.found != none) add(graph, before.found, step.source, Precedence::older, i);
      before.found = step.source;
    }
  }
  return std::nullopt;
}

namespace {

// How a session's view grows, for see_prefixes.
class PrefixView {
 public:
  PrefixView(const RegisterHistory& history, OrderGraph& graph)
      : history_(history), graph_(graph), seen_(history.sessions()), at_(history.keys) {
    for (std::uint32_t s = 0; s < history.sessions(); ++s) seen_[s] = history.first[s];
  }

  std::optional<Unseen> judge(std::uint32_t session) {
    for (const std::uint32_t other : grown_) seen_[other] = history_.first[other];
    grown_.clear();
    at_.forget();
    for (std::uint32_t i = history_.first[session]; i < history_.first[session + 1]; ++i) {
      const RegisterStep& step = history_.steps[i];
      if (step.write || step.source != none) see(step.write ? i : step.source);
      if (step.write) continue;
      AtKey& at = at_[step.key];
      if (step.source == none) {
        if (!at.fresh.empty()) return Unseen{at.fresh.back(), i};
        if (at.found != none) return Unseen{at.found, i};
        continue;
      }
      if (at.found != none) add(graph_, at.found, step.source, Precedence::older, i);
      for (const std::uint32_t write : at.fresh) add(graph_, write, step.source, Precedence::older, i);
      at.fresh.clear();
      at.found = step.source;
    }
    return std::nullopt;
  }

 private:
  struct AtKey {
    std::vector<std::uint32_t> fresh;  // seen since the last read: the last write of each run of one session
    std::uint32_t found = none;
  };

  // `write` and all that its process wrote before.
  void see(std::uint32_t write) {
    const std::uint32_t session = history_.steps[write].session;
    if (write < seen_[session]) return;
    const std::uint32_t before = history_.begun_after[session];
    if (before != none) see(before);
    grown_.push_back(session);
    for (std::uint32_t i = seen_[session]; i <= write; ++i) {
      const RegisterStep& step = history_.steps[i];
      if (!step.write) continue;
      std::vector<std::uint32_t>& fresh = at_[step.key].fresh;
      if (!fresh.empty() && history_.steps[fresh.back()].session == session) {
        fresh.back() = i;  // the earlier comes before it by the order of the session
      } else {
        fresh.push_back(i);
      }
    }
    seen_[session] = write + 1;
  }

  const RegisterHistory& history_;
  OrderGraph& graph_;
  std::vector<std::uint32_t> seen_;  // of each session: the steps before this one
  std::vector<std::uint32_t> grown_;
  ByKey<AtKey> at_;
};

void add_orders_of_writes(const RegisterHistory& history, OrderGraph& graph) {
  std::vector<std::uint32_t> last_write(history.steps.size(), none);  // of the session, up to a step
  for (std::uint32_t session = 0; session < history.sessions(); ++session) {
    const std::uint32_t before = history.begun_after[session];
    std::uint32_t last = before == none ? none : last_write[before];
    for (std::uint32_t i = history.first[session]; i < history.first[session + 1]; ++i) {
      if (history.steps[i].write) {
        if (last != none) add(graph, last, i, Precedence::session);
        last = i;
      }
      last_write[i] = last;
    }
  }
}

}  // namespace

std::optional<Unseen> see_prefixes(const RegisterHistory& history, OrderGraph& graph) {
  add_orders_of_writes(history, graph);
  PrefixView view(history, graph);
  for (std::uint32_t session = 0; session < history.sessions(); ++session) {
    if (const std::optional<Unseen> unseen = view.judge(session)) return unseen;
  }
  return std::nullopt;
}

}  // namespace lightcone::reports::checkers

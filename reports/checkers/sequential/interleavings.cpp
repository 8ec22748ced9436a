#include "reports/checkers/sequential/interleavings.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include "reports/checkers/linearizability/operations.hpp"
#include "reports/checkers/linearizability/specification.hpp"
#include "reports/checkers/linearizability/transitions.hpp"

namespace lightcone::reports::checkers {

namespace {

constexpr std::uint32_t none = UINT32_MAX;

// Any times that keep the order of each process, so that histories without times are read as well.
sim::History with_positions(const sim::History& history) {
  sim::History timed = history;
  for (std::size_t i = 0; i < timed.size(); ++i) {
    timed[i].invoke = 2 * static_cast<std::int64_t>(i);
    timed[i].complete = timed[i].outcome == sim::Outcome::info ? sim::Operation::open : timed[i].invoke + 1;
  }
  return timed;
}

// What may or may not happen, once so many operations of its process have.
struct Optional {
  std::uint32_t op = 0;
  std::uint32_t session = 0;
  std::uint32_t after = 0;
};

class Interleavings {
 public:
  Interleavings(const sim::History& history, const Object& object, const Budget& budget)
      : timed_(with_positions(history)), budget_(budget) {
    read_operations(timed_, object, operations_);
    if (!operations_.problem.empty()) return;
    for (std::size_t part = 0; part < operations_.parts.size(); ++part) {
      specifications_.push_back(specification_of(object, operations_.part(part), operations_.values));
      transitions_.emplace_back(*specifications_.back());
    }
    lay_out();
  }

  Interleaving find() {
    Interleaving found;
    found.problem = operations_.problem;
    if (!found.problem.empty()) return found;
    begin();
    std::uint32_t best = 0;
    std::uint32_t reached = none;
    while (!open_.empty() && reached == none && !spent()) {
      const std::uint32_t config = open_.back();
      open_.pop_back();
      if (done(config) > done(best)) best = config;
      if (done(config) == must_) {
        reached = config;
      } else {
        expand(config);
      }
    }
    found.steps = steps_;
    const bool exhausted = open_.empty() && reached == none && !spent();
    found.verdict = reached != none ? Verdict::held : exhausted ? Verdict::violated : Verdict::unknown;
    const std::uint32_t last = reached != none ? reached : best;
    for (std::uint32_t config = last; parents_[config].op != none; config = parents_[config].config)
      found.order.push_back(operations_.ops[parents_[config].op].index);
    std::reverse(found.order.begin(), found.order.end());
    for (std::uint32_t s = 0; s < sessions_.size(); ++s) {
      const std::uint32_t at = word(last, s);
      if (at < sessions_[s].size()) found.stuck.push_back(operations_.ops[sessions_[s][at]].index);
    }
    return found;
  }

 private:
  struct Parent {
    std::uint32_t config;
    std::uint32_t op;
  };

  void lay_out() {
    std::vector<std::uint32_t> by_index(operations_.ops.size());
    for (std::uint32_t op = 0; op < by_index.size(); ++op) by_index[op] = op;
    std::sort(by_index.begin(), by_index.end(), [&](std::uint32_t a, std::uint32_t b) {
      return operations_.ops[a].index < operations_.ops[b].index;
    });
    std::map<std::int64_t, std::uint32_t> session_of;
    for (const std::uint32_t op : by_index) {
      const std::int64_t process = timed_[operations_.ops[op].index].process;
      const auto [at, fresh] = session_of.try_emplace(process, static_cast<std::uint32_t>(sessions_.size()));
      if (fresh) sessions_.emplace_back();
      std::vector<std::uint32_t>& session = sessions_[at->second];
      if (operations_.ops[op].must) {
        session.push_back(op);
        ++must_;
      } else {
        optional_.push_back({op, at->second, static_cast<std::uint32_t>(session.size())});
      }
    }
    part_of_.resize(operations_.ops.size());
    class_of_.resize(operations_.ops.size());
    for (std::uint32_t part = 0; part < operations_.parts.size(); ++part) {
      for (std::size_t op = operations_.parts[part].first; op < operations_.parts[part].second; ++op) {
        part_of_[op] = part;
        class_of_[op] = transitions_[part].class_of(operations_.ops[op]);
      }
    }
  }

  // A configuration: how far each process is, which optional operations happened (a word each 32), the state
  // of each part, and how many of those that must happen have.
  std::size_t flags_at() const { return sessions_.size(); }
  std::size_t states_at() const { return flags_at() + (optional_.size() + 31) / 32; }
  std::size_t width() const { return states_at() + operations_.parts.size() + 1; }
  std::uint32_t word(std::uint32_t config, std::size_t i) const { return words_[config * width() + i]; }
  std::uint32_t done(std::uint32_t config) const { return word(config, width() - 1); }

  bool spent() const {
    return steps_ >= budget_.steps ||
           (words_.size() + slots_.size()) * 4 + parents_.size() * 8 > budget_.bytes ||
           parents_.size() >= none / 2;
  }

  void begin() {
    next_.assign(width(), 0);
    for (std::size_t part = 0; part < operations_.parts.size(); ++part)
      next_[states_at() + part] = transitions_[part].initial();
    slots_.assign(64, none);
    remember(none, none);
  }

  // `next_` as a configuration, if it is a new one.
  void remember(std::uint32_t parent, std::uint32_t op) {
    if (parents_.size() * 2 >= slots_.size()) grow();
    const std::size_t slot = slot_of(next_.data());
    if (slots_[slot] != none) return;
    const auto config = static_cast<std::uint32_t>(parents_.size());
    slots_[slot] = config;
    words_.insert(words_.end(), next_.begin(), next_.end());
    parents_.push_back({parent, op});
    open_.push_back(config);
  }

  std::size_t slot_of(const std::uint32_t* words) const {
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < width(); ++i) hash = mix(hash ^ words[i]);
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = hash & mask;; slot = (slot + 1) & mask) {
      if (slots_[slot] == none || std::equal(words, words + width(), &words_[slots_[slot] * width()]))
        return slot;
    }
  }

  void grow() {
    std::vector<std::uint32_t> old(slots_.size() * 2, none);
    old.swap(slots_);
    for (std::uint32_t config = 0; config < parents_.size(); ++config)
      slots_[slot_of(&words_[config * width()])] = config;
  }

  void expand(std::uint32_t config) {
    for (std::uint32_t s = 0; s < sessions_.size(); ++s) {
      const std::uint32_t at = word(config, s);
      if (at == sessions_[s].size() || !fits_as_read(config, sessions_[s][at])) continue;
      take(config, sessions_[s][at], s, none);
      return;  // it changes nothing and can only be in the way: no other order need be tried
    }
    for (std::uint32_t s = 0; s < sessions_.size(); ++s) {
      const std::uint32_t at = word(config, s);
      if (at < sessions_[s].size()) take(config, sessions_[s][at], s, none);
    }
    for (std::uint32_t o = 0; o < optional_.size(); ++o) {
      const bool happened = (word(config, flags_at() + o / 32) >> (o % 32) & 1U) != 0;
      if (!happened && word(config, optional_[o].session) >= optional_[o].after)
        take(config, optional_[o].op, none, o);
    }
  }

  bool fits_as_read(std::uint32_t config, std::uint32_t op) {
    const std::uint32_t part = part_of_[op];
    const StateId state = word(config, states_at() + part);
    return transitions_[part].is_read_only(class_of_[op]) &&
           transitions_[part].only_after(state, class_of_[op]) == state;
  }

  void take(std::uint32_t config, std::uint32_t op, std::uint32_t session, std::uint32_t optional) {
    ++steps_;
    const std::uint32_t part = part_of_[op];
    const std::size_t state_at = states_at() + part;
    const std::span<const StateId> span = transitions_[part].after(word(config, state_at), class_of_[op]);
    const std::vector<StateId> states(span.begin(), span.end());
    for (const StateId state : states) {
      next_.assign(&words_[config * width()], &words_[config * width()] + width());
      if (session != none) {
        ++next_[session];
        ++next_.back();
      } else {
        next_[flags_at() + optional / 32] |= 1U << (optional % 32);
      }
      next_[state_at] = state;
      remember(config, op);
    }
  }

  sim::History timed_;
  Budget budget_;
  Operations operations_;
  std::vector<std::unique_ptr<Specification>> specifications_;
  std::vector<Transitions> transitions_;
  std::vector<std::vector<std::uint32_t>> sessions_;
  std::vector<Optional> optional_;
  std::vector<std::uint32_t> part_of_;
  std::vector<ClassId> class_of_;
  std::uint32_t must_ = 0;
  std::vector<std::uint32_t> words_;
  std::vector<Parent> parents_;
  std::vector<std::uint32_t> slots_;
  std::vector<std::uint32_t> open_;
  std::vector<std::uint32_t> next_;
  std::uint64_t steps_ = 0;
};

}  // namespace

Interleaving find_interleaving(const sim::History& history, const Object& object, const Budget& budget) {
  return Interleavings(history, object, budget).find();
}

}  // namespace lightcone::reports::checkers

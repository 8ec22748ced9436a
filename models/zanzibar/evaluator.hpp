// Evaluates checks at one timestamp (Pang et al., ATC 2019, section 3.2): a rule's operands all at once,
// nested usersets by the check server that owns them or by the index, and answers from a cache whose keys
// have the timestamp in them.
//
//   check ─▶ cached? ─▶ on the way already? it adds nothing ─▶ of a group: the index ─┐ does not know
//                                                                                    ▼
//             combination of operands ◀─ subchecks, here or at their owners ◀─ the rule, by its schema at
//             `ts`
//
// Whatever cannot be found out is unknown. Every check ends: what others are asked is waited for no longer
// than its deadline.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "models/zanzibar/bounded_cache.hpp"
#include "models/zanzibar/messages.hpp"
#include "models/zanzibar/recent.hpp"
#include "models/zanzibar/tuple_reader.hpp"

namespace lightcone::models::zanzibar {

class Evaluator {
 public:
  struct Problem {
    Userset set{};
    UserId user = 0;
    Timestamp ts = 0;

    auto operator<=>(const Problem&) const = default;
  };
  using Way = std::vector<Userset>;
  using Then = std::function<void(const Outcome&)>;

  // An answer of the index that was used, for those who watch.
  struct IndexUse {
    Problem problem{};
    bool is_member = false;
  };

  // `peers`: the check servers that share the work, this one among them. `index`: no_node where there is
  // none.
  Evaluator(sim::Env& env, const Parameters& parameters, const Safeguards& safe, TupleReader& tuples,
            std::vector<NodeId> peers, NodeId index);

  // `way`: what asks for it, outermost first. `then` is called once, never at once.
  void check(const Problem& problem, Way way, sim::MonoTime deadline, Then then);

  void on(const StepDue& due);
  void on(const Subchecked& subchecked);
  void on(const SubcheckIsLate& late);
  void on(const IndexAnswer& answer);
  void on(const IndexIsLate& late);

  const Recent<IndexUse>& index_uses() const { return index_uses_; }
  std::uint64_t cache_hits() const { return hits_; }
  std::uint64_t cache_misses() const { return misses_; }
  // An index that is late has missed.
  std::uint64_t index_hits() const { return index_hits_; }
  std::uint64_t index_misses() const { return index_misses_; }
  std::size_t open() const;

 private:
  struct Context {  // of one problem under way
    Problem problem{};
    Way way{};  // the problem included
    sim::MonoTime deadline{};
  };
  using Shared = std::shared_ptr<const Context>;
  struct Asked {
    Shared context{};
    Then then{};
    sim::TimerId timer{};
  };

  Problem key_of(const Problem& problem) const;
  void later(std::function<void()> step);
  void begin(const Problem& problem, Way way, sim::MonoTime deadline, Then then);
  void finish(const Problem& problem, std::size_t depth, Outcome outcome, const Then& then);
  void ask_index(const Shared& context, Then then);
  void apply_rule(const Shared& context, Then then);
  void evaluate(const Rewrite& rule, const Shared& context, Then then);
  void evaluate_stored(const Shared& context, Then then);
  void evaluate_through(const Rewrite& rule, const Shared& context, Then then);
  void check_any(const std::vector<Userset>& sets, const Shared& context, const Then& then);
  void solve(const Userset& set, const Shared& context, Then then);
  // A function that collects operands, and what it makes of them goes to `then`.
  std::function<void(std::size_t, const Outcome&)> combine(Rewrite::Form form, std::size_t operands,
                                                           Then then);

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards& safe_;
  TupleReader& tuples_;
  std::vector<NodeId> peers_;
  NodeId index_;
  BoundedCache<Problem, Verdict> cache_;
  std::map<TenantId, std::int64_t> open_;  // problems under way
  RequestId next_;
  std::map<RequestId, std::function<void()>> steps_;
  std::map<RequestId, Asked> subchecks_;
  std::map<RequestId, Asked> at_index_;
  Recent<IndexUse> index_uses_;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
  std::uint64_t index_hits_ = 0;
  std::uint64_t index_misses_ = 0;
};

}  // namespace lightcone::models::zanzibar

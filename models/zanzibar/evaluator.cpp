#include "models/zanzibar/evaluator.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace lightcone::models::zanzibar {

namespace {

// Of work on one problem.
constexpr sim::Duration work = std::chrono::microseconds(20);

// Of what is left of the time, others get all but a tenth: an answer that comes with the deadline is of no
// use.
constexpr sim::Duration for_others(sim::Duration left) { return left * 9 / 10; }

constexpr Outcome denied{.verdict = Verdict::deny};

}  // namespace

Evaluator::Evaluator(sim::Env& env, const Parameters& parameters, const Safeguards& safe, TupleReader& tuples,
                     std::vector<NodeId> peers, NodeId index)
    : env_(env),
      parameters_(parameters),
      safe_(safe),
      tuples_(tuples),
      peers_(std::move(peers)),
      index_(index),
      cache_(static_cast<std::size_t>(parameters.cache_size), parameters.cache_ttl),
      next_(RequestId{env.incarnation()} << 32U) {}

// With zanzibar.cache-not-ts-keyed an answer is kept whatever it was evaluated at.
Evaluator::Problem Evaluator::key_of(const Problem& problem) const {
  return safe_.cache_by_timestamp ? problem : Problem{problem.set, problem.user, 0};
}

std::size_t Evaluator::open() const {
  std::int64_t all = 0;
  for (const auto& [tenant, count] : open_) all += count;
  return static_cast<std::size_t>(all);
}

void Evaluator::later(std::function<void()> step) {
  const RequestId id = ++next_;
  steps_.emplace(id, std::move(step));
  env_.after(work, StepDue{id});
}

void Evaluator::on(const StepDue& due) {
  const auto found = steps_.find(due.step);
  const std::function<void()> step = std::move(found->second);
  steps_.erase(found);
  step();
}

void Evaluator::check(const Problem& problem, Way way, sim::MonoTime deadline, Then then) {
  later([this, problem, way = std::move(way), deadline, then = std::move(then)]() mutable {
    begin(problem, std::move(way), deadline, std::move(then));
  });
}

// What a cut denies is denied on this way alone: its place is remembered.
void Evaluator::begin(const Problem& problem, Way way, sim::MonoTime deadline, Then then) {
  const std::size_t depth = way.size();
  if (safe_.guards_cycles) {
    const auto above = std::find(way.begin(), way.end(), problem.set);
    if (above != way.end()) {
      env_.mark(CycleCut{problem.set});
      then({.verdict = Verdict::deny, .cut = static_cast<std::uint32_t>(above - way.begin())});
      return;
    }
    if (depth >= static_cast<std::size_t>(parameters_.max_depth)) {
      then({});
      return;
    }
    way.push_back(problem.set);
  }
  if (const Verdict* kept = cache_.find(key_of(problem), env_.mono())) {
    ++hits_;
    then({.verdict = *kept});
    return;
  }
  ++misses_;
  if (open_[problem.set.object.tenant] >= parameters_.max_open || env_.mono() >= deadline) {
    then({});
    return;
  }
  ++open_[problem.set.object.tenant];
  auto context = std::make_shared<const Context>(Context{problem, std::move(way), deadline});
  Then end = [this, problem, depth, then = std::move(then)](const Outcome& outcome) {
    finish(problem, depth, outcome, then);
  };
  const bool is_group =
      problem.set.object.space == Namespace::group && problem.set.relation == Relation::member;
  if (is_group && index_ != sim::no_node && parameters_.is_dated()) {
    ask_index(context, std::move(end));
  } else {
    apply_rule(context, std::move(end));
  }
}

void Evaluator::finish(const Problem& problem, std::size_t depth, Outcome outcome, const Then& then) {
  --open_[problem.set.object.tenant];
  if (outcome.cut >= depth) outcome.cut = Outcome::not_cut;
  const bool is_kept = outcome.verdict != Verdict::unknown && outcome.cut == Outcome::not_cut;
  if (is_kept && parameters_.is_dated())  // otherwise it would be as old as what it was made from, and older
    cache_.put(key_of(problem), outcome.verdict, env_.mono());
  ++outcome.depth;
  then(outcome);
}

// --- the index ---------------------------------------------------------------------------------------------

void Evaluator::ask_index(const Shared& context, Then then) {
  const RequestId id = ++next_;
  const auto& [problem, way, deadline] = *context;
  const sim::Duration within = std::min(parameters_.read_timeout, deadline - env_.mono());
  at_index_[id] = {context, std::move(then), env_.after(within, IndexIsLate{id})};
  env_.send(index_, AskIndex{id, problem.set.object, problem.user, problem.ts});
}

void Evaluator::on(const IndexAnswer& answer) {
  const auto found = at_index_.find(answer.request);
  if (found == at_index_.end()) return;
  Asked asked = std::move(found->second);
  at_index_.erase(found);
  env_.cancel(asked.timer);
  env_.metrics().count(answer.is_known ? "index hits" : "index misses");
  ++(answer.is_known ? index_hits_ : index_misses_);
  if (!answer.is_known) {
    apply_rule(asked.context, std::move(asked.then));
    return;
  }
  index_uses_.add({asked.context->problem, answer.is_member});
  asked.then({.verdict = answer.is_member ? Verdict::allow : Verdict::deny});
}

void Evaluator::on(const IndexIsLate& late) {
  const auto found = at_index_.find(late.request);
  if (found == at_index_.end()) return;
  Asked asked = std::move(found->second);
  at_index_.erase(found);
  env_.metrics().count("index misses");
  ++index_misses_;
  apply_rule(asked.context, std::move(asked.then));
}

// --- rules -------------------------------------------------------------------------------------------------

void Evaluator::apply_rule(const Shared& context, Then then) {
  const Problem& problem = context->problem;
  tuples_.read({schema_of(problem.set.object), problem.ts},
               [this, context, then = std::move(then)](const TupleReader::Rows& rows) mutable {
                 const Userset& set = context->problem.set;
                 const Rewrite* rule = rows == nullptr || rows->empty()
                                           ? nullptr
                                           : rewrite_of(rows->front().user, set.object.space, set.relation);
                 if (rule == nullptr) {
                   then({});
                 } else {
                   evaluate(*rule, context, std::move(then));
                 }
               });
}

void Evaluator::evaluate(const Rewrite& rule, const Shared& context, Then then) {
  switch (rule.form) {
    case Rewrite::Form::stored:
      evaluate_stored(context, std::move(then));
      return;
    case Rewrite::Form::tuple_to_userset:
      evaluate_through(rule, context, std::move(then));
      return;
    case Rewrite::Form::computed: {
      const Problem& problem = context->problem;
      check({{problem.set.object, rule.relation}, problem.user, problem.ts}, context->way, context->deadline,
            std::move(then));
      return;
    }
    default:
      break;
  }
  const auto collect = combine(rule.form, rule.operands.size(), std::move(then));
  for (std::size_t i = 0; i < rule.operands.size(); ++i)
    evaluate(rule.operands[i], context, [collect, i](const Outcome& outcome) { collect(i, outcome); });
}

std::function<void(std::size_t, const Outcome&)> Evaluator::combine(Rewrite::Form form, std::size_t operands,
                                                                    Then then) {
  struct Collected {
    Combination combination;
    Then then;
  };
  auto collected =
      std::make_shared<Collected>(Collected{{form, operands, !safe_.unknown_may_exclude}, std::move(then)});
  return [collected](std::size_t operand, const Outcome& outcome) {
    if (!collected->then) return;  // decided without it
    collected->combination.set(operand, outcome);
    const auto result = collected->combination.result();
    if (!result) return;
    const Then then_once = std::exchange(collected->then, {});
    then_once(*result);
  };
}

void Evaluator::evaluate_stored(const Shared& context, Then then) {
  const Problem& problem = context->problem;
  tuples_.read({problem.set, problem.ts},
               [this, context, then = std::move(then)](const TupleReader::Rows& rows) {
                 if (rows == nullptr) {
                   then({});
                   return;
                 }
                 std::vector<Userset> sets;
                 for (const Subject& subject : *rows) {
                   if (subject.form == Subject::Form::userset) {
                     sets.push_back({subject.object, subject.relation});
                   } else if (subject.user == context->problem.user) {
                     then({.verdict = Verdict::allow});
                     return;
                   }
                 }
                 check_any(sets, context, then);
               });
}

void Evaluator::evaluate_through(const Rewrite& rule, const Shared& context, Then then) {
  const Problem& problem = context->problem;
  tuples_.read(
      {{problem.set.object, rule.tupleset}, problem.ts},
      [this, context, relation = rule.relation, then = std::move(then)](const TupleReader::Rows& rows) {
        if (rows == nullptr) {
          then({});
          return;
        }
        std::vector<Userset> sets;
        for (const Subject& subject : *rows) {
          if (subject.form == Subject::Form::userset) sets.push_back({subject.object, relation});
        }
        check_any(sets, context, then);
      });
}

void Evaluator::check_any(const std::vector<Userset>& sets, const Shared& context, const Then& then) {
  if (sets.empty()) {
    then(denied);
    return;
  }
  const auto collect = combine(Rewrite::Form::any_of, sets.size(), then);
  for (std::size_t i = 0; i < sets.size(); ++i)
    solve(sets[i], context, [collect, i](const Outcome& outcome) { collect(i, outcome); });
}

// Each set has one owner among the peers, so that its answer is kept once.
void Evaluator::solve(const Userset& set, const Shared& context, Then then) {
  const NodeId owner = peers_[hash_of(set.object) % peers_.size()];
  const auto& [problem, way, deadline] = *context;
  if (owner == env_.self()) {
    check({set, problem.user, problem.ts}, way, deadline, std::move(then));
    return;
  }
  const sim::Duration within = for_others(deadline - env_.mono());
  if (within <= sim::Duration::zero()) {
    then({});
    return;
  }
  const RequestId id = ++next_;
  subchecks_[id] = {context, std::move(then), env_.after(within, SubcheckIsLate{id})};
  env_.send(owner, Subcheck{id, set, problem.user, problem.ts, way, within});
}

void Evaluator::on(const Subchecked& subchecked) {
  const auto found = subchecks_.find(subchecked.request);
  if (found == subchecks_.end()) return;
  Asked asked = std::move(found->second);
  subchecks_.erase(found);
  env_.cancel(asked.timer);
  asked.then(subchecked.outcome);
}

void Evaluator::on(const SubcheckIsLate& late) {
  const auto found = subchecks_.find(late.request);
  if (found == subchecks_.end()) return;
  const Asked asked = std::move(found->second);
  subchecks_.erase(found);
  asked.then({});
}

}  // namespace lightcone::models::zanzibar

#include "models/zanzibar/server.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "models/zanzibar/store.hpp"
#include "sim/fields_of.hpp"
#include "sim/story/story.hpp"

namespace lightcone::models::zanzibar {

namespace {

std::vector<NodeId> peers_of(const Layout& layout, std::size_t index) {
  std::vector<NodeId> peers;
  const std::size_t regions = layout.stores.size();
  for (std::size_t i = index % regions; i < layout.servers.size(); i += regions)
    peers.push_back(layout.servers[i]);
  return peers;
}

NodeId index_of(const Layout& layout, std::size_t index) {
  if (layout.indexes.empty()) return sim::no_node;
  return layout.indexes[index % layout.stores.size() % layout.indexes.size()];
}

bool is_of(TenantId tenant, const Tuple& tuple) {
  const bool is_own_subject =
      tuple.subject.form == Subject::Form::user || tuple.subject.object.tenant == tenant;
  return tuple.object.tenant == tenant && is_own_subject;
}

}  // namespace

Server::Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, const Layout& layout,
               std::size_t index)
    : env_(env),
      parameters_(parameters),
      safe_(safeguards_without(bugs)),
      stores_(layout.stores),
      near_(stores_[index % stores_.size()]),
      clock_(env, clock_kind(parameters, safe_)),
      tuples_(env, parameters_, safe_, stores_, near_),
      evaluator_(env, parameters_, safe_, tuples_, peers_of(layout, index), index_of(layout, index)),
      next_(RequestId{env.incarnation()} << 32U) {}

// --- when --------------------------------------------------------------------------------------------------

Timestamp Server::choose(Timestamp zookie, bool latest) {
  if (!parameters_.is_dated()) return undated;
  const Timestamp now = clock_.earliest();
  Timestamp ts = std::max<Timestamp>(clock_.latest(), 0);
  if (!latest) {
    ts = std::max<Timestamp>(now - parameters_.default_staleness.count(), 0);
    if (safe_.zookie_is_lower_bound) ts = std::max(ts, zookie);
    const std::int64_t quantum = parameters_.quantum.count();
    const Timestamp rounded = quantum == 0 ? ts : (ts + quantum - 1) / quantum * quantum;
    if (rounded <= now) ts = rounded;
  }
  testimony_.chosen.add({ts, zookie, latest});
  return ts;
}

// --- checks ------------------------------------------------------------------------------------------------

void Server::on(const Check& check, const sim::From& from) {
  if (check.set.object.tenant != check.tenant) {
    env_.reply(from, Checked{});
    return;
  }
  begin({check.set, check.user, choose(check.zookie, false)}, check.zookie, from);
}

void Server::on(const ContentChangeCheck& check, const sim::From& from) {
  if (check.set.object.tenant != check.tenant) {
    env_.reply(from, Checked{});
    return;
  }
  begin({check.set, check.user, choose(0, true)}, 0, from);
}

void Server::begin(const Evaluator::Problem& problem, Timestamp zookie, const sim::From& from) {
  const Asker asker{from, zookie, env_.mono()};
  const auto under_way = under_way_.find(problem);
  if (parameters_.single_flight && parameters_.is_dated() && under_way != under_way_.end()) {
    env_.metrics().count("checks that joined another");
    flights_[under_way->second].askers.push_back(asker);
    return;
  }
  const RequestId id = ++next_;
  under_way_.insert_or_assign(problem, id);
  flights_[id] = {problem, {asker}, env_.after(parameters_.check_timeout, CheckIsLate{id})};
  evaluator_.check(problem, {}, env_.mono() + parameters_.check_timeout,
                   [this, id](const Outcome& outcome) { land(id, outcome); });
}

void Server::on(const CheckIsLate& late) { land(late.request, {}); }

void Server::land(RequestId id, const Outcome& outcome) {
  const auto found = flights_.find(id);
  if (found == flights_.end()) return;
  Flight flight = std::move(found->second);
  flights_.erase(found);
  env_.cancel(flight.timer);
  const auto under_way = under_way_.find(flight.problem);
  if (under_way != under_way_.end() && under_way->second == id) under_way_.erase(under_way);
  for (const Asker& asker : flight.askers) answer(flight.problem, asker, outcome);
}

// With zanzibar.fail-open, and where it is asked for, what is not known is allowed.
void Server::answer(const Evaluator::Problem& problem, const Asker& asker, const Outcome& outcome) {
  const bool is_known = outcome.verdict != Verdict::unknown;
  const bool fails_open = !safe_.fails_closed || parameters_.on_timeout == OnTimeout::allow;
  const bool is_allowed = is_known ? outcome.verdict == Verdict::allow : fails_open;
  testimony_.answers.add({problem, asker.zookie, outcome, is_allowed, env_.mono() - asker.since});
  env_.reply(asker.from, Checked{is_allowed, is_known || fails_open, problem.ts});
}

// --- tokens ------------------------------------------------------------------------------------------------

// The roles of a user, each looked up now.
void Server::on(const AskToken& ask, const sim::From& from) {
  struct Gathered {
    Token token{};
    std::int64_t missing = 0;
    bool failed = false;
  };
  auto gathered = std::make_shared<Gathered>();
  gathered->token = {ask.tenant, ask.user, {}, clock_.earliest() + parameters_.token_ttl.count(), 0};
  gathered->missing = parameters_.groups;
  for (std::uint32_t number = 0; number < static_cast<std::uint32_t>(parameters_.groups); ++number) {
    const Object role{ask.tenant, Namespace::group, number};
    const Evaluator::Problem problem{{role, Relation::member}, ask.user, undated};
    evaluator_.check(problem, {}, env_.mono() + parameters_.check_timeout,
                     [this, gathered, role, from](const Outcome& outcome) {
                       gathered->failed = gathered->failed || outcome.verdict == Verdict::unknown;
                       if (outcome.verdict == Verdict::allow) gathered->token.roles.push_back(role);
                       if (--gathered->missing > 0) return;
                       if (gathered->failed) {
                         env_.reply(from, Refused{"the stores do not answer"});
                         return;
                       }
                       gathered->token.signature = signature_of(gathered->token);
                       env_.reply(from, Issued{gathered->token});
                     });
  }
}

// With zanzibar.role-in-token, and where it is asked for, what the token says is enough.
void Server::on(const CheckToken& check, const sim::From& from) {
  const Token& token = check.token;
  const bool is_good = token.signature == signature_of(token) && clock_.latest() < token.expires &&
                       token.tenant == check.set.object.tenant;
  if (!is_good) {
    env_.reply(from, Checked{false, true, undated});
  } else if (parameters_.introspection && safe_.asks_about_tokens) {
    begin({check.set, token.user, undated}, 0, from);
  } else {
    check_roles(check, from);
  }
}

void Server::check_roles(const CheckToken& check, const sim::From& from) {
  const Asker asker{from, 0, env_.mono()};
  tuples_.read({check.set, undated}, [this, check, asker](const TupleReader::Rows& rows) {
    Outcome outcome{.verdict = rows == nullptr ? Verdict::unknown : Verdict::deny};
    if (rows != nullptr) {
      const auto& roles = check.token.roles;
      const bool is_in = std::any_of(rows->begin(), rows->end(), [&](const Subject& subject) {
        if (subject.form == Subject::Form::user) return subject.user == check.token.user;
        return std::find(roles.begin(), roles.end(), subject.object) != roles.end();
      });
      if (is_in) outcome.verdict = Verdict::allow;
    }
    answer({check.set, check.token.user, undated}, asker, outcome);
  });
}

void Server::on(const Subcheck& subcheck, const sim::From& from) {
  evaluator_.check({subcheck.set, subcheck.user, subcheck.ts}, subcheck.way, env_.mono() + subcheck.within,
                   [this, from, request = subcheck.request](const Outcome& outcome) {
                     env_.send(from, Subchecked{request, outcome});
                   });
}

// --- reads -------------------------------------------------------------------------------------------------

void Server::on(const Read& read, const sim::From& from) {
  if (read.set.object.tenant != read.tenant) {
    env_.reply(from, Refused{"another tenant's"});
    return;
  }
  const Timestamp ts = choose(read.zookie, read.latest);
  tuples_.read({read.set, ts}, [this, set = read.set, ts, from](const TupleReader::Rows& rows) {
    if (rows == nullptr) {
      env_.reply(from, Refused{"the stores do not answer"});
      return;
    }
    testimony_.reads.add({set, ts, *rows});
    env_.reply(from, ReadBack{*rows, ts});
  });
}

void Server::on(const Expand& request, const sim::From& from) {
  if (request.set.object.tenant != request.tenant) {
    env_.reply(from, Refused{"another tenant's"});
    return;
  }
  const Timestamp ts = choose(request.zookie, false);
  tuples_.read({schema_of(request.set.object), ts}, [this, request, ts, from](const TupleReader::Rows& rows) {
    if (rows == nullptr || rows->empty()) {
      env_.reply(from, Refused{rows == nullptr ? "the stores do not answer" : "no such namespace"});
      return;
    }
    this->expand(request, ts, rows->front().user, from);
  });
}

// Once all relations that the rule reads are there.
void Server::expand(const Expand& request, Timestamp ts, std::uint32_t schema, const sim::From& from) {
  struct Gathered {
    std::map<Relation, TupleReader::Rows> rows{};
    std::size_t missing = 0;
    bool failed = false;
  };
  const std::vector<Relation> relations = relations_read_by(schema, request.set);
  if (relations.empty()) {
    env_.reply(from, Refused{"no such relation"});
    return;
  }
  auto gathered = std::make_shared<Gathered>();
  gathered->missing = relations.size();
  for (const Relation relation : relations) {
    tuples_.read({{request.set.object, relation}, ts},
                 [this, request, ts, schema, from, gathered, relation](const TupleReader::Rows& rows) {
                   gathered->failed = gathered->failed || rows == nullptr;
                   gathered->rows[relation] = rows;
                   if (--gathered->missing > 0) return;
                   if (gathered->failed) {
                     env_.reply(from, Refused{"the stores do not answer"});
                     return;
                   }
                   const auto rows_of = [&](const Userset& set) { return *gathered->rows.at(set.relation); };
                   Expanded expanded{zanzibar::expand(schema, request.set, rows_of), ts};
                   testimony_.expansions.add({request.set, ts, expanded.tree});
                   env_.reply(from, std::move(expanded));
                 });
  }
}

void Server::on(const Watch& watch, const sim::From& from) { env_.stories().spawn(this->watch(watch, from)); }

sim::Task<> Server::watch(Watch watch, sim::From from) {
  StoreWatch request{watch.tenant, watch.after};
  auto reply = co_await sim::call<Watched>(env_, near_, std::move(request), parameters_.read_timeout);
  if (!reply) {
    env_.reply(from, Refused{"the store does not answer"});
    co_return;
  }
  testimony_.watches.add({watch.tenant, watch.after, *reply});
  env_.reply(from, std::move(*reply));
}

// --- writes ------------------------------------------------------------------------------------------------

void Server::on(const Write& write, const sim::From& from) {
  const auto is_own = [&](const Change& change) { return is_of(write.tenant, change.tuple); };
  if (write.changes.empty() || !std::all_of(write.changes.begin(), write.changes.end(), is_own)) {
    env_.reply(from, Refused{"a write is about the objects of its tenant, and names no others"});
    return;
  }
  env_.stories().spawn(pass_on(write, from));
}

// No answer is no answer: it may have been written.
sim::Task<> Server::pass_on(Write write, sim::From from) {
  const Object object = write.changes.front().tuple.object;
  const NodeId leader = stores_[shard_of(object, parameters_.shards) % stores_.size()];
  auto reply = co_await sim::call<Written, Conflict, Refused>(env_, leader, std::move(write),
                                                              2 * parameters_.check_timeout);
  if (!reply) co_return;
  if (const auto* written = std::get_if<Written>(&*reply)) {
    env_.reply(from, *written);
  } else if (std::holds_alternative<Conflict>(*reply)) {
    env_.reply(from, Conflict{});
  } else {
    env_.reply(from, std::get<Refused>(*reply));
  }
}

void Server::show(sim::FieldVisitor& visitor) const {
  sim::visit_field("checks", static_cast<std::int64_t>(flights_.size()), visitor);
  sim::visit_field("problems", static_cast<std::int64_t>(evaluator_.open()), visitor);
  sim::visit_field("cache hits", static_cast<std::int64_t>(evaluator_.cache_hits()), visitor);
  sim::visit_field("reads", static_cast<std::int64_t>(tuples_.asked()), visitor);
}

}  // namespace lightcone::models::zanzibar

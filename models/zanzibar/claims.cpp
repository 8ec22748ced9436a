#include "models/zanzibar/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/units.hpp"

namespace lightcone::models::zanzibar {

using sim::Assumption;
using sim::Claim;
namespace judged_by = sim::judged_by;

namespace {

Claim fails_closed(const Parameters& parameters) {
  return {"P2.6",
          "what could not be found out is not allowed",
          Assumption::a0,
          {},
          parameters.on_timeout == OnTimeout::deny ? "" : "an answer in time, whether or not it is known"};
}

void add_liveness(const Parameters& parameters, std::vector<Claim>& claims) {
  claims.push_back({"L2.2",
                    "after the heal every operation is answered",
                    Assumption::a3,
                    judged_by::Recovery{10 * parameters.check_timeout},
                    {}});
  claims.push_back({"L2.3",
                    "while the faults last, clients are never without an answer for ten check timeouts",
                    Assumption::a3,
                    judged_by::Availability{10 * parameters.check_timeout},
                    {},
                    true});
}

// Of roles and tokens, which are of no timestamp.
std::vector<Claim> undated_claims_of(const Parameters& parameters) {
  const sim::Duration within = parameters.revoked_within();
  const std::string when =
      within == sim::Duration::zero() ? "once it is decided" : "within " + sim::to_text(within);
  std::vector<Claim> claims = {
      {"P2.3", "a write that begins after another was decided has a later timestamp, and no decision is lost",
       Assumption::a2},
      fails_closed(parameters),
      {"P2.8", "a revocation takes effect " + when + ", for checks that begin after that", Assumption::a2},
      {"P2.9", "no tuple of a tenant names an object of another", Assumption::a0},
  };
  add_liveness(parameters, claims);
  return claims;
}

}  // namespace

std::vector<Claim> claims_of(const Parameters& parameters) {
  if (!parameters.is_dated()) return undated_claims_of(parameters);
  const bool is_ordered = parameters.timestamps == Timestamps::truetime;
  const std::string by_clocks =
      is_ordered ? "" : "as far as clocks differ by less than what happens between writes";
  Claim no_new_enemy{
      "P2.2",
      "nobody opens content that was saved after his access had been removed, unless he got it again",
      Assumption::a2,
      {},
      by_clocks};
  if (!parameters.zookies)
    no_new_enemy.weakly_satisfies = "access as of at most default_staleness ago, whatever was saved since";
  std::vector<Claim> claims = {
      {"P2.1",
       "every answer is true at one timestamp, with the schema of that timestamp, and that is at least the "
       "zookie",
       Assumption::a0},
      std::move(no_new_enemy),
      {"P2.3",
       "a write that begins after another was decided has a later timestamp, and no decision is lost",
       Assumption::a2,
       {},
       is_ordered ? "" : "of one shard"},
      {"P2.4",
       "without a zookie nothing is evaluated that is older, by the server's clock, than default_staleness",
       Assumption::a0},
      {"P2.5", "the index answers what is true at the timestamp that it is asked about, or not at all",
       Assumption::a0},
      fails_closed(parameters),
      {"P2.7", "nobody is let in because it could not be found out whether he is excluded", Assumption::a0},
      {"P2.9", "no tuple of a tenant names an object of another", Assumption::a0},
      {"P2.10",
       "a watcher is told of every change of its tenant up to a timestamp, in the order of timestamps",
       Assumption::a0},
      {"L2.1",
       "a server reads a tuple set at a timestamp once at a time, however many ask for it",
       Assumption::a0,
       {},
       parameters.single_flight ? "" : "as often as it is asked for"},
  };
  add_liveness(parameters, claims);
  return claims;
}

Monitor::Monitor(sim::Simulation& simulation, const Parameters& parameters, const sim::BugSet& bugs,
                 const Layout& layout, const std::vector<Tuple>& first)
    : simulation_(simulation),
      parameters_(parameters),
      clock_(clock_kind(parameters, safeguards_without(bugs))),
      ghost_(first),
      meter_(simulation) {
  for (const sim::NodeId node : layout.servers) servers_[node] = {};
  contents_[layout.content] = {};
}

void Monitor::report(sim::NodeId node, std::string_view claim, std::string_view anomaly, std::string text) {
  simulation_.report({std::string(claim), std::string(anomaly), std::move(text), {node}});
}

void Monitor::after_event(sim::NodeId node) {
  if (simulation_.node(node).process() == nullptr) return;
  if (servers_.contains(node)) {
    look_at_server(node);
  } else if (contents_.contains(node)) {
    look_at_content(node);
  } else if (simulation_.node(node).role() == "store") {
    look_at_store(node);
  }
  if (!meter_.is_due()) return;
  std::map<sim::NodeId, const Server*> up;
  for (const auto& [server, seen] : servers_)
    up[server] = static_cast<const Server*>(simulation_.node(server).process());
  meter_.sample_if_due(up);
}

// --- stores ------------------------------------------------------------------------------------------------

void Monitor::look_at_store(sim::NodeId node) {
  const auto& store = *static_cast<const Store*>(simulation_.node(node).process());
  ShardId id = 0;
  for (const Shard& shard : store.shards()) {
    SeenShard& seen = shards_[id++];
    if (!shard.leads()) continue;
    const std::uint32_t incarnation = simulation_.node(node).incarnation();
    if (seen.incarnation != incarnation) {
      seen.incarnation = incarnation;
      seen.stamped = seen.decided = 0;
    }
    const std::vector<Entry>& log = shard.log();
    for (; seen.stamped < log.size(); ++seen.stamped) look_at_stamp(node, seen, log[seen.stamped]);
    for (; seen.decided < shard.decided(); ++seen.decided) look_at_decision(node, seen, log[seen.decided]);
  }
}

// P2.3
void Monitor::look_at_stamp(sim::NodeId node, SeenShard& seen, const Entry& entry) {
  const bool is_new = seen.began.try_emplace(entry.ts, simulation_.now()).second;
  if (!is_new || entry.ts > ghost_.latest()) return;
  report(node, "P2.3", "realtime-violation",
         fmt::format("{} stamped a write to {} with {}, after {} had been decided", name(node),
                     to_text(entry.changes.front().tuple.object), entry.ts, ghost_.latest()));
}

void Monitor::look_at_decision(sim::NodeId node, SeenShard& seen, const Entry& entry) {
  if (seen.decided < seen.decisions.size()) {
    if (entry == seen.decisions[seen.decided]) return;
    report(
        node, "P2.3", "lost-write",
        fmt::format("{} has another entry at {} of its log than was decided", name(node), seen.decided + 1));
    return;
  }
  seen.decisions.push_back(entry);
  ghost_.add(entry, seen.began.at(entry.ts), simulation_.now());
  for (const Change& change : entry.changes) {
    const Tuple& tuple = change.tuple;
    if (tuple.subject.form == Subject::Form::user || tuple.subject.object.tenant == tuple.object.tenant)
      continue;
    report(node, "P2.9", "invariant(P2.9)", fmt::format("{} has {}", name(node), to_text(tuple)));
  }
}

// --- check servers -----------------------------------------------------------------------------------------

void Monitor::look_at_server(sim::NodeId node) {
  const auto& server = *static_cast<const Server*>(simulation_.node(node).process());
  SeenServer& seen = servers_[node];
  const std::uint32_t incarnation = simulation_.node(node).incarnation();
  if (seen.incarnation != incarnation) {
    seen = {};
    seen.incarnation = incarnation;
  }
  const Server::Testimony& said = server.testimony();
  said.chosen.since(seen.chosen, [&](const Server::Chosen& chosen) { look_at_choice(node, chosen); });
  server.evaluator().index_uses().since(
      seen.index_uses, [&](const Evaluator::IndexUse& use) { look_at_index_use(node, use); });
  said.answers.since(seen.answers, [&](const Server::Answer& answer) { look_at_answer(node, answer); });
  if (parameters_.is_dated()) look_at_reads(node, server, seen);
  said.watches.since(seen.watches, [&](const Server::WatchAnswer& watch) { look_at_watch(node, watch); });
  if (server.tuples().most_of_one() <= 1 || !parameters_.is_dated()) return;
  report(node, "L2.1", "invariant(L2.1)",
         fmt::format("{} had {} reads of the same at the same timestamp under way", name(node),
                     server.tuples().most_of_one()));
}

// P2.4, that a zookie is a lower bound, and that a change is checked by all rules that were decided before.
void Monitor::look_at_choice(sim::NodeId node, const Server::Chosen& chosen) {
  if (chosen.ts < chosen.zookie)
    report(node, "P2.1", "invariant(P2.1)",
           fmt::format("{} evaluates at {} what comes with the zookie {}", name(node), chosen.ts,
                       chosen.zookie));
  if (chosen.is_latest && chosen.ts < ghost_.latest())
    report(node, "P2.2", "invariant(new_enemy)",
           fmt::format("{} checks a change at {}, and a write at {} had been decided", name(node), chosen.ts,
                       ghost_.latest()));
  const IntervalClock clock(simulation_.node(node), clock_);
  const Timestamp oldest = clock.earliest() - parameters_.default_staleness.count();
  if (chosen.ts < oldest)
    report(node, "P2.4", "invariant(P2.4)",
           fmt::format("{} evaluates at {}, when nothing before {} is fresh enough", name(node), chosen.ts,
                       oldest));
}

// P2.1, P2.6 and P2.7: what is wrong belongs to the last that let it through.
void Monitor::look_at_answer(sim::NodeId node, const Server::Answer& answer) {
  meter_.answered(answer);
  if (!parameters_.is_dated()) {
    look_at_undated(node, answer);
    return;
  }
  const auto& [set, user, ts] = answer.problem;
  const bool is_known = answer.outcome.verdict != Verdict::unknown;
  const bool truth = ghost_.contains(set, user, ts);
  if (answer.is_allowed && truth) {
    const auto revoked = ghost_.revoked_after(set, user, ts);
    if (revoked) meter_.was_late(simulation_.now() - sim::Instant(sim::Duration(*revoked)));
  }
  if (answer.is_allowed == truth || (!answer.is_allowed && !is_known)) return;
  meter_.was_wrong(answer.is_allowed);
  std::string_view claim = "P2.1";
  std::string_view anomaly = "invariant(P2.1)";
  std::string why = fmt::format("which is not so at {}", ts);
  if (!is_known) {
    claim = "P2.6";
    anomaly = "invariant(P2.6)";
    why = "without having found out";
  } else if (answer.is_allowed && answer.outcome.missed) {
    claim = "P2.7";
    anomaly = "invariant(P2.7)";
    why = "having missed a part of the rule";
  }
  report(node, claim, anomaly,
         fmt::format("{} answered that u{} is {} {}, {}", name(node), user,
                     answer.is_allowed ? "in" : "not in", to_text(set), why));
}

// P2.8, and P2.6 where nothing was known: in true time, by the writes that were decided before the check
// began.
void Monitor::look_at_undated(sim::NodeId node, const Server::Answer& answer) {
  if (!answer.is_allowed) return;
  const auto& [set, user, ts] = answer.problem;
  const sim::Instant began = simulation_.now() - answer.took;
  if (!ghost_.may_have_contained(set, user, began)) {
    const auto revoked = ghost_.revoked_after(set, user, 0);
    if (revoked) meter_.was_late(simulation_.now() - sim::Instant(sim::Duration(*revoked)));
  }
  if (ghost_.may_have_contained(set, user, began - parameters_.revoked_within())) return;
  meter_.was_wrong(true);
  const bool is_known = answer.outcome.verdict != Verdict::unknown;
  report(
      node, is_known ? "P2.8" : "P2.6", is_known ? "invariant(P2.8)" : "invariant(P2.6)",
      fmt::format("{} answered that u{} is in {}, {}", name(node), user, to_text(set),
                  is_known ? "which was revoked longer ago than it may matter" : "without having found out"));
}

// P2.1
void Monitor::look_at_reads(sim::NodeId node, const Server& server, SeenServer& seen) {
  server.testimony().reads.since(seen.reads, [&](const Server::ReadAnswer& read) {
    if (read.subjects == ghost_.read(read.set, read.ts)) return;
    report(node, "P2.1", "invariant(P2.1)",
           fmt::format("{} read {} tuples of {} at {}, when there were {}", name(node), read.subjects.size(),
                       to_text(read.set), read.ts, ghost_.read(read.set, read.ts).size()));
  });
  server.testimony().expansions.since(seen.expansions, [&](const Server::ExpandAnswer& expansion) {
    const std::string tree = ghost_.expand(expansion.set, expansion.ts);
    if (expansion.tree == tree) return;
    report(node, "P2.1", "invariant(P2.1)",
           fmt::format("{} expanded {} at {} to {}, and it was {}", name(node), to_text(expansion.set),
                       expansion.ts, expansion.tree, tree));
  });
}

// P2.10
void Monitor::look_at_watch(sim::NodeId node, const Server::WatchAnswer& watch) {
  const auto& [tenant, after, watched] = watch;
  const std::vector<TimedChange> truth = ghost_.changes(tenant, after, watched.until);
  if (watched.changes == truth) return;
  report(node, "P2.10", "invariant(P2.10)",
         fmt::format("{} told a watcher of {} changes of tenant {} after {} up to {}, and there were {}",
                     name(node), watched.changes.size(), tenant, after, watched.until, truth.size()));
}

// P2.5
void Monitor::look_at_index_use(sim::NodeId node, const Evaluator::IndexUse& use) {
  const auto& [set, user, ts] = use.problem;
  if (use.is_member == ghost_.contains(set, user, ts)) return;
  report(node, "P2.5", "invariant(P2.5)",
         fmt::format("the index told {} that u{} is {} {} at {}, which is not so", name(node), user,
                     use.is_member ? "in" : "not in", to_text(set), ts));
}

// --- content -----------------------------------------------------------------------------------------------

void Monitor::look_at_content(sim::NodeId node) {
  const auto& content = *static_cast<const Content*>(simulation_.node(node).process());
  SeenContent& seen = contents_[node];
  const std::uint32_t incarnation = simulation_.node(node).incarnation();
  if (seen.incarnation != incarnation) {
    seen = {};
    seen.incarnation = incarnation;
  }
  content.saves_begun().since(
      seen.saves, [&](const Content::SaveBegan& began) { saves_.emplace(began.save, simulation_.now()); });
  content.deliveries().since(seen.deliveries,
                             [&](const Content::Delivery& delivery) { look_at_delivery(node, delivery); });
}

// P2.2
void Monitor::look_at_delivery(sim::NodeId node, const Content::Delivery& delivery) {
  const auto began = saves_.find(delivery.version.save);
  if (began == saves_.end() || !parameters_.is_dated()) return;  // nothing was saved yet
  const Userset viewers{delivery.version.doc, Relation::viewer};
  if (ghost_.may_have_contained(viewers, delivery.user, began->second)) return;
  report(
      node, "P2.2", "invariant(new_enemy)",
      fmt::format("{} gave u{} content {} of {}, which was saved when he had no access any more", name(node),
                  delivery.user, delivery.version.content.to_json(), to_text(delivery.version.doc)));
}

}  // namespace lightcone::models::zanzibar

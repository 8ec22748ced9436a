// Authorization as a model: parameters, profiles, bug switches, and who runs where.
#include "models/zanzibar/model.hpp"

#include <memory>
#include <utility>

#include "models/parts/placement.hpp"
#include "models/zanzibar/claims.hpp"
#include "models/zanzibar/client.hpp"
#include "models/zanzibar/content.hpp"
#include "models/zanzibar/index.hpp"
#include "models/zanzibar/population.hpp"
#include "models/zanzibar/server.hpp"
#include "models/zanzibar/store.hpp"

namespace lightcone::models::zanzibar {

sim::Choices<Timestamps> choices_of(Timestamps) {
  static constexpr sim::Choice<Timestamps> all[] = {
      {Timestamps::truetime,
       {"truetime", "An interval that contains true time, and a wait until it has passed."}},
      {Timestamps::clock, {"clock", "What the leader's wall clock shows, or more than the stamp before."}},
  };
  return all;
}

sim::Choices<Scheme> choices_of(Scheme) {
  static constexpr sim::Choice<Scheme> all[] = {
      {Scheme::relations, {"relations", "Relations and their rules, at one timestamp (ReBAC)."}},
      {Scheme::roles,
       {"roles", "The roles of users and the users of documents, cached for cache_ttl (RBAC)."}},
      {Scheme::token, {"token", "A token that says which roles its user has, until it expires (ABAC)."}},
  };
  return all;
}

sim::Choices<Start> choices_of(Start) {
  static constexpr sim::Choice<Start> all[] = {
      {Start::plain, {"plain", "Folder f is for members of group f, who are the users f and f + 1."}},
      {Start::random,
       {"random", "Groups in groups, folders in folders and documents in them, from the seed."}},
  };
  return all;
}

sim::Choices<OnTimeout> choices_of(OnTimeout) {
  static constexpr sim::Choice<OnTimeout> all[] = {
      {OnTimeout::deny, {"deny", "No."}},
      {OnTimeout::allow, {"allow", "Yes."}},
  };
  return all;
}

const sim::FieldTable<Parameters>& Parameters::fields() {
  using P = Parameters;
  using namespace std::chrono_literals;
  using sim::field;
  static const auto table =
      sim::FieldTable<Parameters>(
          "zanzibar_parameters", "Who may do what, from relations between users, groups and objects.",
          field("scheme", &P::scheme, "What a decision is made from."),
          field("stores", &P::stores, "Stores of tuples, one a region; each has a copy of every shard.")
              .at_least(1)
              .at_most(7),
          field("servers", &P::servers,
                "Check servers; number i is in the region of store i, modulo the stores.")
              .at_least(1)
              .at_most(60),
          field("indexes", &P::indexes, "Index servers, one a region; 0: groups are walked.")
              .at_least(0)
              .at_most(7),
          field("shards", &P::shards,
                "Parts of the tuples, by object; store i leads shard i, modulo the stores.")
              .at_least(1)
              .at_most(16),
          field("tenants", &P::tenants,
                "Whose objects have nothing to do with each other; clients take turns.")
              .at_least(1)
              .at_most(100),
          field("users", &P::users, "Users of each tenant; user 0 is the author of its documents.")
              .at_least(1)
              .at_most(10'000),
          field("groups", &P::groups, "Groups of each tenant.").at_least(1).at_most(1'000),
          field("folders", &P::folders, "Folders of each tenant.").at_least(1).at_most(1'000),
          field("start", &P::start, "Which tuples there are before the first write."),
          field("timestamps", &P::timestamps, "What shard leaders stamp writes with."),
          field("zookies", &P::zookies, "Content keeps the timestamp of its check, and clients send theirs."),
          field("default_staleness", &P::default_staleness,
                "How old what is evaluated without a zookie may be.")
              .at_most(10min),
          field("quantum", &P::quantum,
                "Old enough timestamps are rounded up to multiples; 0s: they are not.")
              .at_most(1min),
          field("cache_size", &P::cache_size,
                "Answers, and sets of tuples, that a check server keeps; 0: none.")
              .at_least(0)
              .at_most(1'000'000),
          field("cache_ttl", &P::cache_ttl, "For how long.").at_most(24h),
          field("single_flight", &P::single_flight, "Whoever asks for what is under way waits for that."),
          field("index_lag", &P::index_lag, "Between two looks of the index into the change log.")
              .at_least(1ms)
              .at_most(10min),
          field("index_snapshot_every", &P::index_snapshot_every, "Between two snapshots of the index.")
              .at_least(10ms)
              .at_most(24h),
          field("token_ttl", &P::token_ttl, "token: for how long a token is good.")
              .at_least(1ms)
              .at_most(24h),
          field("introspection", &P::introspection,
                "token: whether each check asks if the token's user still has what it says."),
          field("max_depth", &P::max_depth,
                "Usersets within one another, at most; what is deeper is unknown.")
              .at_least(1)
              .at_most(100),
          field("max_open", &P::max_open, "Problems that a check server works on for a tenant, at most.")
              .at_least(1)
              .at_most(1'000),
          field("on_timeout", &P::on_timeout, "What is answered when nothing could be found out."),
          field("check_timeout", &P::check_timeout, "Of a check; a write has twice as long.")
              .at_least(1ms)
              .at_most(1min),
          field("read_timeout", &P::read_timeout, "Of one question to a store or to the index.")
              .at_least(1ms)
              .at_most(1min),
          field("heartbeat", &P::heartbeat,
                "Between two messages of an idle shard leader, which say what is safe.")
              .at_least(1ms)
              .at_most(1min))
          .must("there are no more indexes than stores", "indexes",
                [](const P& p) { return p.indexes <= p.stores; });
  return table;
}

Safeguards safeguards_without(const sim::BugSet& bugs) {
  const auto on = [&](std::string_view bug) { return !bugs.contains(bug); };
  Safeguards safe;
  safe.zookie_is_lower_bound = on("zanzibar.ignore-zookie");
  safe.external_consistency = on("zanzibar.no-external-consistency");
  safe.cache_by_timestamp = on("zanzibar.cache-not-ts-keyed");
  safe.content_renews_zookie = on("zanzibar.content-keeps-old-zookie");
  safe.one_snapshot = on("zanzibar.mixed-snapshot");
  safe.index_minds_watermark = on("zanzibar.index-lag-ignored");
  safe.fails_closed = on("zanzibar.fail-open");
  safe.unknown_may_exclude = on("zanzibar.exclusion-unknown-false");
  safe.guards_cycles = on("zanzibar.cycle-no-guard");
  safe.asks_about_tokens = on("zanzibar.role-in-token");
  return safe;
}

namespace {

using sim::BugSwitch;
using Shelf = BugSwitch::Shelf;
using Difficulty = BugSwitch::Difficulty;

std::vector<BugSwitch> bug_switches() {  // NOLINT(readability-function-size): a table
  return {
      {"zanzibar.ignore-zookie", "a check is evaluated at its zookie or later", "invariant(new_enemy)",
       Shelf::core, Difficulty::easy, "Pang et al., ATC 2019, section 2.2",
       "New content must not be guarded by old rules: whoever shows content says as of when."},
      {"zanzibar.no-external-consistency", "writes have timestamps in the order in which they happened",
       "invariant(new_enemy)", Shelf::core, Difficulty::easy,
       "SpiceDB on CockroachDB makes transactions overlap for this reason; Pang et al., ATC 2019, section "
       "2.2",
       "If a later rule can look earlier, a snapshot may have the later one without the earlier one."},
      {"zanzibar.cache-not-ts-keyed", "a cached answer is for the timestamp that it was evaluated at",
       "invariant(P2.1)", Shelf::core, Difficulty::easy, "Pang et al., ATC 2019, section 3.2.5",
       "An answer without its timestamp is an answer to another question."},
      {"zanzibar.content-keeps-old-zookie", "every change of content renews its zookie",
       "invariant(new_enemy)", Shelf::core, Difficulty::easy, "Pang et al., ATC 2019, section 2.4.4",
       "The zookie belongs to the content, not to the document: new content with an old one is old access."},
      {"zanzibar.mixed-snapshot", "all parts of a check are evaluated at one timestamp", "invariant(P2.1)",
       Shelf::core, Difficulty::easy, "Pang et al., ATC 2019, sections 3.2.1 to 3.2.3",
       "Parts that were each true once need never have been true together."},
      {"zanzibar.index-lag-ignored", "the index answers for timestamps up to its watermark alone",
       "invariant(P2.5)", Shelf::core, Difficulty::easy, "Pang et al., ATC 2019, section 3.2.4",
       "An index knows what it has heard, and must know how far that is."},
      {"zanzibar.fail-open", "what is not known is not allowed", "invariant(P2.6)", Shelf::core,
       Difficulty::easy, "fail-safe defaults: Saltzer and Schroeder, Proceedings of the IEEE, 1975",
       "A door that opens when the guard does not answer is opened by keeping the guard busy."},
      {"zanzibar.exclusion-unknown-false", "an exclusion whose operand is unknown is unknown",
       "invariant(P2.7)", Shelf::extended, Difficulty::medium,
       "follows from fail-safe defaults: what is excluded is the part to be sure of",
       "To fail closed in one operand is to fail open in what it is subtracted from."},
      {"zanzibar.cycle-no-guard", "what meets itself on the way is cut, and the way is bounded",
       "unavailable", Shelf::extended, Difficulty::easy,
       "deep and wide groups: Pang et al., ATC 2019, section 3.2.4",
       "Users put groups into each other; whoever follows them without looking back never returns."},
      {"zanzibar.role-in-token", "each check asks whether what a token says is still so", "invariant(P2.8)",
       Shelf::extended, Difficulty::easy,
       "general practice of self-contained tokens; RFC 7662 on introspection",
       "A token cannot be called back: what it says holds until it expires, whatever happens meanwhile."},
  };
}

Layout layout_of(const sim::Simulation& simulation) {
  return {simulation.nodes_of_role("store"), simulation.nodes_of_role("server"),
          simulation.nodes_of_role("index"), simulation.nodes_of_role("content").front()};
}

// The same for all who ask.
std::shared_ptr<const std::vector<Tuple>> first_tuples(const Parameters& parameters,
                                                       const sim::Deployment& deployment) {
  sim::Stream chance = deployment.simulation.stream("population");
  return std::make_shared<const std::vector<Tuple>>(population(parameters, deployment.workload.keys, chance));
}

class ZanzibarModel final : public sim::ModelWith<Parameters> {
 public:
  std::string_view name() const override { return "zanzibar"; }
  std::vector<std::string> topics() const override {
    return {"T2 Authorization: Zanzibar (ReBAC), RBAC, ABAC"};
  }
  std::string_view summary() const override {
    return "Who may do what: relations between users, groups and objects, evaluated at one timestamp.";
  }
  std::vector<sim::Profile> profiles() const override {
    return {
        {"rebac", "Relations, zookies, ordered timestamps and an index of groups.", {}},
        {"no-zookies",
         "The same, and content does not say as of when it is to be guarded.",
         {{"zookies", "false"}}},
        {"clocks", "The same, stamped by wall clocks.", {{"timestamps", "clock"}}},
        {"rbac",
         "Users have roles, and roles have documents; both are cached.",
         {{"scheme", "roles"}, {"indexes", "0"}, {"cache_ttl", "2s"}}},
        {"abac-token",
         "Signed tokens say which roles a user has, and each is asked about.",
         {{"scheme", "token"}, {"indexes", "0"}, {"cache_ttl", "0s"}}},
    };
  }
  std::vector<BugSwitch> bugs() const override { return bug_switches(); }
  std::vector<sim::OperationKind> operations() const override { return operation_kinds(); }
  std::vector<std::string> moments() const override {
    return {"EntryStamped", "EntryDecided", "ChangeAllowed", "IndexSnapshotTaken"};
  }

 protected:
  std::vector<sim::Role> roles_of(const Parameters& parameters,
                                  const sim::Workload& workload) const override {
    return {{"store", "t", parameters.stores, "who keep the tuples"},
            {"server", "n", parameters.servers, "who answer checks"},
            {"index", "x", parameters.indexes, "who know the members of groups"},
            {"content", "d", 1, "what the documents are kept by"},
            {"client", "c", workload.clients, "who use all that"}};
  }
  std::vector<sim::Claim> claims_of(const Parameters& parameters, const sim::BugSet&) const override {
    return zanzibar::claims_of(parameters);
  }
  sim::Duration longest_timeout_of(const Parameters& parameters) const override {
    return std::max({2 * parameters.check_timeout, parameters.heartbeat, parameters.index_lag});
  }

  sim::ProcessFactory process_of(const Parameters& parameters, const sim::Deployment& deployment,
                                 std::string_view role, std::size_t index) const override {
    const Layout layout = layout_of(deployment.simulation);
    if (role == "client") return client_of(parameters, deployment, layout, index);
    if (role == "server") {
      return [&parameters, &deployment, layout, index](sim::Env& env) {
        return std::make_unique<Server>(env, parameters, deployment.bugs, layout, index);
      };
    }
    if (role == "content") {
      return [&parameters, &deployment, layout](sim::Env& env) {
        return std::make_unique<Content>(env, parameters, deployment.bugs, layout.servers);
      };
    }
    const auto tuples = first_tuples(parameters, deployment);
    if (role == "index") {
      return [&parameters, &deployment, layout, index, tuples](sim::Env& env) {
        return std::make_unique<Index>(env, parameters, deployment.bugs, layout.stores.at(index), *tuples);
      };
    }
    return [&parameters, &deployment, layout, tuples](sim::Env& env) {
      return std::make_unique<Store>(env, parameters, deployment.bugs, layout.stores, *tuples);
    };
  }

  void watch_with(const Parameters& parameters, const sim::Deployment& deployment) const override {
    deployment.simulation.add_monitor(
        std::make_unique<Monitor>(deployment.simulation, parameters, deployment.bugs,
                                  layout_of(deployment.simulation), *first_tuples(parameters, deployment)));
  }

  // Who leads shard 0.
  sim::NodeId focus(const sim::Simulation& simulation) const override {
    const sim::NodeId leader = simulation.nodes_of_role("store").front();
    return simulation.node(leader).is_up() ? leader : sim::no_node;
  }

 private:
  static sim::ProcessFactory client_of(const Parameters& parameters, const sim::Deployment& deployment,
                                       const Layout& layout, std::size_t index) {
    const sim::NodeId client = deployment.simulation.nodes_of_role("client").at(index);
    const std::vector<sim::NodeId> servers =
        parts::nearest_first(layout.servers, deployment.simulation, client);
    return [&parameters, &deployment, servers, content = layout.content, index](sim::Env& env) {
      return std::make_unique<Client>(env, parameters, deployment.workload, deployment.phases, servers,
                                      content, index);
    };
  }
};

}  // namespace

std::unique_ptr<sim::Model> make_model() { return std::make_unique<ZanzibarModel>(); }

}  // namespace lightcone::models::zanzibar

#include "models/zanzibar/client.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "models/parts/placement.hpp"
#include "models/zanzibar/population.hpp"
#include "models/zanzibar/rewrite.hpp"

namespace lightcone::models::zanzibar {

using parts::Ending;
using parts::OperationSource;

namespace {

// What was refused was not done: it is tried once more, as an operation of its own.
constexpr int tries = 2;

// A write of one tuple: about which object, and what the operation's value numbers.
struct TupleVerb {
  Namespace space;
  Relation relation;
  enum class Of : std::uint8_t { user, group, folder, schema } of;
  bool is_removal;
};

struct Operation {
  sim::OperationKind kind;
  std::optional<TupleVerb> verb{};
};

const std::vector<Operation>& operations() {
  using Of = TupleVerb::Of;
  static const std::vector<Operation> all = {
      {{"check", "Asks whether a user may view a document, without a zookie.", 6}, {}},
      {{"recheck", "Asks so with the zookie of the client's own latest write.", 3}, {}},
      {{"open", "Opens the latest content of a document for a user.", 8}, {}},
      {{"save", "Changes the content of a document, as its author.", 4}, {}},
      {{"read", "Reads who is stored as a viewer of a document.", 1}, {}},
      {{"expand", "Asks for the whole rule of a document's viewers.", 1}, {}},
      {{"watch", "Asks for what the tenant has changed since it asked last.", 1}, {}},
      {{"replace", "Makes one user the only stored viewer, if nobody changes them meanwhile.", 1}, {}},
      {{"share", "Makes a user a viewer of a document.", 2},
       {{Namespace::doc, Relation::viewer, Of::user, false}}},
      {{"unshare", "And takes that back.", 2}, {{Namespace::doc, Relation::viewer, Of::user, true}}},
      {{"ban", "Bans a user from a document.", 1}, {{Namespace::doc, Relation::banned, Of::user, false}}},
      {{"unban", "And takes that back.", 1}, {{Namespace::doc, Relation::banned, Of::user, true}}},
      {{"ban_group", "Bans a group from a document.", 1},
       {{Namespace::doc, Relation::banned, Of::group, false}}},
      {{"unban_group", "And takes that back.", 1}, {{Namespace::doc, Relation::banned, Of::group, true}}},
      {{"grant", "Gives a role, which is a group, a document.", 2},
       {{Namespace::doc, Relation::viewer, Of::group, false}}},
      {{"revoke", "And takes that back.", 2}, {{Namespace::doc, Relation::viewer, Of::group, true}}},
      {{"join", "Puts a user into a group.", 2}, {{Namespace::group, Relation::member, Of::user, false}}},
      {{"leave", "And takes that back.", 2}, {{Namespace::group, Relation::member, Of::user, true}}},
      {{"nest", "Puts a group into a group.", 1}, {{Namespace::group, Relation::member, Of::group, false}}},
      {{"unnest", "And takes that back.", 1}, {{Namespace::group, Relation::member, Of::group, true}}},
      {{"admit", "Makes a user a viewer of a folder.", 1},
       {{Namespace::folder, Relation::viewer, Of::user, false}}},
      {{"expel", "And takes that back.", 2}, {{Namespace::folder, Relation::viewer, Of::user, true}}},
      {{"file", "Puts a document into a folder.", 1},
       {{Namespace::doc, Relation::parent, Of::folder, false}}},
      {{"unfile", "And takes that back.", 1}, {{Namespace::doc, Relation::parent, Of::folder, true}}},
      {{"approve", "Approves a group for a document, as schema 2 asks for.", 1},
       {{Namespace::doc, Relation::approved, Of::group, false}}},
      {{"configure", "Gives the tenant's documents another schema.", 1},
       {{Namespace::config, Relation::schema, Of::schema, false}}},
  };
  return all;
}

const Operation& operation_named(std::string_view f) {
  return *std::find_if(operations().begin(), operations().end(),
                       [&](const Operation& operation) { return operation.kind.f == f; });
}

// What is drawn when a scenario says nothing: of roles, what they know of; of relations, what needs no roles.
std::vector<sim::OperationKind> kinds_for(const Parameters& parameters, const sim::Workload& workload) {
  if (!workload.mix.empty() || workload.script) return operation_kinds();
  static constexpr std::string_view of_roles[] = {"check", "grant",  "revoke", "join",   "leave",
                                                  "nest",  "unnest", "share",  "unshare"};
  std::vector<sim::OperationKind> kinds;
  for (const Operation& operation : operations()) {
    const std::string_view f = operation.kind.f;
    const bool is_of_roles = std::find(std::begin(of_roles), std::end(of_roles), f) != std::end(of_roles);
    const bool is_of_relations = f != "grant" && f != "revoke";
    if (parameters.is_dated() ? is_of_relations : is_of_roles) kinds.push_back(operation.kind);
  }
  return kinds;
}

std::uint64_t number_below(std::int64_t value, std::int64_t count) {
  return static_cast<std::uint64_t>(value) % static_cast<std::uint64_t>(count);
}

sim::Value names_of(const std::vector<Subject>& subjects) {
  sim::ValueList names;
  for (const Subject& subject : subjects) names.emplace_back(to_text(subject));
  return names;
}

}  // namespace

const std::vector<sim::OperationKind>& operation_kinds() {
  static const std::vector<sim::OperationKind> all = [] {
    std::vector<sim::OperationKind> kinds;
    for (const Operation& operation : operations()) kinds.push_back(operation.kind);
    return kinds;
  }();
  return all;
}

Client::Client(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
               const sim::Phases& phases, std::vector<NodeId> servers, NodeId content, std::size_t index)
    : Worker(env, workload, phases, kinds_for(parameters, workload), index),
      parameters_(parameters),
      tenant_(static_cast<TenantId>(index % static_cast<std::size_t>(parameters.tenants)) + 1),
      servers_(std::move(servers)),
      content_(content),
      chance_(env.stream("choices")) {}

Object Client::object(Namespace space, std::uint64_t number) const {
  return {tenant_, space, static_cast<std::uint32_t>(number)};
}

WriteId Client::new_id() { return {env().self(), (std::uint64_t{env().incarnation()} << 32U) + ++writes_}; }

NodeId Client::choose_server() {
  return parts::first_server_but(avoided_, workload().sticky, servers_, index(), chance_);
}

sim::Task<> Client::perform(OperationSource::Drawn drawn) {
  co_await perform(drawn.f, drawn.key, drawn.value);
}

// Every document of the tenant when all is quiet, as its author.
sim::Task<> Client::read_everything() {
  for (std::uint64_t key = index(); key < static_cast<std::uint64_t>(workload().keys);
       key += static_cast<std::uint64_t>(workload().clients)) {
    if (parameters_.is_dated()) co_await perform("open", key, author);
    co_await perform("check", key, author);
  }
}

sim::Task<> Client::perform(std::string_view f, std::uint64_t key, std::int64_t value) {
  for (int i = 0; i < tries; ++i) {
    const Namespace space = operation_named(f).verb ? operation_named(f).verb->space : Namespace::doc;
    const std::string about = space == Namespace::config ? "schema" : to_text(object(space, key));
    const auto operation = env().history().invoke(env().self().index, f, about, value);
    const bool is_about_content = f == "open" || f == "save";
    const NodeId server = is_about_content ? content_ : choose_server();
    Ending ending = co_await try_once(f, key, value, server);
    if (!is_about_content) avoided_ = ending.outcome == sim::Outcome::ok ? sim::no_node : server;
    ending.server = ending.outcome == sim::Outcome::info ? sim::no_node : server;
    parts::record(env(), operation, ending);
    if (ending.outcome != sim::Outcome::fail) break;
  }
}

sim::Task<Ending> Client::try_once(std::string_view f, std::uint64_t key, std::int64_t value, NodeId server) {
  const Object doc = object(Namespace::doc, key);
  const Userset viewers{doc, Relation::viewer};
  const auto user = static_cast<UserId>(number_below(value, parameters_.users));
  const bool has_token = parameters_.scheme == Scheme::token;
  if (f == "check" && has_token) co_return co_await check_with_token(viewers, user, server);
  if (f == "check") co_return co_await check(viewers, user, 0, server);
  if (f == "recheck") co_return co_await check(viewers, user, latest_write_, server);
  if (f == "open") co_return co_await open(doc, user);
  if (f == "save") co_return co_await save(doc, value);
  if (f == "read") co_return co_await read(viewers, server);
  if (f == "expand") co_return co_await expand(viewers, server);
  if (f == "watch") co_return co_await watch(server);
  if (f == "replace") co_return co_await replace(viewers, zanzibar::user(user), server);
  const TupleVerb& verb = *operation_named(f).verb;
  std::vector<Change> changes;
  switch (verb.of) {
    case TupleVerb::Of::user:
      changes.push_back({{{}, verb.relation, zanzibar::user(user)}, verb.is_removal});
      break;
    case TupleVerb::Of::group: {
      const Object group = object(Namespace::group, number_below(value, parameters_.groups));
      changes.push_back({{{}, verb.relation, userset(group, Relation::member)}, verb.is_removal});
      break;
    }
    case TupleVerb::Of::folder: {
      const Object folder = object(Namespace::folder, number_below(value, parameters_.folders));
      changes.push_back({{{}, verb.relation, userset(folder, Relation::self)}, verb.is_removal});
      break;
    }
    case TupleVerb::Of::schema: {
      const auto chosen = static_cast<UserId>(number_below(value, roles_schema - 1)) + 1;
      for (UserId schema = 1; schema < roles_schema; ++schema)
        changes.push_back({{{}, verb.relation, zanzibar::user(schema)}, schema != chosen});
      break;
    }
  }
  std::uint64_t number = key;
  if (verb.space == Namespace::group) number = key % static_cast<std::uint64_t>(parameters_.groups);
  if (verb.space == Namespace::folder) number = key % static_cast<std::uint64_t>(parameters_.folders);
  const Object about = verb.space == Namespace::config ? schema_of(doc).object : object(verb.space, number);
  for (Change& change : changes) change.tuple.object = about;
  co_return co_await write(std::move(changes), -1, server);
}

sim::Task<Ending> Client::check(Userset set, UserId user, Timestamp zookie, NodeId server) {
  Check request{tenant_, set, user, parameters_.zookies ? zookie : 0};
  auto reply = co_await call<Checked>(server, std::move(request), workload().timeout);
  if (!reply) co_return Ending{sim::Outcome::fail, {}, "timeout"};
  if (!reply->is_known) co_return Ending{sim::Outcome::fail, {}, "nobody could say"};
  co_return Ending{sim::Outcome::ok, sim::Value(reply->is_allowed), {}};
}

// With the token that is there, as long as it looks good by the client's own clock.
sim::Task<Ending> Client::check_with_token(Userset set, UserId user, NodeId server) {
  const Timestamp now = env().wall().time_since_epoch().count();
  if (tokens_[user].expires <= now) {
    AskToken ask{tenant_, user};
    auto issued = co_await call<Issued, Refused>(server, std::move(ask), workload().timeout);
    if (!issued) co_return Ending{sim::Outcome::fail, {}, "timeout"};
    if (auto* refused = std::get_if<Refused>(&*issued))
      co_return Ending{sim::Outcome::fail, {}, refused->why};
    tokens_[user] = std::get<Issued>(*issued).token;
  }
  CheckToken request{set, tokens_[user]};
  auto reply = co_await call<Checked>(server, std::move(request), workload().timeout);
  if (!reply) co_return Ending{sim::Outcome::fail, {}, "timeout"};
  if (!reply->is_known) co_return Ending{sim::Outcome::fail, {}, "nobody could say"};
  co_return Ending{sim::Outcome::ok, sim::Value(reply->is_allowed), {}};
}

sim::Task<Ending> Client::read(Userset set, NodeId server) {
  Read request{tenant_, set, 0, false};
  auto reply = co_await call<ReadBack, Refused>(server, std::move(request), workload().timeout);
  if (!reply) co_return Ending{sim::Outcome::fail, {}, "timeout"};
  if (auto* refused = std::get_if<Refused>(&*reply)) co_return Ending{sim::Outcome::fail, {}, refused->why};
  co_return Ending{sim::Outcome::ok, names_of(std::get<ReadBack>(*reply).subjects), {}};
}

sim::Task<Ending> Client::expand(Userset set, NodeId server) {
  Expand request{tenant_, set, 0};
  auto reply = co_await call<Expanded, Refused>(server, std::move(request), workload().timeout);
  if (!reply) co_return Ending{sim::Outcome::fail, {}, "timeout"};
  if (auto* refused = std::get_if<Refused>(&*reply)) co_return Ending{sim::Outcome::fail, {}, refused->why};
  co_return Ending{sim::Outcome::ok, sim::Value(std::get<Expanded>(*reply).tree), {}};
}

sim::Task<Ending> Client::watch(NodeId server) {
  Watch request{tenant_, watched_};
  auto reply = co_await call<Watched, Refused>(server, std::move(request), workload().timeout);
  if (!reply) co_return Ending{sim::Outcome::fail, {}, "timeout"};
  if (auto* refused = std::get_if<Refused>(&*reply)) co_return Ending{sim::Outcome::fail, {}, refused->why};
  const auto& watched = std::get<Watched>(*reply);
  watched_ = std::max(watched_, watched.until);
  co_return Ending{sim::Outcome::ok, sim::Value(static_cast<std::int64_t>(watched.changes.size())), {}};
}

// What may have been written is asked again under the same number, where the workload says so.
sim::Task<Ending> Client::write(std::vector<Change> changes, Timestamp unchanged_since, NodeId server) {
  Write request{tenant_, new_id(), std::move(changes), unchanged_since};
  const std::int64_t again = workload().retry == sim::Retry::same_id ? workload().retry_max : 0;
  bool may_be_written = false;
  for (std::int64_t i = 0; i <= again; ++i) {
    Write copy = request;
    auto reply = co_await call<Written, Conflict, Refused>(server, std::move(copy), workload().timeout);
    if (!reply) {
      may_be_written = true;
    } else if (auto* written = std::get_if<Written>(&*reply)) {
      latest_write_ = std::max(latest_write_, written->ts);
      co_return Ending{sim::Outcome::ok, sim::Value(true), {}};
    } else if (std::holds_alternative<Conflict>(*reply)) {
      co_return Ending{sim::Outcome::ok, sim::Value(false), {}};
    } else if (!may_be_written) {
      co_return Ending{sim::Outcome::fail, {}, std::get<Refused>(*reply).why};
    }
    server = choose_server();
  }
  co_return Ending{sim::Outcome::info, {}, "timeout"};
}

// Section 2.4.2 of the paper: read all, and write on condition that it was the latest.
sim::Task<Ending> Client::replace(Userset set, Subject only, NodeId server) {
  Read request{tenant_, set, 0, true};
  auto reply = co_await call<ReadBack, Refused>(server, std::move(request), workload().timeout);
  if (!reply) co_return Ending{sim::Outcome::fail, {}, "timeout"};
  if (auto* refused = std::get_if<Refused>(&*reply)) co_return Ending{sim::Outcome::fail, {}, refused->why};
  const auto& found = std::get<ReadBack>(*reply);
  std::vector<Change> changes;
  for (const Subject& subject : found.subjects) {
    if (subject != only) changes.push_back({{set.object, set.relation, subject}, true});
  }
  changes.push_back({{set.object, set.relation, only}, false});
  co_return co_await write(std::move(changes), found.ts, server);
}

sim::Task<Ending> Client::save(Object doc, std::int64_t content) {
  Save request{tenant_, new_id(), doc, author, sim::Value(content)};
  auto reply = co_await call<Saved, Closed, Refused>(content_, std::move(request), workload().timeout);
  if (!reply) co_return Ending{sim::Outcome::info, {}, "timeout"};
  if (auto* refused = std::get_if<Refused>(&*reply)) co_return Ending{sim::Outcome::fail, {}, refused->why};
  co_return Ending{sim::Outcome::ok, sim::Value(std::holds_alternative<Saved>(*reply)), {}};
}

sim::Task<Ending> Client::open(Object doc, UserId user) {
  Open request{tenant_, doc, user};
  auto reply = co_await call<Opened, Closed, Refused>(content_, std::move(request), workload().timeout);
  if (!reply) co_return Ending{sim::Outcome::fail, {}, "timeout"};
  if (auto* refused = std::get_if<Refused>(&*reply)) co_return Ending{sim::Outcome::fail, {}, refused->why};
  if (auto* opened = std::get_if<Opened>(&*reply))
    co_return Ending{sim::Outcome::ok, sim::ValueList{true, opened->content}, {}};
  co_return Ending{sim::Outcome::ok, sim::ValueList{false, {}}, {}};
}

}  // namespace lightcone::models::zanzibar

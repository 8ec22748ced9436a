#include "models/crdt/client.hpp"

#include <algorithm>
#include <span>

#include "models/parts/placement.hpp"

namespace lightcone::models::crdt {

using parts::Ending;
using parts::OperationSource;

namespace {

struct Operation {
  sim::OperationKind kind;
  std::optional<Verb> verb;  // none: it reads
  std::vector<Type> types;   // that have it
};

const std::vector<Operation>& operations() {
  using enum Type;
  static const std::vector<Operation> all = {
      {{"read", "Reads a counter, a set or a text.", 2},
       std::nullopt,
       {gcounter, pncounter, bounded_counter, orset, rga}},
      {{"get", "Reads a key of a map.", 2}, std::nullopt, {lwwmap}},
      {{"incr", "Counts up by one.", 3}, Verb::incr, {gcounter, pncounter, bounded_counter}},
      {{"decr", "Counts down by one.", 2}, Verb::decr, {pncounter, bounded_counter}},
      {{"put", "Writes a key of a map.", 3}, Verb::put, {lwwmap}},
      {{"delete", "Removes a key of a map.", 1}, Verb::erase, {lwwmap}},
      {{"add", "Puts an element into a set.", 3}, Verb::add, {orset}},
      {{"remove", "Takes an element out of a set.", 2}, Verb::remove, {orset}},
      {{"type", "Types a character behind the one typed or read last.", 8}, Verb::type, {rga}},
      {{"backspace", "Erases the character typed or read last.", 1}, Verb::backspace, {rga}},
  };
  return all;
}

const Operation& operation_named(std::string_view f) {
  return *std::find_if(operations().begin(), operations().end(),
                       [&](const Operation& operation) { return operation.kind.f == f; });
}

// What is drawn when a scenario says nothing is what the type has. What it asks for is done or refused.
std::vector<sim::OperationKind> kinds_for(Type type, const sim::Workload& workload) {
  if (!workload.mix.empty() || workload.script) return operation_kinds();
  std::vector<sim::OperationKind> kinds;
  for (const Operation& operation : operations()) {
    const auto& types = operation.types;
    if (std::find(types.begin(), types.end(), type) != types.end()) kinds.push_back(operation.kind);
  }
  return kinds;
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
               const sim::Phases& phases, std::vector<NodeId> servers, std::size_t index)
    : Worker(env, workload, phases, kinds_for(parameters.type, workload), index),
      parameters_(parameters),
      servers_(std::move(servers)),
      chance_(env.stream("choices")) {}

sim::Task<> Client::perform(OperationSource::Drawn drawn) {
  std::string key = "k" + std::to_string(drawn.key);
  co_await perform(drawn.f, std::move(key), drawn.value);
}

// One read of every object after the load has ended and the cluster is whole: all replicas agree by then.
sim::Task<> Client::read_everything() {
  const std::string_view f = parameters_.type == Type::lwwmap ? "get" : "read";
  for (std::uint64_t number = index(); number < static_cast<std::uint64_t>(workload().keys);
       number += static_cast<std::uint64_t>(workload().clients)) {
    std::string key = "k" + std::to_string(number);
    co_await perform(f, std::move(key), 0);
  }
}

// What was refused was not done: it is tried once more, as an operation of its own.
sim::Task<> Client::perform(std::string_view f, std::string key, std::int64_t value) {
  for (int tries = 0; tries < 2; ++tries) {
    const sim::Outcome outcome = co_await try_once(f, key, value);
    if (outcome != sim::Outcome::fail) break;
  }
}

Change Client::change_for(std::string_view f, const std::string& key, std::int64_t value) {
  Change change;
  change.verb = operation_named(f).verb.value_or(Verb::incr);
  const auto& before = behind_cursor_[key];
  switch (change.verb) {
    case Verb::incr:
    case Verb::decr:
      change.value = 1;
      break;
    case Verb::add:
    case Verb::remove:
      change.value = value % parameters_.elements;
      break;
    case Verb::type:
      change.value = value;
      if (!before.empty()) change.behind = before.back();
      break;
    case Verb::backspace:
      if (!before.empty()) change.value = before.back();
      break;
    default:
      if (change.verb == Verb::put) change.value = value;
  }
  return change;
}

sim::Task<sim::Outcome> Client::try_once(std::string_view f, std::string key, std::int64_t value) {
  const bool reads = !operation_named(f).verb;
  Change change = reads ? Change{} : change_for(f, key, value);
  const bool typed = change.verb == Verb::type && !reads;
  const sim::Value behind = change.behind ? sim::Value(*change.behind) : sim::Value();
  sim::Value argument = typed ? sim::Value(sim::ValueList{change.value, behind}) : change.value;
  const auto operation = env().history().invoke(env().self().index, f, key, std::move(argument));
  const NodeId server = choose_server();
  Ending ending;
  if (reads) {
    ending = co_await read(key, server);
  } else {
    ending = co_await update(key, change, server);
  }
  avoided_ = ending.outcome == sim::Outcome::ok ? sim::no_node : server;
  move_cursor(f, key, change, ending);
  parts::record(env(), operation, ending);
  co_return ending.outcome;
}

sim::Task<Ending> Client::read(std::string key, NodeId server) {
  Read request{std::move(key)};
  auto reply = co_await call<Answer, Refused>(server, std::move(request), workload().timeout);
  // A read changes nothing: without an answer it may be called off.
  if (!reply) co_return Ending{sim::Outcome::fail, {}, "timeout", server};
  if (auto* answer = std::get_if<Answer>(&*reply))
    co_return Ending{sim::Outcome::ok, std::move(answer->value), {}, server};
  co_return Ending{sim::Outcome::fail, {}, std::move(std::get<Refused>(*reply).why), server};
}

sim::Task<Ending> Client::update(std::string key, Change change, NodeId server) {
  Do request;
  request.key = std::move(key);
  request.change = std::move(change);
  const sim::MonoTime deadline = env().mono() + workload().timeout;
  std::optional<std::variant<Done, Refused, Reconnect>> reply;
  do {
    request.connection = connections_[server];
    request.number = ++requests_;
    Do copy = request;
    reply = co_await call<Done, Refused, Reconnect>(server, std::move(copy), deadline - env().mono());
    if (!reply) co_return Ending{sim::Outcome::info, {}, "timeout", sim::no_node};
    if (const auto* fresh = std::get_if<Reconnect>(&*reply)) connections_[server] = fresh->connection;
  } while (std::holds_alternative<Reconnect>(*reply) && env().mono() < deadline);
  if (const auto* done = std::get_if<Done>(&*reply)) {
    sim::Value result = done->has_effect ? sim::Value() : sim::Value(false);
    co_return Ending{sim::Outcome::ok, std::move(result), {}, server};
  }
  if (auto* refused = std::get_if<Refused>(&*reply))
    co_return Ending{sim::Outcome::fail, {}, std::move(refused->why), server};
  co_return Ending{sim::Outcome::fail, {}, "the replica restarted again and again", server};
}

// Behind what was read or typed last. Where that is not known to the replica that was asked, the cursor goes
// back to the beginning.
void Client::move_cursor(std::string_view f, const std::string& key, const Change& change,
                         const Ending& ending) {
  if (parameters_.type != Type::rga) return;
  auto& before = behind_cursor_[key];
  if (ending.outcome == sim::Outcome::info) return;
  if (ending.outcome == sim::Outcome::fail) {
    if (f != "read") before.clear();
  } else if (f == "read") {
    before.clear();
    const sim::ValueList* text = ending.answer.as_list();
    if (text != nullptr && !text->empty()) before.push_back(*text->back().as_int());
  } else if (f == "type") {
    before.push_back(*change.value.as_int());
  } else if (!before.empty()) {
    before.pop_back();
  }
}

NodeId Client::choose_server() {
  return parts::first_server_but(avoided_, workload().sticky, servers_, index(), chance_);
}

}  // namespace lightcone::models::crdt

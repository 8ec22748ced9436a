#include "models/saga/client.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "models/parts/placement.hpp"
#include "models/saga/participant.hpp"

namespace lightcone::models::saga {

using parts::Ending;
using parts::OperationSource;

namespace {

// Between two tries of a transaction.
constexpr sim::Duration shortest_pause = std::chrono::milliseconds(5);
constexpr sim::Duration longest_pause = std::chrono::milliseconds(50);
constexpr std::uint64_t largest_transfer = 10;

std::string account(std::uint64_t number) { return "a" + std::to_string(number); }

}  // namespace

const std::vector<sim::OperationKind>& operation_kinds(Placement placement) {
  const auto kinds = [](bool accounts) -> std::vector<sim::OperationKind> {
    return {
        {"transfer", "Moves money from one account to another.", accounts ? 4 : 0},
        {"read", "Reads all accounts in one transaction; or a set.", accounts ? 1 : 0},
        {"get", "Reads a key.", accounts ? 0 : 4},
        {"put", "Writes a key.", accounts ? 0 : 1},
        {"incr", "Adds 1 to a counter, and answers the sum.", accounts ? 0 : 1},
        {"insert", "Puts an element into a set.", 0},
        {"discard", "Takes an element out of a set: one that its client put there.", 0},
    };
  };
  static const std::vector<sim::OperationKind> of_accounts = kinds(true);
  static const std::vector<sim::OperationKind> of_registers = kinds(false);
  return placement == Placement::parted ? of_accounts : of_registers;
}

Client::Client(sim::Env& env, const Parameters& parameters, const sim::Workload& workload,
               const sim::Phases& phases, std::vector<NodeId> participants, std::vector<NodeId> nearest,
               std::size_t index)
    : Worker(env, workload, phases, operation_kinds(parameters.placement), index),
      parameters_(parameters),
      participants_(std::move(participants)),
      nearest_(std::move(nearest)),
      chance_(env.stream("choices")) {}

bool Client::uses(std::string_view f) const {
  return parts::asks_for(f, workload(), operation_kinds(parameters_.placement));
}

sim::Task<> Client::perform(OperationSource::Drawn drawn) {
  if (drawn.f == "transfer") {
    co_await transfer(drawn.key);
  } else if (drawn.f == "read" && parameters_.placement == Placement::parted) {
    co_await read_accounts();
  } else if (drawn.f == "read" || drawn.f == "insert" || drawn.f == "discard") {
    std::string key = "s" + std::to_string(drawn.key);
    sim::Value element = element_for(drawn.f, key, drawn.value);
    co_await use_register(drawn.f, std::move(key), std::move(element));
  } else {
    // Reads are of what this workload's clients write.
    const bool counts = drawn.f == "incr" || (drawn.f == "get" && !uses("put") && uses("incr"));
    std::string key = (counts ? "n" : "x") + std::to_string(drawn.key);
    sim::Value value = drawn.f == "put" ? sim::Value(drawn.value) : sim::Value();
    co_await use_register(drawn.f, std::move(key), std::move(value));
  }
}

// What was acknowledged is there, after the load has ended and the cluster is whole.
sim::Task<> Client::read_everything() {
  const bool has_accounts = parameters_.placement == Placement::parted;
  if (has_accounts && (uses("transfer") || uses("read"))) co_await read_accounts();
  for (auto number = static_cast<std::uint64_t>(index());
       number < static_cast<std::uint64_t>(workload().keys);
       number += static_cast<std::uint64_t>(workload().clients)) {
    for (const std::string_view kind : {"x", "n"}) {
      if (!uses(kind == "n" ? "incr" : "put")) continue;
      std::string key = std::string(kind) + std::to_string(number);
      sim::Value nothing;
      co_await use_register("get", std::move(key), std::move(nothing));
    }
    if (!uses("insert")) continue;
    std::string key = "s" + std::to_string(number);
    sim::Value nothing;
    co_await use_register("read", std::move(key), std::move(nothing));
  }
}

// What a client takes out of a set it has put there itself: the element of a discard is known before it
// begins.
sim::Value Client::element_for(std::string_view f, const std::string& set, std::int64_t drawn) {
  if (f == "read") return {};
  std::deque<std::int64_t>& own = inserted_[set];
  if (f == "insert") {
    own.push_back(drawn);
    return sim::Value(drawn);
  }
  if (own.empty()) return sim::Value(drawn);
  const std::int64_t oldest = own.front();
  own.pop_front();
  return sim::Value(oldest);
}

namespace {

Verb verb_of(std::string_view f) {
  if (f == "get" || f == "read") return Verb::get;
  if (f == "put") return Verb::put;
  if (f == "insert") return Verb::insert;
  return f == "discard" ? Verb::discard : Verb::add;
}

}  // namespace

sim::Task<> Client::transfer(std::uint64_t key) {
  const auto keys = static_cast<std::uint64_t>(workload().keys);
  const std::uint64_t distance = keys > 1 ? 1 + chance_.below(keys - 1) : 0;
  const auto amount = static_cast<std::int64_t>(1 + chance_.below(largest_transfer));
  const std::string from = account(key);
  const std::string to = account((key + distance) % keys);
  sim::Value argument(sim::ValueList{from, to, amount});
  sim::Value nothing;
  const auto operation =
      env().history().invoke(env().self().index, "transfer", std::move(nothing), std::move(argument));
  std::vector<Step> steps;
  steps.push_back({Verb::take, from, sim::Value(amount)});
  steps.push_back({Verb::add, to, sim::Value(amount)});
  Ending ending = co_await execute(std::move(steps), server_for(from));
  ending.answer = sim::Value();
  parts::record(env(), operation, ending);
}

sim::Task<> Client::read_accounts() {
  const auto keys = static_cast<std::uint64_t>(workload().keys);
  sim::Value nothing;
  sim::Value no_argument;
  const auto operation =
      env().history().invoke(env().self().index, "read", std::move(nothing), std::move(no_argument));
  std::vector<Step> steps;
  for (std::uint64_t key = 0; key < keys; ++key) steps.push_back({Verb::get, account(key), {}});
  Ending ending = co_await execute(std::move(steps), server_for(account(chance_.below(keys))));
  parts::record(env(), operation, ending);
}

sim::Task<> Client::use_register(std::string_view f, std::string key, sim::Value value) {
  const auto operation = env().history().invoke(env().self().index, f, key, value);
  Step step;
  step.verb = verb_of(f);
  step.key = key;
  step.value = f == "incr" ? sim::Value(1) : std::move(value);
  std::vector<Step> steps;
  steps.push_back(std::move(step));
  Ending ending = co_await execute(std::move(steps), server_for(key));
  if (f == "put" || f == "insert" || f == "discard") {
    ending.answer = sim::Value();
  } else if (const sim::ValueList* answers = ending.answer.as_list();
             answers != nullptr && !answers->empty()) {
    sim::Value only = (*answers->front().as_list())[1];
    if (f == "read" && only.is_null()) only = sim::Value(sim::ValueList{});
    ending.answer = std::move(only);
  }
  parts::record(env(), operation, ending);
}

NodeId Client::server_for(const std::string& key) {
  if (parameters_.placement == Placement::parted) return home_of(key, participants_);
  return parts::first_server(workload().sticky, nearest_, favourite_, index(), chance_);
}

// Answers are a list of [key, value], by key. Silence means nothing at all: the outcome is unknown.
sim::Task<Ending> Client::execute(std::vector<Step> steps, NodeId server) {
  const sim::MonoTime deadline = env().mono() + workload().timeout;
  Execute request;
  request.age = {env().mono().time_since_epoch().count(), env().self().index};
  request.steps = std::move(steps);
  std::string error = "refused";
  for (sim::Duration left = workload().timeout; left > sim::Duration::zero();
       left = deadline - env().mono()) {
    request.connection = connections_[server];
    request.number = ++requests_;
    Execute copy = request;
    auto reply =
        co_await call<Executed, Declined, Aborted, Refused, Reconnect>(server, std::move(copy), left);
    if (!reply) co_return Ending{sim::Outcome::info, {}, "timeout", sim::no_node};
    if (auto* executed = std::get_if<Executed>(&*reply)) {
      favourite_ = server;
      sim::ValueList answers;
      for (Held& held : executed->answers) {
        answers.push_back(sim::ValueList{held.key, std::move(held.value)});
      }
      std::sort(answers.begin(), answers.end());
      co_return Ending{sim::Outcome::ok, sim::Value(std::move(answers)), {}, server};
    }
    if (std::holds_alternative<Declined>(*reply))
      co_return Ending{sim::Outcome::fail, {}, "insufficient", server};
    if (const auto* fresh = std::get_if<Reconnect>(&*reply)) {
      connections_[server] = fresh->connection;
      continue;
    }
    error = std::holds_alternative<Aborted>(*reply) ? "aborted" : "refused";
    if (parameters_.placement == Placement::copies && error == "refused") server = chance_.pick(nearest_);
    co_await sleep(chance_.between(shortest_pause, longest_pause));
  }
  co_return Ending{sim::Outcome::fail, {}, error, server};
}

}  // namespace lightcone::models::saga

#include "models/dynamo/client.hpp"

#include <algorithm>

namespace lightcone::models::dynamo {

using parts::OperationSource;

const std::vector<sim::OperationKind>& operation_kinds() {
  static const std::vector<sim::OperationKind> all = {
      {"get", "Reads a key.", 5},
      {"put", "Writes a key.", 4},
      {"delete", "Removes a key.", 1},
  };
  return all;
}

Client::Client(sim::Env& env, const sim::Workload& workload, const sim::Phases& phases,
               std::vector<NodeId> servers, std::size_t index)
    : Story(env),
      workload_(workload),
      phases_(phases),
      servers_(std::move(servers)),
      index_(index),
      chance_(env.stream("choices")),
      source_(env, workload, operation_kinds(), index) {}

sim::Task<> Client::run() {
  co_await use_the_store();
  co_await read_everything();
}

bool Client::is_before(sim::Duration phase) const {
  return const_cast<Client*>(this)->env().mono().time_since_epoch() < phase;
}

sim::Task<> Client::use_the_store() {
  while (is_before(phases_.load_ends) && !source_.is_exhausted()) {
    const sim::MonoTime due = source_.due();
    if (due.time_since_epoch() >= phases_.load_ends) break;
    if (due > env().mono()) co_await sleep(due - env().mono());
    const OperationSource::Drawn drawn = source_.next();
    std::string key = "k" + std::to_string(drawn.key);
    sim::Value value = drawn.f == "put" ? sim::Value(drawn.value) : sim::Value();
    co_await perform(drawn.f, std::move(key), std::move(value));
  }
}

// One read of every key after the load has ended and the cluster is whole: what was acknowledged is there.
sim::Task<> Client::read_everything() {
  if (is_before(phases_.final_reads)) {
    co_await sleep(phases_.final_reads - env().mono().time_since_epoch());
  }
  for (std::uint64_t number = index_; number < static_cast<std::uint64_t>(workload_.keys);
       number += static_cast<std::uint64_t>(workload_.clients)) {
    std::string key = "k" + std::to_string(number);
    sim::Value nothing;
    co_await perform("get", std::move(key), std::move(nothing));
  }
}

// What was refused was not done: it is tried once more, as an operation of its own.
sim::Task<> Client::perform(std::string_view f, std::string key, sim::Value value) {
  for (int tries = 0; tries < 2; ++tries) {
    const sim::Outcome outcome = co_await try_once(f, key, value);
    if (outcome != sim::Outcome::fail) break;
  }
}

sim::Task<sim::Outcome> Client::try_once(std::string_view f, std::string key, sim::Value value) {
  const auto operation = env().history().invoke(env().self().index, f, key, value);
  progress_.is_write = f != "get";
  progress_.key = key;
  ++progress_.begun;
  const NodeId server = choose_server();
  Ending ending;
  if (progress_.is_write) {
    Put request;
    request.key = std::move(key);
    request.value = std::move(value);
    request.deleted = f == "delete";
    request.at = env().wall();
    ending = co_await put(std::move(request), server);
  } else {
    ending = co_await get(std::move(key), server);
  }
  avoided_ = ending.outcome == sim::Outcome::ok ? sim::no_node : server;
  progress_.succeeded = ending.outcome == sim::Outcome::ok;
  progress_.version = ending.version;
  ++progress_.ended;
  const bool has_value = !progress_.is_write && !ending.version.deleted;
  sim::Value answer = has_value ? ending.version.value : sim::Value();
  parts::record(env(), operation, {ending.outcome, std::move(answer), ending.error, ending.server});
  co_return ending.outcome;
}

sim::Task<Client::Ending> Client::get(std::string key, NodeId server) {
  Get request{std::move(key)};
  auto reply = co_await call<Got, Refused>(server, std::move(request), workload_.timeout);
  // A read changes nothing: without an answer it may be called off.
  if (!reply) co_return Ending{sim::Outcome::fail, {}, "timeout", server};
  if (auto* got = std::get_if<Got>(&*reply)) {
    co_return Ending{sim::Outcome::ok, std::move(got->version), {}, server};
  }
  co_return Ending{sim::Outcome::fail, {}, "no quorum", server};
}

sim::Task<Client::Ending> Client::put(Put request, NodeId server) {
  Version version;
  version.value = request.value;
  version.deleted = request.deleted;
  const sim::MonoTime deadline = env().mono() + workload_.timeout;
  std::optional<std::variant<Written, Refused, Unsure, Reconnect>> reply;
  do {
    request.connection = connections_[server];
    request.number = ++puts_;
    Put copy = request;
    reply =
        co_await call<Written, Refused, Unsure, Reconnect>(server, std::move(copy), deadline - env().mono());
    if (!reply) co_return Ending{sim::Outcome::info, {}, "timeout", sim::no_node};
    if (const auto* fresh = std::get_if<Reconnect>(&*reply)) connections_[server] = fresh->connection;
  } while (std::holds_alternative<Reconnect>(*reply) && env().mono() < deadline);
  if (const auto* written = std::get_if<Written>(&*reply)) {
    version.tag = written->tag;
    co_return Ending{sim::Outcome::ok, std::move(version), {}, server};
  }
  if (std::holds_alternative<Refused>(*reply) || std::holds_alternative<Reconnect>(*reply))
    co_return Ending{sim::Outcome::fail, {}, "no quorum", server};
  co_return Ending{sim::Outcome::info, {}, "no quorum in time", server};
}

NodeId Client::choose_server() {
  if (workload_.sticky == sim::Sticky::random) return chance_.pick(servers_);
  const std::size_t first = workload_.sticky == sim::Sticky::nearest ? 0 : index_ % servers_.size();
  return servers_[first] != avoided_ || servers_.size() == 1 ? servers_[first]
                                                             : servers_[(first + 1) % servers_.size()];
}

}  // namespace lightcone::models::dynamo

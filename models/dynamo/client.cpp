#include "models/dynamo/client.hpp"

#include <algorithm>

#include "models/dynamo/objects.hpp"
#include "models/parts/placement.hpp"

namespace lightcone::models::dynamo {

using parts::OperationSource;

const std::vector<sim::OperationKind>& operation_kinds() {
  static const std::vector<sim::OperationKind> all = {
      {"get", "Reads a key.", 5},
      {"put", "Writes a key.", 4},
      {"delete", "Removes a key.", 1},
      {"add", "Puts an item into a cart: reads, merges and writes it.", 0},
      {"remove", "Takes an item out of a cart, in the same way.", 0},
      {"incr", "Adds 1 to a counter: reads it and writes it back; answers the sum.", 0},
      {"insert", "Puts an element into a set: reads it and writes it back.", 0},
      {"discard", "Takes an element out of a set that was seen in it, in the same way.", 0},
      {"read", "Reads a set.", 0},
  };
  return all;
}

namespace {

constexpr int bits_for_writes = 24;  // of an incarnation
constexpr int bits_for_restarts = 8;

std::string key_named(std::string_view kind, std::uint64_t number) {
  return std::string(kind) + std::to_string(number);
}

bool uses_carts(const sim::Workload& workload) {
  return parts::asks_for("add", workload, operation_kinds()) ||
         parts::asks_for("remove", workload, operation_kinds());
}

}  // namespace

Client::Client(sim::Env& env, const Parameters& parameters, const Safeguards& safe,
               const sim::Workload& workload, const sim::Phases& phases, std::vector<NodeId> servers,
               std::size_t index)
    : Worker(env, workload, phases, operation_kinds(), index),
      parameters_(parameters),
      passes_contexts_(safe.contexts_are_passed && parameters.context == ContextUse::passed),
      servers_(std::move(servers)),
      chance_(env.stream("choices")),
      items_(env.stream("items")),
      next_write_(((WriteId{index} + 1) << bits_for_restarts | env.incarnation()) << bits_for_writes),
      name_(parameters.keeps_siblings() ? static_cast<std::int64_t>(next_write_ >> bits_for_writes) : 0) {}

bool Client::uses(std::string_view f) const { return parts::asks_for(f, workload(), operation_kinds()); }

// Reads are of what this workload's clients write.
std::string Client::key_for(const OperationSource::Drawn& drawn) const {
  const bool counts = drawn.f == "incr" || (drawn.f == "get" && uses("incr") && !uses("put"));
  if (counts) return key_named("n", drawn.key);
  const bool is_of_sets = drawn.f == "insert" || drawn.f == "discard" || drawn.f == "read";
  return key_named(is_of_sets ? "s" : "k", drawn.key);
}

sim::Task<> Client::perform(OperationSource::Drawn drawn) {
  if (drawn.f == "add" || drawn.f == "remove") {
    CartChange change{sim::Value(drawn.value), drawn.f == "add"};
    std::string cart = key_named("cart", drawn.key);
    co_await change_cart(std::move(cart), std::move(change));
    co_return;
  }
  std::string key = key_for(drawn);
  if (key.front() != 'k') {
    sim::Value element = element_for(drawn.f, key, drawn.value);
    co_await use_object(drawn.f, std::move(key), std::move(element));
    co_return;
  }
  sim::Value value = drawn.f == "put" ? sim::Value(drawn.value) : sim::Value();
  co_await perform(drawn.f, std::move(key), std::move(value));
}

// One read of every key after the load has ended and the cluster is whole: what was acknowledged is there.
sim::Task<> Client::read_everything() {
  for (std::uint64_t number = index(); number < static_cast<std::uint64_t>(workload().keys);
       number += static_cast<std::uint64_t>(workload().clients)) {
    const bool has_objects = uses("incr") || uses("insert");
    for (const std::string_view kind : {"k", "cart"}) {
      if (kind == "k" && has_objects && !uses("put")) continue;
      if (kind == "cart" && !uses_carts(workload())) continue;
      std::string key = key_named(kind, number);
      sim::Value nothing;
      co_await perform("get", std::move(key), std::move(nothing));
    }
    for (const std::string_view kind : {"n", "s"}) {
      if (!uses(kind == "n" ? "incr" : "insert")) continue;
      std::string key = key_named(kind, number);
      sim::Value nothing;
      co_await use_object(kind == "n" ? "get" : "read", std::move(key), std::move(nothing));
    }
  }
}

// Of a cart that was not read nothing is written.
sim::Task<> Client::change_cart(std::string key, CartChange change) {
  sim::Value nothing;
  co_await perform("get", key, std::move(nothing));
  if (!progress_.done.succeeded) co_return;
  sim::ValueList items = elements_in(progress_.done.version);
  if (change.is_addition) {
    items.push_back(change.item);
  } else {
    if (items.empty()) co_return;
    const auto named = std::find(items.begin(), items.end(), change.item);
    const std::uint64_t drawn = items_.below(items.size());
    const auto chosen = named != items.end() ? named : items.begin() + static_cast<std::ptrdiff_t>(drawn);
    change.item = *chosen;
    items.erase(chosen);
  }
  std::sort(items.begin(), items.end());
  progress_.doing.cart = std::move(change);
  sim::Value cart(std::move(items));
  co_await perform("put", std::move(key), std::move(cart));
  progress_.doing.cart.reset();
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
  Ending ending = co_await ask(f, std::move(key), std::move(value));
  const bool is_read = f == "get";
  sim::Value answer =
      is_read && ending.outcome == sim::Outcome::ok ? answer_of(progress_.done.version) : sim::Value();
  parts::record(env(), operation, {ending.outcome, std::move(answer), ending.error, ending.server});
  co_return ending.outcome;
}

sim::Task<Client::Ending> Client::ask(std::string_view f, std::string key, sim::Value value) {
  const bool is_write = f != "get";
  progress_.doing.is_write = is_write;
  progress_.doing.key = key;
  if (is_write && parameters_.keeps_siblings()) {
    progress_.doing.write = ++next_write_;
    progress_.doing.seen = known_[key].writes;
  }
  ++progress_.begun;
  const NodeId server = choose_server();
  Ending ending;
  if (is_write) {
    ending = co_await put(f, std::move(key), std::move(value), server);
  } else {
    ending = co_await get(std::move(key), server);
  }
  const bool succeeded = ending.outcome == sim::Outcome::ok;
  avoided_ = succeeded ? sim::no_node : server;
  if (succeeded) remember(progress_.doing.key, ending.version);
  progress_.done = {progress_.doing, succeeded, std::move(ending.version)};
  ++progress_.ended;
  co_return ending;
}

// What was refused was not done: it is tried once more, as an operation of its own.
sim::Task<> Client::use_object(std::string_view f, std::string key, sim::Value element) {
  for (int tries = 0; tries < 2; ++tries) {
    sim::Value argument = f == "incr" ? sim::Value(1) : element;
    const auto operation = env().history().invoke(env().self().index, f, key, std::move(argument));
    parts::Ending ending;
    if (f == "incr") {
      ending = co_await count(key);
    } else if (f == "insert" || f == "discard") {
      CartChange change{element, f == "insert"};
      ending = co_await change_set(key, std::move(change));
    } else {
      ending = co_await read_object(f, key);
    }
    parts::record(env(), operation, ending);
    if (ending.outcome != sim::Outcome::fail) break;
  }
}

sim::Task<parts::Ending> Client::read_object(std::string_view f, std::string key) {
  sim::Value nothing;
  const Ending found = co_await ask("get", key, std::move(nothing));
  parts::Ending ending{found.outcome, {}, found.error, found.server};
  if (found.outcome != sim::Outcome::ok) co_return ending;
  const Version& version = progress_.done.version;
  if (f == "get") {
    const Counts counts = counts_in(version);
    if (!counts.empty()) ending.answer = sim::Value(sum_of(counts));
  } else {
    elements_[key] = elements_in(version);
    ending.answer = sim::Value(elements_[key]);
  }
  co_return ending;
}

// What this client has counted it remembers: a read that misses it takes nothing away.
sim::Task<parts::Ending> Client::count(std::string key) {
  sim::Value nothing;
  const Ending found = co_await ask("get", key, std::move(nothing));
  if (found.outcome != sim::Outcome::ok)
    co_return parts::Ending{found.outcome, {}, found.error, found.server};
  Counts counts = counts_in(progress_.done.version);
  std::int64_t& own = counts[name_];
  if (name_ != 0) own = std::max(own, counted_[key]);
  ++own;
  const std::int64_t counted = own;
  progress_.doing.counts = true;
  sim::Value value = counter_with(counts, name_);
  const Ending written = co_await ask("put", key, std::move(value));
  progress_.doing.counts = false;
  if (written.outcome != sim::Outcome::fail) counted_[key] = counted;
  sim::Value sum;
  if (written.outcome == sim::Outcome::ok) sum = sim::Value(sum_of(counts));
  co_return parts::Ending{written.outcome, std::move(sum), written.error, written.server};
}

// Of a set that was not read nothing is written.
sim::Task<parts::Ending> Client::change_set(std::string key, CartChange change) {
  sim::Value nothing;
  const Ending found = co_await ask("get", key, std::move(nothing));
  if (found.outcome != sim::Outcome::ok)
    co_return parts::Ending{found.outcome, {}, found.error, found.server};
  sim::ValueList elements = elements_in(progress_.done.version);
  const auto at = std::lower_bound(elements.begin(), elements.end(), change.item);
  const bool is_there = at != elements.end() && *at == change.item;
  if (change.is_addition && !is_there) elements.insert(at, change.item);
  if (!change.is_addition && is_there) elements.erase(at);
  elements_[key] = elements;
  progress_.doing.cart = std::move(change);
  sim::Value value(std::move(elements));
  const Ending written = co_await ask("put", key, std::move(value));
  progress_.doing.cart.reset();
  co_return parts::Ending{written.outcome, {}, written.error, written.server};
}

// Of a discard: something that this client has seen in the set, if it has seen anything.
sim::Value Client::element_for(std::string_view f, const std::string& set, std::int64_t drawn) {
  if (f == "insert") return sim::Value(drawn);
  if (f != "discard") return {};
  const sim::ValueList& seen = elements_[set];
  if (seen.empty()) return sim::Value(drawn);
  const std::uint64_t chosen = items_.below(seen.size());
  return seen[chosen];
}

void Client::remember(const std::string& key, const Version& version) {
  if (parameters_.session == Session::client) {
    Tag& newest = newest_[key];
    newest = std::max(newest, version.tag);
  }
  if (!parameters_.keeps_siblings()) return;
  known_.insert_or_assign(key, Known{version.siblings.context(), writes_in(version)});
}

// One value, or nothing; of siblings the list of them, in the order of values.
sim::Value Client::answer_of(const Version& version) const {
  std::vector<sim::Value> values = version.values();
  if (values.empty()) return {};
  if (!parameters_.keeps_siblings()) return std::move(values.front());
  std::sort(values.begin(), values.end());
  return sim::Value(std::move(values));
}

sim::Task<Client::Ending> Client::get(std::string key, NodeId server) {
  Get request{std::move(key), {}};
  if (const auto seen = newest_.find(request.key); seen != newest_.end()) request.floor = seen->second;
  auto reply = co_await call<Got, Refused, NotMember>(server, std::move(request), workload().timeout);
  // A read changes nothing: without an answer it may be called off.
  if (!reply) co_return Ending{sim::Outcome::fail, {}, "timeout", server};
  if (auto* got = std::get_if<Got>(&*reply)) {
    co_return Ending{sim::Outcome::ok, std::move(got->version), {}, server};
  }
  if (std::holds_alternative<NotMember>(*reply)) co_return forget(server);
  co_return Ending{sim::Outcome::fail, {}, "no quorum", server};
}

sim::Task<Client::Ending> Client::put(std::string_view f, std::string key, sim::Value value, NodeId server) {
  if (parameters_.keeps_siblings()) {
    CausalPut request;
    if (passes_contexts_) request.context = known_[key].context;
    request.write = progress_.doing.write;
    request.key = std::move(key);
    request.value = std::move(value);
    request.deleted = f == "delete";
    return write<CausalWritten>(std::move(request), server);
  }
  Put request;
  request.key = std::move(key);
  request.value = std::move(value);
  request.deleted = f == "delete";
  request.at = env().wall();
  if (const auto seen = newest_.find(request.key); seen != newest_.end()) request.floor = seen->second;
  return write<Written>(std::move(request), server);
}

namespace {

Version version_of(const Put& request, const Written& written) {
  Version version;
  version.tag = written.tag;
  version.value = request.value;
  version.deleted = request.deleted;
  return version;
}

Version version_of(const CausalPut&, const CausalWritten& written) { return written.version; }

}  // namespace

template <class Done, class Request>
sim::Task<Client::Ending> Client::write(Request request, NodeId server) {
  const sim::MonoTime deadline = env().mono() + workload().timeout;
  std::optional<std::variant<Done, Refused, Unsure, Reconnect, NotMember>> reply;
  do {
    request.connection = connections_[server];
    request.number = ++puts_;
    Request copy = request;
    reply = co_await call<Done, Refused, Unsure, Reconnect, NotMember>(server, std::move(copy),
                                                                       deadline - env().mono());
    if (!reply) co_return Ending{sim::Outcome::info, {}, "timeout", sim::no_node};
    if (const auto* fresh = std::get_if<Reconnect>(&*reply)) connections_[server] = fresh->connection;
  } while (std::holds_alternative<Reconnect>(*reply) && env().mono() < deadline);
  if (const auto* done = std::get_if<Done>(&*reply)) {
    co_return Ending{sim::Outcome::ok, version_of(request, *done), {}, server};
  }
  if (std::holds_alternative<NotMember>(*reply)) co_return forget(server);
  if (std::holds_alternative<Refused>(*reply) || std::holds_alternative<Reconnect>(*reply))
    co_return Ending{sim::Outcome::fail, {}, "no quorum", server};
  co_return Ending{sim::Outcome::info, {}, "no quorum in time", server};
}

// Nothing was done there, and nothing ever will be.
Client::Ending Client::forget(NodeId server) {
  if (servers_.size() > 1) std::erase(servers_, server);
  return {sim::Outcome::fail, {}, "not a member", server};
}

NodeId Client::choose_server() {
  return parts::first_server_but(avoided_, workload().sticky, servers_, index(), chance_);
}

}  // namespace lightcone::models::dynamo

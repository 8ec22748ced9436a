#include "models/crdt/server.hpp"

#include <algorithm>
#include <utility>

#include "sim/fields_of.hpp"

namespace lightcone::models::crdt {

using parts::crdt::BoundedCounter;

Server::Server(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
               std::vector<NodeId> servers)
    : env_(env),
      parameters_(parameters),
      safe_(safeguards_without(bugs)),
      servers_(std::move(servers)),
      replica_(env, parameters_, safe_, servers_),
      connections_(env) {}

void Server::start() {
  replica_.start();
  inherit_shares();
}

void Server::on(const Read& read, const sim::From& from) {
  if (replica_.is_lost()) {
    env_.reply(from, Refused{"the disk was lost, and nothing has been copied yet"});
    return;
  }
  Answer answer{replica_.rules().read(replica_.store().objects(), read.key)};
  replica_.store().after_sync([this, from, answer = std::move(answer)] { env_.reply(from, answer); });
}

void Server::on(const Do& request, const sim::From& from) {
  switch (connections_.admit(from.node, request.connection, request.number)) {
    case parts::Connections::Admission::elsewhere:
      env_.reply(from, Reconnect{connections_.id()});
      return;
    case parts::Connections::Admission::doubled:
      return;
    case parts::Connections::Admission::fresh:
      break;
  }
  const auto refusal =
      replica_.change(request.key, request.change, [this, from] { env_.reply(from, Done{}); });
  if (!refusal) return;
  const bool takes = parameters_.type == Type::bounded_counter && request.change.verb == Verb::decr;
  if (takes && safe_.escrow && !replica_.is_lost()) {
    wait_for_share(request, from);
  } else if (takes && !replica_.is_lost()) {
    env_.reply(from, Done{false});
  } else {
    env_.reply(from, Refused{*refusal});
  }
}

// --- shares of a bounded counter ---------------------------------------------------------------------------

bool Server::perform(const std::string& key, const Change& change, const sim::From& client) {
  return !replica_.change(key, change, [this, client] { env_.reply(client, Done{}); });
}

void Server::wait_for_share(const Do& request, const sim::From& client) {
  const std::uint64_t number = ++waited_;
  Waiter& waiter = waiters_[number];
  waiter = {client, request.key, request.change, env_.after(parameters_.share_timeout, ShareIsLate{number})};
  for (const NodeId server : servers_) {
    if (server != env_.self()) env_.send(server, AskForShare{request.key, replica_.store().replica()});
  }
}

// Half of what is here, rounded up.
void Server::on(const AskForShare& ask) {
  const auto found = replica_.store().objects().by_key.find(ask.key);
  if (found == replica_.store().objects().by_key.end()) return;
  const auto* counter = std::get_if<BoundedCounter>(&found->second.held);
  const std::int64_t share = counter == nullptr ? 0 : counter->share(replica_.store().replica());
  if (share <= 0) return;
  Change give;
  give.verb = Verb::share;
  give.value = (share + 1) / 2;
  give.to = ask.replica;
  env_.metrics().count("shares given");
  (void)replica_.change(ask.key, give, [] {});
}

void Server::serve_who_waits() {
  for (auto at = waiters_.begin(); at != waiters_.end();) {
    Waiter& waiter = at->second;
    if (!perform(waiter.key, waiter.change, waiter.client)) {
      ++at;
      continue;
    }
    env_.cancel(waiter.timer);
    at = waiters_.erase(at);
  }
}

void Server::on(const ShareIsLate& late) {
  const auto at = waiters_.find(late.waiter);
  if (at == waiters_.end()) return;
  env_.reply(at->second.client, Done{false});
  waiters_.erase(at);
}

// What the incarnation before held is not lost with its name. Only from a disk that is whole: else it may
// have given away what is not known here. A copy of the machine would do the same; see README.md.
void Server::inherit_shares() {
  const ReplicaId& before = replica_.store().replica_before();
  if (replica_.is_lost() || before == replica_.store().replica()) return;
  std::vector<std::pair<std::string, std::int64_t>> shares;
  for (const auto& [key, object] : replica_.store().objects().by_key) {
    if (const auto* counter = std::get_if<BoundedCounter>(&object.held))
      shares.emplace_back(key, counter->share(before));
  }
  for (const auto& [key, share] : shares) {
    if (share <= 0) continue;
    Change give;
    give.verb = Verb::share;
    give.value = share;
    give.from = before;
    give.to = replica_.store().replica();
    (void)replica_.change(key, give, [] {});
  }
}

void Server::show(sim::FieldVisitor& visitor) const {
  const Store& store = replica_.store();
  sim::visit_field("replica", store.replica(), visitor);
  sim::visit_field("copying", replica_.is_lost(), visitor);
  sim::visit_field("log", static_cast<std::int64_t>(store.log().size()), visitor);
  sim::visit_field("waiting", static_cast<std::int64_t>(replica_.waiting()), visitor);
  sim::visit_field("known", store.known(), visitor);
  for (const auto& [key, object] : store.objects().by_key)
    sim::visit_field(key, replica_.rules().read(store.objects(), key), visitor);
}

}  // namespace lightcone::models::crdt

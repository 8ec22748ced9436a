#include "models/dynamo/coordinator.hpp"

#include <algorithm>

namespace lightcone::models::dynamo {

// Numbers of requests of different incarnations do not meet, so that a late answer is never taken for
// another's.
Coordinator::Coordinator(sim::Env& env, const Parameters& parameters, const Safeguards& safe,
                         Membership& membership)
    : env_(env),
      parameters_(parameters),
      safe_(safe),
      membership_(membership),
      next_(env.stream("requests").next() & ~std::uint64_t{0xFFFFFFFF}),
      connections_(env) {}

Coordinator::Request& Coordinator::open(bool is_write, std::string key, const sim::From& from,
                                        RequestId& id) {
  id = ++next_;
  Request& request = requests_[id];
  request.is_write = is_write;
  request.client = from;
  request.route = is_write ? membership_.to_write(key) : membership_.to_read(key);
  request.epoch = membership_.epoch();
  request.next_fallback = request.route.owners;
  request.key = std::move(key);
  request.deadline = env_.after(parameters_.request_timeout, DeadlinePassed{id});
  request.late = env_.after(parameters_.hint_after, OwnersAreLate{id});
  return request;
}

void Coordinator::ask(NodeId node, RequestId id, const Request& request) {
  if (request.take) {
    env_.send(node, AskToTake{id, request.epoch});
  } else {
    env_.send(node, RGet{id, request.key, request.epoch});
  }
}

void Coordinator::ask_owners(RequestId id, const Request& request) {
  for (const NodeId owner : owners_of(request)) {
    if (membership_.is_up(owner)) ask(owner, id, request);
  }
}

// Whom nobody asks any more answers for nobody.
bool Coordinator::is_no_member(const sim::From& from) {
  if (!is_gone(membership_.standing())) return false;
  env_.reply(from, NotMember{});
  return true;
}

void Coordinator::on(const Get& get, const sim::From& from) {
  if (is_no_member(from)) return;
  RequestId id = 0;
  Request& request = open(false, get.key, from, id);
  request.floor = floor_of(get.key, get.floor);
  ask_owners(id, request);
}

template <class AnyPut>
bool Coordinator::is_news(const AnyPut& put, const sim::From& from) {
  const auto admission = connections_.admit(from.node, put.connection, put.number);
  if (admission == parts::Connections::Admission::elsewhere) env_.reply(from, Reconnect{connections_.id()});
  return admission == parts::Connections::Admission::fresh;
}

void Coordinator::on(const Put& put, const sim::From& from) {
  if (is_no_member(from)) return;
  if (!is_news(put, from)) return;
  RequestId id = 0;
  Request& request = open(true, put.key, from, id);
  request.floor = floor_of(put.key, put.floor);
  request.version.value = put.value;
  request.version.deleted = put.deleted;
  if (put.deleted) request.version.deleted_at = env_.wall();
  const bool by_clock = !safe_.logical_timestamps || parameters_.timestamps != Timestamps::logical;
  if (!by_clock) {
    ask_owners(id, request);
    return;
  }
  const bool clients = safe_.logical_timestamps && parameters_.timestamps == Timestamps::client_clock;
  const sim::WallTime now = clients ? put.at : env_.wall();
  // A clock may show a time before the start of the run.
  const std::int64_t counter =
      std::max<std::int64_t>(now.time_since_epoch().count(), request.floor.counter + 1);
  request.version.tag = {counter, env_.self().index, id};
  store(id, request);
}

void Coordinator::on(const CausalPut& put, const sim::From& from) {
  if (is_no_member(from)) return;
  if (!is_news(put, from)) return;
  RequestId id = 0;
  Request& request = open(true, put.key, from, id);
  Sibling content{put.write, put.value, put.deleted, {}};
  if (put.deleted) content.deleted_at = env_.wall();
  request.take = Take{id, 0, put.key, std::move(content), put.context, sim::no_node, request.epoch};
  ask_owners(id, request);
}

// Nobody else may take it afterwards: it would be a second write.
void Coordinator::on(const WillTake& willing, const sim::From& from) {
  const auto at = requests_.find(willing.request);
  if (at == requests_.end() || !at->second.take || at->second.is_taken) return;
  Request& request = at->second;
  const auto owned = owners_of(request);
  if (std::find(owned.begin(), owned.end(), from.node) == owned.end())
    request.take->stands_for = owned.front();
  request.take->connection = willing.connection;
  request.is_taken = true;
  env_.send(from.node, *request.take);
}

void Coordinator::on(const Taken& taken, const sim::From& from) {
  const auto at = requests_.find(taken.request);
  if (at == requests_.end() || at->second.phase != Phase::querying) return;
  Request& request = at->second;
  request.version = taken.version;
  request.stored.push_back(from.node);
  store(at->first, request);
  settle(at->first, request);
}

std::ptrdiff_t Coordinator::votes_of(const Request& request, NodeId node) const {
  const auto owned = owners_of(request);
  return std::max<std::ptrdiff_t>(std::count(owned.begin(), owned.end(), node), 1);
}

bool Coordinator::has_answered(const Request& request, NodeId node) const {
  const auto times = std::count_if(request.answers.begin(), request.answers.end(),
                                   [&](const Answer& answer) { return answer.node == node; });
  return times >= votes_of(request, node);
}

bool Coordinator::has_stored(const Request& request, NodeId node) const {
  const auto times = std::count(request.stored.begin(), request.stored.end(), node);
  return times >= votes_of(request, node);
}

void Coordinator::on(const RGot& got, const sim::From& from) {
  const auto at = requests_.find(got.request);
  if (at == requests_.end()) return;
  Request& request = at->second;
  if (safe_.distinct_acknowledgements && has_answered(request, from.node)) return;
  request.answers.push_back({from.node, got.version});
  if (request.phase == Phase::querying) {
    request.collected = std::max(request.collected, got.collected);
    if (!request.is_write) {
      merge_into(request.version, got.version);
    } else {
      request.version.tag.counter = std::max(request.version.tag.counter, got.version.tag.counter);
    }
    const auto needed = static_cast<std::size_t>(parameters_.read_quorum);
    if (request.answers.size() >= needed && reaches_floor(request)) queried(at->first, request);
    return;
  }
  // An answer after the quorum's: it may be behind, or have what nobody else had.
  repair(request, from.node, got.version);
}

// A quorum has said what it has.
void Coordinator::queried(RequestId id, Request& request) {
  if (request.is_write) {
    const std::int64_t counter =
        std::max({request.version.tag.counter, request.collected, request.floor.counter}) + 1;
    request.version.tag = {counter, env_.self().index, id};
    store(id, request);
    return;
  }
  if (read_repair() != ReadRepair::blocking || !request.version.is_written()) {
    succeed(id, request);
    return;
  }
  request.phase = Phase::storing;
  for (const Answer& answer : request.answers) {
    if (covers(answer.version, request.version)) request.stored.push_back(answer.node);
  }
  if (request.stored.size() >= needed_to_store(request)) {
    succeed(id, request);
    return;
  }
  store(id, request);
}

void Coordinator::store(RequestId id, Request& request) {
  request.phase = Phase::storing;
  request.next_fallback = request.route.owners;
  env_.cancel(request.late);
  request.late = env_.after(parameters_.hint_after, OwnersAreLate{id});
  for (const NodeId owner : owners_of(request)) {
    if (has_stored(request, owner) || !membership_.is_up(owner)) continue;
    env_.send(owner, RPut{id, request.key, request.version, request.epoch});
  }
}

void Coordinator::on(const RPutDone& done, const sim::From& from) {
  const auto at = requests_.find(done.request);
  if (at == requests_.end() || at->second.phase == Phase::querying) return;
  count_stored(at->first, at->second, from.node);
}

void Coordinator::count_stored(RequestId id, Request& request, NodeId node) {
  if (has_stored(request, node) && safe_.distinct_acknowledgements) return;
  request.stored.push_back(node);
  settle(id, request);
}

void Coordinator::settle(RequestId id, Request& request) {
  if (request.phase == Phase::storing && request.stored.size() >= needed_to_store(request)) {
    succeed(id, request);
  } else if (request.phase == Phase::answered && request.stored.size() >= request.route.owners) {
    close(id);
  }
}

// Fallbacks stand in for owners that have not answered: they keep hints, and in a sloppy quorum answer reads.
void Coordinator::on(const OwnersAreLate& late) {
  const auto at = requests_.find(late.request);
  if (at == requests_.end()) return;
  Request& request = at->second;
  if (request.phase == Phase::querying && request.is_taken) return;
  const std::vector<NodeId>& walk = request.route.walk;
  for (const NodeId owner : owners_of(request)) {
    const bool is_answered =
        request.phase == Phase::querying && has_answered(request, owner) && reaches_floor(request);
    if (has_stored(request, owner) || is_answered) continue;
    const bool is_left = request.next_fallback < walk.size();
    if (request.phase == Phase::querying) {
      if (!parameters_.sloppy || !is_left) break;
      ask(walk[request.next_fallback++], at->first, request);
    } else if (request.is_write && parameters_.hints && owner != env_.self()) {
      // Where there is no fallback the coordinator keeps the hint itself.
      const NodeId holder = is_left ? walk[request.next_fallback++] : env_.self();
      env_.send(holder, Hint{at->first, owner, {request.key, request.version}});
    }
  }
}

void Coordinator::on(const HintKept& kept, const sim::From& from) {
  env_.metrics().count("hints stored");
  const bool counts = parameters_.sloppy || !safe_.hints_do_not_count;
  const auto at = requests_.find(kept.request);
  if (!counts || at == requests_.end() || at->second.phase == Phase::querying) return;
  // By the owner that it stands in for; a node that stands in for itself and another is one node.
  const bool stands_in = safe_.hints_do_not_count || from.node != env_.self();
  count_stored(at->first, at->second, stands_in ? from.node : kept.target);
}

// A read's write-back goes where the read went.
std::size_t Coordinator::needed_to_store(const Request& request) const {
  if (request.is_write) return request.route.needed;
  return std::min(request.route.owners, static_cast<std::size_t>(parameters_.write_quorum));
}

void Coordinator::succeed(RequestId id, Request& request) {
  request.phase = Phase::answered;
  const WriteId write = request.take ? request.take->content.write : 0;
  remember(request);
  latest_ = {latest_.number + 1, request.is_write, request.key, request.version, write, {}};
  for (const Answer& answer : request.answers) latest_.answered.push_back(answer.node);
  if (request.take) {
    env_.reply(request.client, CausalWritten{request.version});
  } else if (request.is_write) {
    env_.reply(request.client, Written{request.version.tag});
  } else {
    env_.reply(request.client, Got{request.version});
    for (const Answer& answer : request.answers) repair(request, answer.node, answer.version);
  }
  if (request.is_write && request.stored.size() >= request.route.owners) close(id);
}

// --- sessions: what was seen of a key is the least that is read next (Terry et al., PDIS 1994)
// --------------

Tag Coordinator::floor_of(const std::string& key, const Tag& of_client) const {
  if (!safe_.sessions_are_kept) return {};
  const auto mine = answered_.find(key);
  return mine == answered_.end() ? of_client : std::max(mine->second, of_client);
}

// What was deleted may be forgotten by now.
bool Coordinator::reaches_floor(const Request& request) {
  return request.is_write || request.version.tag >= request.floor ||
         request.collected >= request.floor.counter;
}

void Coordinator::remember(const Request& request) {
  if (parameters_.session != Session::coordinator) return;
  Tag& newest = answered_[request.key];
  newest = std::max(newest, request.version.tag);
}

// Of a read, to a replica that is behind what was found.
void Coordinator::repair(const Request& request, NodeId node, const Version& version) {
  if (request.is_write || read_repair() == ReadRepair::off || covers(version, request.version)) return;
  env_.send(node, RepairPut{{request.key, request.version}});
}

ReadRepair Coordinator::read_repair() const {
  const bool blocking = parameters_.read_repair == ReadRepair::blocking;
  return blocking && !safe_.write_back ? ReadRepair::off : parameters_.read_repair;
}

// Whoever is left will refuse as well, and the client asks again by the ring that is known now.
void Coordinator::on(const Outdated& outdated) { on(DeadlinePassed{outdated.request}); }

void Coordinator::on(const DeadlinePassed& deadline) {
  const auto at = requests_.find(deadline.request);
  if (at == requests_.end()) return;
  const Request& request = at->second;
  if (request.phase != Phase::answered) {
    if (request.is_write && (request.phase == Phase::storing || request.is_taken)) {
      env_.reply(request.client, Unsure{});
    } else {
      env_.reply(request.client, Refused{});
    }
  }
  close(at->first);
}

void Coordinator::close(RequestId id) {
  const auto at = requests_.find(id);
  if (at == requests_.end()) return;
  env_.cancel(at->second.late);
  env_.cancel(at->second.deadline);
  requests_.erase(at);
}

}  // namespace lightcone::models::dynamo

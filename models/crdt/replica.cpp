#include "models/crdt/replica.hpp"

#include <algorithm>
#include <utility>

#include "sim/wire_bytes.hpp"

namespace lightcone::models::crdt {

namespace {

constexpr std::size_t updates_a_push = 200;

}  // namespace

Replica::Replica(sim::Env& env, const Parameters& parameters, const Safeguards& safe,
                 const std::vector<NodeId>& servers)
    : env_(env), parameters_(parameters), safe_(safe), rules_(parameters, safe), store_(env, rules_, safe) {
  // Each begins with the one behind it, so that no one is asked by all at once.
  const auto self = std::find(servers.begin(), servers.end(), env.self());
  for (auto at = self == servers.end() ? self : self + 1; at != servers.end(); ++at)
    peers_in_turn_.push_back(*at);
  for (auto at = servers.begin(); at != self; ++at) peers_in_turn_.push_back(*at);
}

void Replica::start() {
  lost_ = store_.recover() == Store::Found::lost && !peers_in_turn_.empty();
  env_.after(lost_ ? sim::Duration::zero() : parameters_.gossip_every, GossipDue{});
}

std::optional<std::string> Replica::change(const std::string& key, const Change& change, Store::Then then) {
  if (lost_) return std::string("the disk was lost, and nothing has been copied yet");
  auto outcome = store_.change(key, change);
  if (auto* refusal = std::get_if<std::string>(&outcome)) return std::move(*refusal);
  store_.after_sync([this, update = std::get<Update>(std::move(outcome)), then = std::move(then)] {
    env_.mark(UpdateKept{update.key});
    then();
    if (parameters_.mode == Mode::state) return;
    for (const NodeId peer : peers_in_turn_) send(peer, Push{header_for(peer), {update}});
  });
  return std::nullopt;
}

// What had been forgotten since the backup would come back: where tombstones are collected a replica starts
// empty instead, which is an operator's to decide.
bool Replica::restore() {
  if (parameters_.collects_tombstones() || !store_.restore()) return false;
  buffer_.clear();
  lost_ = false;
  env_.mark(Restored{store_.replica()});
  return true;
}

// --- who knows what ----------------------------------------------------------------------------------------

Header Replica::header_for(NodeId peer) { return {store_.replica(), ++peers_[peer].sent}; }

// Where tombstones are forgotten, a message from before must not bring back what was removed: those of one
// replica are taken in their order, and none of an incarnation that has ended.
bool Replica::is_outdated(const Header& header, NodeId from) {
  if (!parameters_.collects_tombstones()) return false;
  Peer& peer = peers_[from];
  if (peer.retired.contains(header.replica)) return true;
  if (peer.replica != header.replica) {
    if (peer.replica != ReplicaId{}) peer.retired.insert(peer.replica);
    peer.replica = header.replica;
    peer.heard = 0;
    peer.known = {};
  }
  if (header.number < peer.heard) return true;
  peer.heard = header.number;
  return false;
}

void Replica::heard_what_is_known(const Header& header, const CausalContext& known, NodeId from) {
  Peer& peer = peers_[from];
  const bool is_later = peer.replica != header.replica || header.number >= peer.heard;
  if (!is_later) return;
  peer.replica = header.replica;
  peer.heard = header.number;
  peer.known = known;
}

bool Replica::everybody_knows(const Dot& dot) const {
  return std::all_of(peers_in_turn_.begin(), peers_in_turn_.end(), [&](NodeId node) {
    const auto peer = peers_.find(node);
    return peer != peers_.end() && peer->second.known.contains(dot);
  });
}

// --- telling -----------------------------------------------------------------------------------------------

template <class Message>
void Replica::send(NodeId to, Message message) {
  env_.metrics().count("replication messages");
  env_.metrics().count("replication bytes", sim::bytes_on_wire(message));
  env_.send(to, std::move(message));
}

void Replica::send_state(NodeId to) {
  State state{header_for(to), store_.known(), sim::Payload::of(store_.objects())};
  store_.after_sync([this, to, state = std::move(state)] { send(to, state); });
}

void Replica::send_deltas(NodeId to, const std::vector<Update>& updates) {
  Deltas deltas{header_for(to), {}, {}};
  Objects joined;
  for (const Update& update : updates) {
    rules_.merge(rules_.at(joined, update.key), update.delta.get<Object>());
    deltas.covers.add(update.dot);
  }
  deltas.objects = sim::Payload::of(std::move(joined));
  store_.after_sync([this, to, deltas = std::move(deltas)] { send(to, deltas); });
}

void Replica::on(const GossipDue&) {
  env_.after(parameters_.gossip_every, GossipDue{});
  store_.try_to_sync();
  store_.drop_from_log([this](const Dot& dot) { return everybody_knows(dot); });
  forget_tombstones();
  env_.metrics().sample("log", static_cast<std::int64_t>(store_.log().size()));
  env_.metrics().sample("updates waiting", static_cast<std::int64_t>(buffer_.size()));
  env_.metrics().sample("bytes of objects", static_cast<std::int64_t>(wire_bytes(store_.objects())));
  if (peers_in_turn_.empty()) return;
  const NodeId turn = peers_in_turn_[next_peer_++ % peers_in_turn_.size()];
  if (parameters_.mode == Mode::state && !lost_) {
    send_state(turn);
    return;
  }
  for (const NodeId peer : peers_in_turn_) {
    if (peer != turn && !lost_) continue;
    Digest digest{header_for(peer), store_.known(), lost_};
    store_.after_sync([this, peer, digest = std::move(digest)] { send(peer, digest); });
  }
}

// What the other lacks: from the log, or everything where the log does not go back so far.
void Replica::on(const Digest& digest, const sim::From& from) {
  if (is_outdated(digest.header, from.node)) return;
  heard_what_is_known(digest.header, digest.known, from.node);
  const bool needs_everything = digest.is_lost || !digest.known.includes(store_.beyond_log());
  if (parameters_.mode == Mode::state || needs_everything) {
    send_state(from.node);
    return;
  }
  std::vector<Update> missing;
  for (const Update& update : store_.log()) {
    if (digest.known.contains(update.dot)) continue;
    missing.push_back(update);
    if (missing.size() == updates_a_push) break;
  }
  if (missing.empty()) return;
  if (parameters_.mode == Mode::delta) {
    send_deltas(from.node, missing);
    return;
  }
  Push push{header_for(from.node), std::move(missing)};
  store_.after_sync([this, to = from.node, push = std::move(push)] { send(to, push); });
}

// --- hearing -----------------------------------------------------------------------------------------------

void Replica::on(const Push& push, const sim::From& from) {
  if (is_outdated(push.header, from.node)) return;
  for (const Update& update : push.updates) take(update);
  deliver();
}

void Replica::take(const Update& update) {
  const bool is_known = store_.known().contains(update.dot);
  const bool counts = update.change.verb == Verb::incr || update.change.verb == Verb::decr;
  if (is_known && (safe_.applied_once || !counts)) return;
  const bool waits = std::any_of(buffer_.begin(), buffer_.end(),
                                 [&](const Update& other) { return other.dot == update.dot; });
  if (!waits || !safe_.applied_once) buffer_.push_back(update);
}

// As long as there is one whose time has come.
void Replica::deliver() {
  const bool in_order = parameters_.mode == Mode::op && safe_.causal_delivery;
  for (bool again = true; again;) {
    again = false;
    for (auto at = buffer_.begin(); at != buffer_.end();) {
      if (in_order && !store_.known().includes(at->seen)) {
        ++at;
        continue;
      }
      Update update = std::move(*at);
      at = buffer_.erase(at);
      const bool is_new = !store_.known().contains(update.dot) || !safe_.applied_once;
      if (is_new && store_.keep(std::move(update))) again = true;
    }
  }
}

void Replica::on(const Deltas& deltas, const sim::From& from) {
  if (is_outdated(deltas.header, from.node)) return;
  if (!store_.known().includes(deltas.covers)) (void)store_.keep(deltas.objects, deltas.covers);
}

void Replica::on(const State& state, const sim::From& from) {
  if (is_outdated(state.header, from.node)) return;
  heard_what_is_known(state.header, state.known, from.node);
  const bool is_news = !store_.known().includes(state.known);
  if (is_news && !store_.keep(state.objects, state.known)) return;
  lost_ = false;
  deliver();
}

// --- tombstones --------------------------------------------------------------------------------------------

void Replica::forget_tombstones() {
  if (!parameters_.collects_tombstones()) return;
  std::int64_t count = 0;
  std::set<Dot> removals;
  for (const auto& [key, object] : store_.objects().by_key) {
    const auto& tombstones = std::get<SetWithTombstones>(object.held).tombstones();
    count += static_cast<std::int64_t>(tombstones.size());
    for (const auto& [addition, removal] : tombstones) removals.insert(removal);
  }
  env_.metrics().sample("tombstones", count);
  const sim::MonoTime now = env_.mono();
  std::erase_if(removed_, [&](const auto& entry) { return !removals.contains(entry.first); });
  for (const Dot& removal : removals) removed_.emplace(removal, now);
  const auto may_go = [&](const Dot& removal) {
    const bool is_old = now - removed_.at(removal) >= parameters_.gc_after;
    return is_old && (!safe_.stable_before_gc || everybody_knows(removal));
  };
  const std::size_t forgotten = store_.forget_tombstones(may_go);
  if (forgotten == 0) return;
  env_.metrics().count("tombstones forgotten", forgotten);
  env_.mark(TombstonesForgotten{forgotten});
}

}  // namespace lightcone::models::crdt

#include "models/dynamo/replica.hpp"

#include <algorithm>
#include <utility>

namespace lightcone::models::dynamo {

namespace {

constexpr sim::Duration copy_again_after = std::chrono::milliseconds(100);
constexpr int looks_a_grace = 10;  // for tombstones to forget, without anti-entropy

template <class Leaves>
std::uint64_t root_of(const Leaves& leaves) {
  std::uint64_t root = 0;
  for (const std::uint64_t leaf : leaves) root = mixed(root, leaf);
  return root;
}

}  // namespace

Replica::Replica(sim::Env& env, const Parameters& parameters, const Safeguards& safe, Membership& membership,
                 const std::vector<NodeId>& servers)
    : env_(env),
      parameters_(parameters),
      safe_(safe),
      membership_(membership),
      servers_(servers),
      store_(env, safe.durable_hints),
      connection_(env.stream("writes taken").next() | 1U),
      next_lineage_(env.stream("lineages").next() & ~std::uint64_t{0xFFFFFFFF}),
      streams_(env, parameters, safe, membership, store_, lost_) {
  membership_.when_changed([this] { standings_changed(); });
}

// Who has a tombstone says nothing about who owns the key next.
void Replica::standings_changed() {
  tombstones_.clear();
  streams_.look();
}

void Replica::start() {
  const Store::Found found = store_.recover();
  lost_ = found == Store::Found::lost;
  if (found != Store::Found::whole) store_.set_lost(lost_, {});
  // Not at once: a write may still count this replica's acknowledgement from before, and the other owner that
  // made it a quorum may not have it yet. Its coordinator gives it up by then.
  if (lost_) env_.after(2 * parameters_.request_timeout, CopyDue{});
  if (parameters_.hints) env_.after(parameters_.hand_off_every, HandOffDue{});
  membership_.start();
  if (membership_.standing() == joining || membership_.standing() == serving)
    env_.after(copy_again_after, JoinDue{});
  const sim::Duration period = parameters_.anti_entropy_every;
  env_.after(period > sim::Duration::zero() ? period : parameters_.tombstone_grace / looks_a_grace,
             AntiEntropyDue{});
}

bool Replica::is_owner(NodeId node, const std::string& key) const {
  const auto owners = membership_.ring().owners(key, parameters_.replicas);
  return std::find(owners.begin(), owners.end(), node) != owners.end();
}

// --- for coordinators --------------------------------------------------------------------------------------

// Stand-ins answer with what they keep for others.
void Replica::on(const RGet& get, const sim::From& from) {
  if (lost_ || !store_.is_durable() || is_outdated(from.node, get.request, get.epoch)) return;
  RGot got{get.request, store_.find(get.key), store_.collected()};
  if (!store_.hints().empty()) merge_into(got.version, store_.hinted(get.key));
  env_.send(from.node, std::move(got));
}

void Replica::on(const RPut& put, const sim::From& from) {
  const RPutDone done{put.request};
  store_.keep({put.key, put.version}, [this, done, from, key = put.key, epoch = put.epoch] {
    if (is_outdated(from.node, done.request, epoch)) return;
    env_.mark(FirstCopyStored{key});
    env_.send(from.node, done);
  });
}

// --- writes that get their dot here ------------------------------------------------------------------------

void Replica::on(const AskToTake& ask, const sim::From& from) {
  if (!store_.is_durable() || is_outdated(from.node, ask.request, ask.epoch)) return;
  env_.send(from.node, WillTake{ask.request, connection_});
}

// Dots under one name may be given out only while all earlier ones under it are known here: whoever does not
// know them (any more) takes a new name (the "per-key epochs" of Riak 2.1).
parts::crdt::ReplicaId Replica::next_actor(std::uint64_t lineage) {
  if (!safe_.dots_never_repeat) return {env_.self(), 0};
  return {env_.self(), lineage != 0 ? lineage : ++next_lineage_};
}

void Replica::on(const Take& take, const sim::From& from) {
  if (take.connection != connection_ || !store_.is_durable()) return;
  if (!taken_.insert(take.request).second) return;  // the network doubled it
  const bool stands_in = take.stands_for != sim::no_node;
  Store::Ahead known = store_.ahead(take.key);
  if (stands_in) {
    known.lineage = 0;
    merge_into(known.version, store_.hinted(take.key));
  }
  const parts::crdt::ReplicaId actor = next_actor(known.lineage);
  Context context = take.context;
  if (!safe_.contexts_are_whole) context.keep_greatest(static_cast<std::size_t>(parameters_.prune));
  const bool dotted = parameters_.conflict == Conflict::dvv && safe_.dots_beside_vectors;
  known.version.siblings.put(actor, std::move(context), take.content,
                             dotted ? parts::versions::Clocks::dotted : parts::versions::Clocks::plain);
  settle_deletion(known.version);
  Keyed entry{take.key, known.version};
  Taken taken{take.request, std::move(known.version)};
  if (stands_in) {
    store_.keep_hint(take.stands_for, std::move(entry), [this, taken, from, target = take.stands_for] {
      env_.mark(HintStored{target});
      env_.send(from.node, taken);
    });
  } else {
    store_.keep(std::move(entry), actor.incarnation, [this, taken, from, key = take.key, epoch = take.epoch] {
      if (is_outdated(from.node, taken.request, epoch)) return;
      env_.mark(FirstCopyStored{key});
      env_.send(from.node, taken);
    });
  }
}

void Replica::on(const RepairPut& repair) { take({repair.entry}); }

void Replica::on(const Hint& hint, const sim::From& from) {
  if (is_gone(membership_.standing())) return;
  const HintKept kept{hint.request, hint.target};
  store_.keep_hint(hint.target, hint.entry, [this, kept, from] {
    env_.mark(HintStored{kept.target});
    env_.send(from.node, kept);
  });
}

// --- a server that joins -----------------------------------------------------------------------------------

// What was written before this server noted the step is in what it streams; what it has not acknowledged by
// then it does not acknowledge to anybody who does not know of the step.
bool Replica::is_outdated(NodeId coordinator, RequestId request, std::uint32_t epoch) {
  if (epoch >= membership_.epoch() || !safe_.rings_are_compared) return false;
  env_.metrics().count("outdated coordinators");
  env_.send(coordinator, Outdated{request, membership_.everything()});
  return true;
}

bool Replica::join() {
  if (membership_.standing() != spare) return false;
  if (safe_.ranges_are_streamed) {
    take_step(joining);
  } else {
    membership_.advance(normal, false, {});
  }
  return true;
}

void Replica::take_step(Standing step) {
  noted_by_.clear();
  env_.mark(StepTaken{step});
  membership_.advance(step, step != joining, [this] { env_.after(sim::Duration::zero(), JoinDue{}); });
}

// Again and again, until enough have noted it.
void Replica::on(const JoinDue&) {
  const Standing step = membership_.standing();
  if (step != joining && step != serving) return;
  for (const NodeId server : servers_) {
    if (server != env_.self() && !noted_by_.contains(server))
      env_.send(server, JoinStep{{env_.self(), membership_.entry(env_.self())}});
  }
  env_.after(copy_again_after, JoinDue{});
}

void Replica::on(const JoinStep& step, const sim::From& from) {
  if (lost_ || !store_.is_durable()) return;
  const std::uint32_t noted = step.newcomer.member.status;
  membership_.learn({step.newcomer}, [this, noted, newcomer = step.newcomer.server, from] {
    JoinStepDone done{noted, {}};
    for (const auto& [key, version] : store_.versions()) {
      if (noted == joining && membership_.will_own(newcomer, key)) done.entries.push_back({key, version});
    }
    env_.metrics().count("keys streamed", done.entries.size());
    env_.send(from.node, std::move(done));
  });
}

// Of a key's N owners all but W - 1 are among those that have noted the step, so that at least one has what
// was acknowledged before; and too few have not for a quorum of those who have not heard of it.
void Replica::on(const JoinStepDone& done, const sim::From& from) {
  if (done.step != membership_.standing()) return;
  for (const Keyed& entry : done.entries) store_.keep(entry, {});
  noted_by_.insert(from.node);
  const std::int64_t quorum = done.step == joining
                                  ? parameters_.write_quorum
                                  : std::min(parameters_.read_quorum, parameters_.write_quorum);
  if (noted_by_.size() + static_cast<std::size_t>(quorum) < membership_.members().size()) return;
  // Written behind what was streamed, and so durable after it.
  if (done.step == joining) take_step(serving);
  if (done.step == serving) take_step(normal);
}

// --- hinted hand-off ---------------------------------------------------------------------------------------

// A hint that is old is not kept for its owner any longer. Where hints count, it may be the only copy: then
// it goes when any owner has taken it.
void Replica::on(const HandOffDue&) {
  env_.after(parameters_.hand_off_every, HandOffDue{});
  std::vector<std::uint64_t> over;
  sim::Duration oldest{0};
  for (const auto& [number, hint] : store_.hints()) {
    oldest = std::max(oldest, env_.mono() - hint.since);
    const bool is_old = env_.mono() - hint.since > parameters_.hint_ttl;
    if (is_old) env_.metrics().count("hints expired");
    if (is_old && parameters_.sloppy) {
      for (const NodeId owner : membership_.ring().owners(hint.entry.key, parameters_.replicas))
        env_.send(owner, HandOff{number, hint.entry});
    } else if (!is_old) {
      env_.send(hint.target, HandOff{number, hint.entry});
    }
    const bool may_go = is_old && !parameters_.sloppy;
    if (may_go || !safe_.hint_kept_until_taken) over.push_back(number);
  }
  env_.metrics().sample("hints kept", static_cast<std::int64_t>(store_.hints().size()));
  env_.metrics().sample("age of the oldest hint, ms", oldest / std::chrono::milliseconds(1));
  for (const std::uint64_t number : over) store_.drop_hint(number);
}

void Replica::on(const HandOff& hand_off, const sim::From& from) {
  const HandedOver done{hand_off.hint};
  store_.keep(hand_off.entry, [this, done, from] { env_.send(from.node, done); });
}

void Replica::on(const HandedOver& handed_over) {
  env_.metrics().count("hints handed over");
  store_.drop_hint(handed_over.hint);
}

// --- anti-entropy ------------------------------------------------------------------------------------------

std::size_t Replica::leaf_of(const std::string& key) { return sim::name_hash(key) % leaf_count; }

std::uint64_t Replica::leaf_hash(const std::string& key, const Version& version) const {
  const std::uint64_t hash = hash_of(key, version);
  if (safe_.hashes_of_content_alone) return hash;
  return mixed(hash, static_cast<std::uint64_t>(store_.received(key).time_since_epoch().count()));
}

Replica::Leaves Replica::leaves_shared_with(NodeId peer) const {
  Leaves leaves{};
  for (const auto& [key, version] : store_.versions()) {
    if (is_owner(peer, key) && is_owner(env_.self(), key)) leaves.at(leaf_of(key)) += leaf_hash(key, version);
  }
  return leaves;
}

std::vector<Keyed> Replica::entries_shared_with(NodeId peer, const std::vector<std::uint64_t>& leaves) const {
  std::vector<Keyed> entries;
  for (const auto& [key, version] : store_.versions()) {
    const bool asked = std::find(leaves.begin(), leaves.end(), leaf_of(key)) != leaves.end();
    if (asked && is_owner(peer, key) && is_owner(env_.self(), key)) entries.push_back({key, version});
  }
  return entries;
}

void Replica::on(const AntiEntropyDue&) {
  const sim::Duration period = parameters_.anti_entropy_every;
  const bool on = period > sim::Duration::zero();
  env_.after(on ? period : parameters_.tombstone_grace / looks_a_grace, AntiEntropyDue{});
  if (!store_.is_durable()) return;
  collect_tombstones();
  if (!on || !safe_.anti_entropy || servers_.size() < 2) return;
  do {
    next_peer_ = (next_peer_ + 1) % servers_.size();
  } while (servers_[next_peer_] == env_.self());
  env_.metrics().count("anti-entropy rounds");
  env_.send(servers_[next_peer_], MerkleRoot{root_of(leaves_shared_with(servers_[next_peer_]))});
}

void Replica::on(const MerkleRoot& root, const sim::From& from) {
  if (!store_.is_durable()) return;
  const Leaves leaves = leaves_shared_with(from.node);
  if (root_of(leaves) == root.root) {
    agreed_with(from.node);
    env_.send(from.node, MerkleEqual{root.root});
  } else {
    latest_mismatch_ = {latest_mismatch_.number + 1, from.node};
    env_.metrics().count("anti-entropy differences");
    env_.send(from.node, MerkleNodes{{leaves.begin(), leaves.end()}});
  }
}

void Replica::on(const MerkleEqual& equal, const sim::From& from) {
  if (root_of(leaves_shared_with(from.node)) == equal.root) agreed_with(from.node);
}

void Replica::on(const MerkleNodes& nodes, const sim::From& from) {
  const Leaves own = leaves_shared_with(from.node);
  SyncKeys sync;
  for (std::uint64_t leaf = 0; leaf < leaf_count; ++leaf) {
    if (leaf < nodes.leaves.size() && nodes.leaves[leaf] != own.at(leaf)) sync.leaves.push_back(leaf);
  }
  sync.entries = entries_shared_with(from.node, sync.leaves);
  env_.metrics().count("anti-entropy keys sent", sync.entries.size());
  env_.send(from.node, std::move(sync));
}

void Replica::on(const SyncKeys& sync, const sim::From& from) {
  SyncedKeys answer;
  for (Keyed& mine : entries_shared_with(from.node, sync.leaves)) {
    const auto theirs = std::find_if(sync.entries.begin(), sync.entries.end(),
                                     [&](const Keyed& entry) { return entry.key == mine.key; });
    if (theirs == sync.entries.end() || !covers(theirs->version, mine.version))
      answer.entries.push_back(std::move(mine));
  }
  take(sync.entries);
  if (answer.entries.empty()) return;
  env_.metrics().count("anti-entropy keys sent", answer.entries.size());
  env_.send(from.node, std::move(answer));
}

void Replica::on(const SyncedKeys& synced) { take(synced.entries); }

bool Replica::is_expired(const Version& version) const {
  return version.deleted && env_.wall() - version.deleted_at > parameters_.tombstone_grace;
}

// An old tombstone is not taken where it hides nothing: others may be about to forget it.
void Replica::take(const std::vector<Keyed>& entries) {
  for (const Keyed& entry : entries) {
    if (is_expired(entry.version) && !store_.find(entry.key).is_written()) continue;
    store_.keep(entry, {});
  }
}

// --- tombstones --------------------------------------------------------------------------------------------

void Replica::agreed_with(NodeId peer) {
  for (const auto& [key, version] : store_.versions()) {
    if (!version.deleted || !is_owner(peer, key)) continue;
    Tombstone& tombstone = tombstones_[key];
    const std::uint64_t hash = hash_of(key, version);
    if (tombstone.hash != hash) tombstone = {hash, {}};
    tombstone.seen_at.insert(peer);
  }
}

void Replica::collect_tombstones() {
  std::int64_t kept = 0;
  const bool may_collect = membership_.changing() == sim::no_node;
  for (const auto& [key, version] : store_.versions()) {
    if (!version.deleted) continue;
    ++kept;
    const auto others = static_cast<std::size_t>(parameters_.replicas - (is_owner(env_.self(), key) ? 1 : 0));
    const auto known = tombstones_.find(key);
    const bool everywhere =
        others == 0 || (known != tombstones_.end() && known->second.hash == hash_of(key, version) &&
                        known->second.seen_at.size() >= others);
    if (safe_.tombstones_last && !(is_expired(version) && everywhere && may_collect)) continue;
    env_.mark(TombstoneCollected{key});
    store_.collect({key, version});
    tombstones_.erase(key);
  }
  env_.metrics().sample("tombstones", kept);
}

// --- after a lost disk -------------------------------------------------------------------------------------

void Replica::on(const CopyDue&) {
  if (!lost_) return;
  ++copy_attempt_;
  for (const NodeId server : servers_) {
    if (server != env_.self() && !copied_from_.contains(server))
      env_.send(server, CopyRequest{copy_attempt_});
  }
  end_copying();
  env_.after(copy_again_after, CopyDue{});
}

void Replica::on(const CopyRequest& request, const sim::From& from) {
  if (!store_.is_durable()) return;
  Copy copy{request.attempt, {}, store_.collected()};
  for (const auto& [key, version] : store_.versions()) {
    if (is_owner(from.node, key)) copy.entries.push_back({key, version});
  }
  env_.send(from.node, std::move(copy));
}

// Of an acknowledged write W owners had a copy; this one is gone, so that of any W - 1 others one is left.
void Replica::on(const Copy& copy, const sim::From& from) {
  if (!lost_ || copy.attempt > copy_attempt_) return;
  for (const Keyed& entry : copy.entries) store_.keep(entry, {});
  store_.raise_collected(copy.collected);
  copied_from_.insert(from.node);
  end_copying();
}

// Who is gone need not be waited for.
void Replica::end_copying() {
  const std::int64_t spared = std::max<std::int64_t>(parameters_.write_quorum - 2, 0);
  const std::int64_t missing = std::count_if(servers_.begin(), servers_.end(), [this](NodeId server) {
    return server != env_.self() && !copied_from_.contains(server) && !is_gone(membership_.standing(server));
  });
  if (missing > spared) return;
  copied_from_.clear();
  // Written behind the copies, and so durable after them.
  store_.set_lost(false, [this] { lost_ = false; });
}

}  // namespace lightcone::models::dynamo

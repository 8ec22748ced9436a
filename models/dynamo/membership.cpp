#include "models/dynamo/membership.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace lightcone::models::dynamo {

namespace {

std::vector<NodeId> first_of(const std::vector<NodeId>& servers, std::int64_t members) {
  const std::size_t count =
      members == 0 ? servers.size() : std::min(servers.size(), static_cast<std::size_t>(members));
  return {servers.begin(), servers.begin() + static_cast<std::ptrdiff_t>(count)};
}

std::size_t tokens(const Parameters& parameters) { return static_cast<std::size_t>(parameters.vnodes); }

parts::RingOptions options_of(const Parameters& parameters, const Safeguards& safe,
                              const parts::Zones& zones) {
  const std::size_t repeating = safe.copies_apart ? 0 : static_cast<std::size_t>(parameters.replicas);
  return {repeating, 0, zones, {}};
}

bool is_among(std::span<const NodeId> nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

std::uint64_t checksum_of(const std::vector<KnownMember>& members) {
  std::uint64_t sum = 0;
  for (const auto& [server, member] : members) {
    for (const std::uint64_t word :
         {std::uint64_t{server.index}, member.generation, member.version, std::uint64_t{member.status}})
      sum = mixed(sum, word);
  }
  return sum;
}

constexpr std::uint64_t damaged_bit = std::uint64_t{1} << 40U;

}  // namespace

Membership::Membership(sim::Env& env, const Parameters& parameters, const Safeguards& safe,
                       const std::vector<NodeId>& servers, const parts::Zones& zones)
    : env_(env),
      parameters_(parameters),
      safe_(safe),
      servers_(servers),
      ring_options_(options_of(parameters, safe, zones)),
      prober_(env, parameters),
      chance_(env.stream("gossip")) {
  const std::vector<NodeId> first = first_of(servers, parameters.members);
  for (const NodeId server : servers) {
    const bool is_member = std::find(first.begin(), first.end(), server) != first.end();
    members_[server].status = is_member ? normal : spare;
    if (server != newcomer()) first_epoch_ += members_[server].status;
  }
  find_rings();
  durable_standing_ = standing();
  has_streamed_ = standing() == normal;
  if (!is_fixed()) cell_.emplace(env.disk(), "dynamo/membership");
}

parts::gossip::Freshness Membership::freshness() const {
  return safe_.generation_first ? parts::gossip::Freshness::generation_first
                                : parts::gossip::Freshness::version_alone;
}

// --- what is durable ---------------------------------------------------------------------------------------

void Membership::start() {
  if (is_fixed()) return;
  std::uint64_t generation = 0;
  if (const auto found = cell_->read(); found.value) {
    generation = found.value->generation;
    has_streamed_ = found.value->has_streamed;
    removes_ = found.value->removes;
    for (std::size_t i = 0; i < servers_.size() && i < found.value->standings.size(); ++i)
      members_[servers_[i]].status = found.value->standings[i];
  }
  durable_standing_ = standing();
  standings_changed();
  members_[env_.self()].generation = generation + 1;
  for (const NodeId server : servers_) listen_to(server);
  prober_.start();
  persist([this] { env_.after(parameters_.gossip_every, GossipDue{}); });
}

// From now on. Hearing is expected every other round: a first guess, which what is heard corrects.
void Membership::listen_to(NodeId server) {
  silences_.insert_or_assign(server, parts::gossip::PhiAccrual(2 * parameters_.gossip_every, env_.mono()));
}

void Membership::persist(Then then) {
  Record record;
  record.generation = members_[env_.self()].generation;
  record.has_streamed = has_streamed_;
  record.removes = removes_;
  for (const NodeId server : servers_) record.standings.push_back(members_[server].status);
  if (!cell_->write(std::move(record))) return;  // a full disk
  pending_.push_back({++written_, std::move(then)});
  env_.sync(MembershipPersisted{written_});
}

void Membership::on(const MembershipPersisted& persisted) {
  durable_ = std::max(durable_, persisted.write);
  std::vector<Then> due;
  std::erase_if(pending_, [&](Pending& pending) {
    if (pending.write > durable_) return false;
    due.push_back(std::move(pending.then));
    return true;
  });
  for (const Then& then : due) {
    if (then) then();
  }
}

void Membership::advance(Standing to, bool has_streamed, Then then) {
  if (standing() == spare) {
    for (const NodeId server : servers_) listen_to(server);
  }
  members_[env_.self()].status = to;
  has_streamed_ = has_streamed;
  standings_changed();
  persist([this, to, after = std::move(then)] {
    durable_standing_ = std::max<std::uint32_t>(durable_standing_, to);
    if (after) after();
  });
}

void Membership::mark(NodeId server, Standing to, Then then) {
  members_[server].status = std::max<std::uint32_t>(members_[server].status, to);
  removes_ = to == removing ? server : sim::no_node;
  standings_changed();
  persist(std::move(then));
}

void Membership::learn(const std::vector<KnownMember>& heard, Then then) {
  const bool has_news = hear(heard);
  if (!has_news && pending_.empty()) {
    if (then) then();
  } else {
    persist(std::move(then));
  }
}

// --- gossip ------------------------------------------------------------------------------------------------

std::vector<NodeId> Membership::peers() const {
  std::vector<NodeId> peers;
  for (const auto& [server, member] : members_) {
    const auto its = static_cast<Standing>(member.status);
    if (server != env_.self() && its != spare && !is_gone(its)) peers.push_back(server);
  }
  return peers;
}

std::vector<KnownMember> Membership::everything() const {
  std::vector<KnownMember> all;
  for (const auto& [server, member] : members_) all.push_back({server, member});
  for (KnownMember& known : all) {
    if (known.server == env_.self()) known.member.status = durable_standing_;
  }
  return all;
}

Gossip Membership::next_gossip() {
  Gossip gossip{everything(), 0};
  gossip.checksum = checksum_of(gossip.members);
  if (std::exchange(damages_next_, false)) {
    for (KnownMember& known : gossip.members) {
      if (known.server == env_.self()) known.member.version |= damaged_bit;
    }
  }
  return gossip;
}

// Who has left tells so; who was removed has nothing to tell.
void Membership::on(const GossipDue&) {
  env_.after(parameters_.gossip_every, GossipDue{});
  if (standing() == spare || standing() == removed) return;
  ++members_[env_.self()].version;
  std::vector<NodeId> others = peers();
  if (others.empty()) return;
  std::int64_t down = 0;
  for (const NodeId other : others) down += is_up(other) ? 0 : 1;
  env_.metrics().sample("members believed down", down);
  for (std::int64_t i = 0; i < parameters_.gossip_fanout && !others.empty(); ++i) {
    const NodeId peer = chance_.pick(others);
    std::erase(others, peer);
    env_.send(peer, next_gossip());
  }
}

void Membership::on(const Gossip& gossip, const sim::From& from) {
  if (!is_sound(gossip.members, gossip.checksum)) return;
  if (hear(gossip.members)) persist({});
  std::vector<KnownMember> all = everything();
  const std::uint64_t checksum = checksum_of(all);
  env_.send(from.node, GossipBack{std::move(all), checksum});
}

void Membership::on(const GossipBack& back) {
  if (is_sound(back.members, back.checksum) && hear(back.members)) persist({});
}

bool Membership::is_sound(const std::vector<KnownMember>& members, std::uint64_t checksum) const {
  if (!safe_.gossip_is_checked || checksum_of(members) == checksum) return true;
  env_.metrics().count("gossip refused");
  return false;
}

// What is said of the removed is that they are, whoever says something else and however fresh it is. A
// standing that goes with the fresher heartbeat forgets that as soon as one of them beats again.
parts::gossip::News Membership::take_in(parts::gossip::Member& known,
                                        const parts::gossip::Member& heard) const {
  const std::uint32_t before = known.status;
  const bool is_forgotten = !safe_.removals_last && parts::gossip::is_fresher(heard, known, freshness());
  if (is_forgotten && known.status == removed) known.status = heard.status;
  const bool is_old =
      !safe_.removals_last && heard.status == removed && parts::gossip::is_fresher(known, heard, freshness());
  parts::gossip::News news = parts::gossip::merge(known, heard, freshness());
  if (is_old) known.status = before;
  news.status = known.status != before;
  return news;
}

// Of itself a server knows better; but whoever hears of a later start of its own has lost its disk since, and
// others may have removed it.
bool Membership::hear_of_self(const parts::gossip::Member& heard) {
  parts::gossip::Member& known = members_[env_.self()];
  const bool is_old =
      !safe_.removals_last && heard.status == removed && parts::gossip::is_fresher(known, heard, freshness());
  const bool has_forgotten = heard.generation > known.generation || (heard.status > known.status && !is_old);
  if (!has_forgotten) return false;
  if (heard.generation > known.generation) known.generation = heard.generation + 1;
  known.status = std::max(known.status, heard.status);
  durable_standing_ = std::max(durable_standing_, known.status);
  return true;
}

// Whether there was something that is to be kept on disk.
bool Membership::hear(const std::vector<KnownMember>& heard) {
  bool has_news = false;
  for (const auto& [server, member] : heard) {
    if (server == env_.self()) {
      has_news = hear_of_self(member) || has_news;
      continue;
    }
    const parts::gossip::News news = take_in(members_[server], member);
    if (news.status) listen_to(server);
    if (news.heartbeat) silences_.at(server).heard(env_.mono());
    has_news = has_news || news.status;
  }
  if (has_news) standings_changed();
  return has_news;
}

// Spare servers and those that are gone need not know who is up.
void Membership::standings_changed() {
  find_rings();
  const bool takes_part = standing() != spare && !is_gone(standing());
  prober_.watch(takes_part ? peers() : std::vector<NodeId>());
  ++changes_;
  if (when_changed_) when_changed_();
}

// Nobody gossips with a spare server, which therefore suspects nobody.
bool Membership::is_up(NodeId server) const {
  if (is_fixed() || server == env_.self() || standing() == spare) return true;
  if (parameters_.detector == Detector::swim) return prober_.is_up(server);
  return silences_.at(server).phi(env_.mono()) < parameters_.phi_threshold * 1'000;
}

// --- rings -------------------------------------------------------------------------------------------------

void Membership::find_rings() {
  parts::RingOptions before = ring_options_;
  parts::RingOptions after = ring_options_;
  changing_ = sim::no_node;
  for (const NodeId server : servers_) {
    const Standing its = standing(server);
    const bool comes = its == joining || its == serving;
    const bool goes = its == leaving || its == removing;
    if (comes || goes) changing_ = server;
    if (comes || its == spare || is_gone(its)) before.without.insert(server);
    if (goes || its == spare || is_gone(its)) after.without.insert(server);
  }
  before_.emplace(servers_, tokens(parameters_), std::move(before));
  after_.emplace(servers_, tokens(parameters_), std::move(after));
}

std::uint32_t Membership::epoch() const {
  if (is_fixed()) return 0;
  std::uint32_t sum = 0;
  for (const auto& [server, member] : members_) sum += member.status;
  return sum - first_epoch_;
}

std::vector<NodeId> Membership::members() const {
  std::vector<NodeId> members;
  for (const NodeId server : servers_) {
    if (standing(server) != spare && !is_gone(standing(server))) members.push_back(server);
  }
  return members;
}

const parts::Ring& Membership::ring() const {
  return changing_ != sim::no_node && standing(changing_) == serving ? *after_ : *before_;
}

bool Membership::will_own(NodeId server, const std::string& key) const {
  return is_among(after_->owners(key, parameters_.replicas), server);
}

std::vector<NodeId> Membership::new_owners(const std::string& key) const {
  std::vector<NodeId> owners;
  if (changing_ == sim::no_node) return owners;
  const auto before = before_->owners(key, parameters_.replicas);
  for (const NodeId owner : after_->owners(key, parameters_.replicas)) {
    if (!is_among(before, owner)) owners.push_back(owner);
  }
  return owners;
}

// Not to who is removed: it may be up, and not know.
Membership::Route Membership::to_read(const std::string& key) const {
  Route route{ring().walk(key), static_cast<std::size_t>(parameters_.replicas),
              static_cast<std::size_t>(parameters_.read_quorum)};
  if (changing_ == sim::no_node || standing(changing_) != removing) return route;
  const auto at = std::find(route.walk.begin(), route.walk.end(), changing_);
  if (at == route.walk.end()) return route;
  if (static_cast<std::size_t>(at - route.walk.begin()) < route.owners) --route.owners;
  route.walk.erase(at);
  return route;
}

// To the owners by either ring, while reads may go by either: so many that every read quorum is met.
Membership::Route Membership::to_write(const std::string& key) const {
  Route route{before_->walk(key), static_cast<std::size_t>(parameters_.replicas),
              static_cast<std::size_t>(parameters_.write_quorum)};
  for (const NodeId owner : new_owners(key)) {
    std::erase(route.walk, owner);
    route.walk.insert(route.walk.begin() + parameters_.replicas, owner);
    ++route.owners;
    ++route.needed;
  }
  return route;
}

}  // namespace lightcone::models::dynamo

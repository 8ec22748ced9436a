#include "models/dynamo/membership.hpp"

#include <algorithm>
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
  return {repeating, 0, zones};
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
      before_(first_of(servers, parameters.members), tokens(parameters), options_of(parameters, safe, zones)),
      after_(servers, tokens(parameters), options_of(parameters, safe, zones)),
      chance_(env.stream("gossip")) {
  const std::vector<NodeId> first = first_of(servers, parameters.members);
  for (const NodeId server : servers) {
    const bool is_member = std::find(first.begin(), first.end(), server) != first.end();
    members_[server].status = is_member ? normal : spare;
  }
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
    for (std::size_t i = 0; i < servers_.size() && i < found.value->standings.size(); ++i)
      members_[servers_[i]].status = found.value->standings[i];
  }
  members_[env_.self()].generation = generation + 1;
  for (const NodeId server : servers_) listen_to(server);
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
  persist(std::move(then));
}

void Membership::learn(NodeId server, const parts::gossip::Member& member, Then then) {
  const bool is_known = !parts::gossip::merge(members_[server], member, freshness()).status;
  if (!is_known) listen_to(server);
  if (is_known && pending_.empty()) {
    if (then) then();
  } else {
    persist(std::move(then));
  }
}

// --- gossip ------------------------------------------------------------------------------------------------

std::vector<NodeId> Membership::peers() const {
  std::vector<NodeId> peers;
  for (const auto& [server, member] : members_) {
    if (server != env_.self() && member.status != spare) peers.push_back(server);
  }
  return peers;
}

Gossip Membership::everything() const {
  Gossip gossip;
  for (const auto& [server, member] : members_) gossip.members.push_back({server, member});
  gossip.checksum = checksum_of(gossip.members);
  return gossip;
}

void Membership::on(const GossipDue&) {
  env_.after(parameters_.gossip_every, GossipDue{});
  if (standing() == spare) return;
  ++members_[env_.self()].version;
  const std::vector<NodeId> others = peers();
  if (others.empty()) return;
  const NodeId peer = chance_.pick(others);
  Gossip gossip = everything();
  if (std::exchange(damages_next_, false)) {
    for (KnownMember& known : gossip.members) {
      if (known.server == env_.self()) known.member.version |= damaged_bit;
    }
  }
  std::int64_t down = 0;
  for (const NodeId other : others) down += is_up(other) ? 0 : 1;
  env_.metrics().sample("members believed down", down);
  env_.send(peer, std::move(gossip));
}

void Membership::on(const Gossip& gossip, const sim::From& from) {
  if (!is_sound(gossip.members, gossip.checksum)) return;
  merge(gossip.members);
  Gossip all = everything();
  env_.send(from.node, GossipBack{std::move(all.members), all.checksum});
}

void Membership::on(const GossipBack& back) {
  if (is_sound(back.members, back.checksum)) merge(back.members);
}

bool Membership::is_sound(const std::vector<KnownMember>& members, std::uint64_t checksum) const {
  if (!safe_.gossip_is_checked || checksum_of(members) == checksum) return true;
  env_.metrics().count("gossip refused");
  return false;
}

// Of itself a server knows better; but whoever hears of a later start of its own has lost its disk since.
void Membership::merge(const std::vector<KnownMember>& heard) {
  bool has_news = false;
  for (const auto& [server, member] : heard) {
    parts::gossip::Member& known = members_[server];
    if (server == env_.self()) {
      const bool has_forgotten = member.generation > known.generation || member.status > known.status;
      if (!has_forgotten) continue;
      if (member.generation > known.generation) known.generation = member.generation + 1;
      known.status = std::max(known.status, member.status);
      has_news = true;
      continue;
    }
    const parts::gossip::News news = parts::gossip::merge(known, member, freshness());
    if (news.status) listen_to(server);
    if (news.heartbeat) silences_.at(server).heard(env_.mono());
    has_news = has_news || news.status;
  }
  if (has_news) persist({});
}

// Nobody gossips with a spare server, which therefore suspects nobody.
bool Membership::is_up(NodeId server) const {
  if (is_fixed() || server == env_.self() || standing() == spare) return true;
  return silences_.at(server).phi(env_.mono()) < parameters_.phi_threshold * 1'000;
}

// --- rings -------------------------------------------------------------------------------------------------

const parts::Ring& Membership::ring() const { return newcomer_entry().status >= serving ? after_ : before_; }

bool Membership::newcomer_will_own(const std::string& key) const {
  const auto owners = after_.owners(key, parameters_.replicas);
  return std::find(owners.begin(), owners.end(), newcomer()) != owners.end();
}

Membership::Route Membership::to_read(const std::string& key) const {
  return {ring().walk(key), static_cast<std::size_t>(parameters_.replicas),
          static_cast<std::size_t>(parameters_.read_quorum)};
}

// To the owners by either ring, while reads may go by either: so many that every read quorum is met.
Membership::Route Membership::to_write(const std::string& key) const {
  const auto replicas = static_cast<std::size_t>(parameters_.replicas);
  const auto quorum = static_cast<std::size_t>(parameters_.write_quorum);
  const std::uint32_t step = newcomer_entry().status;
  if (step == spare || step == normal) return {ring().walk(key), replicas, quorum};
  Route route{before_.walk(key), replicas, quorum};
  const auto owners = after_.owners(key, parameters_.replicas);
  if (std::find(owners.begin(), owners.end(), newcomer()) == owners.end()) return route;
  route.walk.insert(route.walk.begin() + parameters_.replicas, newcomer());
  ++route.owners;
  ++route.needed;
  return route;
}

}  // namespace lightcone::models::dynamo

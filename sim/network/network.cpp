#include "sim/network/network.hpp"

#include <algorithm>

#include "sim/ensure.hpp"

namespace lightcone::sim {

namespace {

using Action = RuleVerdict::Action;

Passage passage_of(const Event& event) { return {event.peer, event.node, *event.type, event.fact()}; }

bool happens(Stream& chance, Ratio share) { return share.numerator != 0 && chance.chance(share); }

void check(const LinkQuality& quality) {
  ensure(quality.transport == Transport::datagram || quality.retransmit_after > Duration::zero(),
         "a stream waits before it transmits again");
}

// The time that `bytes` take at `bytes_per_second` > 0, rounded down to the nanosecond.
Duration transmission_time(std::uint64_t bytes, std::uint64_t bytes_per_second) {
  const std::uint64_t seconds = bytes / bytes_per_second;
  const std::uint64_t rest = bytes % bytes_per_second;
  return Duration(
      static_cast<std::int64_t>(seconds * 1'000'000'000 + rest * 1'000'000'000 / bytes_per_second));
}

}  // namespace

Network::~Network() {
  for (const Held& held : held_) pool_.release(*held.event);
  const auto release_stalled = [this](auto& link) {
    while (Event* event = link.stalled_head) {
      link.stalled_head = event->next;
      pool_.release(*event);
    }
  };
  for (Sender& sender : senders_) {
    for (const auto& page : sender.link_pages) {
      for (std::size_t i = 0; page != nullptr && i < links_a_page; ++i) release_stalled(page[i]);
    }
  }
}

void Network::add_node(std::string_view name, Place place) {
  Stream chance = Stream(seed_, "network").split(name);
  senders_.push_back(Sender{chance, place, {}, {}});
}

void Network::deal_anew(std::uint64_t luck, Duration jitter) {
  for (Sender& sender : senders_) sender.chance = sender.chance.split(luck);
  jitter_ = jitter;
}

void Network::set_default(LinkQuality quality) {
  check(quality);
  default_ = std::move(quality);
}

void Network::set_between(Place from, Place to, LinkQuality quality) {
  check(quality);
  between_.push_back({from, to, std::make_unique<LinkQuality>(std::move(quality))});
}

void Network::set_link(NodeId from, NodeId to, LinkQuality quality) {
  check(quality);
  auto& own = senders_.at(from.index).own_links;
  const auto at = std::lower_bound(own.begin(), own.end(), to,
                                   [](const auto& entry, NodeId node) { return entry.first < node; });
  if (at != own.end() && at->first == to) {
    at->second = std::move(quality);
  } else {
    own.emplace(at, to, std::move(quality));
  }
}

const LinkQuality& Network::quality(NodeId from, NodeId to) const {
  const Sender& sender = senders_[from.index];
  if (!sender.own_links.empty()) {
    const auto at = std::lower_bound(sender.own_links.begin(), sender.own_links.end(), to,
                                     [](const auto& entry, NodeId node) { return entry.first < node; });
    if (at != sender.own_links.end() && at->first == to) return at->second;
  }
  if (between_.empty()) return default_;
  const Place there = senders_[to.index].place;
  // The entry that was made last wins; there are as many as pairs of zones, so a scan is short.
  for (auto entry = between_.rbegin(); entry != between_.rend(); ++entry) {
    if (entry->from == sender.place && entry->to == there) return *entry->quality;
  }
  return default_;
}

Network::Link& Network::link(NodeId from, NodeId to) {
  auto& pages = senders_[from.index].link_pages;
  const std::size_t page = to.index / links_a_page;
  if (page >= pages.size()) pages.resize(page + 1);
  if (pages[page] == nullptr) pages[page] = std::make_unique<Link[]>(links_a_page);
  return pages[page][to.index % links_a_page];
}

Network::Link* Network::known_link(NodeId from, NodeId to) const {
  const auto& pages = senders_[from.index].link_pages;
  const std::size_t page = to.index / links_a_page;
  if (page >= pages.size() || pages[page] == nullptr) return nullptr;
  return &pages[page][to.index % links_a_page];
}

RuleVerdict Network::judge(const Event& event, Stage stage) const {
  const Passage passage = passage_of(event);
  for (Rule* rule : rules_) {
    const RuleVerdict verdict = stage == Stage::sending ? rule->on_send(passage) : rule->on_arrival(passage);
    if (verdict.action != Action::pass) return verdict;
  }
  return {};
}

void Network::send(Event& event) {
  ++counters_.sent;
  counters_.bytes += event.type->wire_bytes(event.fact());
  if (event.node == event.peer) {  // loopback: no wire, so nothing can happen to it
    port_.schedule(event, port_.now());
    return;
  }
  Duration delay{0};
  std::vector<Duration> copies;  // how much later than the message each is
  for (Rule* rule : rules_) {
    const RuleVerdict verdict = rule->on_send(passage_of(event));
    if (verdict.action == Action::delay) {
      delay += verdict.extra;
    } else if (verdict.action == Action::duplicate) {
      copies.push_back(verdict.extra);
    } else if (verdict.action != Action::pass) {
      stop(verdict.action, *rule, event);
      return;
    }
  }
  for (const Duration later : copies) duplicate(event, delay + later);
  transmit(event, delay);
}

void Network::stop(Action action, Rule& rule, Event& event) {
  switch (action) {
    case Action::pass:
    case Action::delay:
    case Action::duplicate:
      return;
    case Action::cut:
      if (quality(event.peer, event.node).transport == Transport::stream) {
        transmit(event, Duration::zero());  // meets the cut on arrival, and stalls there
      } else {
        lose(event, "cut");
      }
      return;
    case Action::drop:
      lose(event, "dropped");
      return;
    case Action::corrupt:
      lose(event, "corrupted");
      return;
    case Action::hold:
      held_.push_back({&rule, &event});
      return;
  }
}

void Network::lose(Event& event, std::string_view why) {
  ++counters_.lost;
  port_.lost(event, why);
}

void Network::duplicate(const Event& event, Duration extra) {
  if (event.type->copy == nullptr) return;
  ++counters_.duplicated;
  transmit(pool_.copy(event), extra);
}

void Network::transmit(Event& event, Duration extra) {
  Sender& sender = senders_[event.peer.index];
  const LinkQuality& link_quality = quality(event.peer, event.node);
  Duration delay = link_quality.latency.sample(sender.chance) + extra;
  if (jitter_ > Duration::zero()) delay += sender.chance.between(Duration::zero(), jitter_);
  const bool in_order = link_quality.transport == Transport::stream;
  event.in_order = in_order;

  if (in_order) {
    const std::optional<Duration> waited = retransmissions(sender, link_quality);
    if (!waited) return lose(event, "reset");
    delay += *waited;
  } else if (happens(sender.chance, link_quality.loss)) {
    return lose(event, "loss");
  } else if (happens(sender.chance, link_quality.corruption)) {
    return lose(event, "corrupted");
  }
  if (!in_order && happens(sender.chance, link_quality.duplication) && event.type->copy != nullptr) {
    ++counters_.duplicated;
    Event& twin = pool_.copy(event);
    const Duration twin_delay = link_quality.latency.sample(sender.chance);
    port_.schedule(twin, port_.now() + twin_delay);
  }
  if (!in_order && happens(sender.chance, link_quality.reordering)) {
    delay += sender.chance.between(Duration::zero(), link_quality.reorder_by);
  }
  if (link_quality.bytes_per_second != 0) {
    Link& line = link(event.peer, event.node);
    const std::uint64_t bytes = event.type->wire_bytes(event.fact());
    const Instant starts = std::max(line.busy_until, port_.now());
    const Duration allowed = link_quality.queue_bytes == 0
                                 ? Duration::max()
                                 : transmission_time(link_quality.queue_bytes, link_quality.bytes_per_second);
    if (!in_order && starts - port_.now() > allowed) return lose(event, "queue-full");
    line.busy_until = starts + transmission_time(bytes, link_quality.bytes_per_second);
    delay += line.busy_until - port_.now();
  }
  Instant at = port_.now() + delay;
  if (in_order) {
    Link& line = link(event.peer, event.node);
    at = std::max(at, line.last_arrival);
    line.last_arrival = at;
  }
  port_.schedule(event, at);
}

// Each transmission is lost or damaged with the same probability; nothing when the sender gave up.
std::optional<Duration> Network::retransmissions(Sender& sender, const LinkQuality& link_quality) {
  Duration waited{0};
  Duration backoff = link_quality.retransmit_after;
  while (happens(sender.chance, link_quality.loss) || happens(sender.chance, link_quality.corruption)) {
    waited += backoff;
    backoff *= 2;
    if (waited >= link_quality.give_up_after) return std::nullopt;
  }
  return waited;
}

void Network::arrive(Event& event) {
  if (event.node != event.peer) {
    if (event.in_order && link(event.peer, event.node).stalled_head != nullptr) {
      return stall(event);  // behind those that came before it
    }
    if (!rules_.empty()) {
      const RuleVerdict verdict = judge(event, Stage::arriving);
      if (verdict.action == Action::cut && event.in_order) return stall(event);
      if (verdict.action == Action::cut) return lose(event, "cut");
      if (verdict.action == Action::drop) return lose(event, "dropped");
    }
  }
  ++counters_.delivered;
  port_.arrive(event);
}

void Network::stall(Event& event) {
  Link& line = link(event.peer, event.node);
  event.next = nullptr;
  if (line.stalled_head == nullptr) {
    line.stalled_head = &event;
    line.stalled_since = port_.now();
    line.backoff = quality(event.peer, event.node).retransmit_after;
    line.next_retry = port_.now() + line.backoff;
    port_.retry_stream(event.peer, event.node, line.next_retry);
  } else {
    line.stalled_tail->next = &event;
  }
  line.stalled_tail = &event;
}

void Network::retry(NodeId from, NodeId to) {
  Link& line = link(from, to);
  // A reset in the meantime ended that stall, and there may be a new one with retries of its own.
  if (line.stalled_head == nullptr || line.next_retry != port_.now()) return;
  const LinkQuality& link_quality = quality(from, to);
  if (judge(*line.stalled_head, Stage::arriving).action == Action::cut) {
    if (port_.now() - line.stalled_since >= link_quality.give_up_after) return reset(line);
    line.backoff *= 2;
    line.next_retry = port_.now() + line.backoff;
    port_.retry_stream(from, to, line.next_retry);
    return;
  }
  Event* event = std::exchange(line.stalled_head, nullptr);
  while (event != nullptr) {
    Event* following = event->next;
    ++counters_.delivered;
    port_.arrive(*event);
    event = following;
  }
}

void Network::reset(Link& line) {
  Event* event = std::exchange(line.stalled_head, nullptr);
  while (event != nullptr) {
    Event* following = event->next;
    lose(*event, "reset");
    event = following;
  }
}

void Network::reset_streams(NodeId node) {
  for (std::uint32_t other = 0; other < senders_.size(); ++other) {
    if (Link* line = known_link(node, NodeId{other})) reset(*line);
    if (Link* line = known_link(NodeId{other}, node)) reset(*line);
  }
}

void Network::remove_rule(Rule& rule) {
  std::erase(rules_, &rule);
  release_held(rule);
}

std::uint64_t Network::release_held(Rule& rule) {
  std::vector<Event*> released;
  std::erase_if(held_, [&](const Held& held) {
    if (held.rule != &rule) return false;
    released.push_back(held.event);
    return true;
  });
  for (Event* event : released) transmit(*event, Duration::zero());
  return released.size();
}

Duration Network::longest_latency() const {
  const auto longest_of = [](const LinkQuality& link_quality) {
    const auto bound = link_quality.latency.max();
    return bound ? *bound : link_quality.latency.quantile(999'000);
  };
  Duration longest = longest_of(default_);
  for (const BetweenPlaces& entry : between_) longest = std::max(longest, longest_of(*entry.quality));
  for (const Sender& sender : senders_) {
    for (const auto& [to, link_quality] : sender.own_links)
      longest = std::max(longest, longest_of(link_quality));
  }
  return longest;
}

}  // namespace lightcone::sim

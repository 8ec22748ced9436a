// The network: takes a message from its sender and decides when, how often and whether it arrives.
//
// Every message is judged by the rules (faults) first and by its link's quality second. Chance comes from
// one stream for each sending node, so what one node sends does not shift another's draws.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/chance/stream.hpp"
#include "sim/event/event.hpp"
#include "sim/event/event_pool.hpp"
#include "sim/network/link_quality.hpp"
#include "sim/network/rule.hpp"

namespace lightcone::sim {

// Where the network hands events on to. Implemented by the Simulation.
class NetworkPort {
 public:
  virtual void schedule(Event& event, Instant at) = 0;
  // The message is gone; the port takes the event back. `why` is a word: "loss", "cut", "queue-full", ...
  virtual void lost(Event& event, std::string_view why) = 0;
  // The message arrives now at its node.
  virtual void arrive(Event& event) = 0;
  virtual Instant now() const = 0;
  // Schedules a look at the stalled stream from -> to.
  virtual void retry_stream(NodeId from, NodeId to, Instant at) = 0;

 protected:
  ~NetworkPort() = default;
};

class Network {
 public:
  // Nodes are divided into places (a zone, a rack); links get their quality by the places of their ends.
  using Place = std::uint32_t;

  Network(NetworkPort& port, EventPool& pool, std::uint64_t seed) : port_(port), pool_(pool), seed_(seed) {}
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;
  ~Network();

  void add_node(std::string_view name, Place place);

  // Quality of all links from one place to another; of everything that has no entry of its own.
  void set_default(LinkQuality quality);
  // From here on chance deals anew, and every message takes up to `jitter` longer: another continuation of
  // the same run, for each `luck` another one.
  void deal_anew(std::uint64_t luck, Duration jitter);
  void set_between(Place from, Place to, LinkQuality quality);
  // One directed link, before all else.
  void set_link(NodeId from, NodeId to, LinkQuality quality);
  const LinkQuality& quality(NodeId from, NodeId to) const;
  Place place(NodeId node) const { return senders_.at(node.index).place; }

  // `event` is a message with its addresses; the network owns it from here on.
  void send(Event& event);
  // A message that was scheduled by send() is due.
  void arrive(Event& event);
  void retry(NodeId from, NodeId to);

  void add_rule(Rule& rule) { rules_.push_back(&rule); }
  // Parked messages of the rule go on their way, in the order in which they were parked.
  void remove_rule(Rule& rule);
  // The same without removing it. Returns how many.
  std::uint64_t release_held(Rule& rule);
  // A crash resets the node's streams: what they had stalled is lost.
  void reset_streams(NodeId node);

  // The end of the longest time that one message can take when nothing is wrong, over all links among
  // `count` nodes; distributions without a bound count with their 99.9 % quantile.
  Duration longest_latency() const;

  struct Counters {
    std::uint64_t sent = 0;
    std::uint64_t delivered = 0;   // arrived at their node, be it up or down
    std::uint64_t lost = 0;        // on the way
    std::uint64_t duplicated = 0;  // further copies
    std::uint64_t bytes = 0;
  };
  const Counters& counters() const { return counters_; }

 private:
  struct Link {  // what a link remembers; only links with a stream or a bandwidth do
    Instant last_arrival{};
    Instant busy_until{};
    Event* stalled_head = nullptr;
    Event* stalled_tail = nullptr;
    Instant stalled_since{};
    Duration backoff{};
    Instant next_retry{};
  };
  static constexpr std::size_t links_a_page = 16;
  struct Held {
    Rule* rule;
    Event* event;
  };
  struct Sender {
    Stream chance;
    Place place;
    std::vector<std::pair<NodeId, LinkQuality>> own_links;  // ascending by node
    // By receiver / links_a_page; null until one is needed, so that few neighbours cost little.
    std::vector<std::unique_ptr<Link[]>> link_pages;
  };

  enum class Stage : std::uint8_t { sending, arriving };

  Link& link(NodeId from, NodeId to);
  Link* known_link(NodeId from, NodeId to) const;  // null: nothing to remember
  RuleVerdict judge(const Event& event, Stage stage) const;
  void stop(RuleVerdict::Action action, Rule& rule, Event& event);
  void transmit(Event& event, Duration extra);
  void duplicate(const Event& event, Duration extra);
  void lose(Event& event, std::string_view why);
  static std::optional<Duration> retransmissions(Sender& sender, const LinkQuality& quality);
  void stall(Event& event);
  void reset(Link& line);

  NetworkPort& port_;
  EventPool& pool_;
  std::uint64_t seed_;
  Duration jitter_{};  // since deal_anew
  LinkQuality default_;
  struct BetweenPlaces {
    Place from;
    Place to;
    std::unique_ptr<LinkQuality> quality;
  };
  std::vector<BetweenPlaces> between_;
  std::vector<Sender> senders_;
  std::vector<Rule*> rules_;
  std::vector<Held> held_;
  Counters counters_;
};

}  // namespace lightcone::sim

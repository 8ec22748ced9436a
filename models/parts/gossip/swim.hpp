// Who of a group is alive, found out by probes and told with them: the failure detector and the dissemination
// of SWIM (Das, Gupta and Motivala, "SWIM: scalable weakly-consistent infection-style process group
// membership protocol", DSN 2002). Who uses it sends the messages and keeps the time.
//
//   every protocol period   one member is pinged                                          (section 3.1)
//   no ack in time          so many others are asked to ping it                           (section 3.1)
//   none in the period      it is suspected, and says so itself if it lives: a suspicion carries the
//                           incarnation of the suspected, and is refuted with the next   (section 4.2)
//   suspected for long      it is taken to be down
//   with every message      what was told least often so far, each news so many times     (section 4.1)
//
// Other than in the paper nobody is expelled for good: who is taken to be down is probed still, and is back
// when it refutes that. Who belongs to the group is for others to say.
#pragma once

#include <boost/describe.hpp>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "sim/chance/stream.hpp"
#include "sim/node_id.hpp"

namespace lightcone::models::parts::gossip {

class Swim {
 public:
  enum class State : std::uint8_t { alive, suspected, down };

  // News of a member.
  struct Update {
    sim::NodeId member{};
    State state = State::alive;
    std::uint64_t incarnation = 0;  // of the member, which alone counts it up

    bool operator==(const Update&) const = default;
  };

  enum class Order : std::uint8_t {
    random,  // anybody each time, as the analysis of the paper has it (section 3.1)
    rounds,  // everybody once, then again in another order: nobody waits for long (section 4.3)
  };
  struct Options {
    std::size_t helpers = 3;            // who are asked to ping; k in the paper
    std::uint32_t suspicion = 10;       // periods, 1 or more
    std::size_t updates_a_message = 6;  // at most
    std::uint32_t told = 3;             // times log2 of the group's size: how often news are told
    Order order = Order::rounds;
  };

  // `others`: the group without this member.
  Swim(sim::NodeId self, std::vector<sim::NodeId> others, Options options, sim::Stream chance);

  // Who comes is alive, and who goes is forgotten.
  void set_others(const std::vector<sim::NodeId>& others);

  struct Probe {
    std::uint64_t number = 0;
    sim::NodeId target{};
  };
  // A period begins. Whoever was probed in the one before and has not answered is suspected now. Whom to
  // ping; nobody, if there is nobody.
  std::optional<Probe> begin_period();
  // The ping was not answered in time: who is asked to ping the target. Nobody, if it was.
  std::vector<sim::NodeId> ask_others();
  // An answer to a probe of this member, direct or not; too late, it counts for nothing.
  void acknowledged(std::uint64_t number);
  const Probe& probe() const { return probe_; }

  // What goes with the next message to that member: news, told least often first, and always what is held
  // against itself.
  std::vector<Update> updates_for(sim::NodeId to);
  // What came with a message. Returns how many of these were news.
  std::size_t hear(std::span<const Update> updates);

  // Of a member of the group; others are down.
  State state(sim::NodeId member) const;
  std::uint64_t incarnation() const { return incarnation_; }

  // What happened, for those who count; they only grow.
  struct Counts {
    std::uint64_t suspicions = 0;  // begun here
    std::uint64_t refuted = 0;     // of others, heard of here
    std::uint64_t down = 0;        // taken to be down, here
  };
  const Counts& counts() const { return counts_; }

 private:
  struct Known {
    State state = State::alive;
    std::uint64_t incarnation = 0;
    std::uint32_t silent_for = 0;  // periods since it is suspected
    std::uint32_t told = 0;        // how often
    bool is_news = false;
  };

  static bool overrides(const Update& update, const Known& known);
  void become(Known& known, State state, std::uint64_t incarnation);
  void suspect(sim::NodeId member);
  void pass_time();
  sim::NodeId next_target();
  std::uint32_t tell_at_most() const;

  sim::NodeId self_;
  Options options_;
  sim::Stream chance_;
  std::map<sim::NodeId, Known> others_;
  std::uint64_t incarnation_ = 0;
  Known own_;                       // news of this member itself
  std::vector<sim::NodeId> round_;  // who is still to be probed in this one
  Probe probe_;
  bool is_answered_ = true;
  Counts counts_;
};
BOOST_DESCRIBE_ENUM(Swim::State, alive, suspected, down)
BOOST_DESCRIBE_STRUCT(Swim::Update, (), (member, state, incarnation))

}  // namespace lightcone::models::parts::gossip

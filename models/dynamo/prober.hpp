// Pings other servers, by the failure detector of SWIM (models/parts/gossip/swim.hpp), where the parameter
// `detector` asks for it.
//
//   every gossip_every     Probe to one other ─▶ ProbeAnswer
//   probe_timeout later    no answer: ProbeFor to some, who ask it themselves and pass the answer on
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "models/dynamo/messages.hpp"
#include "models/dynamo/parameters.hpp"
#include "models/parts/gossip/swim.hpp"
#include "sim/env.hpp"

namespace lightcone::models::dynamo {

class Prober {
 public:
  // What is passed must outlive this.
  Prober(sim::Env& env, const Parameters& parameters);

  void start();
  // Whom to watch: those on the ring. A server that watches nobody pings nobody, and answers.
  void watch(const std::vector<NodeId>& others);
  // Whoever is suspected may still say that it lives.
  bool is_up(NodeId server) const { return swim_.state(server) != parts::gossip::Swim::State::down; }

  void on(const Probe& probe, const sim::From& from);
  void on(const ProbeFor& request, const sim::From& from);
  void on(const ProbeAnswer& answer, const sim::From& from);
  void on(const ProbeDue&);
  void on(const ProbeLate& late);

 private:
  struct Asked {  // by another server
    NodeId by{};
    std::uint64_t number = 0;
  };

  void hear(const std::vector<parts::gossip::Swim::Update>& updates);
  void count();

  sim::Env& env_;
  const Parameters& parameters_;
  parts::gossip::Swim swim_;
  parts::gossip::Swim::Counts counted_;
  std::uint64_t next_relay_ = 0;
  std::map<std::uint64_t, Asked> relays_;  // pings for others, by the number of our own
};

}  // namespace lightcone::models::dynamo

// What a server takes once: requests travel in connections, as over TCP. A server does not take one again
// that the network doubles, nor one that was meant for an incarnation before it.
#pragma once

#include <cstdint>
#include <map>

#include "sim/env.hpp"

namespace lightcone::models::parts {

class Connections {
 public:
  explicit Connections(sim::Env& env) : id_(env.stream("connections").next() | 1U) {}

  // Of this incarnation; clients are told it when they come with another one.
  std::uint64_t id() const { return id_; }

  enum class Admission : std::uint8_t { fresh, doubled, elsewhere };
  // `number`: the client's requests to this server count up.
  Admission admit(sim::NodeId client, std::uint64_t connection, std::uint64_t number) {
    if (connection != id_) return Admission::elsewhere;
    std::uint64_t& last = last_[client];
    if (number <= last) return Admission::doubled;
    last = number;
    return Admission::fresh;
  }

 private:
  std::uint64_t id_;
  std::map<sim::NodeId, std::uint64_t> last_;  // the number of each client's latest
};

}  // namespace lightcone::models::parts

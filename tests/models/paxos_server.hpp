// One server of Paxos, without a simulation: n1 of three.
#pragma once

#include <utility>
#include <vector>

#include "models/paxos/registers.hpp"
#include "models/paxos/replica.hpp"
#include "tests/models/one_server.hpp"

namespace lightcone::tests::paxos_server {

using namespace models::paxos;
using models::parts::key_value::Verb;

inline constexpr NodeId n1{0}, n2{1}, n3{2}, client{9}, other_client{10};

inline Parameters of_three(Parameters parameters) {
  parameters.servers = 3;
  return parameters;
}

template <class Server>
class One : public OneServer<Server, Parameters> {
 public:
  explicit One(sim::BugSet bugs = {}, const Parameters& parameters = {})
      : OneServer<Server, Parameters>(n1, of_three(parameters), std::move(bugs), {n1, n2, n3}) {}
  void restart() {
    OneServer<Server, Parameters>::restart();
    this->sync();
  }
  // What it has sent to itself arrives.
  void loop_back() {
    this->sync();
    for (const auto& own : this->template sent<Promise>()) {
      if (own.to == n1) this->hear(n1, own.message);
    }
    for (const auto& own : this->template sent<Vote>()) {
      if (own.to == n1) this->hear(n1, own.message);
    }
  }
};

inline Command put(std::int64_t value) {
  Command command;
  command.verb = Verb::put;
  command.session = 1;
  command.sequence = static_cast<std::uint64_t>(value);
  command.key = "x";
  command.value = value;
  return command;
}
inline Decree decree(std::int64_t value) { return Decree::of(put(value)); }
inline Accepted accepted(Slot slot, Ballot ballot, std::int64_t value) {
  return {slot, ballot, decree(value), false};
}

}  // namespace lightcone::tests::paxos_server

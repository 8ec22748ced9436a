// What clients and replicas of replicated data types tell each other.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "models/crdt/objects.hpp"
#include "sim/node_id.hpp"
#include "sim/payload.hpp"
#include "sim/value.hpp"

namespace lightcone::models::crdt {

using sim::NodeId;

// One update, as it is logged and sent.
struct Update {
  Dot dot{};
  CausalContext seen{};  // what its replica knew of
  std::string key{};
  Change change{};
  sim::Payload delta{};  // an Object

  // The same update, not only the same name.
  friend bool are_same(const Update& a, const Update& b) {
    return a.dot == b.dot && a.key == b.key && a.change == b.change;
  }
};
BOOST_DESCRIBE_STRUCT(Update, (), (dot, seen, key, change))
inline std::uint64_t wire_bytes(const Update& update) {
  return parts::crdt::bytes_a_dot + wire_bytes(update.seen) + 4 + update.key.size() + 16 +
         update.delta.bytes();
}

// --- clients -----------------------------------------------------------------------------------------------

struct Read {  // -> Answer | Refused
  std::string key{};
};
BOOST_DESCRIBE_STRUCT(Read, (), (key))

struct Do {  // -> Done | Refused | Reconnect
  std::uint64_t connection = 0;
  std::uint64_t number = 0;  // the client's count up
  std::string key{};
  Change change{};
};
BOOST_DESCRIBE_STRUCT(Do, (), (connection, number, key, change))

struct Answer {
  sim::Value value{};
};
BOOST_DESCRIBE_STRUCT(Answer, (), (value))

struct Done {
  bool has_effect = true;  // false: of a bounded counter nothing was left
};
BOOST_DESCRIBE_STRUCT(Done, (), (has_effect))

struct Refused {  // and nothing was done
  std::string why{};
};
BOOST_DESCRIBE_STRUCT(Refused, (), (why))

struct Reconnect {  // nothing was done
  std::uint64_t connection = 0;
};
BOOST_DESCRIBE_STRUCT(Reconnect, (), (connection))

// --- replicas ----------------------------------------------------------------------------------------------

// Whose message it is, and which: those of one incarnation to one other replica count up.
struct Header {
  ReplicaId replica{};
  std::uint64_t number = 0;
};
BOOST_DESCRIBE_STRUCT(Header, (), (replica, number))

struct Push {  // updates one by one, in the order in which their sender learnt of them
  Header header{};
  std::vector<Update> updates{};
};
BOOST_DESCRIBE_STRUCT(Push, (), (header, updates))

struct Digest {  // -> Push | Deltas | State, if something is missing
  Header header{};
  CausalContext known{};
  bool is_lost = false;  // asks for everything
};
BOOST_DESCRIBE_STRUCT(Digest, (), (header, known, is_lost))

struct Deltas {  // updates joined key by key
  Header header{};
  CausalContext covers{};
  sim::Payload objects{};  // Objects
};
BOOST_DESCRIBE_STRUCT(Deltas, (), (header, covers))
inline std::uint64_t wire_bytes(const Deltas& deltas) {
  return 20 + wire_bytes(deltas.covers) + deltas.objects.bytes();
}

struct State {  // everything
  Header header{};
  CausalContext known{};
  sim::Payload objects{};  // Objects
};
BOOST_DESCRIBE_STRUCT(State, (), (header, known))
inline std::uint64_t wire_bytes(const State& state) {
  return 20 + wire_bytes(state.known) + state.objects.bytes();
}

struct AskForShare {  // -> the update by which a part of a bounded counter goes to who asks
  std::string key{};
  ReplicaId replica{};
};
BOOST_DESCRIBE_STRUCT(AskForShare, (), (key, replica))

// --- timers and completions --------------------------------------------------------------------------------

struct GossipDue {};
BOOST_DESCRIBE_STRUCT(GossipDue, (), ())

struct ShareIsLate {
  std::uint64_t waiter = 0;
};
BOOST_DESCRIBE_STRUCT(ShareIsLate, (), (waiter))

struct Persisted {
  std::uint64_t write = 0;
};
BOOST_DESCRIBE_STRUCT(Persisted, (), (write))

// --- marks -------------------------------------------------------------------------------------------------

struct UpdateKept {  // it is durable here, and nobody else has it
  std::string key{};
};
BOOST_DESCRIBE_STRUCT(UpdateKept, (), (key))

struct TombstonesForgotten {
  std::uint64_t count = 0;
};
BOOST_DESCRIBE_STRUCT(TombstonesForgotten, (), (count))

struct Restored {  // from a backup
  ReplicaId replica{};
};
BOOST_DESCRIBE_STRUCT(Restored, (), (replica))

// Everything a server handles.
using ToServer = std::variant<Read, Do, Push, Digest, Deltas, State, AskForShare>;
using ServerFacts = std::variant<Persisted, GossipDue, ShareIsLate>;

}  // namespace lightcone::models::crdt

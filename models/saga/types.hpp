// The nouns of transactions across services.
#pragma once

#include <boost/describe.hpp>
#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/node_id.hpp"
#include "sim/value.hpp"

namespace lightcone::models::saga {

using sim::no_node;
using sim::NodeId;

// The participant at which it began, and that one's number for it: they count up, through restarts too.
struct TxnId {
  NodeId initiator = no_node;
  std::uint64_t number = 0;
  auto operator<=>(const TxnId&) const = default;
};
BOOST_DESCRIBE_STRUCT(TxnId, (), (initiator, number))

enum class Outcome : std::uint8_t { commit, abort };
BOOST_DESCRIBE_ENUM(Outcome, commit, abort)

// Of two transactions that want the same the older one may wait, and the younger one may not. A transaction
// that is tried again keeps its age.
struct Age {
  std::int64_t born = 0;     // ns by the clock of its client, which need not be right
  std::uint32_t client = 0;  // index
  auto operator<=>(const Age&) const = default;
};
BOOST_DESCRIBE_STRUCT(Age, (), (born, client))

enum class Verb : std::uint8_t {
  get,      // -> the value
  put,      // value
  add,      // a number to a number -> the sum
  take,     // a number off a number; the transaction is declined if less than that is there
  insert,   // an element into a list, which is kept in order, each once
  discard,  // an element out of it
};
BOOST_DESCRIBE_ENUM(Verb, get, put, add, take, insert, discard)

struct Step {
  Verb verb = Verb::get;
  std::string key{};
  sim::Value value{};
};
BOOST_DESCRIBE_STRUCT(Step, (), (verb, key, value))
inline std::uint64_t wire_bytes(const Step& step) { return 1 + step.key.size() + step.value.wire_bytes(); }

// A key and what it holds: an answer, or a write.
struct Held {
  std::string key{};
  sim::Value value{};
};
BOOST_DESCRIBE_STRUCT(Held, (), (key, value))
inline std::uint64_t wire_bytes(const Held& held) { return held.key.size() + held.value.wire_bytes(); }

template <class Each>
std::uint64_t bytes_of(const std::vector<Each>& all) {
  std::uint64_t bytes = 0;
  for (const Each& each : all) bytes += wire_bytes(each);
  return bytes;
}

}  // namespace lightcone::models::saga

// Commands on a key-value map, as they stand in a replicated log.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <string>

#include "sim/value.hpp"

namespace lightcone::models::parts::key_value {

enum class Verb : std::uint8_t {
  get,           // -> the value, null when absent
  put,           // value
  cas,           // value if the key holds `expected` -> whether it did
  incr,          // by value, an absent key counts as 0 -> the sum
  append,        // a text to a text, an absent key counts as ""
  open_session,  // -> the session's number
};
BOOST_DESCRIBE_ENUM(Verb, get, put, cas, incr, append, open_session)

using Session = std::uint64_t;  // 0: none

struct Command {
  Session session = 0;
  std::uint64_t sequence = 0;  // of the session's commands, from 1: a retry has the number of its first try
  Verb verb = Verb::get;
  std::string key{};
  sim::Value value{};
  sim::Value expected{};
};
BOOST_DESCRIBE_STRUCT(Command, (), (session, sequence, verb, key, value, expected))
inline std::uint64_t wire_bytes(const Command& command) { return 64 + command.key.size(); }

}  // namespace lightcone::models::parts::key_value

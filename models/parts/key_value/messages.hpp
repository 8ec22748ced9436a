// What clients and servers of a replicated key-value store tell each other, whatever protocol replicates it.
#pragma once

#include <boost/describe.hpp>
#include <cstdint>

#include "models/parts/key_value/command.hpp"
#include "sim/node_id.hpp"

namespace lightcone::models::parts::key_value {

using sim::NodeId;

using Position = std::uint64_t;  // of a command in the replicated log, from 1; 0: before the first

struct Execute {  // -> Executed | NotLeader | SessionUnknown
  Command command;
  Position seen = 0;  // the latest state of the store that this client has had an answer from
};
BOOST_DESCRIBE_STRUCT(Execute, (), (command, seen))

struct Executed {
  sim::Value answer;
  Position index = 0;  // of the log: the state of the store that the answer is from
};
BOOST_DESCRIBE_STRUCT(Executed, (), (answer, index))

struct NotLeader {  // nothing was done
  NodeId hint;      // who leads, as far as this server knows
};
BOOST_DESCRIBE_STRUCT(NotLeader, (), (hint))

struct SessionUnknown {};  // nothing was done, now or ever, for this command
BOOST_DESCRIBE_STRUCT(SessionUnknown, (), ())

}  // namespace lightcone::models::parts::key_value

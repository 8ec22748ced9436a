// What clients and servers of the Raft key-value store tell each other; what servers tell each other is the
// group's (models/parts/raft/messages.hpp).
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <variant>

#include "models/parts/key_value/command.hpp"
#include "models/parts/raft/messages.hpp"

namespace lightcone::models::raft {

namespace group = parts::raft;

using sim::NodeId;

struct Execute {  // -> Executed | NotLeader | SessionUnknown
  parts::key_value::Command command;
  group::Index seen = 0;  // the latest state of the store that this client has had an answer from
};
BOOST_DESCRIBE_STRUCT(Execute, (), (command, seen))

struct Executed {
  sim::Value answer;
  group::Index index = 0;  // of the log: the state of the store that the answer is from
};
BOOST_DESCRIBE_STRUCT(Executed, (), (answer, index))

struct NotLeader {  // nothing was done
  NodeId hint;      // who leads, as far as this server knows
};
BOOST_DESCRIBE_STRUCT(NotLeader, (), (hint))

struct SessionUnknown {};  // nothing was done, now or ever, for this command
BOOST_DESCRIBE_STRUCT(SessionUnknown, (), ())

// Everything a server handles.
using ToServer =
    std::variant<group::AppendEntries, group::Appended, Execute, group::RequestVote, group::Voted,
                 group::InstallSnapshot, group::TimeoutNow, group::ReadIndex, group::ReadIndexed>;
using ServerFacts =
    std::variant<group::Persisted, group::HeartbeatDue, group::ElectionTimedOut, group::BatchDue>;

}  // namespace lightcone::models::raft

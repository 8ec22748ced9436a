// What a server of the Raft key-value store handles: messages of clients, and those of the group
// (models/parts/raft/messages.hpp).
#pragma once

#include <variant>

#include "models/parts/key_value/messages.hpp"
#include "models/parts/raft/messages.hpp"

namespace lightcone::models::raft {

namespace group = parts::raft;

using sim::NodeId;

using parts::key_value::Execute;
using parts::key_value::Executed;
using parts::key_value::NotLeader;
using parts::key_value::SessionUnknown;

// Everything a server handles.
using ToServer =
    std::variant<group::AppendEntries, group::Appended, Execute, group::RequestVote, group::Voted,
                 group::InstallSnapshot, group::TimeoutNow, group::ReadIndex, group::ReadIndexed>;
using ServerFacts =
    std::variant<group::Persisted, group::HeartbeatDue, group::ElectionTimedOut, group::BatchDue>;

}  // namespace lightcone::models::raft

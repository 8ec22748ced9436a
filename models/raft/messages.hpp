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

}  // namespace lightcone::models::raft

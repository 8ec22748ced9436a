// One question to whoever leads a partition: what comes next?
#pragma once

#include <optional>
#include <variant>

#include "models/kafka/directory.hpp"
#include "sim/story/story.hpp"

namespace lightcone::models::kafka {

// Nothing when there is no leader, it did not answer, or it refused; then the directory has been asked since,
// and some time has passed.
using Answer = std::optional<std::variant<Polled, Moved, OffsetOutOfRange>>;
sim::Task<Answer> ask_leader(sim::Env& env, Directory& directory, PartitionId partition, Position position,
                             Isolation isolation, sim::Duration within);

// Where a reader goes on who wanted what is at `from`, and was told that it is gone. It is noted how much it
// has missed.
Position go_on_after(sim::Env& env, PartitionId partition, Offset from, const OffsetOutOfRange& answer,
                     Reset reset);

}  // namespace lightcone::models::kafka

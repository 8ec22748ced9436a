// One question to whoever leads a partition: what comes next?
#pragma once

#include <optional>
#include <variant>

#include "models/kafka/directory.hpp"
#include "sim/story/story.hpp"

namespace lightcone::models::kafka {

// Nothing when there is no leader, it did not answer, or it refused; then the directory has been asked since,
// and some time has passed.
using Answer = std::optional<std::variant<Polled, Moved>>;
sim::Task<Answer> ask_leader(sim::Env& env, Directory& directory, PartitionId partition, Position position,
                             Isolation isolation, sim::Duration within);

}  // namespace lightcone::models::kafka

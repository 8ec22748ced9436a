// Whether a run keeps one claim.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "scenarios/run.hpp"

namespace lightcone::tools::explain {

// A claim that is not promised in full (Verdict::weak) is not kept either, if the run shows that. Nothing if
// `go_on` turned false before the run was over.
std::optional<bool> holds(const scenarios::Loaded& loaded, scenarios::RunOptions options,
                          const std::string& claim, const std::function<bool()>& go_on);

}  // namespace lightcone::tools::explain

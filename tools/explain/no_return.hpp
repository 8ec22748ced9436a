// The point of no return: the last moment of a run at which some other continuation of it still kept the
// promise. Found by halving the time: at each moment a few continuations are run, in which messages take
// other times, with the faults that would have come and without them.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "models/registry.hpp"
#include "reports/text/style.hpp"
#include "scenarios/scenario.hpp"

namespace lightcone::tools::explain {

struct NoReturn {
  sim::Duration at{};      // to the millisecond; from then on every continuation that was tried breaks it
  std::uint64_t kept = 0;  // of the continuations from the millisecond before
  std::uint64_t tried = 0;
};

// `scenario` breaks `claim` before `broken_at`. Nothing if it does not, if even the whole run dealt anew
// breaks it, or if `go_on` turned false.
std::optional<NoReturn> find_no_return(const models::Registry& registry, const scenarios::Scenario& scenario,
                                       const std::string& claim, sim::Duration broken_at, unsigned jobs,
                                       const std::function<bool()>& go_on);

std::string no_return_text(const NoReturn& found, const reports::text::Style& style);

}  // namespace lightcone::tools::explain

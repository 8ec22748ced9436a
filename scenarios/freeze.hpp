// A frozen scenario: a run whose nemesis and clients have made their choices, written down one by one. It
// runs to the same end as the seed that it came from, a person can read and change it, and code that draws
// differently does not change what it asks for. Latencies and the protocol's own draws still come from its
// seed.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scenarios/load.hpp"
#include "scenarios/scenario.hpp"
#include "sim/run_record.hpp"

namespace lightcone::scenarios {

// `loaded` with what was chosen in the run of `record`: its faults (RunOptions::planned) and its operations,
// its seed and the safeguards that were off. What it expects is left as it was.
Scenario freeze(const Loaded& loaded, const sim::RunRecord& record, std::vector<faults::FaultSpec> faults);

// Makes a frozen scenario one about its failure: it expects it, and says so in words.
void expect_failure(Scenario& frozen, const std::string& claim, const std::string& anomaly,
                    const std::string& summary);

// The file: only what differs from the defaults. Loading it gives the same scenario.
std::string text_of(const Scenario& scenario);

// From the struct to something that can be run. Nothing when it is not sound, which `out` says then.
std::optional<Loaded> reload(const models::Registry& registry, const Scenario& scenario, std::string file,
                             std::string* why = nullptr);

}  // namespace lightcone::scenarios

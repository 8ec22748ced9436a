// Histories with known verdicts that stay outside this repository: read from ../shared/histories, or from
// the folder that LIGHTCONE_HISTORIES names. Where they are absent a test says SKIPPED and passes.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/history.hpp"

std::optional<nlohmann::json> shared_json(const std::string& file);
// A case a line. Empty, and said so, where the file is absent.
std::vector<nlohmann::json> shared_cases(const std::string& file);

// The operations of a case, as the shared format has them. A JSON object in a micro-operation (what a
// predicate read found) becomes a list of [key, value].
lightcone::sim::History history_of(const nlohmann::json& ops);
lightcone::sim::Value value_of(const nlohmann::json& json);

// A lesson in words.
#pragma once

#include <optional>
#include <string>

#include "reports/text/style.hpp"
#include "scenarios/load.hpp"
#include "tools/lesson/class.hpp"

namespace lightcone::tools {

using reports::text::Style;

// The situation, the question and the choices, numbered from 1.
std::string question_text(const scenarios::Loaded& loaded, const Style& style);

// What happened, whether the prediction (from 0) was right, and the remedies with their letters.
std::string answer_text(const scenarios::Loaded& loaded, const HeldRun& held, std::size_t answer,
                        const std::string& name, const Style& style);

// What came of a remedy: "It holds with all of 100 seeds."
std::string outcome_of(const Trial& trial);

// The remedy, what came of it, and why.
std::string trial_text(const scenarios::Loaded& loaded, const scenarios::Remedy& remedy, const Trial& trial,
                       const Style& style);

}  // namespace lightcone::tools

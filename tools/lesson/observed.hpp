// Whether what a lesson speaks of was so in a run.
#pragma once

#include <vector>

#include "reports/judge.hpp"
#include "scenarios/lesson.hpp"
#include "sim/run_record.hpp"

namespace lightcone::tools {

// All of them.
bool observed(const std::vector<scenarios::Observation>& observations, const sim::RunRecord& run,
              const reports::RunReport& report);

// The choices that came true, from 0; of a sound lesson exactly one.
std::vector<std::size_t> came_true(const scenarios::Lesson& lesson, const sim::RunRecord& run,
                                   const reports::RunReport& report);

}  // namespace lightcone::tools

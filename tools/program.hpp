// The whole program, for any set of models: what `lightcone` is, and what an author of a model links to have
// every verb for it.
#pragma once

#include "models/registry.hpp"

namespace lightcone::tools {

// Reads the command line and does what it says; the answer is the exit code. argv as main() gets it.
int run_program(int argc, char** argv, const models::Registry& registry);

}  // namespace lightcone::tools

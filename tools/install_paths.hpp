// Where the files that come with the program are.
#pragma once

#include <filesystem>

namespace lightcone::tools {

// The folder of the shipped scenarios: below the place where the program is installed, or the source tree
// that it was built from.
std::filesystem::path scenarios_folder();

}  // namespace lightcone::tools

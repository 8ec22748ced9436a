// The version of the project, as CMake knows it.
#pragma once

namespace lightcone::tools {
inline constexpr const char* version = LIGHTCONE_VERSION;
}

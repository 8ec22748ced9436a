// Instead of the bundled page, in a build without it.
#include "tools/page_program.hpp"

namespace lightcone::tools {

std::string_view page_program() { return {}; }
std::string_view page_style() { return {}; }

}  // namespace lightcone::tools

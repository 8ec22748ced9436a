// The page's program and style, bundled when the tools are built (cmake/page.cmake).
#pragma once

#include <string_view>

namespace lightcone::tools {

// Empty in a build without the page (LIGHTCONE_PAGE=OFF).
std::string_view page_program();
std::string_view page_style();

}  // namespace lightcone::tools

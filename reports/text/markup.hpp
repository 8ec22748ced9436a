// Text of a run within HTML, SVG or another markup.
#pragma once

#include <string>
#include <string_view>

namespace lightcone::reports::text {

// As text or as the value of an attribute in quotes, whatever it looks like.
std::string without_markup(std::string_view text);

}  // namespace lightcone::reports::text

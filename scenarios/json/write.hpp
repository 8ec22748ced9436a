// Documents as JSON text for people: two spaces a level, one member a line; what has no list or object within
// and fits on a line of 100 columns stands on one. The same document gives the same text everywhere.
#pragma once

#include <string>

#include "sim/literal.hpp"

namespace lightcone::scenarios::json {

// Ends with a newline. Reading it gives a document of the same content.
std::string write(const sim::Literal& document);

// On one line, without a newline.
std::string write_line(const sim::Literal& document);

}  // namespace lightcone::scenarios::json

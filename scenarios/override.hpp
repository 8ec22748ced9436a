// `--set network.latency=5ms`: one value of a document replaced from the command line, before it is bound.
#pragma once

#include <string_view>

#include "scenarios/diagnostics.hpp"
#include "sim/fields.hpp"
#include "sim/literal.hpp"

namespace lightcone::scenarios {

// `assignment` is PATH=VALUE. A path is keys and indices: faults[2].at, links["a b"].loss; a leading "$." is
// allowed. An index one behind the last item appends. What the path passes and the document lacks begins with
// the default. The value is read as the field's type wants it (no quotes about texts); lists, objects and
// whatever is open are JSON, or else a text. False when the path leads nowhere, which `out` then says;
// whether the value is right shows when the document is bound.
bool override_value(sim::Literal& document, const sim::Table& table, std::string_view assignment,
                    Diagnostics& out);

}  // namespace lightcone::scenarios

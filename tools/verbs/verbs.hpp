// The verbs, each defined in the file of its name or its neighbour's.
#pragma once

#include "tools/verb.hpp"

namespace lightcone::tools {

const Verb& run_verb();
const Verb& hunt_verb();
const Verb& shrink_verb();
const Verb& explain_verb();
const Verb& compare_verb();
const Verb& caplab_verb();
const Verb& lesson_verb();
const Verb& list_verb();
const Verb& doc_verb();
const Verb& validate_verb();
const Verb& schema_verb();
const Verb& replay_verb();
const Verb& report_verb();
const Verb& serve_verb();
const Verb& check_verb();
const Verb& history_verb();
const Verb& completion_verb();
const Verb& man_verb();

}  // namespace lightcone::tools

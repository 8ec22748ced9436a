// Exit codes of the program.
#pragma once

namespace lightcone::tools {

enum ExitCode : int {
  exit_ok = 0,               // as the scenario expects
  exit_violated = 1,         // a claim was violated
  exit_unknown = 2,          // a judge could not decide
  exit_not_as_expected = 3,  // an expected violation did not occur
  exit_invalid = 4,          // nothing ran, or what ran tested nothing
  exit_diverged = 5,         // a replay differs from its trace
  exit_usage = 64,           // the command line is wrong (EX_USAGE)
  exit_bad_file = 65,        // a file is wrong (EX_DATAERR)
  exit_no_input = 66,        // a file cannot be read (EX_NOINPUT)
  exit_internal = 70,        // our own bug (EX_SOFTWARE)
  exit_cannot_create = 73,   // a file cannot be written (EX_CANTCREAT)
  exit_interrupted = 130,    // Ctrl-C
};

}  // namespace lightcone::tools

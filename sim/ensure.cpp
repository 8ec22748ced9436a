#include "sim/ensure.hpp"

#include <cstdio>
#include <cstdlib>

namespace lightcone::sim {

namespace {
// Only ever read on the way out of the program, so it cannot influence a run.
thread_local const FailureContext* innermost = nullptr;
}  // namespace

FailureContext::FailureContext() : outer_(innermost) { innermost = this; }
FailureContext::~FailureContext() { innermost = outer_; }

void ensure_failed(std::string_view must_be_true, std::source_location where) {
  std::fprintf(stderr, "lightcone: internal error: it must be true that %.*s\n  at %s:%u (%s)\n",
               static_cast<int>(must_be_true.size()), must_be_true.data(), where.file_name(),
               static_cast<unsigned>(where.line()), where.function_name());
  const FailureContext* context = innermost;
  innermost = nullptr;  // a failure inside describe() must not recurse
  if (context != nullptr) std::fprintf(stderr, "%s\n", context->describe_for_failure().c_str());
  std::fprintf(stderr, "This is a defect of Lightcone, not of the scenario.\n");
  std::exit(70);
}

}  // namespace lightcone::sim

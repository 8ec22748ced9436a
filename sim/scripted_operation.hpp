// One operation of a client that is written down instead of drawn.
#pragma once

#include <cstdint>
#include <string>

#include "sim/time.hpp"

namespace lightcone::sim {

template <class S>
class FieldTable;

struct ScriptedOperation {
  std::int64_t client = 1;  // of the clients, from 1
  Duration at{};            // by the client's monotonic clock; later when it is still busy then
  std::string f;
  std::int64_t key = 0;    // from 0
  std::int64_t value = 0;  // that it writes, if it writes one

  static const FieldTable<ScriptedOperation>& fields();
};

}  // namespace lightcone::sim

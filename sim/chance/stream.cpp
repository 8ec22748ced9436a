#include "sim/chance/stream.hpp"

#include <fmt/format.h>

namespace lightcone::sim {

std::string Stream::to_hex() const {
  return fmt::format("{:016x} {:016x} {:016x} {:016x} {:016x}", key_, state_[0], state_[1], state_[2],
                     state_[3]);
}

}  // namespace lightcone::sim

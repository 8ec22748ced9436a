#include "models/kafka/record.hpp"

namespace lightcone::models::kafka {

std::uint64_t attempt_of(const Record& record) {
  if (const auto* output = std::get_if<Output>(&record.content)) return output->attempt;
  if (const auto* offset = std::get_if<CommittedOffset>(&record.content)) return offset->attempt;
  return 0;
}

}  // namespace lightcone::models::kafka

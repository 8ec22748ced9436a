#include "models/kafka/record.hpp"

namespace lightcone::models::kafka {

std::uint64_t attempt_of(const Record& record) {
  if (const auto* output = std::get_if<Output>(&record.content)) return output->attempt;
  if (const auto* offset = std::get_if<CommittedOffset>(&record.content)) return offset->attempt;
  return 0;
}

bool is_of_client(const Record& record) {
  return std::holds_alternative<std::monostate>(record.content) ||
         std::holds_alternative<Keyed>(record.content);
}

bool is_numbered(const Record& record) {
  if (const auto* emptied = std::get_if<Emptied>(&record.content)) return emptied->was_numbered;
  return is_of_client(record) || std::holds_alternative<Output>(record.content);
}

std::optional<RecordKey> key_of(const Record& record) {
  const auto of = [&](std::uint64_t key) { return RecordKey{record.content.index(), key}; };
  if (const auto* keyed = std::get_if<Keyed>(&record.content)) return of(keyed->key);
  if (const auto* offset = std::get_if<CommittedOffset>(&record.content)) return of(offset->partition);
  if (const auto* state = std::get_if<TransactionState>(&record.content)) return of(state->id);
  const bool is_alone = std::holds_alternative<GroupGeneration>(record.content) ||
                        std::holds_alternative<Barrier>(record.content);
  return is_alone ? std::optional(of(0)) : std::nullopt;
}

}  // namespace lightcone::models::kafka

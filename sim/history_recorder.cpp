#include "sim/history_recorder.hpp"

#include "sim/ensure.hpp"
#include "sim/fact.hpp"

namespace lightcone::sim {

void HistoryRecorder::mix(std::uint64_t word) {
  fingerprint_ = (fingerprint_ ^ word) * 0x9E3779B97F4A7C15ULL;
  fingerprint_ ^= fingerprint_ >> 29U;
}

void HistoryRecorder::mix(const Value& value) {
  if (const std::int64_t* number = value.as_int()) {
    mix(static_cast<std::uint64_t>(*number));
  } else {
    mix(name_hash(value.to_json()));
  }
}

HistoryRecorder::OperationId HistoryRecorder::invoke(std::int64_t process, std::string_view f, Value key,
                                                     Value argument) {
  Operation& operation = history_.emplace_back();
  operation.process = process;
  operation.f = f;
  operation.key = std::move(key);
  operation.value = std::move(argument);
  operation.invoke = now_.time_since_epoch().count();
  mix(static_cast<std::uint64_t>(process));
  mix(name_hash(f));
  mix(operation.key);
  mix(operation.value);
  return history_.size() - 1;
}

void HistoryRecorder::ok(OperationId operation, Value result, std::string_view node) {
  Operation& recorded = history_.at(operation);
  ensure(recorded.complete == Operation::open, "an operation completes once");
  recorded.outcome = Outcome::ok;
  recorded.result = std::move(result);
  recorded.complete = now_.time_since_epoch().count();
  recorded.node = node;
  mix(operation);
  mix(recorded.result);
}

void HistoryRecorder::fail(OperationId operation, std::string_view error, std::string_view node) {
  Operation& recorded = history_.at(operation);
  ensure(recorded.complete == Operation::open, "an operation completes once");
  recorded.outcome = Outcome::fail;
  recorded.complete = now_.time_since_epoch().count();
  recorded.error = error;
  recorded.node = node;
  mix(operation);
  mix(name_hash(error));
}

void HistoryRecorder::unknown(OperationId operation, std::string_view error) {
  Operation& recorded = history_.at(operation);
  recorded.error = error;
  mix(operation);
  mix(name_hash(error));
}

}  // namespace lightcone::sim

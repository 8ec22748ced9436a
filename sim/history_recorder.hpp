// Records what clients ask for and are told, in true time. One of these belongs to each simulation;
// clients reach it through Env::history().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/history.hpp"
#include "sim/scripted_operation.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

class HistoryRecorder {
 public:
  using OperationId = std::size_t;  // position in the history

  explicit HistoryRecorder(const Instant& now) : now_(now) {}
  HistoryRecorder(const HistoryRecorder&) = delete;
  HistoryRecorder& operator=(const HistoryRecorder&) = delete;

  // What a client is about to do: the choices that a frozen run makes again. No part of the fingerprint.
  void chose(ScriptedOperation operation) { script_.push_back(std::move(operation)); }

  // `process`: the client's session, with at most one operation in flight.
  OperationId invoke(std::int64_t process, std::string_view f, Value key, Value argument);
  // The system answered.
  void ok(OperationId operation, Value result, std::string_view node = {});
  // The system refused before it did anything: certainly not executed.
  void fail(OperationId operation, std::string_view error, std::string_view node = {});
  // Nothing is known; the operation stays concurrent with everything after it.
  void unknown(OperationId operation, std::string_view error);

  const History& history() const { return history_; }
  History take() { return std::move(history_); }
  std::vector<ScriptedOperation> take_script() { return std::move(script_); }
  // Rolling hash over everything recorded; part of a run's fingerprint.
  std::uint64_t fingerprint() const { return fingerprint_; }

 private:
  void mix(std::uint64_t word);
  void mix(const Value& value);

  const Instant& now_;
  History history_;
  std::vector<ScriptedOperation> script_;
  std::uint64_t fingerprint_ = 0;
};

}  // namespace lightcone::sim

// From what a file says, entry by entry, to a history: checks that the entries can be one, and brings
// them into the order of invocation. A file is made of operations (with `call` and `return`) or of
// events (an invocation and later a completion, as Jepsen records them).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reports/histories/problem.hpp"
#include "reports/histories/process_table.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::histories {

enum class EntryType : std::uint8_t { invoke, ok, fail, info };

struct Entry {
  std::size_t line = 0;
  EntryType type = EntryType::ok;
  sim::Operation operation;  // process, f, key, value, result, node, error
  bool has_result = false;   // a completion that has `result` beside `value`
  std::optional<std::int64_t> call;
  std::optional<std::int64_t> complete;
  std::optional<std::int64_t> time;  // of an event
};

// Files of operations. Entries of a process must come in the order in which it did them.
class OperationOrder {
 public:
  // False when the entry cannot stand where it does; `problem` says why.
  bool add(Entry&& entry);
  const std::optional<Problem>& problem() const { return problem_; }
  // By invocation; what the file orders otherwise equal stays in the order of the file.
  sim::History finish();
  std::size_t size() const { return history_.size(); }

 private:
  struct Last {
    std::size_t line = 0;  // 0: no operation yet
    std::int64_t invoke = 0;
    std::int64_t complete = 0;
    sim::Outcome outcome = sim::Outcome::ok;
  };
  bool fail(std::size_t line, Fault fault, std::string text);
  bool check_times(const Entry& entry);
  bool check_session(const Entry& entry);

  sim::History history_;
  ProcessTable<Last> last_;
  std::optional<Problem> problem_;
  bool timed_ = false;
  bool sorted_ = true;
};

// Files of events. Times are taken as they are, but for equal neighbours, which are told apart by one unit,
// because the order of the events is what is known best. Without times, positions stand for them.
class EventPairing {
 public:
  bool add(Entry&& entry);
  // An event of somebody who is no client: only its time counts.
  bool pass(std::size_t line, std::optional<std::int64_t> time);
  const std::optional<Problem>& problem() const { return problem_; }
  // Operations that nobody completed are of unknown outcome.
  sim::History finish();
  std::size_t size() const { return history_.size(); }

 private:
  static constexpr std::size_t none = SIZE_MAX;
  struct Flight {
    std::size_t operation = none;
    std::size_t line = 0;
  };
  bool fail(std::size_t line, Fault fault, std::string text);
  bool complete(Entry& entry, Flight& flight);

  sim::History history_;
  ProcessTable<Flight> flights_;
  std::optional<Problem> problem_;
  std::size_t events_ = 0;
  bool timed_ = false;
  std::int64_t last_time_ = 0;  // as the file says
  std::int64_t now_ = -1;       // strictly increasing
};

}  // namespace lightcone::reports::histories

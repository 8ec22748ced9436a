// Histories as JSON Lines, in one of three forms:
//   operations  {"process":0,"f":"write","key":"x","value":1,"result":true,"type":"ok","call":0,"return":3}
//   events      {"process":0,"type":"invoke","f":"write","value":1,"time":17}, and its completion on a line
//   below cases       {"id":"a","ops":[operation, ...], ...}, a whole history a line
// `call` and `return` are positions in the order of events or nanoseconds; both null where only the order
// within a process is known. `type` is ok, fail (did not happen) or info (unknown: may take effect at any
// time after `call`, or never). `key`, `value`, `result`, `node` and `error` may be absent. An object in a
// value becomes a list of [name, value]. Other fields are checked for being JSON and left alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/histories/entries.hpp"
#include "reports/histories/lines.hpp"
#include "reports/histories/problem.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::histories {

struct ReadHistory {
  sim::History history;            // as far as it was read
  std::optional<Problem> problem;  // none: all of it
};

// A history in pieces of any size: memory is the history's, and one line's.
class JsonLinesReader {
 public:
  // False once there is a problem; what follows is ignored.
  bool feed(std::string_view piece);
  ReadHistory finish();

 private:
  enum class Form : std::uint8_t { unknown, operations, events };
  bool line(std::string_view text, std::size_t number);
  bool add(Entry&& entry);

  Lines lines_;
  OperationOrder operations_;
  EventPairing events_;
  Form form_ = Form::unknown;
  std::optional<Problem> problem_;
};

ReadHistory read_json_lines(std::string_view text);

// A field of a case beside its operations, as the file has it.
struct Field {
  std::string name;
  std::string json;
};

struct Case {
  std::size_t line = 0;
  std::string id;             // empty where the file gives none
  std::string model;          // the same
  std::vector<Field> fields;  // all but `ops`, in the order of the file; `id` and `model` are among them
  sim::History history;

  // The text of the field called `name`, or null.
  const std::string* field(std::string_view name) const;
};

// Cases one by one: memory is one case's.
class JsonCasesReader {
 public:
  explicit JsonCasesReader(std::function<void(Case&&)> sink) : sink_(std::move(sink)) {}
  bool feed(std::string_view piece);
  std::optional<Problem> finish();

 private:
  bool line(std::string_view text, std::size_t number);

  std::function<void(Case&&)> sink_;
  Lines lines_;
  std::optional<Problem> problem_;
};

struct ReadCases {
  std::vector<Case> cases;
  std::optional<Problem> problem;
};
ReadCases read_json_cases(std::string_view text);

// Whether the first line that is not empty is a case.
bool looks_like_cases(std::string_view beginning);

// One line of the form `operations`, with its end of line. Reading it back gives the same operation, but
// for an operation of unknown outcome, whose `complete` becomes `open`.
void append_json_line(std::string& out, const sim::Operation& operation);
std::string to_json_lines(const sim::History& history);

}  // namespace lightcone::reports::histories

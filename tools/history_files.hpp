// Histories as they lie on disk: Jepsen's EDN, our JSON Lines, cases a line, compressed or not.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "reports/checkers/linearizability/object.hpp"
#include "reports/histories/edn.hpp"
#include "sim/history.hpp"
#include "sim/value.hpp"

namespace lightcone::tools {

// `detect`: EDN unless the text begins as JSON does; a history a line if the first line has "ops".
enum class HistoryForm : std::uint8_t { detect, operations, cases, edn };

// A history, and what its file says of it, or an index beside the file. An index is `index.json` in the
// file's folder or one of three above it, whose "files" have the file's path from there as "file": with
// "model", "initial", and for all or each "fail_means" (an observation, or that it did not happen) and
// "ok_read_result_null".
struct NamedHistory {
  std::string id;     // of a case; else the path as it was given
  std::string model;  // empty: not told
  std::optional<sim::Value> initial;
  std::optional<reports::checkers::Failures> failures;
  std::optional<reports::checkers::NullReads> null_reads;
  sim::History history;
};

struct HistoryFile {
  std::string path;  // "-": standard input
  HistoryForm form = HistoryForm::detect;
  reports::histories::Keys keys = reports::histories::Keys::guess;
};

// Hands over each history as soon as it is read; false from `take` ends the reading. A sentence saying what
// is wrong, if anything is: "path: line 3: ...".
std::optional<std::string> read_histories(const HistoryFile& file,
                                          const std::function<bool(NamedHistory&&)>& take);

}  // namespace lightcone::tools

#include "tests/fuzz/properties.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "reports/histories/edn.hpp"
#include "reports/histories/json_lines.hpp"
#include "sim/ensure.hpp"

namespace lightcone::fuzz {

namespace {

using sim::ensure;

template <class Reader>
auto read_in_pieces(std::string_view text, Reader reader) {
  std::size_t piece = 1;
  while (!text.empty()) {
    const std::string_view next = text.substr(0, piece);
    reader.feed(next);
    text.remove_prefix(next.size());
    piece = piece % 7 + 1;
  }
  return reader.finish();
}

bool same_problem(const std::optional<reports::histories::Problem>& a,
                  const std::optional<reports::histories::Problem>& b) {
  return a.has_value() == b.has_value() && (!a || a->message() == b->message());
}

}  // namespace

void json_lines_read_back(std::string_view text) {
  using namespace reports::histories;
  const ReadHistory read = read_json_lines(text);
  const ReadHistory pieces = read_in_pieces(text, JsonLinesReader());
  ensure(read.history == pieces.history && same_problem(read.problem, pieces.problem),
         "pieces do not matter");
  const ReadCases cases = read_json_cases(text);
  for (const Case& each : cases.cases) {
    const ReadHistory again = read_json_lines(to_json_lines(each.history));
    ensure(!again.problem && again.history == each.history, "what was written reads back the same");
  }
  if (read.problem) return;
  const ReadHistory again = read_json_lines(to_json_lines(read.history));
  ensure(!again.problem && again.history == read.history, "what was written reads back the same");
}

void edn_reads_back(std::string_view text) {
  using namespace reports::histories;
  const ReadEdn read = read_edn(text);
  const ReadEdn pieces = read_in_pieces(text, EdnReader());
  ensure(read.history == pieces.history && same_problem(read.problem, pieces.problem),
         "pieces do not matter");
  if (read.problem) return;
  const WrittenEdn written = to_edn(read.history);
  if (written.problem) return;
  const bool keyed = !read.history.empty() && !read.history.front().key.is_null();
  const ReadEdn again = read_edn(written.text, keyed ? Keys::independent : Keys::none);
  ensure(!again.problem, "what was written is well formed");
  ensure(again.history.size() == read.history.size(), "what was written has all operations");
  for (std::size_t i = 0; i < read.history.size(); ++i) {
    const sim::Operation& a = read.history[i];
    const sim::Operation& b = again.history[i];
    ensure(a.process == b.process && a.outcome == b.outcome && a.invoke == b.invoke && a.f == b.f,
           "operations read back");
  }
}

}  // namespace lightcone::fuzz

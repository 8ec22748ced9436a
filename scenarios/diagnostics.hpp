// What is wrong with a file that somebody wrote, in the manner of a compiler: file, line, column, the path
// into the document, what is there, what was expected and the nearest thing that would be right.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sim/literal.hpp"
#include "sim/units.hpp"

namespace lightcone::scenarios {

struct Diagnostic {
  std::string file;
  std::int32_t line = 0;  // from 1; 0: nowhere in the file
  std::int32_t column = 0;
  std::string path;  // "$.faults[2].at"; empty when the text could not be read at all
  std::string problem;
  std::string expected;
  std::string nearest;  // as it would be written, quotes included; empty when nothing resembles

  bool operator==(const Diagnostic&) const = default;
};

// On one line: `a.json:3:7: $.at: "10x" is not a duration; expected ...; did you mean "10s"?`
std::string to_text(const Diagnostic& diagnostic);

// "$.faults" + "at" = "$.faults.at"; keys that are no plain words are put as ["..."].
std::string path_of_member(std::string_view path, std::string_view key);
std::string path_of_item(std::string_view path, std::size_t index);

// All that is wrong with one file, up to a bound; the rest is counted.
class Diagnostics {
 public:
  static constexpr std::size_t usual_limit = 20;

  // `source` is the text of the file, kept to be read and quoted from; a byte order mark is dropped.
  Diagnostics(std::string file, std::string source, std::size_t limit = usual_limit);

  // A place of line 0 means that the value was given beside the file: by `--set`, or by the option that
  // stands for the path.
  void add(sim::Place place, std::string path, sim::Mismatch why);

  bool empty() const { return found_.empty(); }
  const std::string& file() const { return file_; }
  const std::string& source() const { return source_; }
  // By place, then in the order of their discovery. At most the limit.
  const std::vector<Diagnostic>& found() const { return found_; }
  std::size_t left_out() const { return left_out_; }

  // Each diagnostic with its line of the file and a caret below the place; says how many were left out.
  std::string to_text() const;
  // An array of objects with the members of Diagnostic, and a newline.
  std::string to_json() const;

 private:
  std::string quoted_line(const Diagnostic& diagnostic) const;

  std::string file_;
  std::string source_;
  std::size_t limit_;
  std::size_t left_out_ = 0;
  std::vector<Diagnostic> found_;
};

}  // namespace lightcone::scenarios

// The pages of `lightcone serve` that are not of a run. Texts are handed in as they are, and become text;
// what is called `body` is markup.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace lightcone::tools {

// Sends a piece of a page. False: nobody wants it any more.
using Write = std::function<bool(std::string_view)>;

std::string page_begin(std::string_view title);
std::string page_end();
std::string page(std::string_view title, std::string_view body);

// `target`: as a browser asks for it, its values encoded.
std::string link(std::string_view target, std::string_view words);
std::string paragraph(std::string_view text);
std::string code(std::string_view text);
// A hidden field of a form.
std::string hidden(std::string_view name, std::string_view value);

// How far something is, told in a page that is still being sent: of its lines a browser shows the last, and
// none when it is over.
class ProgressLines {
 public:
  explicit ProgressLines(const Write& write) : write_(write) {}

  // `body`: shown above them, and no longer than they are.
  bool begin(std::string_view body = {});
  // At most ten times a second; more is left out. `part` of `whole`.
  bool show(std::uint64_t part, std::uint64_t whole, std::string_view words);
  bool end();

 private:
  const Write& write_;
  std::chrono::steady_clock::time_point next_{};
  std::size_t line_ = 0;
};

}  // namespace lightcone::tools

#include "tools/serve/html.hpp"

#include <fmt/format.h>

#include "reports/text/markup.hpp"

namespace lightcone::tools {

using reports::text::without_markup;

namespace {

constexpr std::string_view style =
    ":root{color-scheme:light dark}"
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 "
    "1rem;overflow-wrap:anywhere}"
    "table{border-collapse:collapse}td{padding:.15rem .8rem .15rem 0;vertical-align:top}"
    "label{display:block;margin:.3rem 0}textarea{width:100%;height:5rem;font-family:monospace}"
    "fieldset{margin:1rem 0}button{font:inherit;padding:.2rem .8rem}"
    "code,pre{font-family:ui-monospace,monospace}pre{white-space:pre-wrap}"
    ".outcome{font-weight:650;font-size:1.1rem}";

constexpr std::string_view end_of_page = "</body></html>\n";

}  // namespace

std::string page_begin(std::string_view title) {
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src "
      "'unsafe-inline'; form-action 'self'; base-uri 'none'\">"
      "<title>{0}</title><style>{1}</style></head>\n<body><h1>{0}</h1>\n",
      without_markup(title), style);
}

std::string page_end() { return std::string(end_of_page); }

std::string page(std::string_view title, std::string_view body) {
  return fmt::format("{}{}{}", page_begin(title), body, end_of_page);
}

std::string link(std::string_view target, std::string_view words) {
  return fmt::format("<a href=\"{}\">{}</a>", without_markup(target), without_markup(words));
}

std::string paragraph(std::string_view text) { return "<p>" + without_markup(text) + "</p>\n"; }

std::string code(std::string_view text) { return "<code>" + without_markup(text) + "</code>"; }

std::string hidden(std::string_view name, std::string_view value) {
  return fmt::format("<input type=\"hidden\" name=\"{}\" value=\"{}\">\n", name, without_markup(value));
}

bool ProgressLines::begin(std::string_view body) {
  return write_(fmt::format("<div id=\"progress\">\n{}<div class=\"lines\" role=\"status\">\n", body));
}

bool ProgressLines::show(std::uint64_t part, std::uint64_t whole, std::string_view words) {
  const auto now = std::chrono::steady_clock::now();
  if (now < next_) return true;
  next_ = now + std::chrono::milliseconds(100);
  // A rule for each, since :last-of-type holds of nothing before the end of what it is in was sent.
  const std::string hides = fmt::format("<style>#line-{}{{display:none}}</style>", line_);
  ++line_;
  return write_(fmt::format("{}<p id=\"line-{}\"><progress max=\"{}\" value=\"{}\"></progress> {}</p>\n",
                            hides, line_, whole, part, without_markup(words)));
}

bool ProgressLines::end() { return write_("</div></div>\n<style>#progress{display:none}</style>\n"); }

}  // namespace lightcone::tools

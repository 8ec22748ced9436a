#include "reports/html/page.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <array>

#include "sim/ensure.hpp"

namespace lightcone::reports::html {

namespace {

std::string compressed(std::string_view text) {
  uLongf size = compressBound(static_cast<uLong>(text.size()));
  std::string out(size, '\0');
  const int result =
      compress2(reinterpret_cast<Bytef*>(out.data()), &size, reinterpret_cast<const Bytef*>(text.data()),
                static_cast<uLong>(text.size()), Z_BEST_COMPRESSION);
  sim::ensure(result == Z_OK, "there is room for what zlib said it may need");
  out.resize(size);
  return out;
}

// RFC 4648, section 4.
std::string base64(std::string_view bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t word = 0;
    for (std::size_t j = 0; j < 3; ++j)
      word = word << 8U | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
    const std::size_t significant = std::min<std::size_t>(bytes.size() - i, 3) + 1;
    for (std::size_t j = 0; j < 4; ++j) out += j < significant ? digits[word >> (18 - 6 * j) & 63U] : '=';
  }
  return out;
}

}  // namespace

std::size_t packed_size(std::string_view data) { return base64(compressed(data)).size(); }

std::string page_head(std::string_view style) {
  // The policy forbids whatever is not in the file.
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
      "form-action 'none'\">\n"
      "<title>Lightcone</title>\n<style>{}</style>\n</head>\n<body>\n",
      style);
}

std::string page_rest(std::string_view program, std::string_view data) {
  // Nothing of the run stands in the markup: only base64.
  return fmt::format(
      "<div id=\"app\"><noscript>This page draws a run with JavaScript, which is switched "
      "off.</noscript></div>\n"
      "<script type=\"application/octet-stream\" "
      "id=\"run\">{}</script>\n<script>{}</script>\n</body>\n</html>\n",
      base64(compressed(data)), program);
}

std::string page(std::string_view program, std::string_view style, std::string_view data) {
  return page_head(style) + page_rest(program, data);
}

}  // namespace lightcone::reports::html

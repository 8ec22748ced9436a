#include "scenarios/json/parse.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "scenarios/json/positions.hpp"
#include "scenarios/json/syntax_errors.hpp"

namespace lightcone::scenarios::json {

namespace {

using sim::Form;
using sim::Literal;
using sim::Place;

bool is_beyond_64_bits(std::string_view digits) {
  if (digits.find_first_of(".eE") != std::string_view::npos) return false;
  std::int64_t ignored = 0;
  return std::from_chars(digits.data(), digits.data() + digits.size(), ignored).ec != std::errc();
}

// Takes the parser's events and builds the document. The parser tells what it read, the text tells where.
class Builder {
 public:
  Builder(Diagnostics& out, const Limits& limits)
      : out_(out), text_(out.source()), places_(text_), deepest_(limits.depth) {}

  Literal take_root() && { return std::move(root_); }

  bool null() { return leaf(Form::null, {}); }
  bool boolean(bool value) { return leaf(Form::boolean, value ? "true" : "false"); }
  bool number_integer(std::int64_t) { return number(); }
  bool number_unsigned(std::uint64_t) { return number(); }
  bool number_float(double, const std::string&) { return number(); }
  bool binary(const std::vector<std::uint8_t>&) { return false; }  // JSON text has none

  bool string(std::string& content) {
    const std::size_t begin = next_token();
    refuse_nul(add(Form::text, std::move(content), begin).text, begin);
    return true;
  }

  bool key(std::string& name) {
    const std::size_t begin = next_token();
    Frame& frame = open_.back();
    frame.key_place = places_.at(begin);
    const auto [known, added] = frame.keys.emplace(name, frame.key_place);
    frame.key = std::move(name);
    frame.is_duplicate = !added;
    refuse_nul(frame.key, begin);
    if (!added) {
      out_.add(
          frame.key_place, path(),
          {fmt::format("the key {} is given twice, first at line {}, column {}",
                       sim::quoted(Literal::string(frame.key)), known->second.line, known->second.column),
           "it once",
           {}});
    }
    syntax_.last = Last::key;
    return true;
  }

  bool start_object(std::size_t) { return begin_container(Form::object); }
  bool start_array(std::size_t) { return begin_container(Form::list); }
  bool end_object() { return end_container(); }
  bool end_array() { return end_container(); }

  bool parse_error(std::size_t position, const std::string&, const nlohmann::json::exception& why) {
    syntax_.behind_last = end_;
    syntax_.opened = open_.empty() ? Place{} : open_.back().container->place;
    syntax_.container = open_.empty() ? Form::null : open_.back().container->form;
    const SyntaxError error = describe(text_, syntax_, position, why.what());
    out_.add(places_.at(error.offset), {}, error.why);
    return false;
  }

 private:
  struct Frame {
    Literal* container;
    std::map<std::string, Place, std::less<>> keys;
    std::string key;  // the last one
    Place key_place;
    bool is_duplicate = false;
  };

  // Where the token of the current event begins; the next search begins behind it.
  std::size_t next_token() {
    std::size_t begin = skip_blanks(text_, end_);
    while (begin < text_.size() && (text_[begin] == ',' || text_[begin] == ':')) {
      begin = skip_blanks(text_, begin + 1);
    }
    end_ = end_of_token(text_, begin);
    return begin;
  }

  bool leaf(Form form, std::string content) {
    const std::size_t begin = next_token();
    add(form, std::move(content), begin);
    return true;
  }

  bool number() {
    const std::size_t begin = next_token();
    const std::string_view digits = text_.substr(begin, end_ - begin);
    const Literal& added = add(Form::number, std::string(digits), begin);
    if (is_beyond_64_bits(digits)) {
      out_.add(added.place, path(),
               {fmt::format("{} is out of range", sim::quoted(added)),
                fmt::format("a whole number from {} to {}", INT64_MIN, INT64_MAX),
                {}});
    }
    return true;
  }

  void refuse_nul(const std::string& content, std::size_t begin) {
    if (content.find('\0') == std::string::npos) return;
    out_.add(places_.at(begin), path(),
             {"this text contains the character \\u0000", "a text without it", {}});
  }

  bool begin_container(Form form) {
    const std::size_t begin = next_token();
    Literal& added = add(form, {}, begin);
    if (open_.size() >= deepest_) {
      out_.add(added.place, {},
               {fmt::format("{} is nested too deeply", noun(form)),
                fmt::format("at most {} lists and objects within each other", deepest_),
                {}});
      return false;
    }
    open_.push_back({&added, {}, {}, {}});
    syntax_.last = Last::opening;
    return true;
  }

  bool end_container() {
    next_token();
    open_.pop_back();
    syntax_.last = Last::value;
    return true;
  }

  // The container that is open grows; those around it stand still until it is closed, so pointers to them
  // hold.
  Literal& add(Form form, std::string content, std::size_t begin) {
    Literal value;
    value.form = form;
    value.text = std::move(content);
    value.place = places_.at(begin);
    syntax_.last = Last::value;
    if (open_.empty()) return root_ = std::move(value);
    Frame& frame = open_.back();
    if (frame.container->form == Form::list) return frame.container->append(std::move(value));
    if (frame.is_duplicate) return discarded_.emplace_back(std::move(value));
    return frame.container->members.emplace_back(sim::Member{frame.key, frame.key_place, std::move(value)})
        .value;
  }

  // Of the value that was read last.
  std::string path() const {
    std::string out = "$";
    for (const Frame& frame : open_) {
      if (frame.container->form == Form::object) {
        out = path_of_member(out, frame.key);
      } else if (!frame.container->items.empty()) {
        out = path_of_item(out, frame.container->items.size() - 1);
      }
    }
    return out;
  }

  Diagnostics& out_;
  std::string_view text_;
  Places places_;
  std::size_t deepest_;
  std::size_t end_ = 0;  // of the last token
  SyntaxState syntax_;
  Literal root_;
  std::vector<Frame> open_;
  std::deque<Literal> discarded_;  // values of keys given twice; their places in memory are stable
};

// What the parser would not notice or not place well.
bool is_readable(Diagnostics& out, const Limits& limits) {
  const std::string_view text = out.source();
  if (text.size() > limits.bytes) {
    out.add({1, 1}, {},
            {fmt::format("the file has {} bytes", text.size()),
             fmt::format("at most {} bytes", limits.bytes),
             {}});
    return false;
  }
  const std::size_t nul = text.find('\0');
  const std::size_t ill_formed = find_ill_formed(text);
  if (nul < ill_formed) {
    out.add(Places(text).at(nul), {}, {"the file contains a NUL byte", "JSON text", {}});
    return false;
  }
  if (ill_formed != std::string_view::npos) {
    const unsigned byte = static_cast<unsigned char>(text[ill_formed]);
    out.add(Places(text).at(ill_formed), {},
            {fmt::format("the byte 0x{:02X} is not UTF-8 here", byte), "text in UTF-8", {}});
    return false;
  }
  return true;
}

}  // namespace

std::optional<Literal> parse(Diagnostics& out, const Limits& limits) {
  if (!is_readable(out, limits)) return std::nullopt;
  Builder builder(out, limits);
  const std::string_view text = out.source();
  constexpr bool whole_text = true;
  constexpr bool with_comments = true;
  const bool complete = nlohmann::json::sax_parse(
      text.begin(), text.end(), &builder, nlohmann::json::input_format_t::json, whole_text, with_comments);
  if (!complete) return std::nullopt;
  return std::move(builder).take_root();
}

}  // namespace lightcone::scenarios::json

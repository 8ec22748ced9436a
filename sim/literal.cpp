#include "sim/literal.hpp"

#include <fmt/format.h>

#include <utility>

#include "sim/ensure.hpp"
#include "sim/value.hpp"

namespace lightcone::sim {

namespace {

constexpr std::size_t longest_quotation = 40;

Literal of_form(Form form, std::string text) {
  Literal literal;
  literal.form = form;
  literal.text = std::move(text);
  return literal;
}

// At most `longest_quotation` bytes of `text`, cut between characters.
std::string shortened(std::string_view text) {
  if (text.size() <= longest_quotation) return std::string(text);
  std::size_t end = longest_quotation - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace

std::string_view noun(Form form) {
  switch (form) {
    case Form::null:
      return "null";
    case Form::boolean:
      return "a boolean";
    case Form::number:
      return "a number";
    case Form::text:
      return "a text";
    case Form::list:
      return "a list";
    case Form::object:
      return "an object";
  }
  return "";
}

Literal Literal::boolean(bool value) { return of_form(Form::boolean, value ? "true" : "false"); }
Literal Literal::number(std::int64_t value) { return of_form(Form::number, fmt::format("{}", value)); }
Literal Literal::number_text(std::string digits) { return of_form(Form::number, std::move(digits)); }
Literal Literal::string(std::string_view content) { return of_form(Form::text, std::string(content)); }
Literal Literal::list() { return of_form(Form::list, ""); }
Literal Literal::object() { return of_form(Form::object, ""); }

const Literal* Literal::find(std::string_view key) const {
  for (const Member& member : members) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Literal* Literal::find(std::string_view key) { return const_cast<Literal*>(std::as_const(*this).find(key)); }

Literal& Literal::set(std::string_view key, Literal value) {
  ensure(form == Form::object, "only an object has members");
  if (Literal* held = find(key)) {
    *held = std::move(value);
    return *held;
  }
  Member& added = members.emplace_back();
  added.key = key;
  added.value = std::move(value);
  return added.value;
}

Literal& Literal::append(Literal value) {
  ensure(form == Form::list, "only a list has items");
  return items.emplace_back(std::move(value));
}

bool same_content(const Literal& left, const Literal& right) {
  if (left.form != right.form || left.text != right.text) return false;
  if (left.items.size() != right.items.size() || left.members.size() != right.members.size()) return false;
  for (std::size_t i = 0; i < left.items.size(); ++i) {
    if (!same_content(left.items[i], right.items[i])) return false;
  }
  for (std::size_t i = 0; i < left.members.size(); ++i) {
    if (left.members[i].key != right.members[i].key) return false;
    if (!same_content(left.members[i].value, right.members[i].value)) return false;
  }
  return true;
}

std::string quoted(const Literal& literal) {
  switch (literal.form) {
    case Form::null:
      return "null";
    case Form::boolean:
      return literal.text;
    case Form::number:
      return shortened(literal.text);
    case Form::text: {
      std::string out;
      append_json_string(out, shortened(literal.text));
      return out;
    }
    case Form::list:
      return literal.items.empty() ? "[]" : "[...]";
    case Form::object:
      return literal.members.empty() ? "{}" : "{...}";
  }
  return "";
}

}  // namespace lightcone::sim

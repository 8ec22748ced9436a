#include "scenarios/json/write.hpp"

#include <algorithm>

#include "sim/value.hpp"

namespace lightcone::scenarios::json {

namespace {

using sim::Form;
using sim::Literal;
using sim::Member;

constexpr std::size_t line_width = 100;

void append_line(std::string& out, const Literal& literal) {
  if (literal.form == Form::text) return sim::append_json_string(out, literal.text);
  if (literal.form == Form::null) {
    out += "null";
  } else if (literal.form == Form::list) {
    out += '[';
    for (const Literal& item : literal.items) {
      if (&item != &literal.items.front()) out += ", ";
      append_line(out, item);
    }
    out += ']';
  } else if (literal.form == Form::object) {
    out += '{';
    for (const Member& member : literal.members) {
      if (&member != &literal.members.front()) out += ", ";
      sim::append_json_string(out, member.key);
      out += ": ";
      append_line(out, member.value);
    }
    out += '}';
  } else {
    out += literal.text;
  }
}

bool has_parts(const Literal& literal) { return !literal.items.empty() || !literal.members.empty(); }

bool has_nested_parts(const Literal& literal) {
  return std::any_of(literal.items.begin(), literal.items.end(), has_parts) ||
         std::any_of(literal.members.begin(), literal.members.end(),
                     [](const Member& member) { return has_parts(member.value); });
}

// `used` is the width of what stands before on the same line.
void append(std::string& out, const Literal& literal, std::size_t depth, std::size_t used) {
  if (!has_nested_parts(literal)) {
    const std::size_t before = out.size();
    append_line(out, literal);
    if (!has_parts(literal) || used + out.size() - before < line_width) return;
    out.resize(before);
  }
  const std::string inner(2 * (depth + 1), ' ');
  out += literal.form == Form::list ? '[' : '{';
  bool first = true;
  const auto begin_part = [&] {
    out += first ? "\n" : ",\n";
    out += inner;
    first = false;
  };
  for (const Literal& item : literal.items) {
    begin_part();
    append(out, item, depth + 1, inner.size());
  }
  for (const Member& member : literal.members) {
    begin_part();
    const std::size_t before = out.size();
    sim::append_json_string(out, member.key);
    out += ": ";
    append(out, member.value, depth + 1, inner.size() + out.size() - before);
  }
  out += '\n';
  out.append(2 * depth, ' ');
  out += literal.form == Form::list ? ']' : '}';
}

}  // namespace

std::string write(const Literal& document) {
  std::string out;
  append(out, document, 0, 0);
  out += '\n';
  return out;
}

std::string write_line(const Literal& document) {
  std::string out;
  append_line(out, document);
  return out;
}

}  // namespace lightcone::scenarios::json

#include "scenarios/override.hpp"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "scenarios/json/parse.hpp"
#include "sim/nearest.hpp"
#include "sim/value.hpp"

namespace lightcone::scenarios {

namespace {

using sim::Form;
using sim::Kind;
using sim::Literal;
using sim::Type;

struct Step {
  std::string key;
  std::optional<std::size_t> index;  // instead of a key
};

std::string in_quotes(std::string_view word) {
  std::string out;
  sim::append_json_string(out, word);
  return out;
}

// The path in front of '=', which is cut off `rest`. Nothing: no path.
std::optional<std::vector<Step>> take_path(std::string_view& rest) {
  std::vector<Step> steps;
  if (rest.starts_with("$.")) rest.remove_prefix(2);
  while (true) {
    if (rest.starts_with('[')) {
      const bool quoted_key = rest.starts_with("[\"");
      const std::size_t close = rest.find(quoted_key ? "\"]" : "]");
      if (close == std::string_view::npos) return std::nullopt;
      Step& step = steps.emplace_back();
      if (quoted_key) {
        step.key = rest.substr(2, close - 2);
      } else {
        const std::string_view digits = rest.substr(1, close - 1);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), step.index.emplace());
        if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
      }
      rest.remove_prefix(close + (quoted_key ? 2 : 1));
    } else {
      const std::size_t end = rest.find_first_of(".[=");
      if (end == 0 || end == std::string_view::npos) return std::nullopt;
      steps.push_back({std::string(rest.substr(0, end)), std::nullopt});
      rest.remove_prefix(end);
    }
    if (rest.starts_with('=')) {
      rest.remove_prefix(1);
      return steps;
    }
    if (rest.starts_with('.')) rest.remove_prefix(1);
    if (rest.empty()) return std::nullopt;
  }
}

// The value was not in the file: it and all its parts have no place.
void clear_places(Literal& literal) {
  literal.place = {};
  for (Literal& item : literal.items) clear_places(item);
  for (sim::Member& member : literal.members) {
    member.place = {};
    clear_places(member.value);
  }
}

Literal as_json_or_text(std::string_view word) {
  Diagnostics ignored("", std::string(word));
  std::optional<Literal> value = json::parse(ignored);
  if (!value || !ignored.empty()) return Literal::string(word);
  clear_places(*value);
  return *std::move(value);
}

Literal as_wanted(std::string_view word, const Type* type) {
  if (type == nullptr) return as_json_or_text(word);
  switch (type->kind()) {
    case Kind::text:
    case Kind::choice:
    case Kind::duration:
    case Kind::bytes:
    case Kind::bandwidth:
    case Kind::ratio:
      return Literal::string(word);
    case Kind::optional:
      if (word == "null") return {};
      return as_wanted(word, &static_cast<const sim::OptionalType*>(type)->element());
    case Kind::converted:
      return as_wanted(word, &static_cast<const sim::ConvertedType*>(type)->written_as());
    default:
      return as_json_or_text(word);
  }
}

// The type behind optional, converted and either that has parts of this form; nullptr when there is none.
const Type* with_parts(const Type* type, Form form) {
  if (type == nullptr) return nullptr;
  if (type->kind() == Kind::optional) {
    return with_parts(&static_cast<const sim::OptionalType*>(type)->element(), form);
  }
  if (type->kind() == Kind::converted) {
    return with_parts(&static_cast<const sim::ConvertedType*>(type)->written_as(), form);
  }
  if (type->kind() == Kind::either) {
    for (const Type* alternative : static_cast<const sim::EitherType*>(type)->alternatives()) {
      if (const Type* found = with_parts(alternative, form)) return found;
    }
    return nullptr;
  }
  return type->kind() >= Kind::open && type->accepts(form) ? type : nullptr;
}

class Walk {
 public:
  Walk(Literal& document, const sim::Table& table, Diagnostics& out)
      : at_(&document), table_(&table), out_(out), path_("$") {}

  bool take(const Step& step) {
    const Form form = step.index ? Form::list : Form::object;
    if (table_ == nullptr && type_ != nullptr) {
      const Type* inner = with_parts(type_, form);
      if (inner == nullptr)
        return refuse(fmt::format("there is nothing within {}", path_), type_->expected());
      enter(*inner);
    }
    if (at_->form != form) {
      at_->form = form;
      at_->text.clear();
      at_->items.clear();
      at_->members.clear();
    }
    return step.index ? take_index(*step.index) : take_key(step.key);
  }

  void put(std::string_view word) { *at_ = as_wanted(word, type_); }

 private:
  bool refuse(std::string problem, std::string expected, std::string nearest = {}) {
    out_.add({}, path_, {std::move(problem), std::move(expected), std::move(nearest)});
    return false;
  }

  // Sets exactly one of table_, element_ or neither (open) from a type with parts.
  void enter(const Type& type) {
    type_ = nullptr;
    if (type.kind() == Kind::object) table_ = &static_cast<const sim::ObjectType&>(type).table();
    if (type.kind() == Kind::list) element_ = &static_cast<const sim::ListType&>(type).element();
    if (type.kind() == Kind::map) element_ = &static_cast<const sim::MapType&>(type).element();
  }

  bool take_key(const std::string& key) {
    const sim::Field* field = nullptr;
    if (table_ != nullptr) {
      field = table_->find(key);
      if (field == nullptr) return refuse_key(key);
      type_ = field->type;
    } else {
      type_ = element_;
    }
    Literal* member = at_->find(key);
    if (member == nullptr) member = &at_->set(key, field != nullptr ? field->default_value : Literal());
    step_to(*member, path_of_member(path_, key));
    return true;
  }

  bool refuse_key(const std::string& key) {
    std::vector<std::string_view> known;
    std::string listed;
    for (const sim::Field& field : table_->fields()) {
      known.push_back(field.name);
      listed += (listed.empty() ? "" : ", ") + in_quotes(field.name);
    }
    const std::string likely = sim::nearest(key, known);
    path_ = path_of_member(path_, key);
    return refuse(fmt::format("the key {} is not known here", in_quotes(key)), "one of " + listed,
                  likely.empty() ? likely : in_quotes(likely));
  }

  bool take_index(std::size_t index) {
    if (index > at_->items.size()) {
      return refuse(fmt::format("there is no item {}", index),
                    fmt::format("an index up to {}", at_->items.size()));
    }
    type_ = element_;
    if (index == at_->items.size()) at_->append(Literal());
    step_to(at_->items[index], path_of_item(path_, index));
    return true;
  }

  void step_to(Literal& part, std::string path) {
    at_ = &part;
    path_ = std::move(path);
    table_ = nullptr;
    element_ = nullptr;
  }

  Literal* at_;
  const sim::Table* table_;        // of *at_, when it is a struct that was entered
  const Type* element_ = nullptr;  // of its parts, when it is a list or map that was entered
  const Type* type_ = nullptr;     // of *at_, not entered; nullptr within what is open
  Diagnostics& out_;
  std::string path_;
};

}  // namespace

bool override_value(Literal& document, const sim::Table& table, std::string_view assignment,
                    Diagnostics& out) {
  std::string_view rest = assignment;
  const std::optional<std::vector<Step>> path = take_path(rest);
  if (!path) {
    out.add({}, {},
            {in_quotes(assignment) + " is not an assignment", "PATH=VALUE, such as network.latency=5ms", {}});
    return false;
  }
  Walk walk(document, table, out);
  for (const Step& step : *path) {
    if (!walk.take(step)) return false;
  }
  walk.put(rest);
  return true;
}

}  // namespace lightcone::scenarios

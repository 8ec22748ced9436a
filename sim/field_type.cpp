#include "sim/field_type.hpp"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

#include "sim/fields.hpp"
#include "sim/nearest.hpp"

namespace lightcone::sim {

Ratio LeafType::magnitude(const void*) const { return {}; }
std::string LeafType::written(Ratio magnitude) const { return to_text(magnitude); }

Literal ListType::write(const void* value) const {
  Literal out = Literal::list();
  for (std::size_t i = 0; i < size(value); ++i) out.append(element().write(at(value, i)));
  return out;
}

Literal MapType::write(const void* value) const {
  Literal out = Literal::object();
  for (const Entry& entry : entries(value)) out.set(entry.key, element().write(entry.value));
  return out;
}

Literal OptionalType::write(const void* value) const {
  const void* held_value = held(value);
  return held_value == nullptr ? Literal() : element().write(held_value);
}

Literal ObjectType::write(const void* value) const { return table().write(value); }

bool EitherType::accepts(Form form) const {
  for (const Type* type : alternatives()) {
    if (type->accepts(form)) return true;
  }
  return false;
}

std::string EitherType::expected() const {
  std::string out;
  for (const Type* type : alternatives()) {
    if (!out.empty()) out += ", or ";
    out += type->expected();
  }
  return out;
}

Literal EitherType::write(const void* value) const { return alternatives()[held(value)]->write(at(value)); }

Mismatch Type::refuse(const Literal& literal) const {
  if (literal.form == Form::null) return {"this is null", expected(), {}};
  return {fmt::format("{} is {}", quoted(literal), noun(literal.form)), expected(), {}};
}

Mismatch OptionalType::refuse(const Literal& literal) const {
  Mismatch why = element().refuse(literal);
  why.expected = expected();
  return why;
}

// In the words of the first alternative that has a guess.
Mismatch EitherType::refuse(const Literal& literal) const {
  Mismatch why = Type::refuse(literal);
  for (const Type* type : alternatives()) {
    Mismatch one = type->refuse(literal);
    if (one.nearest.empty()) continue;
    why.problem = std::move(one.problem);
    why.nearest = std::move(one.nearest);
    break;
  }
  return why;
}

namespace {

class BooleanType final : public LeafType {
 public:
  BooleanType() : LeafType(Kind::boolean) {}
  bool accepts(Form form) const override { return form == Form::boolean; }
  std::string expected() const override { return "true or false"; }
  std::optional<Mismatch> read(const Literal& literal, void* target) const override {
    if (literal.form != Form::boolean) return refuse(literal);
    *static_cast<bool*>(target) = literal.text == "true";
    return std::nullopt;
  }
  Literal write(const void* value) const override {
    return Literal::boolean(*static_cast<const bool*>(value));
  }
  Mismatch refuse(const Literal& literal) const override {
    Mismatch why = Type::refuse(literal);
    if (literal.text == "true" || literal.text == "false") why.nearest = literal.text;
    return why;
  }
};

class RatioType final : public LeafType {
 public:
  RatioType() : LeafType(Kind::ratio) {}
  bool accepts(Form form) const override { return form == Form::number || form == Form::text; }
  std::string expected() const override { return std::string(ratio_notation().expected); }
  std::optional<Mismatch> read(const Literal& literal, void* target) const override {
    if (!accepts(literal.form)) return refuse(literal);
    return read_ratio(literal.text, *static_cast<Ratio*>(target));
  }
  Ratio magnitude(const void* value) const override { return *static_cast<const Ratio*>(value); }
  Literal write(const void* value) const override {
    std::string text = to_text(*static_cast<const Ratio*>(value));
    const bool fraction = text.find('/') != std::string::npos;
    return fraction ? Literal::string(text) : Literal::number_text(std::move(text));
  }
};

// Duration, Bytes, Bandwidth: one count of a base unit, written with a unit.
template <class T>
struct Measured;

template <>
struct Measured<Duration> {
  static constexpr Kind kind = Kind::duration;
  static Notation notation() { return duration_notation(); }
  static std::optional<Mismatch> read(std::string_view text, Duration& out) {
    return read_duration(text, out);
  }
  static std::int64_t count(Duration value) { return value.count(); }
};
template <>
struct Measured<Bytes> {
  static constexpr Kind kind = Kind::bytes;
  static Notation notation() { return bytes_notation(); }
  static std::optional<Mismatch> read(std::string_view text, Bytes& out) { return read_bytes(text, out); }
  static std::int64_t count(Bytes value) { return value.count; }
};
template <>
struct Measured<Bandwidth> {
  static constexpr Kind kind = Kind::bandwidth;
  static Notation notation() { return bandwidth_notation(); }
  static std::optional<Mismatch> read(std::string_view text, Bandwidth& out) {
    return read_bandwidth(text, out);
  }
  static std::int64_t count(Bandwidth value) { return value.bytes_per_second; }
};

template <class T>
class MeasuredType final : public LeafType {
  using Rules = Measured<T>;

 public:
  MeasuredType() : LeafType(Rules::kind) {}
  bool accepts(Form form) const override { return form == Form::text; }
  std::string expected() const override { return std::string(Rules::notation().expected); }
  std::optional<Mismatch> read(const Literal& literal, void* target) const override {
    if (literal.form == Form::text) return Rules::read(literal.text, *static_cast<T*>(target));
    return refuse(literal);
  }
  Ratio magnitude(const void* value) const override {
    return {Rules::count(*static_cast<const T*>(value)), 1};
  }
  std::string written(Ratio magnitude) const override { return to_text(T{magnitude.numerator}); }
  Literal write(const void* value) const override {
    return Literal::string(to_text(*static_cast<const T*>(value)));
  }
  Mismatch refuse(const Literal& literal) const override {
    Mismatch why = Type::refuse(literal);
    if (literal.form != Form::number) return why;
    why.problem = fmt::format("{} has no unit", quoted(literal));
    T ignored{};
    if (const std::optional<Mismatch> as_text = Rules::read(literal.text, ignored))
      why.nearest = as_text->nearest;
    return why;
  }
};

class TextType final : public LeafType {
 public:
  TextType() : LeafType(Kind::text) {}
  bool accepts(Form form) const override { return form == Form::text; }
  std::string expected() const override { return "a text"; }
  std::optional<Mismatch> read(const Literal& literal, void* target) const override {
    if (literal.form != Form::text) return refuse(literal);
    *static_cast<std::string*>(target) = literal.text;
    return std::nullopt;
  }
  Literal write(const void* value) const override {
    return Literal::string(*static_cast<const std::string*>(value));
  }
  Mismatch refuse(const Literal& literal) const override {
    Mismatch why = Type::refuse(literal);
    const bool unquoted = literal.form == Form::number || literal.form == Form::boolean;
    if (unquoted) append_json_string(why.nearest, literal.text);
    return why;
  }
};

class OpenType final : public LeafType {
 public:
  OpenType() : LeafType(Kind::open) {}
  bool accepts(Form) const override { return true; }
  std::string expected() const override { return "any value"; }
  std::optional<Mismatch> read(const Literal& literal, void* target) const override {
    static_cast<Open*>(target)->literal = literal;
    return std::nullopt;
  }
  Literal write(const void* value) const override { return static_cast<const Open*>(value)->literal; }
};

class ValueType final : public LeafType {
 public:
  ValueType() : LeafType(Kind::value) {}
  bool accepts(Form form) const override { return form != Form::object; }
  std::string expected() const override {
    return "null, a boolean, a whole number, a text or a list of these";
  }
  std::optional<Mismatch> read(const Literal& literal, void* target) const override {
    Value value;
    if (std::optional<Mismatch> why = convert(literal, value)) return why;
    *static_cast<Value*>(target) = std::move(value);
    return std::nullopt;
  }
  Literal write(const void* value) const override { return literal_of(*static_cast<const Value*>(value)); }

 private:
  std::optional<Mismatch> convert(const Literal& literal, Value& out) const {
    switch (literal.form) {
      case Form::null:
        out = Value();
        return std::nullopt;
      case Form::boolean:
        out = Value(literal.text == "true");
        return std::nullopt;
      case Form::text:
        out = Value(literal.text);
        return std::nullopt;
      case Form::object:
        return refuse(literal);
      case Form::number: {
        std::int64_t number = 0;
        auto why = erased::read_integer(literal, {INT64_MIN, 1}, {INT64_MAX, 1}, number);
        if (!why) out = Value(number);
        return why;
      }
      case Form::list:
        break;
    }
    ValueList list;
    for (const Literal& item : literal.items) {
      if (auto why = convert(item, list.emplace_back())) return why;
    }
    out = Value(std::move(list));
    return std::nullopt;
  }

  static Literal literal_of(const Value& value) {
    if (const bool* b = value.as_bool()) return Literal::boolean(*b);
    if (const std::int64_t* n = value.as_int()) return Literal::number(*n);
    if (const std::string* text = value.as_text()) return Literal::string(*text);
    const ValueList* list = value.as_list();
    if (list == nullptr) return {};
    Literal out = Literal::list();
    for (const Value& item : *list) out.append(literal_of(item));
    return out;
  }
};

template <class T>
const LeafType& only() {
  static const T held;
  return held;
}

}  // namespace

const LeafType& boolean_type() { return only<BooleanType>(); }
const LeafType& ratio_type() { return only<RatioType>(); }
const LeafType& duration_type() { return only<MeasuredType<Duration>>(); }
const LeafType& bytes_type() { return only<MeasuredType<Bytes>>(); }
const LeafType& bandwidth_type() { return only<MeasuredType<Bandwidth>>(); }
const LeafType& text_type() { return only<TextType>(); }
const LeafType& value_type() { return only<ValueType>(); }
const LeafType& open_type() { return only<OpenType>(); }

namespace erased {

namespace {

bool is_plain_integer(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

Mismatch not_whole(const Literal& literal) {
  return {fmt::format("{} is not a whole number", quoted(literal)), "a whole number", {}};
}

// 1e3 and 5.0 are whole, as they are for JSON Schema.
bool whole_number(std::string_view text, std::int64_t& out) {
  Ratio number;
  if (read_ratio(text, number) || number.denominator != 1) return false;
  out = number.numerator;
  return true;
}

}  // namespace

std::string likely_integer(const Literal& literal) {
  std::int64_t number = 0;
  const bool digits = literal.form == Form::text && is_plain_integer(literal.text);
  return digits && whole_number(literal.text, number) ? fmt::format("{}", number) : std::string();
}

std::optional<Mismatch> read_integer(const Literal& literal, Ratio least, Ratio most, std::int64_t& out) {
  std::int64_t number = 0;
  bool fits = true;
  if (is_plain_integer(literal.text)) {
    const char* end = literal.text.data() + literal.text.size();
    fits = std::from_chars(literal.text.data(), end, number).ec == std::errc();
  } else if (!whole_number(literal.text, number)) {
    return not_whole(literal);
  }
  if (!fits || number < least.numerator || number > most.numerator) {
    return Mismatch{fmt::format("{} is out of range", quoted(literal)),
                    fmt::format("a whole number from {} to {}", least.numerator, most.numerator),
                    {}};
  }
  out = number;
  return std::nullopt;
}

std::string expected_choice(std::span<const ChoiceWord> words) {
  std::string out = words.size() > 1 ? "one of " : "";
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) out += ", ";
    append_json_string(out, words[i].name);
  }
  return out;
}

std::optional<std::size_t> read_choice(const Literal& literal, std::span<const ChoiceWord> words,
                                       Mismatch& why) {
  why.expected = expected_choice(words);
  std::vector<std::string_view> names;
  for (const ChoiceWord& word : words) {
    if (word.name == literal.text) return names.size();
    names.push_back(word.name);
  }
  why.problem = fmt::format("{} is not known here", quoted(literal));
  const std::string likely = nearest(literal.text, names);
  if (!likely.empty()) append_json_string(why.nearest, likely);
  return std::nullopt;
}

}  // namespace erased

}  // namespace lightcone::sim

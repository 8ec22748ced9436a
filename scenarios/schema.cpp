#include "scenarios/schema.hpp"

#include <fmt/format.h>

#include <map>
#include <string>

#include "scenarios/json/write.hpp"

namespace lightcone::scenarios {

namespace {

using sim::Bounds;
using sim::Field;
using sim::Kind;
using sim::LeafType;
using sim::Literal;
using sim::Ratio;
using sim::Table;
using sim::Type;

constexpr std::string_view dialect = "https://json-schema.org/draft/2020-12/schema";

Literal text(std::string_view content) { return Literal::string(content); }

Literal of_type(std::string_view name) {
  Literal out = Literal::object();
  out.set("type", text(name));
  return out;
}

Literal reference(std::string_view name) {
  Literal out = Literal::object();
  out.set("$ref", text(fmt::format("#/$defs/{}", name)));
  return out;
}

Literal number(Ratio ratio) { return sim::ratio_type().write(&ratio); }

// A fraction such as 1/3 is no JSON number, and the text in the description must do.
void set_bound(Literal& out, std::string_view key, const std::optional<Ratio>& bound) {
  if (!bound) return;
  Literal written = number(*bound);
  if (written.form == sim::Form::number) out.set(key, std::move(written));
}

class Generator {
 public:
  explicit Generator(const std::vector<OpenCases>& open) : open_(open) {}

  Literal document(const Table& table, std::string_view title) {
    Literal out = Literal::object();
    out.set("$schema", text(dialect));
    out.set("title", text(title));
    Literal body = of_table(table);
    Literal schema_key = of_type("string");
    schema_key.set("description", text("Where this schema is, for editors."));
    body.find("properties")->set("$schema", std::move(schema_key));
    for (sim::Member& member : body.members) out.set(member.key, std::move(member.value));
    Literal& kept = out.set("$defs", Literal::object());
    for (auto& [name, definition] : definitions_) kept.set(name, std::move(definition));
    return out;
  }

 private:
  Literal of_table(const Table& table) {
    Literal out = of_type("object");
    out.set("description", text(table.doc()));
    Literal properties = Literal::object();
    Literal required = Literal::list();
    for (const Field& field : table.fields()) {
      properties.set(field.name, of_field(field));
      if (field.is_required) required.append(text(field.name));
    }
    out.set("properties", std::move(properties));
    if (!required.items.empty()) out.set("required", std::move(required));
    if (table.takes_exactly_one()) {
      out.set("minProperties", Literal::number(1));
      out.set("maxProperties", Literal::number(1));
    }
    out.set("additionalProperties", Literal::boolean(false));
    add_open_cases(out, table);
    return out;
  }

  void add_open_cases(Literal& out, const Table& table) {
    Literal all = Literal::list();
    for (const OpenCases& open : open_) {
      if (open.table != table.name()) continue;
      for (const auto& [value, held] : open.cases) {
        Literal& branch = all.append(Literal::object());
        Literal& condition = branch.set("if", Literal::object());
        Literal& decided = condition.set("properties", Literal::object());
        decided.set(open.deciding_field, Literal::object()).set("const", text(value));
        condition.set("required", Literal::list()).append(text(open.deciding_field));
        Literal& consequence = branch.set("then", Literal::object());
        consequence.set("properties", Literal::object()).set(open.open_field, defined(*held));
      }
    }
    if (!all.items.empty()) out.set("allOf", std::move(all));
  }

  Literal of_field(const Field& field) {
    Literal out = of(*field.type, field.bounds);
    std::string doc = field.doc;
    const LeafType* leaf = bounded_leaf(*field.type);
    const std::string bounds = leaf == nullptr ? "" : describe(field.bounds, *leaf);
    if (!bounds.empty()) doc += fmt::format(" Allowed: {}.", bounds);
    out.set("description", text(doc));
    set_counts(out, field);
    if (field.default_value.form != sim::Form::null) out.set("default", field.default_value);
    return out;
  }

  static void set_counts(Literal& out, const Field& field) {
    std::string_view least = "minItems";
    std::string_view most = "maxItems";
    const Type* type = field.type;
    if (type->kind() == Kind::optional) type = &static_cast<const sim::OptionalType*>(type)->element();
    if (type->kind() == Kind::map) least = "minProperties", most = "maxProperties";
    if (type->kind() == Kind::text) least = "minLength", most = "maxLength";
    const auto count = [](std::size_t n) { return Literal::number(static_cast<std::int64_t>(n)); };
    if (field.counts.least > 0) out.set(least, count(field.counts.least));
    if (field.counts.most != SIZE_MAX) out.set(most, count(field.counts.most));
  }

  Literal of(const Type& type, const Bounds& bounds) {
    switch (type.kind()) {
      case Kind::list: {
        Literal out = of_type("array");
        out.set("items", of(static_cast<const sim::ListType&>(type).element(), bounds));
        return out;
      }
      case Kind::map: {
        Literal out = of_type("object");
        out.set("additionalProperties", of(static_cast<const sim::MapType&>(type).element(), bounds));
        return out;
      }
      case Kind::optional: {
        Literal out = Literal::object();
        Literal& choices = out.set("anyOf", Literal::list());
        choices.append(of(static_cast<const sim::OptionalType&>(type).element(), bounds));
        choices.append(of_type("null"));
        return out;
      }
      case Kind::either: {
        Literal out = Literal::object();
        Literal& choices = out.set("anyOf", Literal::list());
        for (const Type* each : static_cast<const sim::EitherType&>(type).alternatives()) {
          choices.append(of(*each, bounds));
        }
        return out;
      }
      case Kind::object:
        return defined(static_cast<const sim::ObjectType&>(type).table());
      case Kind::converted:
        return defined(static_cast<const sim::ConvertedType&>(type));
      default:
        return of_leaf(static_cast<const LeafType&>(type), bounds);
    }
  }

  Literal of_leaf(const LeafType& type, const Bounds& bounds) {
    switch (type.kind()) {
      case Kind::boolean:
        return of_type("boolean");
      case Kind::text:
        return of_type("string");
      case Kind::integer:
        return of_integer(static_cast<const sim::IntegerType&>(type), bounds);
      case Kind::choice:
        return of_choice(static_cast<const sim::ChoiceType&>(type));
      case Kind::duration:
        return notation("duration", sim::duration_notation());
      case Kind::bytes:
        return notation("bytes", sim::bytes_notation());
      case Kind::bandwidth:
        return notation("bandwidth", sim::bandwidth_notation());
      case Kind::ratio: {
        Literal out = notation("ratio", sim::ratio_notation());
        set_bound(out, "minimum", bounds.least);
        set_bound(out, "exclusiveMinimum", bounds.above);
        set_bound(out, "maximum", bounds.most);
        return out;
      }
      case Kind::value: {
        Literal out = Literal::object();
        Literal& types = out.set("type", Literal::list());
        for (const char* name : {"null", "boolean", "integer", "string", "array"}) types.append(text(name));
        return out;
      }
      default:
        return Literal::object();  // open: whatever
    }
  }

  static Literal of_integer(const sim::IntegerType& type, const Bounds& bounds) {
    Literal out = of_type("integer");
    if (!bounds.above) set_bound(out, "minimum", bounds.least ? bounds.least : type.smallest());
    set_bound(out, "exclusiveMinimum", bounds.above);
    set_bound(out, "maximum", bounds.most ? bounds.most : type.largest());
    return out;
  }

  static Literal of_choice(const sim::ChoiceType& type) {
    Literal out = Literal::object();
    add_words(out.set("oneOf", Literal::list()), type.words());
    return out;
  }

  static void add_words(Literal& list, std::span<const sim::ChoiceWord> words) {
    for (const sim::ChoiceWord& word : words) {
      Literal& choice = list.append(Literal::object());
      choice.set("const", text(word.name));
      choice.set("description", text(word.doc));
    }
  }

  Literal notation(const std::string& name, const sim::Notation& notation) {
    if (!definitions_.contains(name)) {
      Literal out = Literal::object();
      if (name == "ratio") {
        Literal& types = out.set("type", Literal::list());
        types.append(text("number"));
        types.append(text("string"));
      } else {
        out.set("type", text("string"));
      }
      std::string doc(notation.expected);
      doc.front() = static_cast<char>(doc.front() - 'a' + 'A');
      out.set("description", text(doc + "."));
      out.set("pattern", text(notation.pattern));
      definitions_[name] = std::move(out);
    }
    return reference(name);
  }

  // Entered before its parts are looked at: a distribution has distributions within.
  Literal defined(const Table& table) {
    if (definitions_.try_emplace(table.name()).second) definitions_[table.name()] = of_table(table);
    return reference(table.name());
  }

  Literal defined(const sim::ConvertedType& type) {
    const std::string name(type.name());
    if (definitions_.try_emplace(name).second) {
      Literal out = of(type.written_as(), {});
      if (!type.words().empty()) {
        Literal choices = Literal::list();
        add_words(choices, type.words());
        choices.append(std::move(out));
        out = Literal::object();
        out.set("anyOf", std::move(choices));
      }
      out.set("description", text(type.doc()));
      definitions_[name] = std::move(out);
    }
    return reference(name);
  }

  const std::vector<OpenCases>& open_;
  std::map<std::string, Literal> definitions_;
};

}  // namespace

std::string schema(const Table& document, std::string_view title, const std::vector<OpenCases>& open) {
  return json::write(Generator(open).document(document, title));
}

}  // namespace lightcone::scenarios

#include "scenarios/binding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sim/nearest.hpp"
#include "sim/value.hpp"

namespace lightcone::scenarios {

namespace {

using sim::Field;
using sim::Form;
using sim::Kind;
using sim::Literal;
using sim::Member;
using sim::Mismatch;
using sim::Type;

constexpr std::size_t most_keys_listed = 12;

std::string in_quotes(std::string_view word) {
  std::string out;
  sim::append_json_string(out, word);
  return out;
}

std::string listed(std::span<const std::string_view> names) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < most_keys_listed; ++i) {
    if (i > 0) out += ", ";
    out += in_quotes(names[i]);
  }
  if (names.size() > most_keys_listed) out += fmt::format(" and {} more", names.size() - most_keys_listed);
  return out;
}

class Binder {
 public:
  explicit Binder(Diagnostics& out) : out_(out) {}

  std::size_t mistakes() const { return out_.found().size() + out_.left_out(); }

  void read_object(const Literal& object, std::span<const Part> parts, const std::string& path) {
    if (object.form != Form::object) return complain(object.place, path, not_an_object(object));
    const std::size_t mistakes_before = mistakes();
    refuse_unknown_keys(object, parts, path);
    for (const Part& part : parts) {
      for (const Field& field : part.table->fields()) {
        if (const Literal* literal = object.find(field.name)) {
          read_field(*literal, field, field.in(part.record), path_of_member(path, field.name));
        } else if (field.is_required) {
          complain(object.place, path, {in_quotes(field.name) + " is missing", field.type->expected(), {}});
        }
      }
      if (part.table->takes_exactly_one()) refuse_other_than_one(object, *part.table, path);
    }
    if (mistakes() > mistakes_before) return;  // rules speak of fields that are each right
    for (const Part& part : parts) check_rules(object, part, path);
  }

 private:
  void complain(sim::Place place, std::string path, Mismatch why) {
    out_.add(place, std::move(path), std::move(why));
  }

  static Mismatch not_an_object(const Literal& literal) {
    return {literal.form == Form::null ? "this is null"
                                       : fmt::format("{} is {}", quoted(literal), noun(literal.form)),
            "an object",
            {}};
  }

  void refuse_unknown_keys(const Literal& object, std::span<const Part> parts, const std::string& path) {
    std::vector<std::string_view> known;
    for (const Part& part : parts) {
      for (const Field& field : part.table->fields()) known.push_back(field.name);
    }
    for (const Member& member : object.members) {
      if (std::find(known.begin(), known.end(), member.key) != known.end()) continue;
      if (path == "$" && member.key == "$schema") continue;
      const std::string likely = sim::nearest(member.key, known);
      complain(member.place, path_of_member(path, member.key),
               {fmt::format("the key {} is not known here", quoted(Literal::string(member.key))),
                known.empty() ? "no keys" : (known.size() > 1 ? "one of " : "") + listed(known),
                likely.empty() ? likely : in_quotes(likely)});
    }
  }

  void refuse_other_than_one(const Literal& object, const sim::Table& table, const std::string& path) {
    std::vector<std::string_view> names;
    std::size_t given = 0;
    for (const Field& field : table.fields()) {
      names.push_back(field.name);
      if (object.find(field.name) != nullptr) ++given;
    }
    if (given == 1) return;
    if (given == 0 && !object.members.empty()) return;  // the keys that are there are refused already
    complain(object.place, path,
             {given == 0 ? "no key is given" : fmt::format("{} keys are given", given),
              "exactly one of " + listed(names),
              {}});
  }

  void check_rules(const Literal& object, const Part& part, const std::string& path) {
    for (const sim::Condition& rule : part.table->rules()) {
      if (rule.holds(part.record)) continue;
      const Literal* blamed = object.find(rule.blamed);
      const Field* field = part.table->find(rule.blamed);
      std::string problem = "this does not fit together";
      if (blamed != nullptr) {
        problem = quoted(*blamed) + " does not fit";
      } else if (field != nullptr) {
        problem = fmt::format("{}, the default, does not fit", quoted(field->default_value));
      }
      complain(blamed != nullptr ? blamed->place : object.place, path_of_member(path, rule.blamed),
               {std::move(problem), "that " + rule.must, {}});
    }
  }

  void read_field(const Literal& literal, const Field& field, void* target, const std::string& path) {
    const std::size_t mistakes_before = mistakes();
    read(literal, *field.type, field, target, path);
    if (mistakes() == mistakes_before) check_counts(literal, field, path);
  }

  void check_counts(const Literal& literal, const Field& field, const std::string& path) {
    if (literal.form == Form::null) return;
    const bool is_text = literal.form == Form::text;
    const std::size_t count = is_text ? literal.text.size() : literal.items.size() + literal.members.size();
    const sim::Counts& allowed = field.counts;
    if (count >= allowed.least && count <= allowed.most) return;
    const auto counted = [&](std::size_t n) {
      return fmt::format("{} {}{}", n, is_text ? "byte" : "item", n == 1 ? "" : "s");
    };
    std::string problem = count == 0 ? "this is empty" : "this has " + counted(count);
    std::string expected = allowed.most == SIZE_MAX        ? "at least " + counted(allowed.least)
                           : allowed.least == allowed.most ? counted(allowed.least)
                           : allowed.least == 0
                               ? "at most " + counted(allowed.most)
                               : fmt::format("{} to {}", allowed.least, counted(allowed.most));
    complain(literal.place, path, {std::move(problem), std::move(expected), {}});
  }

  void read(const Literal& literal, const Type& type, const Field& field, void* target,
            const std::string& path) {
    if (!type.accepts(literal.form)) return complain(literal.place, path, type.refuse(literal));
    switch (type.kind()) {
      case Kind::list:
        return read_list(literal, static_cast<const sim::ListType&>(type), field, target, path);
      case Kind::map:
        return read_map(literal, static_cast<const sim::MapType&>(type), field, target, path);
      case Kind::optional: {
        const auto& optional = static_cast<const sim::OptionalType&>(type);
        if (literal.form == Form::null) return optional.reset(target);
        return read(literal, optional.element(), field, optional.emplace(target), path);
      }
      case Kind::object: {
        const Part part{&static_cast<const sim::ObjectType&>(type).table(), target};
        return read_object(literal, std::span(&part, 1), path);
      }
      case Kind::either:
        return read_either(literal, static_cast<const sim::EitherType&>(type), field, target, path);
      case Kind::converted:
        return read_converted(literal, static_cast<const sim::ConvertedType&>(type), field, target, path);
      default:
        return read_leaf(literal, static_cast<const sim::LeafType&>(type), field, target, path);
    }
  }

  void read_leaf(const Literal& literal, const sim::LeafType& type, const Field& field, void* target,
                 const std::string& path) {
    if (std::optional<Mismatch> why = type.read(literal, target)) {
      return complain(literal.place, path, *std::move(why));
    }
    if (type.kind() == Kind::open) static_cast<sim::Open*>(target)->path = path;
    if (bounded_leaf(type) == nullptr) return;
    if (std::optional<Mismatch> why = outside(field.bounds, type, target)) {
      complain(literal.place, path, *std::move(why));
    }
  }

  void read_list(const Literal& literal, const sim::ListType& type, const Field& field, void* target,
                 const std::string& path) {
    type.clear(target);
    for (std::size_t i = 0; i < literal.items.size(); ++i) {
      read(literal.items[i], type.element(), field, type.append(target), path_of_item(path, i));
    }
  }

  void read_map(const Literal& literal, const sim::MapType& type, const Field& field, void* target,
                const std::string& path) {
    type.clear(target);
    for (const Member& member : literal.members) {
      read(member.value, type.element(), field, type.insert(target, member.key),
           path_of_member(path, member.key));
    }
  }

  void read_either(const Literal& literal, const sim::EitherType& type, const Field& field, void* target,
                   const std::string& path) {
    const std::span<const Type* const> alternatives = type.alternatives();
    for (std::size_t i = 0; i < alternatives.size(); ++i) {
      if (!alternatives[i]->accepts(literal.form)) continue;
      return read(literal, *alternatives[i], field, type.emplace(target, i), path);
    }
  }

  void read_converted(const Literal& literal, const sim::ConvertedType& type, const Field& field,
                      void* target, const std::string& path) {
    const std::unique_ptr<sim::ConvertedType::Room> room = type.room();
    const std::size_t mistakes_before = mistakes();
    read(literal, type.written_as(), field, room->form(), path);
    if (mistakes() > mistakes_before) return;
    if (std::optional<Mismatch> why = room->convert(target)) complain(literal.place, path, *std::move(why));
  }

  Diagnostics& out_;
};

// What a field that is an element, and so begins anew, holds where the file says nothing.
Literal fresh(const Type& type) {
  if (type.kind() != Kind::object) return {};
  Literal out = Literal::object();
  for (const Field& field : static_cast<const sim::ObjectType&>(type).table().fields()) {
    out.set(field.name, field.default_value);
  }
  return out;
}

Literal shortened(const Literal& written, const Type& type, const Literal& otherwise);

Literal shortened_record(const Literal& written, const sim::Table& table, const Literal& otherwise) {
  Literal out = Literal::object();
  for (const Member& member : written.members) {
    const Field& field = *table.find(member.key);
    const Literal* held_otherwise = otherwise.find(member.key);
    const Literal& kept = held_otherwise != nullptr ? *held_otherwise : field.default_value;
    if (!field.is_required && same_content(member.value, kept)) continue;
    out.set(member.key, shortened(member.value, *field.type, kept));
  }
  return out;
}

// `written` without what a reader would have anyway, which is `otherwise`.
Literal shortened(const Literal& written, const Type& type, const Literal& otherwise) {
  Literal out = written;
  if (type.kind() == Kind::object) {
    return shortened_record(written, static_cast<const sim::ObjectType&>(type).table(), otherwise);
  }
  if (type.kind() == Kind::list) {
    const Type& element = static_cast<const sim::ListType&>(type).element();
    for (Literal& item : out.items) item = shortened(item, element, fresh(element));
  } else if (type.kind() == Kind::map) {
    const Type& element = static_cast<const sim::MapType&>(type).element();
    for (Member& member : out.members) member.value = shortened(member.value, element, fresh(element));
  } else if (type.kind() == Kind::optional && written.form != Form::null) {
    const Type& element = static_cast<const sim::OptionalType&>(type).element();
    return shortened(written, element, fresh(element));
  }
  return out;
}

}  // namespace

bool read_records(const Literal& object, std::span<const Part> parts, Diagnostics& out,
                  std::string_view path) {
  Binder binder(out);
  const std::size_t mistakes_before = binder.mistakes();
  binder.read_object(object, parts, std::string(path));
  return binder.mistakes() == mistakes_before;
}

bool read_open(const sim::Open& open, std::span<const Part> parts, Diagnostics& out) {
  if (open.literal.form != Form::null) return read_records(open.literal, parts, out, open.path);
  return read_records(Literal::object(), parts, out, open.path);
}

Literal write_record(const sim::Table& table, const void* record, Extent extent) {
  const Literal everything = table.write(record);
  return extent == Extent::everything ? everything : shortened_record(everything, table, Literal());
}

}  // namespace lightcone::scenarios

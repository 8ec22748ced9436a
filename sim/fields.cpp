#include "sim/fields.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/ensure.hpp"

namespace lightcone::sim {

namespace {

bool is_snake_case(std::string_view name) {
  if (name.empty() || name.front() < 'a' || name.front() > 'z') return false;
  return name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string_view::npos;
}

bool is_sentence(std::string_view doc) { return doc.size() > 1 && doc.back() == '.'; }

void ensure_sound(const Field& field, std::string_view table) {
  const std::string place = fmt::format("field {}.{}: ", table, field.name);
  ensure(is_snake_case(field.name), place + "the name is in snake_case");
  ensure(is_sentence(field.doc), place + "the documentation is a sentence");
  const bool bounded = field.bounds.least || field.bounds.above || field.bounds.most;
  ensure(!bounded || bounded_leaf(*field.type) != nullptr, place + "only countable fields have bounds");
  ensure(field.counts.least <= field.counts.most, place + "the least count is at most the most");
}

}  // namespace

Table::Table(std::string_view name, std::string_view doc, std::vector<Field> fields)
    : name_(name), doc_(doc), fields_(std::move(fields)) {
  ensure(is_snake_case(name_), fmt::format("the name of table {} is in snake_case", name_));
  ensure(is_sentence(doc_), fmt::format("table {} is documented by a sentence", name_));
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    ensure_sound(fields_[i], name_);
    ensure(find(fields_[i].name) == &fields_[i],
           fmt::format("table {} has one field {}", name_, fields_[i].name));
  }
}

const Field* Table::find(std::string_view name) const {
  const auto found =
      std::find_if(fields_.begin(), fields_.end(), [&](const Field& f) { return f.name == name; });
  return found == fields_.end() ? nullptr : &*found;
}

Literal Table::write(const void* record) const {
  Literal out = Literal::object();
  for (const Field& field : fields_) {
    Literal written = field.type->write(field.in(record));
    const bool absent = written.form == Form::null && field.default_value.form == Form::null;
    if (!absent) out.set(field.name, std::move(written));
  }
  return out;
}

std::string describe(const Bounds& bounds, const LeafType& type) {
  std::string low;
  if (bounds.above) low = "more than " + type.written(*bounds.above);
  if (bounds.least && bounds.most) return type.written(*bounds.least) + " to " + type.written(*bounds.most);
  if (bounds.least) low = "at least " + type.written(*bounds.least);
  if (!bounds.most) return low;
  return low + (low.empty() ? "at most " : " and at most ") + type.written(*bounds.most);
}

const LeafType* bounded_leaf(const Type& type) {
  switch (type.kind()) {
    case Kind::integer:
    case Kind::ratio:
    case Kind::duration:
    case Kind::bytes:
    case Kind::bandwidth:
      return static_cast<const LeafType*>(&type);
    case Kind::list:
      return bounded_leaf(static_cast<const ListType&>(type).element());
    case Kind::map:
      return bounded_leaf(static_cast<const MapType&>(type).element());
    case Kind::optional:
      return bounded_leaf(static_cast<const OptionalType&>(type).element());
    default:
      return nullptr;
  }
}

std::optional<Mismatch> outside(const Bounds& bounds, const LeafType& type, const void* value) {
  const Ratio magnitude = type.magnitude(value);
  const bool small =
      (bounds.least && magnitude < *bounds.least) || (bounds.above && magnitude <= *bounds.above);
  const bool large = bounds.most && magnitude > *bounds.most;
  if (!small && !large) return std::nullopt;
  return Mismatch{fmt::format("{} is too {}", quoted(type.write(value)), small ? "small" : "large"),
                  describe(bounds, type),
                  {}};
}

}  // namespace lightcone::sim

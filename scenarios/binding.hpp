// From a document to structs, by their field tables; whatever is wrong becomes a diagnostic, all of it in one
// go.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "scenarios/diagnostics.hpp"
#include "sim/fields.hpp"
#include "sim/literal.hpp"

namespace lightcone::scenarios {

// A struct, and the fields of it that may stand in an object.
struct Part {
  const sim::Table* table;
  void* record;
};

// Reads the members of `object` into all `parts`, whose fields must have distinct names. Fields that are
// absent keep what the structs hold. False when something is wrong; then the structs hold what could be read.
// `path` is where `object` stands. A member "$schema" of the whole document ("$") is passed over.
bool read_records(const sim::Literal& object, std::span<const Part> parts, Diagnostics& out,
                  std::string_view path = "$");

template <class S>
std::optional<S> read_record(const sim::Literal& object, Diagnostics& out, std::string_view path = "$") {
  S record{};
  const Part part{&S::fields(), &record};
  if (!read_records(object, std::span(&part, 1), out, path)) return std::nullopt;
  return record;
}

// What somebody kept for later, such as a model's parameters. Absent is as good as empty.
bool read_open(const sim::Open& open, std::span<const Part> parts, Diagnostics& out);

// The other way. `everything`: each field, defaults too. `changed`: required fields and those that differ
// from their default, which is what a person wants to read; reading either gives the same struct.
enum class Extent : std::uint8_t { everything, changed };
sim::Literal write_record(const sim::Table& table, const void* record, Extent extent);

template <class S>
sim::Literal write_record(const S& record, Extent extent) {
  return write_record(S::fields(), &record, extent);
}

}  // namespace lightcone::scenarios

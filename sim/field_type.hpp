// How values of one C++ type are read, written and described, with the C++ type erased: what a parser, a
// schema generator, a documentation printer and `--set` need to know. Pointers to values are void*; each must
// point to a living object of the type that the Type describes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/literal.hpp"
#include "sim/ratio.hpp"
#include "sim/units.hpp"

namespace lightcone::sim {

class Table;

enum class Kind : std::uint8_t {
  boolean,
  integer,
  ratio,
  duration,
  bytes,
  bandwidth,
  text,
  choice,  // an enumerator, by name
  value,   // any sim::Value
  open,    // kept as written, for somebody else to read
  list,
  map,       // object whose keys are free
  optional,  // may be absent or null
  object,    // a struct with its own table
  either,    // one of several types, told apart by their forms
  converted  // written as another type
};

// Something kept as written: the reader of the file does not know what it means (the parameters of a model,
// say).
struct Open {
  Literal literal;   // null when absent
  std::string path;  // where it stood, such as "$.system.parameters"; empty when it did not come from a file
};

class Type {
 public:
  explicit Type(Kind kind) : kind_(kind) {}
  Type(const Type&) = delete;
  Type& operator=(const Type&) = delete;
  virtual ~Type() = default;

  Kind kind() const { return kind_; }
  virtual bool accepts(Form form) const = 0;
  // Completes "expected ...": "a boolean", "a list", ...
  virtual std::string expected() const = 0;
  // Why a literal whose form is not accepted is not: "10 is a number; expected a text; did you mean "10"?"
  virtual Mismatch refuse(const Literal& literal) const;
  // Reading what is written gives the same value again.
  virtual Literal write(const void* value) const = 0;

 private:
  Kind kind_;
};

// A value without parts: boolean to open.
class LeafType : public Type {
 public:
  using Type::Type;
  // Sets *target, or leaves it alone and says why. Bounds of a field are not looked at.
  virtual std::optional<Mismatch> read(const Literal& literal, void* target) const = 0;
  // What bounds are compared with: the number, or the count of the base unit. Zero for kinds without bounds.
  virtual Ratio magnitude(const void* value) const;
  // A magnitude as it would be written: "10s".
  virtual std::string written(Ratio magnitude) const;
};

struct ChoiceWord {
  std::string_view name;
  std::string_view doc;
};

class ChoiceType : public LeafType {
 public:
  ChoiceType() : LeafType(Kind::choice) {}
  virtual std::span<const ChoiceWord> words() const = 0;
};

class IntegerType : public LeafType {
 public:
  IntegerType() : LeafType(Kind::integer) {}
  virtual Ratio smallest() const = 0;
  virtual Ratio largest() const = 0;
};

class ListType : public Type {
 public:
  ListType() : Type(Kind::list) {}
  bool accepts(Form form) const override { return form == Form::list; }
  std::string expected() const override { return "a list"; }
  Literal write(const void* value) const override;

  virtual const Type& element() const = 0;
  virtual void clear(void* list) const = 0;
  virtual void* append(void* list) const = 0;  // a new element; valid until the next is appended
  virtual std::size_t size(const void* list) const = 0;
  virtual const void* at(const void* list, std::size_t index) const = 0;
};

class MapType : public Type {
 public:
  MapType() : Type(Kind::map) {}
  bool accepts(Form form) const override { return form == Form::object; }
  std::string expected() const override { return "an object"; }
  Literal write(const void* value) const override;

  struct Entry {
    std::string_view key;
    const void* value;
  };
  virtual const Type& element() const = 0;
  virtual void clear(void* map) const = 0;
  virtual void* insert(void* map, std::string_view key) const = 0;
  virtual std::vector<Entry> entries(const void* map) const = 0;  // ascending by key
};

class OptionalType : public Type {
 public:
  OptionalType() : Type(Kind::optional) {}
  bool accepts(Form form) const override { return form == Form::null || element().accepts(form); }
  std::string expected() const override { return element().expected() + ", or null"; }
  Literal write(const void* value) const override;

  Mismatch refuse(const Literal& literal) const override;
  virtual const Type& element() const = 0;
  virtual void reset(void* optional) const = 0;
  virtual void* emplace(void* optional) const = 0;
  virtual const void* held(const void* optional) const = 0;  // nullptr: nothing
};

class ObjectType : public Type {
 public:
  ObjectType() : Type(Kind::object) {}
  bool accepts(Form form) const override { return form == Form::object; }
  std::string expected() const override { return "an object"; }
  Literal write(const void* value) const override;

  virtual const Table& table() const = 0;
};

class EitherType : public Type {
 public:
  EitherType() : Type(Kind::either) {}
  bool accepts(Form form) const override;
  std::string expected() const override;  // "a duration or an object"
  Literal write(const void* value) const override;

  Mismatch refuse(const Literal& literal) const override;
  virtual std::span<const Type* const> alternatives() const = 0;
  virtual void* emplace(void* either, std::size_t alternative) const = 0;
  virtual std::size_t held(const void* either) const = 0;
  virtual const void* at(const void* either) const = 0;
};

// A type that is written as another one, its form, and may refuse what the form allows.
class ConvertedType : public Type {
 public:
  ConvertedType() : Type(Kind::converted) {}
  bool accepts(Form form) const override { return written_as().accepts(form); }
  std::string expected() const override { return written_as().expected(); }

  Mismatch refuse(const Literal& literal) const override { return written_as().refuse(literal); }
  virtual std::string_view name() const = 0;  // for the schema's definitions: "distribution"
  virtual std::string_view doc() const = 0;
  // Texts that are known to be right, for editors to offer; there are others.
  virtual std::span<const ChoiceWord> words() const { return {}; }
  virtual const Type& written_as() const = 0;
  // Room for one value of the form, and the step from there into *target.
  class Room {
   public:
    virtual ~Room() = default;
    virtual void* form() = 0;
    virtual std::optional<Mismatch> convert(void* target) const = 0;
  };
  virtual std::unique_ptr<Room> room() const = 0;
};

}  // namespace lightcone::sim

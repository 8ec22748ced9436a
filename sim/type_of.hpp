// From a C++ type to its Type: type_of<T>().
//
//   bool, integers up to 64 bits, Ratio, Duration, Bytes, Bandwidth, std::string, Value, Open
//   an enumeration with   inline sim::Choices<ReadMode> choices_of(ReadMode)   beside it
//   a struct with         static const sim::FieldTable<Self>& fields();
//   std::vector, std::map<std::string, T>, std::optional and std::variant of these
//   a type with a specialisation of sim::WrittenAs
#pragma once

#include <array>
#include <concepts>
#include <limits>
#include <map>
#include <type_traits>
#include <utility>
#include <variant>

#include "sim/field_type.hpp"
#include "sim/value.hpp"

namespace lightcone::sim {

// One enumerator: its name in files, and a sentence about it.
template <class E>
struct Choice {
  E value;
  ChoiceWord word;
};

template <class E>
using Choices = std::span<const Choice<E>>;

// Specialise for a type that is written as another one:
//   using Form = ...;                       a type that type_of knows
//   static constexpr std::string_view name, doc;
//   static std::optional<Mismatch> convert(const Form&, T&);
//   static Form form_of(const T&);
//   static std::span<const ChoiceWord> words();   if some texts are worth offering
template <class T>
struct WrittenAs;

template <class T>
const Type& type_of();

// The name of an enumerator, as files have it.
template <class E>
std::string_view name_of(E value) {
  for (const Choice<E>& choice : choices_of(value)) {
    if (choice.value == value) return choice.word.name;
  }
  return {};
}

// The types that need no C++ type to be erased. Never null, alive for ever.
const LeafType& boolean_type();
const LeafType& ratio_type();
const LeafType& duration_type();
const LeafType& bytes_type();
const LeafType& bandwidth_type();
const LeafType& text_type();
const LeafType& value_type();
const LeafType& open_type();

namespace erased {

// A whole number within [least, most], or why not; the literal is a number.
std::optional<Mismatch> read_integer(const Literal& literal, Ratio least, Ratio most, std::int64_t& out);
std::string likely_integer(const Literal& literal);
// The position of the word, or `why` there is none; the literal is a text.
std::optional<std::size_t> read_choice(const Literal& literal, std::span<const ChoiceWord> words,
                                       Mismatch& why);
std::string expected_choice(std::span<const ChoiceWord> words);

template <std::integral I>
class Integer final : public IntegerType {
 public:
  // Unsigned 64-bit numbers share the upper bound of signed ones, which every format can carry.
  Ratio smallest() const override { return {static_cast<std::int64_t>(std::numeric_limits<I>::min()), 1}; }
  Ratio largest() const override {
    return {std::cmp_greater(std::numeric_limits<I>::max(), INT64_MAX)
                ? INT64_MAX
                : static_cast<std::int64_t>(std::numeric_limits<I>::max()),
            1};
  }
  bool accepts(Form form) const override { return form == Form::number; }
  std::string expected() const override { return "a whole number"; }
  std::optional<Mismatch> read(const Literal& literal, void* target) const override {
    if (literal.form != Form::number) return refuse(literal);
    std::int64_t number = 0;
    if (std::optional<Mismatch> why = read_integer(literal, smallest(), largest(), number)) return why;
    *static_cast<I*>(target) = static_cast<I>(number);
    return std::nullopt;
  }
  Ratio magnitude(const void* value) const override {
    return {static_cast<std::int64_t>(*static_cast<const I*>(value)), 1};
  }
  Literal write(const void* value) const override { return Literal::number(magnitude(value).numerator); }
  Mismatch refuse(const Literal& literal) const override {
    Mismatch why = Type::refuse(literal);
    why.nearest = likely_integer(literal);
    return why;
  }
};

template <class E>
class Enumeration final : public ChoiceType {
 public:
  Enumeration() {
    for (const Choice<E>& choice : choices_of(E{})) words_.push_back(choice.word);
  }
  std::span<const ChoiceWord> words() const override { return words_; }
  bool accepts(Form form) const override { return form == Form::text; }
  std::string expected() const override { return expected_choice(words_); }
  std::optional<Mismatch> read(const Literal& literal, void* target) const override {
    if (literal.form != Form::text) return refuse(literal);
    Mismatch why;
    const std::optional<std::size_t> chosen = read_choice(literal, words_, why);
    if (!chosen) return why;
    *static_cast<E*>(target) = choices_of(E{})[*chosen].value;
    return std::nullopt;
  }
  Literal write(const void* value) const override {
    return Literal::string(name_of(*static_cast<const E*>(value)));
  }

 private:
  std::vector<ChoiceWord> words_;
};

template <class T>
class List final : public ListType {
  static_assert(!std::is_same_v<T, bool>, "std::vector<bool> has no elements to point at");
  using Held = std::vector<T>;

 public:
  const Type& element() const override { return type_of<T>(); }
  void clear(void* list) const override { static_cast<Held*>(list)->clear(); }
  void* append(void* list) const override { return &static_cast<Held*>(list)->emplace_back(); }
  std::size_t size(const void* list) const override { return static_cast<const Held*>(list)->size(); }
  const void* at(const void* list, std::size_t i) const override {
    return &(*static_cast<const Held*>(list))[i];
  }
};

template <class T>
class Map final : public MapType {
  using Held = std::map<std::string, T>;

 public:
  const Type& element() const override { return type_of<T>(); }
  void clear(void* map) const override { static_cast<Held*>(map)->clear(); }
  void* insert(void* map, std::string_view key) const override {
    return &(*static_cast<Held*>(map))[std::string(key)];
  }
  std::vector<Entry> entries(const void* map) const override {
    std::vector<Entry> out;
    for (const auto& [key, value] : *static_cast<const Held*>(map)) out.push_back({key, &value});
    return out;
  }
};

template <class T>
class Optional final : public OptionalType {
  using Held = std::optional<T>;

 public:
  const Type& element() const override { return type_of<T>(); }
  void reset(void* optional) const override { static_cast<Held*>(optional)->reset(); }
  void* emplace(void* optional) const override { return &static_cast<Held*>(optional)->emplace(); }
  const void* held(const void* optional) const override {
    const Held& held = *static_cast<const Held*>(optional);
    return held ? &*held : nullptr;
  }
};

template <class S>
class Object final : public ObjectType {
 public:
  const Table& table() const override { return S::fields(); }
};

template <class... T>
class Either final : public EitherType {
  using Held = std::variant<T...>;

 public:
  std::span<const Type* const> alternatives() const override { return alternatives_; }
  void* emplace(void* either, std::size_t alternative) const override {
    return emplace(*static_cast<Held*>(either), alternative, std::index_sequence_for<T...>());
  }
  std::size_t held(const void* either) const override { return static_cast<const Held*>(either)->index(); }
  const void* at(const void* either) const override {
    return std::visit([](const auto& held) -> const void* { return &held; },
                      *static_cast<const Held*>(either));
  }

 private:
  template <std::size_t... I>
  static void* emplace(Held& either, std::size_t alternative, std::index_sequence<I...>) {
    void* out = nullptr;
    ((I == alternative ? void(out = &either.template emplace<I>()) : void()), ...);
    return out;
  }
  std::array<const Type*, sizeof...(T)> alternatives_{&type_of<T>()...};
};

template <class T>
class Converted final : public ConvertedType {
  using Rule = WrittenAs<T>;
  using Written = typename Rule::Form;

  class TypedRoom final : public Room {
   public:
    void* form() override { return &form_; }
    std::optional<Mismatch> convert(void* target) const override {
      return Rule::convert(form_, *static_cast<T*>(target));
    }

   private:
    Written form_{};
  };

 public:
  std::string_view name() const override { return Rule::name; }
  std::string_view doc() const override { return Rule::doc; }
  std::span<const ChoiceWord> words() const override {
    if constexpr (requires { Rule::words(); }) {
      return Rule::words();
    } else {
      return {};
    }
  }
  const Type& written_as() const override { return type_of<Written>(); }
  std::unique_ptr<Room> room() const override { return std::make_unique<TypedRoom>(); }
  Literal write(const void* value) const override {
    const Written& form = Rule::form_of(*static_cast<const T*>(value));
    return written_as().write(&form);
  }
};

template <class T>
concept Described = requires { T::fields(); };

template <class T>
concept Rewritten = requires { typename WrittenAs<T>::Form; };

template <class T>
struct Chosen {
  static const Type& type() {
    if constexpr (Rewritten<T>) {
      static const Converted<T> held;
      return held;
    } else if constexpr (std::is_enum_v<T>) {
      static const Enumeration<T> held;
      return held;
    } else if constexpr (std::is_integral_v<T>) {
      static const Integer<T> held;
      return held;
    } else {
      static_assert(Described<T>, "no Type is known for T: see the list at the top of sim/type_of.hpp");
      static const Object<T> held;
      return held;
    }
  }
};

template <class T>
struct Chosen<std::vector<T>> {
  static const Type& type() {
    static const List<T> held;
    return held;
  }
};
template <class T>
struct Chosen<std::map<std::string, T>> {
  static const Type& type() {
    static const Map<T> held;
    return held;
  }
};
template <class T>
struct Chosen<std::optional<T>> {
  static const Type& type() {
    static const Optional<T> held;
    return held;
  }
};
template <class... T>
struct Chosen<std::variant<T...>> {
  static const Type& type() {
    static const Either<T...> held;
    return held;
  }
};

template <>
struct Chosen<bool> {
  static const Type& type() { return boolean_type(); }
};
template <>
struct Chosen<Ratio> {
  static const Type& type() { return ratio_type(); }
};
template <>
struct Chosen<Duration> {
  static const Type& type() { return duration_type(); }
};
template <>
struct Chosen<Bytes> {
  static const Type& type() { return bytes_type(); }
};
template <>
struct Chosen<Bandwidth> {
  static const Type& type() { return bandwidth_type(); }
};
template <>
struct Chosen<std::string> {
  static const Type& type() { return text_type(); }
};
template <>
struct Chosen<Value> {
  static const Type& type() { return value_type(); }
};
template <>
struct Chosen<Open> {
  static const Type& type() { return open_type(); }
};

}  // namespace erased

template <class T>
const Type& type_of() {
  return erased::Chosen<T>::type();
}

}  // namespace lightcone::sim

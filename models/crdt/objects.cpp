#include "models/crdt/objects.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/ensure.hpp"
#include "sim/fields_of.hpp"

namespace lightcone::models::crdt {

namespace {

template <class... Cases>
struct Overloaded : Cases... {
  using Cases::operator()...;
};

sim::Value list_of(const std::vector<std::int64_t>& numbers) {
  sim::ValueList list;
  for (const std::int64_t number : numbers) list.emplace_back(number);
  return list;
}

template <class SetType>
sim::Value elements_of(const SetType& set) {
  sim::ValueList list;
  for (const auto& [element, dots] : set.elements()) list.emplace_back(element);
  return list;
}

std::string_view word_for(Type type) {
  for (const auto& choice : choices_of(type)) {
    if (choice.value == type) return choice.word.name;
  }
  return {};
}

std::int64_t number_in(const sim::Value& value) { return value.as_int() == nullptr ? 0 : *value.as_int(); }

}  // namespace

Object Rules::blank() const {
  switch (parameters_.type) {
    case Type::gcounter:
      return {parts::crdt::GCounter{}};
    case Type::pncounter:
      return {parts::crdt::PnCounter{}};
    case Type::bounded_counter:
      return {parts::crdt::BoundedCounter{}};
    case Type::lwwmap:
      return {Register{}};
    case Type::orset:
      if (parameters_.removals == Removals::tombstones) return {SetWithTombstones{}};
      return {Set{}};
    case Type::rga:
      if (!safe_.places_are_a_tree) return {Fractions{}};
      return {Text(safe_.siblings_are_ordered ? Text::Ties::by_replica : Text::Ties::by_arrival)};
  }
  return {};
}

Object& Rules::at(Objects& objects, const std::string& key) const {
  const auto found = objects.by_key.find(key);
  return found != objects.by_key.end() ? found->second : objects.by_key.emplace(key, blank()).first->second;
}

sim::Value Rules::read(const Objects& objects, const std::string& key) const {
  const auto found = objects.by_key.find(key);
  const Object nothing = blank();
  const Object& object = found == objects.by_key.end() ? nothing : found->second;
  return std::visit(
      Overloaded{
          [](const parts::crdt::GCounter& c) { return sim::Value(static_cast<std::int64_t>(c.value())); },
          [](const parts::crdt::PnCounter& c) { return sim::Value(c.value()); },
          [](const parts::crdt::BoundedCounter& c) { return sim::Value(c.value()); },
          [](const Register& r) { return r.value() == nullptr ? sim::Value() : *r.value(); },
          [](const Set& set) { return elements_of(set); },
          [](const SetWithTombstones& set) { return elements_of(set); },
          [](const Text& text) { return list_of(text.values()); },
          [](const Fractions& text) { return list_of(text.values()); },
      },
      object.held);
}

void Rules::merge(Object& object, const Object& other) const {
  std::visit(
      [&]<class T>(T& mine) {
        const T* theirs = std::get_if<T>(&other.held);
        sim::ensure(theirs != nullptr, "all replicas of an object keep it as one type");
        mine.merge(*theirs);
      },
      object.held);
}

void Rules::apply(Object& object, const Object& delta, const Change& change, const Dot& dot) const {
  const bool by_value = change.verb == Verb::remove && !safe_.removes_what_it_saw;
  if (!safe_.applied_once && (change.verb == Verb::incr || change.verb == Verb::decr)) {
    // Not the entry that the writer had by then, but one more, as often as it is heard of.
    (void)this->change(object, change, {dot.replica, dot, {}});
    return;
  }
  if (const auto* theirs = std::get_if<Text>(&delta.held); theirs != nullptr && !safe_.causal_delivery) {
    if (!std::get<Text>(object.held).can_place(*theirs)) return;
  }
  merge(object, delta);
  if (!by_value) return;
  if (auto* set = std::get_if<Set>(&object.held)) set->remove(number_in(change.value));
  if (auto* set = std::get_if<SetWithTombstones>(&object.held)) set->remove(dot, number_in(change.value));
}

// Under one entry for all, the join keeps the greater total and forgets the other.
ReplicaId Rules::entry_of(const Author& author) const {
  return safe_.entry_a_replica ? author.replica : ReplicaId{};
}

Rules::Outcome Rules::change(Object& object, const Change& change, const Author& author) const {
  switch (parameters_.type) {
    case Type::gcounter:
    case Type::pncounter:
    case Type::bounded_counter:
      return count(object, change, author);
    case Type::lwwmap:
      return write(object, change, author);
    case Type::orset:
      return edit_set(object, change, author);
    case Type::rga:
      return edit_text(object, change, author);
  }
  return std::string();
}

Rules::Outcome Rules::count(Object& object, const Change& change, const Author& author) const {
  const ReplicaId entry = entry_of(author);
  if (auto* counter = std::get_if<parts::crdt::GCounter>(&object.held)) {
    if (change.verb == Verb::incr) return Object{counter->add(entry, 1)};
  } else if (auto* both_ways = std::get_if<parts::crdt::PnCounter>(&object.held)) {
    if (change.verb == Verb::incr) return Object{both_ways->increment(entry, 1)};
    if (change.verb == Verb::decr) return Object{both_ways->decrement(entry, 1)};
  } else if (auto* bounded = std::get_if<parts::crdt::BoundedCounter>(&object.held)) {
    if (change.verb == Verb::incr) return Object{bounded->add(entry, 1)};
    if (change.verb == Verb::share) {
      const ReplicaId giver = change.from == ReplicaId{} ? author.replica : change.from;
      auto delta = bounded->give(giver, change.to, static_cast<std::uint64_t>(number_in(change.value)));
      if (delta) return Object{std::move(*delta)};
      return std::string("there is not so much to give");
    }
    if (change.verb == Verb::decr) {
      if (!safe_.escrow && bounded->value() > 0) return Object{bounded->take_unchecked(entry, 1)};
      auto delta = safe_.escrow ? bounded->take(entry, 1) : std::nullopt;
      if (delta) return Object{std::move(*delta)};
      return std::string("nothing is left here");
    }
  }
  return refuse(change);
}

Rules::Outcome Rules::write(Object& object, const Change& change, const Author& author) const {
  if (change.verb != Verb::put && change.verb != Verb::erase) return refuse(change);
  const std::int64_t tick = std::max<std::int64_t>(parameters_.clock_resolution.count(), 1);
  parts::crdt::Stamp stamp{author.now.time_since_epoch().count() / tick, author.dot};
  if (!safe_.stamps_differ) stamp.dot = {};
  return Object{
      std::get<Register>(object.held).assign(stamp, change.verb == Verb::put ? change.value : sim::Value())};
}

Rules::Outcome Rules::edit_set(Object& object, const Change& change, const Author& author) const {
  const std::int64_t element = number_in(change.value);
  if (change.verb != Verb::add && change.verb != Verb::remove) return refuse(change);
  const bool adds = change.verb == Verb::add;
  if (auto* set = std::get_if<SetWithTombstones>(&object.held))
    return Object{adds ? set->add(author.dot, element) : set->remove(author.dot, element)};
  auto& set = std::get<Set>(object.held);
  return Object{adds ? set.add(author.replica, element) : set.remove(element)};
}

Rules::Outcome Rules::edit_text(Object& object, const Change& change, const Author& author) const {
  if (change.verb != Verb::type && change.verb != Verb::backspace) return refuse(change);
  const std::int64_t character = number_in(change.value);
  const auto edit = [&](auto& text, auto insert_behind) -> Outcome {
    if (change.verb == Verb::backspace && change.value.is_null()) {  // at the beginning
      return Object{std::remove_reference_t<decltype(text)>{}};
    }
    if (change.verb == Verb::backspace) {
      const auto typed = text.find(character);
      if (!typed) return std::string("the character has not arrived here");
      return Object{text.erase(*typed)};
    }
    if (!change.behind) return Object{insert_behind({})};
    const auto before = text.find(*change.behind);
    if (!before) return std::string("the character before it has not arrived here");
    return Object{insert_behind(*before)};
  };
  if (auto* text = std::get_if<Text>(&object.held))
    return edit(*text, [&](const Text::Id& behind) {
      return text->insert_behind(author.replica, behind, character);
    });
  auto& text = std::get<Fractions>(object.held);
  return edit(text, [&](const Fractions::Position& behind) {
    return text.insert_behind(author.dot, behind, character);
  });
}

Rules::Outcome Rules::refuse(const Change& change) const {
  return fmt::format("{} is not done to {}", sim::detail::enumerator_name(change.verb),
                     word_for(parameters_.type));
}

}  // namespace lightcone::models::crdt

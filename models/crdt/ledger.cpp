#include "models/crdt/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace lightcone::models::crdt {

namespace {

std::vector<std::int64_t> numbers_in(const sim::Value& value) {
  std::vector<std::int64_t> numbers;
  if (value.as_list() == nullptr) return numbers;
  for (const sim::Value& each : *value.as_list()) numbers.push_back(*each.as_int());
  return numbers;
}

std::string words(const Dot& dot) {
  return fmt::format("update {} of {:x}", dot.counter, dot.replica.incarnation);
}

// The additions that a set's update makes, and whether it puts an end to another one.
std::set<Dot> additions_of(const Update& update) {
  const std::int64_t element = *update.change.value.as_int();
  const auto& held = update.delta.get<Object>().held;
  const auto find = [&](const auto& set) {
    const auto found = set.elements().find(element);
    return found == set.elements().end() ? std::set<Dot>{} : found->second;
  };
  if (const auto* set = std::get_if<Set>(&held)) return find(*set);
  return find(std::get<SetWithTombstones>(held));
}

bool ends(const Update& update, const Dot& addition) {
  const auto& held = update.delta.get<Object>().held;
  if (const auto* set = std::get_if<Set>(&held))
    return set->context().contains(addition) && !additions_of(update).contains(addition);
  return std::get<SetWithTombstones>(held).tombstones().contains(addition);
}

}  // namespace

void Ledger::add(const Update& update) {
  auto& namesakes = by_name_[update.dot];
  for (const std::size_t i : namesakes) {
    if (are_same(updates_[i].update, update)) return;
  }
  namesakes.push_back(updates_.size());
  by_key_[update.key].push_back(updates_.size());
  updates_.push_back({update});
  if (update.change.verb == Verb::incr) ++counts_[update.key];
  if (update.change.verb == Verb::decr) --counts_[update.key];
}

std::int64_t Ledger::count(const std::string& key) const {
  const auto found = counts_.find(key);
  return found == counts_.end() ? 0 : found->second;
}

template <class Visit>
void Ledger::for_each(const std::string& key, const Visit& visit) const {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  for (const std::size_t i : found->second) {
    if (updates_[i].counts) visit(updates_[i].update);
  }
}

std::optional<std::pair<Update, Update>> Ledger::namesakes(const std::string& key) const {
  std::optional<std::pair<Update, Update>> found;
  for_each(key, [&](const Update& update) {
    for (const std::size_t other : by_name_.at(update.dot)) {
      const Update& namesake = updates_[other].update;
      if (!found && updates_[other].counts && !are_same(namesake, update)) found.emplace(update, namesake);
    }
  });
  return found;
}

std::string Ledger::words_about_names(const std::string& key) const {
  const auto two = namesakes(key);
  if (!two) return {};
  return fmt::format(": {} is the name of two, and whoever has one takes the other for it",
                     words(two->first.dot));
}

std::optional<Ledger::Complaint> Ledger::judge(const std::string& key, const sim::Value& read) const {
  if (parameters_.is_counter()) return judge_counter(key, *read.as_int());
  if (parameters_.type == Type::lwwmap) return judge_register(key, read);
  if (parameters_.type == Type::orset) return judge_set(key, numbers_in(read));
  return judge_text(key, numbers_in(read));
}

std::optional<Ledger::Complaint> Ledger::judge_counter(const std::string& key, std::int64_t read) const {
  std::int64_t sum = 0;
  std::int64_t up = 0;
  for_each(key, [&](const Update& update) {
    up += update.change.verb == Verb::incr ? 1 : 0;
    sum += update.change.verb == Verb::incr ? 1 : update.change.verb == Verb::decr ? -1 : 0;
  });
  if (read == sum) return std::nullopt;
  const std::string what =
      fmt::format("{} reads {} where {} increments and {} decrements make {}", key, read, up, up - sum, sum);
  const std::string names = words_about_names(key);
  if (!names.empty()) return Complaint{"lost-write", what + names};
  return Complaint{read < sum ? "lost-update" : "duplicate-effect", what};
}

std::optional<Ledger::Complaint> Ledger::judge_register(const std::string& key,
                                                        const sim::Value& read) const {
  const Update* last = nullptr;
  const auto stamp = [](const Update& update) {
    return std::pair(std::get<Register>(update.delta.get<Object>().held).stamp()->time, update.dot);
  };
  for_each(key, [&](const Update& update) {
    if (last == nullptr || stamp(*last) < stamp(update)) last = &update;
  });
  const sim::Value expected =
      last == nullptr || last->change.verb == Verb::erase ? sim::Value() : last->change.value;
  if (read == expected) return std::nullopt;
  return Complaint{"lost-write",
                   fmt::format("{} reads {} where the write with the latest stamp left {}{}", key,
                               read.to_json(), expected.to_json(), words_about_names(key))};
}

std::optional<Ledger::Complaint> Ledger::judge_set(const std::string& key, const Content& read) const {
  std::map<std::int64_t, std::vector<const Update*>> by_element;
  for_each(key, [&](const Update& update) { by_element[*update.change.value.as_int()].push_back(&update); });
  for (const std::int64_t element : read) by_element[element];
  for (const auto& [element, updates] : by_element) {
    const Update* left = nullptr;
    for (const Update* addition : updates) {
      if (addition->change.verb != Verb::add) continue;
      for (const Dot& dot : additions_of(*addition)) {
        const bool is_over = std::any_of(updates.begin(), updates.end(),
                                         [&](const Update* other) { return ends(*other, dot); });
        if (!is_over) left = addition;
      }
    }
    const bool is_there = std::find(read.begin(), read.end(), element) != read.end();
    if (left != nullptr && !is_there) {
      return Complaint{"lost-write",
                       fmt::format("{} is not in {}, although no removal saw {}, which added it{}", element,
                                   key, words(left->dot), words_about_names(key))};
    }
    if (left == nullptr && is_there) {
      return Complaint{
          "resurrection",
          fmt::format("{} is in {}, although every addition of it was seen by a removal", element, key)};
    }
  }
  return std::nullopt;
}

std::optional<Ledger::Complaint> Ledger::judge_text(const std::string& key, const Content& read) const {
  std::map<std::int64_t, int> left;  // of each character how often it is still to be found
  std::set<std::int64_t> erased;
  for_each(key, [&](const Update& update) {
    if (update.change.value.is_null()) return;
    const std::int64_t character = *update.change.value.as_int();
    if (update.change.verb == Verb::type) left[character] += 1;
    if (update.change.verb == Verb::backspace) erased.insert(character);
  });
  for (const std::int64_t character : read) {
    if (erased.contains(character))
      return Complaint{"resurrection", fmt::format("{} is in {}, although it was erased", character, key)};
    if (left[character]-- == 0) {
      return Complaint{"duplicate-effect",
                       fmt::format("{} is in {} more often than it was typed", character, key)};
    }
  }
  for (const auto& [character, times] : left) {
    if (times <= 0 || erased.contains(character)) continue;
    return Complaint{"lost-write", fmt::format("{} is not in {}, where it was typed and never erased{}",
                                               character, key, words_about_names(key))};
  }
  return judge_places(key, read);
}

// A character stands somewhere behind the one that it was typed behind, and what stands between the two was
// typed by somebody who had seen the first of them.
std::optional<Ledger::Complaint> Ledger::judge_places(const std::string& key, const Content& read) const {
  std::map<std::int64_t, std::size_t> places;
  for (std::size_t i = 0; i < read.size(); ++i) places[read[i]] = i;
  std::map<std::int64_t, const Update*> typed;
  for_each(key, [&](const Update& update) {
    if (update.change.verb == Verb::type) typed[*update.change.value.as_int()] = &update;
  });
  for (const std::int64_t character : read) {
    const auto& before = typed.at(character)->change.behind;
    if (!before || !places.contains(*before)) continue;
    const std::size_t from = places.at(*before);
    const std::size_t to = places.at(character);
    if (to < from) {
      return Complaint{"reorder", fmt::format("in {} {} stands before {}, behind which it was typed", key,
                                              character, *before)};
    }
    for (std::size_t i = from + 1; i < to; ++i) {
      if (typed.at(read[i])->seen.contains(typed.at(*before)->dot)) continue;
      return Complaint{
          "invariant(P30.6)",
          fmt::format("in {} {} stands between {} and {}, typed by somebody who had seen neither", key,
                      read[i], *before, character)};
    }
  }
  return std::nullopt;
}

}  // namespace lightcone::models::crdt

#include "reports/checkers/linearizability/elements.hpp"

#include <algorithm>
#include <utility>

namespace lightcone::reports::checkers {

bool Elements::read(Part part, const Object& object, Values& values) {
  std::vector<ValueId> there;
  if (const sim::ValueList* list = object.initial.as_list()) {
    for (const sim::Value& value : *list) there.push_back(values.keep(value));
  }
  std::vector<std::uint32_t> element_of(values.size(), Op::never);
  const auto add = [&](ValueId value, std::uint32_t insert) {
    if (element_of[value] != Op::never) return false;
    element_of[value] = static_cast<std::uint32_t>(all.size());
    all.emplace_back().value = value;
    all.back().insert = insert;
    return true;
  };
  for (const ValueId value : there) {
    if (!add(value, Op::never)) return false;
  }
  for (std::uint32_t i = 0; i < part.size(); ++i) {
    if (part[i].verb == Verb::insert && !add(part[i].value, i)) return false;
  }
  for (std::uint32_t i = 0; i < part.size(); ++i) {
    const Op& op = part[i];
    if (op.verb != Verb::take) continue;
    if (!op.must || !op.answered) {
      has_unsure_takes = true;
    } else if (op.answer == Values::null) {
      empties.push_back({i, 0, 0});
    } else if (element_of[op.answer] == Op::never) {
      culprits = {i};
      return true;
    } else if (Element& element = all[element_of[op.answer]]; element.is_taken()) {
      culprits = {element.take, i};
      if (element.insert != Op::never) culprits.push_back(element.insert);
      return true;
    } else {
      element.take = i;
      if (element.insert == Op::never || op.end > part[element.insert].begin) continue;
      culprits = {element.insert, i};
      return true;
    }
  }
  std::erase_if(all, [&](const Element& element) {
    return element.insert != Op::never && !part[element.insert].must && !element.is_taken();
  });
  std::vector<bool> counts(part.size(), false);
  for (const Element& element : all) {
    if (element.insert != Op::never) counts[element.insert] = true;
    if (element.take != Op::never) counts[element.take] = true;
  }
  for (const Empty& empty : empties) counts[empty.op] = true;
  number(part, counts);
  return true;
}

void Elements::number(Part part, const std::vector<bool>& counts) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> events;  // position, 2 * operation + is_end
  for (std::uint32_t i = 0; i < part.size(); ++i) {
    if (!counts[i]) continue;
    events.emplace_back(part[i].begin, 2 * i);
    if (part[i].must) events.emplace_back(part[i].end, 2 * i + 1);
  }
  std::ranges::sort(events);
  std::uint32_t point = 0;
  for (Element& element : all) {
    if (element.insert != Op::never) continue;
    element.insert_begin = point++;
    element.insert_end = point++;
  }
  std::vector<std::uint32_t> begins(part.size());
  std::vector<std::uint32_t> ends(part.size(), Op::never);
  for (const auto& [position, event] : events) (event % 2 == 0 ? begins : ends)[event / 2] = point++;
  const std::uint32_t last = point;
  points = last + 2;
  for (Element& element : all) {
    if (element.insert != Op::never) {
      element.insert_begin = begins[element.insert];
      element.insert_end = std::min(ends[element.insert], last + 1);
    }
    element.take_begin = element.is_taken() ? begins[element.take] : last;
    element.take_end = element.is_taken() ? ends[element.take] : last + 1;
  }
  for (Empty& empty : empties) {
    empty.begin = begins[empty.op];
    empty.end = ends[empty.op];
  }
}

}  // namespace lightcone::reports::checkers

#include "models/dynamo/objects.hpp"

#include <algorithm>
#include <utility>

namespace lightcone::models::dynamo {

Counts counts_in(const Version& version) {
  Counts counts;
  const auto see = [&counts](std::int64_t writer, std::int64_t count) {
    std::int64_t& known = counts[writer];
    known = std::max(known, count);
  };
  for (const sim::Value& value : version.values()) {
    if (const std::int64_t* number = value.as_int()) see(0, *number);
    const sim::ValueList* entries = value.as_list();
    if (entries == nullptr) continue;
    for (const sim::Value& entry : *entries) {
      const sim::ValueList& pair = *entry.as_list();
      see(*pair[0].as_int(), *pair[1].as_int());
    }
  }
  return counts;
}

std::int64_t sum_of(const Counts& counts) {
  std::int64_t sum = 0;
  for (const auto& [writer, count] : counts) sum += count;
  return sum;
}

sim::Value counter_with(const Counts& counts, std::int64_t writer) {
  if (writer == 0) return sim::Value(sum_of(counts));
  sim::ValueList entries;
  for (const auto& [each, count] : counts) entries.push_back(sim::ValueList{each, count});
  return sim::Value(std::move(entries));
}

sim::ValueList elements_in(const Version& version) {
  sim::ValueList elements;
  for (const sim::Value& value : version.values()) {
    if (const sim::ValueList* held = value.as_list())
      elements.insert(elements.end(), held->begin(), held->end());
  }
  std::sort(elements.begin(), elements.end());
  elements.erase(std::unique(elements.begin(), elements.end()), elements.end());
  return elements;
}

}  // namespace lightcone::models::dynamo

#include "models/spanner/mvcc_store.hpp"

#include <algorithm>
#include <limits>

namespace lightcone::models::spanner {

MvccStore::Versions::const_iterator MvccStore::after(const Versions& versions, Timestamp at) {
  return std::upper_bound(versions.begin(), versions.end(), at,
                          [](Timestamp t, const Version& version) { return t < version.at; });
}

void MvccStore::write(const Write& write, Timestamp at) {
  Versions& versions = keys_[write.key];
  versions.insert(after(versions, at), {at, write.change, write.value});
  bytes_ += 16 + write.value.wire_bytes();
}

sim::Value MvccStore::read(std::string_view key, Timestamp at) const {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return {};
  const auto end = after(found->second, at);
  auto from = end;
  while (from != found->second.begin() && std::prev(from)->change == Change::append) --from;
  if (from == end) return end == found->second.begin() ? sim::Value() : std::prev(end)->value;
  sim::ValueList list;
  list.reserve(static_cast<std::size_t>(end - from));
  for (auto version = from; version != end; ++version) list.push_back(version->value);
  return list;
}

sim::Value MvccStore::read_latest(std::string_view key) const {
  return read(key, std::numeric_limits<Timestamp>::max());
}

Timestamp MvccStore::written_at(std::string_view key, Timestamp at) const {
  const auto found = keys_.find(key);
  if (found == keys_.end()) return 0;
  const auto end = after(found->second, at);
  return end == found->second.begin() ? 0 : std::prev(end)->at;
}

}  // namespace lightcone::models::spanner

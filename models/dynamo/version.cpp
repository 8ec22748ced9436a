#include "models/dynamo/version.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/fact.hpp"

namespace lightcone::models::dynamo {

std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15ULL;
  return hash ^ (hash >> 29U);
}

std::vector<sim::Value> Version::values() const {
  std::vector<sim::Value> found;
  if (tag.counter != 0 && !deleted) found.push_back(value);
  for (const auto& sibling : siblings.all) {
    if (!sibling.content.deleted) found.push_back(sibling.content.value);
  }
  return found;
}

std::uint64_t wire_bytes(const Version& version) {
  const std::uint64_t stamped = sim::bytes_on_wire(version.tag) + sim::bytes_on_wire(version.value) +
                                sim::bytes_on_wire(version.deleted) + sim::bytes_on_wire(version.deleted_at);
  return stamped + (version.siblings.empty() ? 0 : sim::bytes_on_wire(version.siblings));
}

void visit_as_field(const Version& version, std::string_view name, sim::FieldVisitor& visitor) {
  visitor.open_object(name);
  if (version.siblings.empty()) {
    sim::visit_field("tag", version.tag, visitor);
    sim::visit_field("value", version.value, visitor);
    sim::visit_field("deleted", version.deleted, visitor);
    sim::visit_field("deleted_at", version.deleted_at, visitor);
  } else {
    sim::visit_field("siblings", version.siblings.all, visitor);
  }
  visitor.close();
}

bool covers(const Version& held, const Version& other) {
  return held.tag >= other.tag && held.siblings.covers(other.siblings);
}

void merge_into(Version& held, const Version& other) {
  if (other.tag > held.tag) {
    held = other;
    return;
  }
  if (other.siblings.empty()) return;
  held.siblings.merge(other.siblings);
  settle_deletion(held);
}

void settle_deletion(Version& version) {
  version.deleted = true;
  for (const auto& sibling : version.siblings.all) {
    version.deleted = version.deleted && sibling.content.deleted;
    version.deleted_at = std::max(version.deleted_at, sibling.content.deleted_at);
  }
}

std::uint64_t hash_of(std::string_view key, const Version& version) {
  std::uint64_t hash = sim::name_hash(key);
  hash = mixed(hash, static_cast<std::uint64_t>(version.tag.counter));
  hash = mixed(hash, version.tag.writer);
  hash = mixed(hash, version.tag.request);
  for (const auto& [dot, past, content] : version.siblings.all) {
    hash = mixed(hash, dot.replica.node.index);
    hash = mixed(hash, dot.replica.incarnation);
    hash = mixed(hash, dot.counter);
  }
  return hash;
}

std::vector<WriteId> writes_in(const Version& version) {
  std::vector<WriteId> writes;
  for (const auto& sibling : version.siblings.all) writes.push_back(sibling.content.write);
  return writes;
}

std::string words(const Version& version) {
  if (version.siblings.empty()) return fmt::format("({}, {})", version.tag.counter, version.tag.writer);
  std::string text;
  for (const auto& sibling : version.siblings.all) {
    const auto& [replica, counter] = sibling.dot;
    text += fmt::format("{}({}, {})", text.empty() ? "" : " ", replica.node.index, counter);
  }
  return text;
}

}  // namespace lightcone::models::dynamo

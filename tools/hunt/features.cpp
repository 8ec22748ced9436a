#include "tools/hunt/features.hpp"

#include <algorithm>
#include <map>
#include <string_view>

#include "sim/fact.hpp"

namespace lightcone::tools::hunt {

namespace {

constexpr std::uint64_t odd = 0x9E3779B97F4A7C15ULL;

std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * odd;
  return hash ^ (hash >> 29U);
}

// Counts features, and keeps one number for each power of two that a count reaches.
class Counter {
 public:
  void add(std::uint64_t feature) { ++counts_[feature]; }

  std::vector<std::uint64_t> take() const {
    std::vector<std::uint64_t> all;
    for (const auto& [feature, count] : counts_) {
      for (std::uint64_t power = 0; (count >> power) != 0; ++power) {
        all.push_back(mixed(feature, power));
      }
    }
    std::sort(all.begin(), all.end());
    return all;
  }

 private:
  std::map<std::uint64_t, std::uint64_t> counts_;
};

class Reader {
 public:
  explicit Reader(const sim::RunRecord& record) : record_(record) {
    for (const sim::FaultRecord& fault : record.faults) {
      if (fault.affected > 0) windows_.push_back({fault.began, fault.ended, bit_of(fault.kind)});
    }
  }

  // The kinds of faults that were in effect, as a number that does not depend on their order.
  std::uint64_t trouble_at(sim::Instant when) const {
    std::uint64_t trouble = 0;
    for (const Window& window : windows_) {
      if (window.began <= when && when <= window.ended) trouble |= window.bit;
    }
    return trouble;
  }

  void read_landmarks(Counter& counter) const {
    const sim::Landmark* before = nullptr;
    for (const sim::Landmark& landmark : record_.landmarks) {
      if (landmark.what != sim::Happening::mark) continue;
      const bool elsewhere = before != nullptr && before->node != landmark.node;
      std::uint64_t feature = mixed(before == nullptr ? 0 : sim::name_hash(before->name), elsewhere ? 2 : 1);
      feature = mixed(feature, sim::name_hash(landmark.name));
      counter.add(mixed(feature, trouble_at(landmark.at)));
      before = &landmark;
    }
  }

  void read_operations(Counter& counter) const {
    for (const sim::Operation& operation : record_.history) {
      const std::uint64_t feature =
          mixed(sim::name_hash(operation.f), static_cast<std::uint64_t>(operation.outcome) + 16);
      counter.add(mixed(feature, trouble_at(sim::Instant(sim::Duration(operation.invoke)))));
    }
  }

 private:
  static std::uint64_t bit_of(std::string_view kind) {
    return std::uint64_t{1} << (sim::name_hash(kind) % 64);
  }

  // A fault that took effect.
  struct Window {
    sim::Instant began;
    sim::Instant ended;
    std::uint64_t bit;
  };

  const sim::RunRecord& record_;
  std::vector<Window> windows_;
};

}  // namespace

std::vector<std::uint64_t> features_of(const sim::RunRecord& record) {
  Counter counter;
  const Reader reader(record);
  reader.read_landmarks(counter);
  reader.read_operations(counter);
  return counter.take();
}

}  // namespace lightcone::tools::hunt

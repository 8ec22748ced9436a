// What a process did lately, for those who watch: they look after every event, and take what is new.
#pragma once

#include <cstdint>
#include <deque>
#include <utility>

#include "sim/ensure.hpp"

namespace lightcone::models::zanzibar {

template <class Record>
class Recent {
 public:
  void add(Record record) {
    records_.push_back(std::move(record));
    ++count_;
    if (records_.size() > kept) records_.pop_front();
  }

  // Calls `take` with each that is beyond the first `seen`, and counts it as seen.
  template <class Take>
  void since(std::uint64_t& seen, const Take& take) const {
    const std::uint64_t fresh = count_ - seen;
    sim::ensure(seen <= count_ && fresh <= records_.size(),
                "whoever watches looks before too much has happened");
    for (auto at = records_.end() - static_cast<std::ptrdiff_t>(fresh); at != records_.end(); ++at) take(*at);
    seen = count_;
  }
  std::uint64_t count() const { return count_; }

 private:
  static constexpr std::size_t kept = 4096;  // far more than one event makes
  std::deque<Record> records_;
  std::uint64_t count_ = 0;
};

}  // namespace lightcone::models::zanzibar

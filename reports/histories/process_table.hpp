// One T a process. Small numbers, which is nearly all there are, index a vector; the rest go to a map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace lightcone::reports::histories {

template <class T>
class ProcessTable {
 public:
  // The entry of `process`, made when it is not there. Valid until the next call.
  T& operator[](std::int64_t process) {
    if (process < 0 || process >= dense_limit) return sparse_[process];
    const auto index = static_cast<std::size_t>(process);
    if (index >= dense_.size()) dense_.resize(index + 1);
    return dense_[index];
  }

 private:
  static constexpr std::int64_t dense_limit = std::int64_t{1} << 20;

  std::vector<T> dense_;
  std::map<std::int64_t, T> sparse_;
};

}  // namespace lightcone::reports::histories

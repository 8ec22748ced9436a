// Who reaches whom in a small graph without cycles: a bit for each pair of nodes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace lightcone::reports::checkers {

class Reach {
 public:
  explicit Reach(std::size_t nodes) : words_((nodes + 63) / 64), bits_(nodes * words_) {}

  bool operator()(std::uint32_t from, std::uint32_t to) const {
    return ((bits_[from * words_ + to / 64] >> (to % 64)) & 1U) != 0;
  }

  // `from` reaches `next` and whatever that one reaches by now. O(words()).
  void add(std::uint32_t from, std::uint32_t next) {
    bits_[from * words_ + next / 64] |= std::uint64_t{1} << (next % 64);
    for (std::size_t i = 0; i < words_; ++i) bits_[from * words_ + i] |= bits_[next * words_ + i];
  }

  std::size_t words() const { return words_; }

 private:
  std::size_t words_;  // a row
  std::vector<std::uint64_t> bits_;
};

}  // namespace lightcone::reports::checkers

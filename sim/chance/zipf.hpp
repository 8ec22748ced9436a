// Zipf's law: which of n keys a client asks for. Rank k (from 0) has a probability proportional to
// 1 / (k + 1)^exponent; an exponent of 0 is the uniform distribution.
//
// Ranks have integer weights, and are drawn by rejection: ranks far down the list are grouped into blocks
// a sixteenth of their rank wide, under the weight of the block's first rank. One draw selects a block, a
// rank in it, and whether it is accepted (about 97 % are with exponent 1, 91 % with 3). So set-up and memory
// grow with log(n), and each rank is drawn with its weight's share of all, give or take 2^-62.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/chance/fixed.hpp"
#include "sim/chance/stream.hpp"
#include "sim/ratio.hpp"
#include "sim/result.hpp"

namespace lightcone::sim {

class Zipf {
 public:
  static constexpr std::uint64_t most_ranks = std::uint64_t{1} << 40;

  // 1 <= n <= most_ranks; 0 <= exponent <= 100. Weights have 62 bits less those of their sum's quotient by
  // the first: with n = 10^9 and exponent 1 the last rank's is right to 2^-27 of itself, and ranks that are
  // drawn less often than once in 2^62 are not drawn at all.
  static Result<Zipf> over(std::uint64_t n, Ratio exponent);

  // A rank in [0, n), 0 being the most frequent. Draws once, and again after each rejection.
  std::uint64_t sample(Stream& stream) const noexcept;

  std::uint64_t size() const noexcept { return size_; }
  Ratio exponent() const noexcept { return exponent_; }

  friend bool operator==(const Zipf& a, const Zipf& b) noexcept {
    return a.size_ == b.size_ && a.exponent_ == b.exponent_;
  }

 private:
  // Ranks first .. first + width - 1, counted from 1.
  struct Block {
    std::uint64_t first;
    std::uint64_t width;
    std::uint64_t weight;        // of the first rank: the bound for each of them
    std::uint64_t least_weight;  // of the last
    std::uint64_t start;         // sum of width * weight of the blocks before
  };

  Zipf(std::uint64_t size, Ratio exponent);
  // Fills blocks_ with a first rank of weight 2^bits, and returns the sum of width * weight.
  Uint128 lay_out(int bits);
  std::uint64_t weight_of(std::uint64_t rank_from_1) const noexcept;

  std::uint64_t size_;
  Ratio exponent_;
  Fixed power_;  // the exponent
  int bits_ = 0;
  std::uint64_t total_ = 0;
  std::vector<Block> blocks_;
  // For each 256th of [0, 2^63): the block in which it begins, or the last one.
  std::array<std::uint16_t, 256> guide_{};
};

std::string to_text(const Zipf& zipf);

}  // namespace lightcone::sim

#include "sim/chance/zipf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstddef>

#include "sim/wide.hpp"

namespace lightcone::sim {

namespace {

constexpr int total_bits = 63;  // total_ < 2^63
constexpr int guide_shift = total_bits - 8;
constexpr std::uint64_t single_ranks = 32;
constexpr std::uint64_t ranks_a_width = 16;

int bits_in(Uint128 x) {
  const auto upper = static_cast<std::uint64_t>(x >> 64);
  return static_cast<int>(upper != 0 ? 64 + std::bit_width(upper)
                                     : std::bit_width(static_cast<std::uint64_t>(x)));
}

}  // namespace

Result<Zipf> Zipf::over(std::uint64_t n, Ratio exponent) {
  if (n == 0) return Problem{"there must be at least one rank to draw"};
  if (n > most_ranks) return Problem{"there must be at most 2^40 ranks"};
  if (exponent.denominator <= 0 || exponent.numerator < 0 || exponent > Ratio{100, 1})
    return Problem{"the exponent must be from 0 to 100"};
  return Zipf(n, exponent);
}

Zipf::Zipf(std::uint64_t size, Ratio exponent)
    : size_(size), exponent_(exponent), power_(Fixed::from(exponent)) {
  // Rounding may add to the sum, but by less than the bit that is kept free.
  const int too_many = bits_in(lay_out(total_bits - 1)) - (total_bits - 1);
  total_ = static_cast<std::uint64_t>(lay_out(total_bits - 1 - std::max(too_many, 0)));
  std::uint16_t block = 0;
  for (std::size_t i = 0; i < guide_.size(); ++i) {
    while (block + std::size_t{1} < blocks_.size() &&
           blocks_[block + std::size_t{1}].start <= std::uint64_t{i} << guide_shift)
      ++block;
    guide_[i] = block;
  }
}

std::uint64_t Zipf::weight_of(std::uint64_t rank_from_1) const noexcept {
  const Fixed octaves = power_ * log2_of(rank_from_1);
  return static_cast<std::uint64_t>(times_exp2(std::int64_t{1} << bits_, -octaves));
}

Uint128 Zipf::lay_out(int bits) {
  bits_ = bits;
  blocks_.clear();
  Uint128 total = 0;
  for (std::uint64_t first = 1; first <= size_;) {
    const std::uint64_t wanted = first <= single_ranks ? 1 : first / ranks_a_width;
    const std::uint64_t width = std::min(wanted, size_ - first + 1);
    const std::uint64_t weight = weight_of(first);
    if (weight == 0) break;
    const std::uint64_t least = weight_of(first + width - 1);
    blocks_.push_back({first, width, weight, least, static_cast<std::uint64_t>(total)});
    total += Uint128{width} * weight;
    first += width;
  }
  return total;
}

std::uint64_t Zipf::sample(Stream& stream) const noexcept {
  for (;;) {
    const std::uint64_t u = stream.next();
    const std::uint64_t drawn = multiply_high(u, total_);
    std::size_t index = guide_[drawn >> guide_shift];
    while (index + 1 < blocks_.size() && drawn >= blocks_[index + 1].start) ++index;
    const Block& block = blocks_[index];
    if (block.width == 1) return block.first - 1;
    const std::uint64_t into = drawn - block.start;
    const std::uint64_t rank = block.first + into / block.weight;
    const std::uint64_t height = into % block.weight;
    if (height < block.least_weight || height < weight_of(rank)) return rank - 1;
  }
}

std::string to_text(const Zipf& zipf) {
  return fmt::format("zipf({} ranks, exponent {})", zipf.size(), to_text(zipf.exponent()));
}

}  // namespace lightcone::sim

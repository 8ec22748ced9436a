// A named stream of random numbers. What it yields depends on (seed, name) alone, so a draw added or
// removed in one stream shifts nothing in another; that is what lets a failing run be cut down.
//
// One draw per statement: the order in which a function's arguments are evaluated differs between
// compilers, so `f(stream.next(), stream.next())` is a different run with each of them.
//
// Generator: xoshiro256** (Blackman and Vigna, "Scrambled linear pseudorandom number generators", ACM
// TOMS 2021), its state filled by splitmix64 (Steele, Lea and Flood, OOPSLA 2014) from a 64-bit key.
// A stream deliberately is no std::uniform_random_bit_generator: <random> draws differ between libraries.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "sim/ensure.hpp"
#include "sim/ratio.hpp"
#include "sim/time.hpp"
#include "sim/wide.hpp"

namespace lightcone::sim {

class Stream {
 public:
  constexpr Stream(std::uint64_t seed, std::string_view name) noexcept
      : Stream(Key{mixed(mixed(seed + golden) + hashed(name))}) {}

  // A stream of its own, determined by this stream's seed and name (and parents), and `name` or `index`,
  // and not by what was drawn before. Children by name and by index never share a stream by intent.
  constexpr Stream split(std::string_view name) const noexcept {
    return Stream(Key{mixed(mixed(key_ + golden) + hashed(name))});
  }
  constexpr Stream split(std::uint64_t index) const noexcept {
    return Stream(Key{mixed(mixed(key_ + 3 * golden) + mixed(index))});
  }

  // Any 64-bit number.
  constexpr std::uint64_t next() noexcept {
    const std::uint64_t drawn = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return drawn;
  }

  // Exactly uniform in [0, n); n > 0. Draws once, and again with a probability below n / 2^64.
  // (Lemire, "Fast random integer generation in an interval", ACM TOMACS 2019.)
  std::uint64_t below(std::uint64_t n) noexcept {
    ensure(n > 0, "a number below n is drawn with n > 0");
    Uint128 product = Uint128{next()} * n;
    if (static_cast<std::uint64_t>(product) < n) [[unlikely]] {
      const std::uint64_t surplus = (0 - n) % n;  // 2^64 mod n
      while (static_cast<std::uint64_t>(product) < surplus) product = Uint128{next()} * n;
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

  // Exactly uniform in [lowest, highest], both included; lowest <= highest. Any range, the whole of
  // std::int64_t too.
  std::int64_t between(std::int64_t lowest, std::int64_t highest) noexcept {
    ensure(lowest <= highest, "a number is drawn between bounds in ascending order");
    const std::uint64_t width = static_cast<std::uint64_t>(highest) - static_cast<std::uint64_t>(lowest) + 1;
    const std::uint64_t offset = width == 0 ? next() : below(width);
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(lowest) + offset);
  }
  Duration between(Duration lowest, Duration highest) noexcept {
    return Duration{between(lowest.count(), highest.count())};
  }

  // True with a probability of exactly min(1, p). Draws whatever p is, 0 and 1 included, so that
  // changing a probability leaves the later draws of this stream where they were.
  bool chance(Ratio p) noexcept {
    ensure(p.numerator >= 0 && p.denominator > 0, "a probability is a ratio that is not negative");
    return below(static_cast<std::uint64_t>(p.denominator)) < static_cast<std::uint64_t>(p.numerator);
  }

  // One of the elements, each equally likely; `choices` (vector, array, span) must not be empty. The
  // reference lives as long as the container does.
  template <class Choices>
  auto& pick(Choices&& choices) noexcept {
    const std::span all(std::forward<Choices>(choices));
    ensure(!all.empty(), "one is picked out of at least one");
    return all[below(all.size())];
  }

  // Every order equally likely (Fisher and Yates). size - 1 draws.
  template <class Items>
  void shuffle(Items&& items) noexcept {
    const std::span all(std::forward<Items>(items));
    for (std::size_t left = all.size(); left > 1; --left) {
      const std::uint64_t chosen = below(left);
      using std::swap;
      swap(all[left - 1], all[chosen]);
    }
  }

  // An index into `weights`, each with a probability of exactly its weight's share. The sum must be
  // above 0 and fit 64 bits. Linear in the number of weights.
  std::size_t weighted_index(std::span<const std::uint64_t> weights) noexcept {
    Uint128 total = 0;
    for (const std::uint64_t weight : weights) total += weight;
    ensure(total > 0 && total >> 64 == 0, "weights sum to more than 0 and less than 2^64");
    std::uint64_t rest = below(static_cast<std::uint64_t>(total));
    std::size_t index = 0;
    while (rest >= weights[index]) {
      rest -= weights[index];
      ++index;
    }
    return index;
  }

  friend constexpr bool operator==(const Stream&, const Stream&) noexcept = default;

  // The key and the four state words as 5 x 16 hexadecimal digits, for golden tests and messages.
  std::string to_hex() const;

 private:
  struct Key {
    std::uint64_t value;
  };
  static constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;  // 2^64 / golden ratio, odd

  constexpr explicit Stream(Key key) noexcept : key_(key.value) {
    // Four different inputs of a bijection: at most one word is 0, and the generator needs one that is not.
    for (std::size_t i = 0; i < 4; ++i) state_[i] = mixed(key_ + (i + 1) * golden);
  }

  // The finalizer of splitmix64: a bijection, so for one name no two seeds share a key.
  static constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
    return x ^ (x >> 31);
  }

  // FNV-1a, 64 bits, then mixed.
  static constexpr std::uint64_t hashed(std::string_view name) noexcept {
    std::uint64_t hash = 0xCBF29CE484222325;
    for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    return mixed(hash);
  }

  std::uint64_t state_[4] = {};
  std::uint64_t key_;
};

static_assert(std::is_trivially_copyable_v<Stream>);

}  // namespace lightcone::sim

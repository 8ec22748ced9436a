// The loads of messages_bench for other simulators (C++17, as their headers want it). What they draw is drawn
// beforehand, so that they are measured and not their chance, and nothing is asked of them but to count.
//
//   PROGRAM ... ring|all|phold N TURNS     prints nanoseconds of processor time a turn
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "tests/bench/usage.hpp"

namespace lightcone::peers {

// The load, and how much of it: nodes that send messages, or jobs of PHOLD.
struct Load {
  std::string name;
  std::uint32_t size = 0;
  std::uint64_t turns = 0;

  bool is_phold() const { return name == "phold"; }
  // How far from itself a node sends after it has sent `distance` far.
  std::uint32_t distance_after(std::uint32_t distance) const {
    return name == "all" ? distance % (size - 1) + 1 : 1;
  }
};

// Of the last three arguments.
inline Load load_of(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: %s ... ring|all|phold N TURNS\n", argv[0]);
    std::exit(64);
  }
  return {argv[argc - 3], static_cast<std::uint32_t>(std::strtoul(argv[argc - 2], nullptr, 10)),
          std::strtoull(argv[argc - 1], nullptr, 10)};
}

// Nanoseconds, drawn beforehand.
class Distances {
 public:
  static Distances exponential(double mean_ns) {
    std::exponential_distribution<double> distribution(1 / mean_ns);
    return Distances(
        [&](auto& chance) { return static_cast<std::int64_t>(std::ceil(distribution(chance))); });
  }
  static Distances uniform(std::int64_t from_ns, std::int64_t to_ns) {
    std::uniform_int_distribution<std::int64_t> distribution(from_ns, to_ns);
    return Distances(distribution);
  }
  std::int64_t next() { return drawn_[next_++ % count]; }

 private:
  template <class Draw>
  explicit Distances(Draw draw) {
    std::mt19937_64 chance(1);
    for (std::int64_t& one : drawn_) one = draw(chance);
  }

  static constexpr std::size_t count = 65536;
  std::vector<std::int64_t> drawn_ = std::vector<std::int64_t>(count);
  std::size_t next_ = 0;
};

// Counts turns, a tenth as many in front to warm up.
class Meter {
 public:
  explicit Meter(std::uint64_t turns) : turns_(turns), warm_(turns / 10) {}
  // One more turn. True when it was the last that is measured.
  bool count() {
    ++counted_;
    if (counted_ == warm_) began_ = cpu_seconds();
    return counted_ == warm_ + turns_;
  }
  void print() const {
    std::printf("%.1f\n", (cpu_seconds() - began_) * 1e9 / static_cast<double>(turns_));
    std::fflush(stdout);
  }

 private:
  std::uint64_t turns_;
  std::uint64_t warm_;
  std::uint64_t counted_ = 0;
  double began_ = 0;
};

}  // namespace lightcone::peers

// The judges of the samplers must be able to say no.
#include "tests/sim/chance/goodness.hpp"

#include <catch2/catch.hpp>

#include "sim/chance/stream.hpp"

using namespace lightcone::sim;

TEST_CASE("chi-square accepts what is expected and rejects a die that is 2 % off") {
  Stream stream(1, "die");
  std::vector<std::uint64_t> fair(6);
  std::vector<std::uint64_t> loaded(6);
  for (int i = 0; i < 200'000; ++i) {
    const std::uint64_t face = stream.below(6);
    ++fair[face];
    const bool turned = face == 1 && stream.chance({2, 100});
    ++loaded[turned ? 0 : face];
  }
  CHECK(chi_square_excess(fair) < 1);
  CHECK(chi_square_excess(loaded) > 0.6);
  const std::vector<double> other = {0.17, 0.1633, 0.16666, 0.16667, 0.16667, 0.1667};
  CHECK(chi_square_excess(fair, other) > 1);
}

TEST_CASE("Kolmogorov-Smirnov accepts uniform numbers and rejects their squares' tenth") {
  Stream stream(1, "line");
  std::vector<double> uniform;
  std::vector<double> bent;
  for (int i = 0; i < 100'000; ++i) {
    const double x = static_cast<double>(stream.next()) / 18446744073709551616.0;
    uniform.push_back(x);
    bent.push_back(0.96 * x + 0.04 * x * x);
  }
  const auto identity = [](double x) { return x; };
  CHECK(kolmogorov_smirnov_excess(uniform, identity) < 1);
  CHECK(kolmogorov_smirnov_excess(bent, identity) > 1);
}

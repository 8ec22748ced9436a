// How evenly a ring spreads its load, as published: DeCandia et al., "Dynamo: Amazon's highly available
// key-value store", SOSP 2007, section 6.2 and Figure 8, strategy 1: T random tokens a node, 30 nodes, three
// copies of each key; strategy 2: the same, but keys go by Q partitions of one size; strategy 3: such
// partitions, Q / S of them a node. The efficiency of the balance is the mean load over the greatest.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "models/parts/ring/ring.hpp"
#include "tests/fidelity/row.hpp"

namespace lightcone::tests {

namespace {

constexpr std::uint32_t count = 30;

double efficiency(std::size_t tokens, std::uint64_t rings,
                  models::parts::Spacing spacing = models::parts::Spacing::random,
                  std::uint64_t partitions = 1) {
  constexpr std::int64_t copies = 3;
  std::vector<sim::NodeId> nodes;
  for (std::uint32_t i = 0; i < count; ++i) nodes.push_back({i});
  double sum = 0;
  for (std::uint64_t luck = 1; luck <= rings; ++luck) {
    std::int64_t greatest = 0;
    for (const auto& [node, share] :
         models::parts::Ring(nodes, tokens, {.luck = luck, .spacing = spacing, .partitions = partitions})
             .shares(copies))
      greatest = std::max(greatest, share);
    sum += copies * 1e6 / count / static_cast<double>(greatest);
  }
  return sum / static_cast<double>(rings);
}

}  // namespace

TEST_CASE("ring balance: random tokens, partitions between them") {
  check_row({"T = 10", ".708", .708, .02}, efficiency(10, 400));
  check_row({"T = 100", ".894", .894, .02}, efficiency(100, 100));
  check_row({"T = 333", ".939", .939, .02}, efficiency(333, 40));
  check_row({"T = 1000", ".966", .966, .02}, efficiency(1'000, 20));
}

// "Strategy 3 achieves the best load balancing efficiency": Q/S partitions of one size a node, with as much
// to remember, which is who has each of Q = S T places.
TEST_CASE("ring balance: partitions of one size are more even than random tokens, for as many of them") {
  using models::parts::Spacing;
  for (const std::size_t tokens : {std::size_t{10}, std::size_t{100}, std::size_t{333}}) {
    const double random = efficiency(tokens, 20);
    const double equal = efficiency(tokens, 20, Spacing::equal);
    INFO("T = " << tokens << ": " << random << " and " << equal);
    CHECK(equal > random);
  }
}

// "Strategy 2 has the worst load balancing efficiency" of the three, for as much to remember: here Q = S T
// partitions. It was a step on the way from the first strategy to the third, and with many more partitions it
// is as good as the first.
TEST_CASE("ring balance: partitions of one size between random tokens are the least even") {
  using models::parts::Spacing;
  for (const std::size_t tokens : {std::size_t{10}, std::size_t{100}, std::size_t{333}}) {
    const double random = efficiency(tokens, 20);
    const double mixed = efficiency(tokens, 20, Spacing::random_over_partitions, count * tokens);
    const double fine = efficiency(tokens, 20, Spacing::random_over_partitions, 50 * count * tokens);
    INFO("T = " << tokens << ": " << random << ", " << mixed << " and " << fine);
    CHECK(mixed < random);
    CHECK(fine == Approx(random).margin(0.01));
  }
}

}  // namespace lightcone::tests

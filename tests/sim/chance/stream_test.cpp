#include "sim/chance/stream.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <limits>
#include <span>
#include <vector>

#include "tests/sim/chance/goodness.hpp"

using namespace lightcone::sim;

TEST_CASE("a stream is determined by seed and name, on every compiler") {
  Stream stream(42, "network/delay");
  CHECK(stream.to_hex() ==
        "f739c80430384fde 700cc61867d86eaf 126efbea35a75b3a 7c736bd3f81bbc02 a0f475b1b095423c");
  std::array<std::uint64_t, 4> drawn{};
  for (std::uint64_t& number : drawn) number = stream.next();
  CHECK(drawn == std::array<std::uint64_t, 4>{0xc12415b735849a9e, 0x8611f579d617c823, 0x7110560b866aeee9,
                                              0x1a542091521ed582});
  CHECK(Stream(42, "network/delay").split("node 3").to_hex() ==
        "c4477778fdbf5d89 12779c7fac838517 a1f2e071f01f527c 9b8f75033838a335 de0ceb7fdbb8754b");
  CHECK(Stream(42, "network/delay").split(3).to_hex() ==
        "b8fdb6dfc03e6088 777194ec6e15d282 35417a0a57441515 c91bf9862aafc006 b7f143b143da3eb4");
}

TEST_CASE("draws on one stream leave every other stream where it was") {
  Stream a(7, "a");
  Stream b(7, "b");
  const Stream untouched = a;
  for (int i = 0; i < 100; ++i) b.next();
  CHECK(a == untouched);
  CHECK(a == Stream(7, "a"));
  // Nor does a parent's position shift its children.
  a.next();
  CHECK(a != untouched);
  CHECK(a.split("child") == untouched.split("child"));
  CHECK(a.split(5) == untouched.split(5));
}

TEST_CASE("streams of different seeds, names and kinds of child differ") {
  std::vector<std::uint64_t> firsts;
  const auto add = [&firsts](Stream stream) { firsts.push_back(stream.next()); };
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    for (const char* name : {"", "a", "b", "ab", "ba", "0", "1"}) {
      const Stream parent(seed, name);
      add(parent);
      for (const char* child : {"", "a", "b", "0", "1"}) add(parent.split(child));
      for (std::uint64_t index = 0; index < 5; ++index) add(parent.split(index));
    }
  }
  std::sort(firsts.begin(), firsts.end());
  CHECK(std::adjacent_find(firsts.begin(), firsts.end()) == firsts.end());
}

TEST_CASE("the bits of a stream are fair, each and in pairs") {
  Stream stream(3, "bits");
  std::vector<std::uint64_t> ones(64);
  std::vector<std::uint64_t> pairs(64);
  constexpr int draws = 100'000;
  std::uint64_t before = 0;
  for (int i = 0; i < draws; ++i) {
    const std::uint64_t number = stream.next();
    for (std::size_t bit = 0; bit < 64; ++bit) {
      ones[bit] += number >> bit & 1;
      pairs[bit] += (number ^ before) >> bit & 1;
    }
    before = number;
  }
  for (std::size_t bit = 0; bit < 64; ++bit) {
    CHECK(std::abs(static_cast<double>(ones[bit]) - draws / 2.0) < 4.5 * std::sqrt(draws / 4.0));
    CHECK(std::abs(static_cast<double>(pairs[bit]) - draws / 2.0) < 4.5 * std::sqrt(draws / 4.0));
  }
}

TEST_CASE("below is uniform for every small bound") {
  Stream stream(11, "below");
  for (std::uint64_t n = 1; n <= 40; ++n) {
    std::vector<std::uint64_t> counts(n);
    for (std::uint64_t i = 0; i < 20'000; ++i) ++counts.at(stream.below(n));
    INFO("n = " << n);
    if (n == 1) {
      CHECK(counts[0] == 20'000);
    } else {
      CHECK(chi_square_excess(counts) < 1);
    }
  }
}

// Without its rejection, below(3 * 2^62) would give every third number twice as often as the others.
TEST_CASE("below is exact for bounds that do not divide 2^64") {
  Stream stream(12, "below");
  std::vector<std::uint64_t> residues(3);
  for (int i = 0; i < 200'000; ++i) ++residues[stream.below(std::uint64_t{3} << 62) % 3];
  CHECK(chi_square_excess(residues) < 1);
}

// A dumb twin: of the 2^64 draws, all but the first 2^64 mod n of each number's share are kept.
TEST_CASE("below keeps or rejects each draw as the definition says") {
  Stream bounds(13, "bounds");
  Stream stream(13, "below");
  Stream twin = stream;
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t wide = bounds.next();
    const std::uint64_t n = (wide >> bounds.below(64)) | 1;
    const std::uint64_t drawn = stream.below(n);
    const std::uint64_t rejected = static_cast<std::uint64_t>((Uint128{1} << 64) % n);
    Uint128 product = Uint128{twin.next()} * n;
    while (static_cast<std::uint64_t>(product) < rejected) product = Uint128{twin.next()} * n;
    REQUIRE(drawn == static_cast<std::uint64_t>(product >> 64));
    REQUIRE(drawn < n);
    REQUIRE(stream == twin);
  }
}

TEST_CASE("between includes both bounds, whatever the range") {
  Stream stream(14, "between");
  std::vector<std::uint64_t> counts(7);
  for (int i = 0; i < 70'000; ++i) ++counts.at(static_cast<std::size_t>(stream.between(-3, 3) + 3));
  CHECK(chi_square_excess(counts) < 1);
  CHECK(stream.between(5, 5) == 5);
  CHECK(stream.between(2ms, 2ms) == 2ms);
  constexpr std::int64_t lowest = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t highest = std::numeric_limits<std::int64_t>::max();
  Stream twin = stream;
  const std::int64_t any = stream.between(lowest, highest);
  CHECK(any == static_cast<std::int64_t>(twin.next() + (std::uint64_t{1} << 63)));
  CHECK(stream.between(lowest, lowest) == lowest);
  int negative = 0;
  for (int i = 0; i < 10'000; ++i) negative += stream.between(lowest, highest - 1) < 0 ? 1 : 0;
  CHECK(std::abs(negative - 5'000) < 200);
}

TEST_CASE("chance is true with the given probability and always draws") {
  Stream stream(15, "chance");
  for (const Ratio p :
       {Ratio{0, 1}, Ratio{1, 1}, Ratio{1, 3}, Ratio{5, 1000}, Ratio{7, 4}, Ratio{999, 1000}}) {
    std::vector<std::uint64_t> counts(2);
    Stream before = stream;
    for (int i = 0; i < 100'000; ++i) ++counts[stream.chance(p) ? 1 : 0];
    for (int i = 0; i < 100'000; ++i) before.next();
    CHECK(before == stream);
    const double share = std::min(1.0, static_cast<double>(p.numerator) / static_cast<double>(p.denominator));
    INFO(to_text(p));
    if (share == 0 || share == 1) {
      CHECK(counts[share == 0 ? 1 : 0] == 0);
    } else {
      CHECK(chi_square_excess(counts, {1 - share, share}) < 1);
    }
  }
}

TEST_CASE("pick takes each element equally often, by reference") {
  Stream stream(16, "pick");
  std::vector<std::uint64_t> counts(5);
  for (int i = 0; i < 50'000; ++i) ++stream.pick(counts);
  CHECK(chi_square_excess(counts) < 1);
  const std::array<int, 1> only = {9};
  CHECK(&stream.pick(only) == &only[0]);
  CHECK(&stream.pick(std::span(only)) == &only[0]);
}

TEST_CASE("shuffle gives each order equally often") {
  Stream stream(17, "shuffle");
  std::vector<std::uint64_t> counts(24);
  for (int i = 0; i < 48'000; ++i) {
    std::array<int, 4> items = {0, 1, 2, 3};
    stream.shuffle(items);
    std::size_t rank = 0;  // of the permutation, in lexicographic order
    for (std::size_t at = 0; at < 4; ++at) {
      const auto smaller = std::count_if(items.begin() + static_cast<std::ptrdiff_t>(at) + 1, items.end(),
                                         [&](int item) { return item < items[at]; });
      rank = rank * (4 - at) + static_cast<std::size_t>(smaller);
    }
    ++counts.at(rank);
  }
  CHECK(chi_square_excess(counts) < 1);
  std::vector<int> none;
  stream.shuffle(none);
  CHECK(none.empty());
}

TEST_CASE("a weighted index comes up by its weight, and never with weight 0") {
  Stream stream(18, "weights");
  const std::vector<std::uint64_t> weights = {0, 5, 1, 0, 10, 0};
  std::vector<std::uint64_t> counts(weights.size());
  for (int i = 0; i < 80'000; ++i) ++counts.at(stream.weighted_index(weights));
  CHECK(counts[0] + counts[3] + counts[5] == 0);
  CHECK(chi_square_excess({counts[1], counts[2], counts[4]}, {5 / 16.0, 1 / 16.0, 10 / 16.0}) < 1);
  const std::vector<std::uint64_t> heavy = {0, ~std::uint64_t{0}};
  CHECK(stream.weighted_index(heavy) == 1);
}

TEST_CASE("the streams of neighbouring seeds, names and indices are not alike") {
  // The top bytes of the first draws of many related streams must look uniform.
  std::vector<std::uint64_t> by_seed(256);
  std::vector<std::uint64_t> by_index(256);
  std::vector<std::uint64_t> by_name(256);
  const Stream parent(1, "parent");
  for (std::uint64_t i = 0; i < 50'000; ++i) {
    ++by_seed[Stream(i, "name").next() >> 56];
    ++by_index[parent.split(i).next() >> 56];
    ++by_name[Stream(1, "node " + std::to_string(i)).next() >> 56];
  }
  CHECK(chi_square_excess(by_seed) < 1);
  CHECK(chi_square_excess(by_index) < 1);
  CHECK(chi_square_excess(by_name) < 1);
}

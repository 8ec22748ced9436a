#include "sim/chance/stream.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <limits>
#include <vector>

using lightcone::sim::Stream;

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

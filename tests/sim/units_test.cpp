#include "sim/units.hpp"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <regex>

#include "sim/nearest.hpp"

namespace lightcone::sim {

namespace {

std::string message(const Mismatch& why) {
  return why.problem + "; expected " + why.expected +
         (why.nearest.empty() ? "" : "; did you mean " + why.nearest + "?");
}

std::string duration(std::string_view text) {
  Duration out{};
  const auto why = read_duration(text, out);
  return why ? message(*why) : to_text(out);
}

std::string ratio(std::string_view text) {
  Ratio out{};
  const auto why = read_ratio(text, out);
  return why ? message(*why) : to_text(out);
}

const std::string a_duration = R"(a number with a unit (ns, us, ms, s, m, h), such as "150ms")";

}  // namespace

TEST_CASE("durations print in the largest unit that leaves a whole number") {
  CHECK(duration("150ms") == "150ms");
  CHECK(duration("1500ms") == "1500ms");
  CHECK(duration("1.5s") == "1500ms");
  CHECK(duration("60s") == "1m");
  CHECK(duration("0.5h") == "30m");
  CHECK(duration("48h") == "48h");
  CHECK(duration("-0.1us") == "-100ns");
  CHECK(duration("0h") == "0s");
  CHECK(duration("1.000000000s") == "1s");
  CHECK(duration("9223372036854775.807us") == "9223372036854775807ns");
  CHECK(duration("92233720368547758.0701us") ==
        "\"92233720368547758.0701us\" is more exact than we can hold; expected a whole number of nanoseconds "
        "of at most 19 digits");
}

TEST_CASE("a text that is no duration is refused, with the likely one") {
  CHECK(duration("10x") == "\"10x\" is not a duration; expected " + a_duration);
  CHECK(duration("fast") == "\"fast\" is not a duration; expected " + a_duration);
  CHECK(duration("") == "\"\" is not a duration; expected " + a_duration);
  CHECK(duration("150") == "\"150\" is not a duration; expected " + a_duration + "; did you mean \"150ms\"?");
  CHECK(duration("150 ms") ==
        "\"150 ms\" is not a duration; expected " + a_duration + "; did you mean \"150ms\"?");
  CHECK(duration("1.5sec") ==
        "\"1.5sec\" is not a duration; expected " + a_duration + "; did you mean \"1.5s\"?");
  CHECK(duration("5MS") == "\"5MS\" is not a duration; expected " + a_duration + "; did you mean \"5ms\"?");
  CHECK(duration("0.5ns") ==
        "\"0.5ns\" is more exact than we can hold; expected a whole number of nanoseconds of at most 19 "
        "digits");
  CHECK(duration("9999999h") ==
        "\"9999999h\" is too large; expected at most 9223372036854775807 nanoseconds");
}

TEST_CASE("every duration survives being written and read") {
  std::vector<std::int64_t> counts = {0, 1, -1, 999, INT64_MAX / 1000 * 1000, INT64_MIN / 1000 * 1000};
  for (std::int64_t base = 1; base < INT64_MAX / 7; base *= 7) {
    for (const std::int64_t factor : {1, 60, 1000, -3600}) {
      if (base < INT64_MAX / 3600) counts.push_back(base * factor);
    }
  }
  const std::regex pattern(std::string(duration_notation().pattern));
  for (const std::int64_t count : counts) {
    const std::string text = to_text(Duration(count));
    Duration back{};
    INFO(text);
    CHECK_FALSE(read_duration(text, back));
    CHECK(back.count() == count);
    CHECK(std::regex_match(text, pattern));
  }
}

TEST_CASE("sizes and bandwidths know decimal, binary and bit units") {
  const auto bytes = [](std::string_view text) {
    Bytes out;
    const auto why = read_bytes(text, out);
    return why ? message(*why) : to_text(out);
  };
  const auto bandwidth = [](std::string_view text) {
    Bandwidth out;
    const auto why = read_bandwidth(text, out);
    return why ? message(*why) : to_text(out);
  };
  CHECK(bytes("64KiB") == "64KiB");
  CHECK(bytes("65536B") == "64KiB");
  CHECK(bytes("1.5MB") == "1500KB");
  CHECK(bytes("0KB") == "0B");
  CHECK_THAT(bytes("64kib"), Catch::EndsWith("did you mean \"64KiB\"?"));
  CHECK_THAT(bytes("0.5B"), Catch::StartsWith("\"0.5B\" is more exact"));
  CHECK(bandwidth("10MB/s") == "10MB/s");
  CHECK(bandwidth("100Mbit/s") == "12500KB/s");
  CHECK(bandwidth("8bit/s") == "1B/s");
  CHECK_THAT(bandwidth("7bit/s"), Catch::StartsWith("\"7bit/s\" is more exact"));
  CHECK_THAT(bandwidth("10MB"), Catch::EndsWith("did you mean \"10MB/s\"?"));
}

TEST_CASE("ratios are read exactly from decimals, percentages and fractions") {
  CHECK(ratio("0.005") == "0.005");
  CHECK(ratio("0.5%") == "0.005");
  CHECK(ratio("5e-3") == "0.005");
  CHECK(ratio("100%") == "1");
  CHECK(ratio("2/6") == "1/3");
  CHECK(ratio("3/8") == "0.375");
  CHECK(ratio("-1.50") == "-1.5");
  CHECK(ratio("0.000000000000000001") == "0.000000000000000001");
  CHECK(ratio("1.5E2") == "150");
  CHECK(ratio("0e999") == "0");
  Ratio out;
  CHECK_FALSE(read_ratio("0.1", out));
  CHECK((out.numerator == 1 && out.denominator == 10));
}

TEST_CASE("a text that is no ratio is refused") {
  const std::string expected = " is not a ratio; expected a ratio, such as 0.005, \"0.5%\" or \"1/3\"";
  for (const char* bad :
       {"", "x", "%", "1/0", "1/-2", "1/", "/2", "1.5/2", "0.5%%", "1e", "1e+", "--1", ".5", "1.", "0.5 %"}) {
    CHECK(ratio(bad) == fmt::format("\"{}\"{}", bad, expected));
  }
  for (const char* exact :
       {"1e-19", "0.1234567890123456789", "1e19", "1e99999999999", "1234567890123456789012"}) {
    CHECK_THAT(ratio(exact), Catch::Contains("more exact than we can hold"));
  }
}

TEST_CASE("ratios are ordered by value") {
  CHECK(Ratio{1, 3} < Ratio{34, 100});
  CHECK(Ratio{2, 4} == Ratio{1, 2});
  CHECK(Ratio{INT64_MAX - 1, INT64_MAX} < Ratio{1, 1});
  CHECK(Ratio{-1, 2} < Ratio{});
}

TEST_CASE("ratios are reduced and printed up to the smallest and largest numbers") {
  CHECK(to_text(Ratio{INT64_MIN, 1}) == "-9223372036854775808");
  CHECK(to_text(Ratio{INT64_MIN, 2}) == "-4611686018427387904");
  CHECK(to_text(Ratio{INT64_MIN, INT64_MAX}) == "-9223372036854775808/9223372036854775807");
  CHECK(reduced(Ratio{0, INT64_MAX}).denominator == 1);
}

TEST_CASE("the nearest word is a likely slip, or none") {
  const std::string_view words[] = {"latency", "loss", "bandwidth", "read_index", "s"};
  CHECK(nearest("latecny", words) == "latency");
  CHECK(nearest("Bandwith", words) == "bandwidth");
  CHECK(nearest("readIndex", words) == "read_index");
  CHECK(nearest("lost", words) == "loss");
  CHECK(nearest("elephant", words).empty());
  CHECK(nearest("x", words).empty());
  CHECK(nearest("", words).empty());
  CHECK(edit_distance("ca", "abc") == 3);
  CHECK(edit_distance("abcd", "acbd") == 1);
  CHECK(edit_distance("", "abc") == 3);
}

}  // namespace lightcone::sim

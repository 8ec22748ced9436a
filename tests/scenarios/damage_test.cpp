// Whatever is done to a file, reading it ends, and either gives a plan or says what is wrong and where.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "scenarios/binding.hpp"
#include "scenarios/json/parse.hpp"
#include "scenarios/json/write.hpp"
#include "tests/scenarios/example.hpp"

namespace lightcone::scenarios {

namespace {

// Reads a damaged file; true when it is still good. Fails when it is neither good nor reported as it should
// be.
bool survives(const std::string& text) {
  Diagnostics out("a.json", text);
  const std::optional<sim::Literal> document = json::parse(out);
  const std::optional<example::Plan> plan =
      document ? read_record<example::Plan>(*document, out) : std::nullopt;
  if (out.empty()) {
    REQUIRE(plan);
    const std::string written = json::write(write_record(*plan, Extent::everything));
    Diagnostics none("b.json", written);
    const std::optional<sim::Literal> again = json::parse(none);
    REQUIRE(again);
    REQUIRE(read_record<example::Plan>(*again, none));
    return true;
  }
  const std::int32_t lines = static_cast<std::int32_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (const Diagnostic& each : out.found()) {
    REQUIRE(each.line >= 1);
    REQUIRE(each.line <= lines);
    REQUIRE(each.column >= 1);
    REQUIRE(each.column <= static_cast<std::int32_t>(text.size()) + 1);
    REQUIRE_FALSE(each.problem.empty());
  }
  REQUIRE_FALSE(out.to_text().empty());
  REQUIRE_FALSE(out.to_json().empty());
  return false;
}

}  // namespace

TEST_CASE("every truncation of a good file is reported") {
  const std::string good = example::everything;
  REQUIRE(survives(good));
  const std::size_t last_brace = good.rfind('}');
  for (std::size_t length = 0; length <= good.size(); ++length) {
    INFO(length);
    CHECK(survives(good.substr(0, length)) == (length > last_brace));
  }
}

TEST_CASE("every change of one byte of a good file is read or reported") {
  const std::string good = example::everything;
  std::size_t still_good = 0;
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string damaged = good;
    for (int byte = 0; byte < 256; ++byte) {
      damaged[at] = static_cast<char>(byte);
      if (survives(damaged)) ++still_good;
    }
  }
  CHECK(still_good > good.size());  // blanks, digits and letters may change
  CHECK(still_good < 256 * good.size() / 4);
}

TEST_CASE("every byte taken out of or doubled in a good file is read or reported") {
  const std::string good = example::everything;
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string without = good;
    survives(without.erase(at, 1));
    std::string doubled = good;
    survives(doubled.insert(at, 1, good[at]));
  }
}

}  // namespace lightcone::scenarios

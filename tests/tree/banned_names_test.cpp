#include "tests/tree/banned_names.hpp"

#include <catch2/catch.hpp>

using namespace lightcone::tests::tree;

namespace {

std::vector<Source> only(std::string path, std::string text) {
  std::vector<Source> tree;
  tree.push_back(make_source(std::move(path), std::move(text)));
  return tree;
}

Findings found(const std::string& text, const std::string& path = "sim/a.cpp") {
  return banned_names(only(path, text));
}

// A pattern as code: its tokens in a line of their own, headers included.
std::string code_for(std::string_view pattern) {
  if (pattern.starts_with('<')) return "#include " + std::string(pattern) + "\n";
  std::string code(pattern);
  if (code.ends_with('*')) code.back() = 'x';
  return code + ";\n";
}

}  // namespace

TEST_CASE("every banned name is found in each of its layers, and not elsewhere") {
  for (const Ban& ban : bans()) {
    for (const std::string layer : {"sim", "models", "faults", "scenarios", "reports", "tools", "tests"}) {
      INFO(ban.pattern << " in " << layer);
      const Findings findings = found("\n" + code_for(ban.pattern), layer + "/a.cpp");
      const bool banned = (" " + std::string(ban.layers) + " ").find(" " + layer + " ") != std::string::npos;
      CHECK(findings.empty() != banned);
      if (banned) CHECK(findings[0].line == 2);
    }
  }
}

TEST_CASE("banned names are not found in comments, literals, members and declarations") {
  CHECK(found("// std::shuffle throw\n/* rand() */ auto a = \"throw\"; auto b = R\"(rand())\";").empty());
  CHECK(found("stream.rand(); chance->rand(); Chance::rand(); std::uint64_t rand(int bound);").empty());
  CHECK(found("Instant time(NodeId node); auto t = clock.time(0); int thread; bool retry; int system; auto "
              "unordered_queue = 1;")
            .empty());
}

TEST_CASE("banned calls are found with and without their namespace, and inside macros") {
  CHECK(found("return rand();").size() == 1);
  CHECK(found("x = std::rand() + ::rand();").size() == 2);
  CHECK(found("#define DRAW \\\n  rand()\n").size() == 1);
  CHECK(found("std::unordered_map<int, int> m;").size() == 1);
  CHECK(found("boost::unordered_flat_map<int, int> m;").size() == 1);
}

TEST_CASE("a finding says what to use instead") {
  const Findings findings = found("\nint f() { return rand(); }\n");
  REQUIRE(findings.size() == 1);
  CHECK(report(findings) ==
        "sim/a.cpp:2: [rand (] its draws differ between standard libraries, or are not ours to repeat; draw "
        "from a named stream of the run\n");
}

TEST_CASE("floating point is found by type and by number") {
  const auto floats = [](const std::string& text) {
    return floating_point(only("models/x/a.cpp", text)).size();
  };
  CHECK(floats("double a; float b; long double c;") == 3);
  CHECK(floats("auto a = 1.5; auto b = 1e9; auto c = .5; auto d = 0x1p3; auto e = 2.0s;") == 5);
  CHECK(floats("auto a = 0xE; auto b = 0x1e; auto c = 10'000; int doubled; // 1.5 double\nauto d = \"1.5\"; "
               "x.e;") == 0);
  CHECK(floating_point(only("reports/a.cpp", "double a;")).empty());
}

TEST_CASE("containers ordered by address are found") {
  const auto by_address = [](const std::string& text) {
    return pointer_order(only("sim/a.cpp", text)).size();
  };
  CHECK(by_address(
            "std::set<Node*> a; std::map<const Node*, int> b; std::map<std::pair<int, int>*, int> c;") == 3);
  CHECK(
      by_address(
          "std::map<int, Node*> a; std::set<NodeId> b; std::map<std::vector<Node*>, int> c; set < a * b;") ==
      0);
}

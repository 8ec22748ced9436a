#include "tests/tree/mutable_globals.hpp"

#include <catch2/catch.hpp>

using namespace lightcone::tests::tree;

namespace {
std::size_t found(const std::string& text, const std::string& path = "sim/a.cpp") {
  std::vector<Source> tree;
  tree.push_back(make_source(path, text));
  return mutable_globals(tree).size();
}
}  // namespace

TEST_CASE("mutable globals are found wherever they hide") {
  for (const char* text : {
           "int counter;",
           "int counter = 0;",
           "inline int counter{0};",
           "namespace a::b { namespace { std::map<int, const char*> names; } }",
           "namespace a { void f() {} int counter = 1; }",
           "const Node* current = nullptr;",
           "thread_local const Node* current;",
           "void f() { static int calls = 0; ++calls; }",
           "int f() { thread_local std::vector<int> scratch; return 0; }",
           "struct A { static int count; };",
           "class A { public: inline static std::string name = \"x\"; };",
           "extern \"C\" { int counter; }",
           "constinit int counter = 0;",
       }) {
    INFO(text);
    CHECK(found(text) == 1);
    CHECK(found(text, "tools/a.cpp") == 0);
  }
}

TEST_CASE("constants, functions and types are no mutable globals") {
  for (const char* text : {
           "constexpr int limit = 3; const int bound = 4; inline constexpr std::array<int, 2> pair = {1, 2};",
           "const Node* const none = nullptr; static const std::map<int, const char*> names = {{1, \"a\"}};",
           "static int f(); static std::vector<int> g(int a) { int b = a; return {b}; }",
           "struct A { static constexpr int open = 1; static A make(); static bool operator()(int a); int x "
           "= 0; int y{1}; };",
           "const std::map<int, int>& table() { static const std::map<int, int> entries = {{1, 2}}; return "
           "entries; }",
           "using A = int; typedef int B; enum class C { a, b }; template <typename T> struct D; namespace e "
           "= f::g;",
           "std::strong_ordering A::operator<=>(const A& b) const = default; bool operator==(const A&, const "
           "A&);",
           "A::A(int b) : b_(b) { int local = 0; } A::~A() = default;",
           "void f() { int static_count = 0; auto g = [&] { int h = 1; }; }",
       }) {
    INFO(text);
    CHECK(found(text) == 0);
  }
}

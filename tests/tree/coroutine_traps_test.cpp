#include "tests/tree/coroutine_traps.hpp"

#include <catch2/catch.hpp>

using namespace lightcone::tests::tree;

namespace {

// The rules found broken in `body`, the body of a coroutine, in order and separated by commas.
std::string found(const std::string& body) {
  std::vector<Source> tree;
  tree.push_back(make_source("models/a/client.cpp",
                             "namespace a {\nTask<void> Client::run(int n) {\n" + body + "\n}\n}\n"));
  std::string rules;
  for (const Finding& finding : coroutine_traps(tree)) {
    CHECK(finding.line == 3);
    rules += (rules.empty() ? "" : ", ") + finding.rule;
  }
  return rules;
}

}  // namespace

TEST_CASE("awaiting in a condition is refused") {
  for (const char* body : {
           "if (co_await f()) g();",
           "if (x && !co_await f()) { g(); }",
           "if (const auto r = co_await f(); r.ok) { g(); }",
           "while (co_await f()) {}",
           "do { g(); } while (co_await f());",
           "switch (co_await f()) { case 1: break; }",
           "for (int i = 0; co_await f(i); ++i) g();",
           "if (h(co_await f())) g();",
       }) {
    INFO(body);
    CHECK(found(body) == "awaited condition");
  }
}

TEST_CASE("a braced temporary in an awaiting statement is refused") {
  for (const char* body : {
           "co_await call(Acquire{1});",
           "const auto r = co_await call(Acquire{.name = n}, within);",
           "co_await call({1, 2});",
           "co_await Sleep{};",
           "g(Pair{1, 2}, co_await f());",
           "g(Pair{1, 2}.first + 1, co_await f());",
           "const Pair pair{co_await f(), 2};",
           "co_return Pair{co_await f(), 2};",
           "int a = 0; { a = 1; } g(); co_await call(Acquire{1});",
           "co_yield Pair{1, 2};",
           "if (n > 0) co_await call(Acquire{1});",
           "for (const int i : list) { co_await call(Acquire{i}); }",
           "auto f = [n](int m) -> Task<void> { co_await call(Acquire{m}); };",
       }) {
    INFO(body);
    CHECK(found(body) == "temporary beside co_await");
  }
}

TEST_CASE("a capturing lambda in an awaiting statement is refused") {
  for (const char* body : {
           "co_await until([n] { return n > 0; });",
           "co_await until([&] { return n > 0; });",
           "co_await until([this](int m) -> bool { return m > 0; }, 3);",
           "g([=] { return n; }, co_await f());",
           "const bool b = co_await until(h([&x = n]() mutable { ++x; }));",
       }) {
    INFO(body);
    CHECK(found(body) == "lambda beside co_await");
  }
}

TEST_CASE("ordinary awaiting passes") {
  for (const char* body : {
           "co_await f();",
           "const Acquire acquire{1}; const Reply reply = co_await call(acquire); if (reply.ok) co_await "
           "g();",
           "const Acquire acquire = {1, 2}; co_await call(acquire);",
           "Pair pair{1, 2};\nco_await f();",
           "const auto ready = [n] { return n > 0; }; co_await until(ready);",
           "co_await until([] { return true; });",
           "co_await until([](int m) { const Pair p{m, 1}; return p.first > 0; });",
           "for (int i = 0; i < n; ++i) { const int x = values[i]; co_await f(x); } co_return;",
           "if (n > 0) { co_await f(); } else { co_await g(); }",
           "if (n > 0) co_await f(); else co_await g();",
           "while (n > 0) { co_await f(values[n]); --n; }",
           "switch (n) { case 1: co_await f(); break; default: co_return; }",
           "const auto body = [](Env& env) -> Task<void> { co_await env.sleep(5ms); }; co_await body(env);",
           "spawn([this]() -> Task<void> { co_await f(); });",
           "} Awaiter operator co_await() && { return Awaiter{1}; } void g() {",
           "[[maybe_unused]] const auto x = co_await f();",
           "do { co_await f(); } while (n > 0); co_return Pair{1, 2};",
           "{ co_await f(); } // if (co_await f()) Acquire{}",
       }) {
    INFO(body);
    CHECK(found(body).empty());
  }
}

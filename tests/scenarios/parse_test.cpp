#include "scenarios/json/parse.hpp"

#include <fmt/format.h>
#include <catch2/catch.hpp>

#include <string>

#include "scenarios/json/write.hpp"

namespace lightcone::scenarios {

namespace {

// The first lines of what is said about `text`, without quotations of the file.
std::string complaint(const std::string& text, const json::Limits& limits = {}) {
  Diagnostics out("a.json", text);
  const std::optional<sim::Literal> document = json::parse(out, limits);
  std::string all;
  for (const Diagnostic& each : out.found())
    all += fmt::format("{}{}", all.empty() ? "" : "\n", to_text(each));
  if (document && all.empty()) return "read " + json::write_line(*document);
  return all;
}

std::string places(const sim::Literal& literal) {
  std::string out = fmt::format("{}:{} ", literal.place.line, literal.place.column);
  for (const sim::Literal& item : literal.items) out += places(item);
  for (const sim::Member& member : literal.members) {
    out +=
        fmt::format("{}@{}:{} ", member.key, member.place.line, member.place.column) + places(member.value);
  }
  return out;
}

}  // namespace

TEST_CASE("a document knows where its values and keys stand") {
  Diagnostics out("a.json",
                  "\xEF\xBB\xBF// first\n"
                  "{\"a\": [1, -2.50e3,true],  /* , : */ \"b\"\r\n"
                  "  : {\"c\" : null,\n"
                  "\t\"d\":\"\\\"},\"}}\n");
  const std::optional<sim::Literal> document = json::parse(out);
  REQUIRE(document);
  CHECK(out.empty());
  CHECK(places(*document) == "2:1 a@2:2 2:7 2:8 2:11 2:19 b@2:37 3:5 c@3:6 3:12 d@4:2 4:6 ");
  CHECK(json::write_line(*document) == R"({"a": [1, -2.50e3, true], "b": {"c": null, "d": "\"},"}})");
}

TEST_CASE("a file that ends early is told what is open") {
  CHECK(complaint("") == "a.json:1:1: the file ends here; expected a value");
  CHECK(complaint(" // nothing") == "a.json:1:12: the file ends here; expected a value");
  CHECK(complaint("{") ==
        "a.json:1:2: the file ends here, within the object that begins at line 1, column 1; expected a key "
        "in double "
        "quotes or '}'");
  CHECK(complaint("{\"a\"") ==
        "a.json:1:5: the file ends here, within the object that begins at line 1, column 1; expected ':' "
        "behind the "
        "key");
  CHECK(
      complaint("{\"a\":\n") ==
      "a.json:2:1: the file ends here, within the object that begins at line 1, column 1; expected a value");
  CHECK(
      complaint("{\"a\":\n [1") ==
      "a.json:2:4: the file ends here, within the list that begins at line 2, column 2; expected ',' or ']'");
  CHECK(complaint("{\"a\":[1,") ==
        "a.json:1:9: the file ends here, within the list that begins at line 1, column 6; expected a value");
  CHECK(complaint("{\"a\":\"bc") == "a.json:1:6: this text has no end; expected a closing '\"'");
  CHECK(complaint("[1] /* no") == "a.json:1:5: this comment has no end; expected '*/'");
}

TEST_CASE("what does not belong is named, with what could stand there") {
  CHECK(complaint("{\"a\":1,}") ==
        "a.json:1:8: unexpected '}' behind a comma; expected a key in double quotes");
  CHECK(complaint("[1,]") == "a.json:1:4: unexpected ']' behind a comma; expected a value");
  CHECK(complaint("[1,,2]") == "a.json:1:4: unexpected ','; expected a value");
  CHECK(complaint("[,1]") == "a.json:1:2: unexpected ','; expected a value or ']'");
  CHECK(complaint("[1 2]") == "a.json:1:4: unexpected 2; expected ',' or ']'");
  CHECK(complaint("[1:2]") == "a.json:1:3: unexpected ':'; expected ',' or ']'");
  CHECK(complaint("[1}") == "a.json:1:3: unexpected '}'; expected ',' or ']'");
  CHECK(complaint("{\"a\" 1}") == "a.json:1:6: unexpected 1; expected ':' behind the key");
  CHECK(complaint("{\"a\",1}") == "a.json:1:5: unexpected ','; expected ':' behind the key");
  CHECK(complaint("{\"a\":,1}") == "a.json:1:6: unexpected ','; expected a value");
  CHECK(complaint("{\"a\":1\n\"b\":2}") == "a.json:2:1: unexpected \"b\"; expected ',' or '}'");
  CHECK(complaint("{a:1}") ==
        "a.json:1:2: unexpected a; expected a key in double quotes or '}'; did you mean \"a\"?");
  CHECK(complaint("{\"a\": raft}") ==
        "a.json:1:7: unexpected raft; expected a value; did you mean \"raft\"?");
  CHECK(complaint("[True]") == "a.json:1:2: unexpected True; expected a value or ']'; did you mean true?");
  CHECK(complaint("{'a':1}") ==
        "a.json:1:2: unexpected '''; expected a key in double quotes or '}' (texts stand in double quotes)");
  CHECK(complaint("{} {}") == "a.json:1:4: unexpected '{'; expected nothing behind the value but comments");
  CHECK(complaint("1 x") == "a.json:1:3: unexpected x; expected nothing behind the value but comments");
  CHECK(complaint("[1] / 2") == "a.json:1:5: unexpected '/'; expected nothing behind the value but comments");
  CHECK(complaint("[\xC3\xA9]") == "a.json:1:2: unexpected '\xC3\xA9'; expected a value or ']'");
}

TEST_CASE("numbers and texts that are none are pointed at") {
  CHECK(complaint("[-]") == "a.json:1:2: '-' is not a number; expected digits, such as 10, -1.5 or 2e-6");
  CHECK(complaint("[1.]") == "a.json:1:2: 1. is not a number; expected digits, such as 10, -1.5 or 2e-6");
  CHECK(complaint("[1e+]") == "a.json:1:2: 1e+ is not a number; expected digits, such as 10, -1.5 or 2e-6");
  CHECK(complaint("[1e999]") == "a.json:1:2: 1e999 is out of range; expected a number below 1e308");
  CHECK(complaint("[\"a\nb\"]") ==
        "a.json:1:2: this text does not end on its line; expected a closing '\"' (a line break within a text "
        "is "
        "written \\n)");
  CHECK(complaint("[\"a\tb\"]") ==
        "a.json:1:4: a control character stands within this text; expected an escape such as \\t or \\u0007");
  CHECK(complaint("[\"ab\\x\"]") ==
        "a.json:1:5: this is not an escape; expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
  CHECK(complaint("[\"\\u12g4\"]") ==
        "a.json:1:3: \\u lacks its digits; expected four hexadecimal digits, such as \\u00e9");
  CHECK(complaint("[\"\\ud800x\"]") ==
        "a.json:1:3: half of a surrogate pair stands alone; expected both halves, such as \\ud83d\\ude00");
  CHECK(complaint("{\"\\u0000\": 1}") ==
        "a.json:1:2: $[\"\\u0000\"]: this text contains the character \\u0000; expected a text without it");
  CHECK(complaint("[\"a\\u0000\"]") ==
        "a.json:1:2: $[0]: this text contains the character \\u0000; expected a text without it");
}

TEST_CASE("whole numbers beyond 64 bits are refused where they stand, and nothing else is lost") {
  const std::string range = "; expected a whole number from -9223372036854775808 to 9223372036854775807";
  CHECK(complaint("{\"a\": [9223372036854775808, -9223372036854775809,\n18446744073709551616]}") ==
        "a.json:1:8: $.a[0]: 9223372036854775808 is out of range" + range +
            "\na.json:1:29: $.a[1]: -9223372036854775809 is out of range" + range +
            "\na.json:2:1: $.a[2]: 18446744073709551616 is out of range" + range);
  CHECK(complaint("[9223372036854775807, -9223372036854775808]") ==
        "read [9223372036854775807, -9223372036854775808]");
}

TEST_CASE("a key given twice names both places") {
  Diagnostics out("a.json", "{\"a\": {\"b c\": 1,\n \"b c\": {\"d\": [1], \"d\": 2}}, \"a\": 3}");
  const std::optional<sim::Literal> document = json::parse(out);
  REQUIRE(document);
  CHECK(json::write_line(*document) == R"({"a": {"b c": 1}})");
  REQUIRE(out.found().size() == 3);
  CHECK(to_text(out.found()[0]) ==
        "a.json:2:2: $.a[\"b c\"]: the key \"b c\" is given twice, first at line 1, column 8; expected it "
        "once");
  CHECK(to_text(out.found()[1]) ==
        "a.json:2:20: $.a[\"b c\"].d: the key \"d\" is given twice, first at line 2, column 10; expected it "
        "once");
  CHECK(to_text(out.found()[2]) ==
        "a.json:2:30: $.a: the key \"a\" is given twice, first at line 1, column 2; expected it once");
}

TEST_CASE("bytes that are no text are refused where they stand") {
  CHECK(complaint("{\n \"\xC3(\"}") == "a.json:2:3: the byte 0xC3 is not UTF-8 here; expected text in UTF-8");
  CHECK(complaint("// \xED\xA0\x80\n1") ==
        "a.json:1:4: the byte 0xED is not UTF-8 here; expected text in UTF-8");
  CHECK(complaint(std::string("[1]\n\0[2]", 8)) ==
        "a.json:2:1: the file contains a NUL byte; expected JSON text");
}

TEST_CASE("limits on size and depth hold") {
  CHECK(complaint("[1, 2]", {.bytes = 5}) == "a.json:1:1: the file has 6 bytes; expected at most 5 bytes");
  CHECK(complaint("[1, 2]", {.bytes = 6}) == "read [1, 2]");
  CHECK(complaint(std::string(64, '[') + std::string(64, ']')) == fmt::format("read {:[<64}{:]<64}", "", ""));
  CHECK(complaint(std::string(100'000, '[')) ==
        "a.json:1:65: a list is nested too deeply; expected at most 64 lists and objects within each other");
  CHECK(complaint("[{\"a\":[]}]", {.depth = 2}) ==
        "a.json:1:7: a list is nested too deeply; expected at most 2 lists and objects within each other");
}

TEST_CASE("written documents are stable and read back the same") {
  const std::string text = R"({
  "short": {"a": 1, "b": [], "c": {}},
  "list": [1, 2.50, "x", null],
  "nested": [
    {"a": "\u00e9\n"},
    [1]
  ],
  "long": [
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
  ]
}
)";
  Diagnostics out("a.json", text);
  const std::optional<sim::Literal> document = json::parse(out);
  REQUIRE(document);
  const std::string written = json::write(*document);
  std::string expected = text;
  expected.replace(expected.find("\\u00e9"), 6, "\xC3\xA9");
  CHECK(written == expected);
  Diagnostics again("b.json", written);
  const std::optional<sim::Literal> second = json::parse(again);
  REQUIRE(second);
  CHECK(same_content(*document, *second));
  CHECK(json::write(*second) == written);
}

TEST_CASE("diagnostics quote the line and point below the place") {
  Diagnostics out("a.json", "{\n\t\"d\xC3\xA9j\xC3\xA0\": [1 2]\n}");
  CHECK_FALSE(json::parse(out));
  CHECK(out.to_text() ==
        "a.json:2:15: unexpected 2; expected ',' or ']'\n"
        "  \t\"d\xC3\xA9j\xC3\xA0\": [1 2]\n"
        "  \t           ^\n");
  CHECK(out.to_json() == R"([
  {
    "file": "a.json",
    "line": 2,
    "column": 15,
    "path": "",
    "problem": "unexpected 2",
    "expected": "',' or ']'",
    "nearest": ""
  }
]
)");
}

TEST_CASE("a long line is quoted around the place") {
  Diagnostics out("a.json", fmt::format("[{0:300}1 2{0:300}]", ""));
  CHECK_FALSE(json::parse(out));
  const std::string text = out.to_text();
  CHECK(text ==
        fmt::format("a.json:1:304: unexpected 2; expected ',' or ']'\n  ...{:53}1 2{:54}...\n  {:58}^\n", "",
                    "", ""));
}

TEST_CASE("diagnostics are bounded and in the order of the file") {
  Diagnostics out("a.json", "", 2);
  out.add({3, 1}, "$.c", {"third", "", ""});
  out.add({1, 5}, "$.a", {"first", "", ""});
  out.add({2, 1}, "$.b", {"second", "", ""});
  REQUIRE(out.found().size() == 2);
  CHECK(out.found()[0].problem == "first");
  CHECK(out.found()[1].problem == "second");
  CHECK(out.left_out() == 1);
  CHECK_THAT(out.to_text(), Catch::EndsWith("a.json: and 1 more\n"));
}

}  // namespace lightcone::scenarios

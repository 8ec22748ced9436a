#include "scenarios/schema.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <regex>
#include <string>

#include "scenarios/json/parse.hpp"
#include "scenarios/json/write.hpp"
#include "tests/scenarios/example.hpp"

namespace lightcone::scenarios {

namespace {

using sim::Form;
using sim::Literal;

Literal parsed(const std::string& text) {
  Diagnostics out("schema", text);
  std::optional<Literal> document = json::parse(out);
  REQUIRE(document);
  REQUIRE(out.empty());
  return *std::move(document);
}

const Literal& at(const Literal& from, std::initializer_list<const char*> keys) {
  const Literal* out = &from;
  for (const char* key : keys) {
    INFO(key);
    out = out->find(key);
    REQUIRE(out != nullptr);
  }
  return *out;
}

// Every $ref below `from`.
void collect_references(const Literal& from, std::vector<std::string>& out) {
  if (const Literal* reference = from.find("$ref"); reference != nullptr) out.push_back(reference->text);
  for (const Literal& item : from.items) collect_references(item, out);
  for (const sim::Member& member : from.members) collect_references(member.value, out);
}

const std::string the_schema = schema(example::Plan::fields(), "A plan");

}  // namespace

TEST_CASE("a schema describes every field with its type, bounds and default") {
  const Literal root = parsed(the_schema);
  CHECK(at(root, {"$schema"}).text == "https://json-schema.org/draft/2020-12/schema");
  CHECK(at(root, {"title"}).text == "A plan");
  CHECK(json::write_line(at(root, {"required"})) == R"(["name"])");
  CHECK(json::write_line(at(root, {"additionalProperties"})) == "false");
  const auto property = [&](const char* name) { return json::write_line(at(root, {"properties", name})); };
  CHECK(property("prevote") ==
        R"({"type": "boolean", "description": "Ask before standing.", "default": true})");
  CHECK(
      property("replicas") ==
      R"({"type": "integer", "minimum": 1, "maximum": 4294967295, "description": "How many. Allowed: at least 1.", "default": 3})");
  CHECK(
      property("election_min") ==
      R"({"$ref": "#/$defs/duration", "description": "Shortest election timeout. Allowed: 1ms to 10s.", "default": "150ms"})");
  CHECK(
      property("loss") ==
      R"({"$ref": "#/$defs/ratio", "minimum": 0, "maximum": 1, "description": "Share of messages lost. Allowed: 0 to 1.", "default": 0})");
  CHECK(property("name") == R"({"type": "string", "description": "What it is called.", "minLength": 1})");
  CHECK(
      property("nodes") ==
      R"({"type": "array", "items": {"type": "string"}, "description": "Their names.", "minItems": 1, "maxItems": 3, "default": ["n1"]})");
  CHECK(
      property("weights") ==
      R"({"type": "object", "additionalProperties": {"type": "integer", "minimum": 0, "maximum": 9223372036854775807}, "description": "By name. Allowed: at least 0.", "default": {}})");
  CHECK(
      property("limit") ==
      R"({"anyOf": [{"type": "integer", "minimum": -9223372036854775808, "maximum": 1000}, {"type": "null"}], "description": "None when absent. Allowed: at most 1000."})");
  CHECK(property("parameters") == R"({"description": "For the model."})");
  CHECK(json::write_line(at(root, {"properties", "read_mode", "oneOf"}).items[1]) ==
        R"({"const": "lease", "description": "The leader answers while its lease lasts."})");
  CHECK(json::write_line(at(root, {"properties", "faults", "items"})) == R"({"$ref": "#/$defs/fault"})");
}

TEST_CASE("every reference of a schema leads to a definition, and every definition is used") {
  const Literal root = parsed(the_schema);
  std::vector<std::string> references;
  collect_references(root, references);
  std::vector<std::string> names;
  for (const sim::Member& member : at(root, {"$defs"}).members) names.push_back("#/$defs/" + member.key);
  for (const std::string& reference : references) {
    CHECK(std::count(names.begin(), names.end(), reference) == 1);
  }
  for (const std::string& name : names) CHECK(std::count(references.begin(), references.end(), name) >= 1);
  CHECK(std::is_sorted(names.begin(), names.end()));
}

TEST_CASE("a schema describes distributions once, although they nest") {
  const Literal root = parsed(the_schema);
  CHECK(json::write_line(at(root, {"$defs", "distribution", "anyOf"})) ==
        R"([{"$ref": "#/$defs/duration"}, {"$ref": "#/$defs/distribution_kind"}])");
  CHECK(json::write_line(at(root, {"$defs", "mixture_part", "properties", "of"})) ==
        R"({"$ref": "#/$defs/distribution", "description": "What this part is drawn from."})");
  CHECK(at(root, {"$defs", "distribution_kind", "maxProperties"}).text == "1");
}

TEST_CASE("the patterns of a schema accept what its defaults and the notation say") {
  const Literal root = parsed(the_schema);
  const auto matches = [&](const char* name, const char* text) {
    return std::regex_match(text, std::regex(at(root, {"$defs", name, "pattern"}).text));
  };
  for (const char* good : {"150ms", "1.5s", "-5us", "0h"}) CHECK(matches("duration", good));
  for (const char* bad : {"150", "ms", "1.s", "1 s", "1S", ""}) CHECK_FALSE(matches("duration", bad));
  for (const char* good : {"64KiB", "1.5MB", "7B"}) CHECK(matches("bytes", good));
  for (const char* bad : {"64Ki", "64kib", "BB"}) CHECK_FALSE(matches("bytes", bad));
  for (const char* good : {"10MB/s", "100Mbit/s", "1bit/s"}) CHECK(matches("bandwidth", good));
  for (const char* bad : {"10MB", "1Kbit/s", "1TB/s"}) CHECK_FALSE(matches("bandwidth", bad));
  for (const char* good : {"0.5%", "1/3", "2e-6", "-1.5"}) CHECK(matches("ratio", good));
  for (const char* bad : {"%", "1/", "0.5%%"}) CHECK_FALSE(matches("ratio", bad));
}

TEST_CASE("what an open field holds may depend on another field") {
  const std::string text = schema(example::Plan::fields(), "A plan",
                                  {{"plan", "parameters", "name", {{"split", &example::Fault::fields()}}}});
  const Literal root = parsed(text);
  CHECK(
      json::write_line(at(root, {"allOf"})) ==
      R"([{"if": {"properties": {"name": {"const": "split"}}, "required": ["name"]}, "then": {"properties": {"parameters": {"$ref": "#/$defs/fault"}}}}])");
}

TEST_CASE("a schema is the same each time") {
  CHECK(schema(example::Plan::fields(), "A plan") == the_schema);
}

}  // namespace lightcone::scenarios

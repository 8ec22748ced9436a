#include "sim/trace/field_text.hpp"

#include <fmt/format.h>

#include <iterator>
#include <string_view>
#include <vector>

#include "sim/units.hpp"

namespace lightcone::sim {

namespace {

std::string_view name_of(const Simulation& simulation, NodeId node) {
  return node.index < simulation.node_count() ? std::string_view(simulation.node(node).node_name()) : "?";
}

class TextWriter final : public FieldVisitor {
 public:
  TextWriter(std::string& out, const Simulation& simulation) : out_(out), simulation_(simulation) {}

  void null(std::string_view name) override { put(name, "-"); }
  void flag(std::string_view name, bool value) override { put(name, value ? "true" : "false"); }
  void integer(std::string_view name, std::int64_t value) override {
    put(name, fmt::format_int(value).c_str());
  }
  void text(std::string_view name, std::string_view value) override { put(name, value); }
  void node(std::string_view name, NodeId value) override { put(name, name_of(simulation_, value)); }
  void duration(std::string_view name, Duration value) override { put(name, to_text(value)); }
  void value(std::string_view name, const Value& value) override { put(name, value.to_json()); }
  void open_object(std::string_view name) override { open(name, '{', '}'); }
  void open_list(std::string_view name) override { open(name, '[', ']'); }
  void close() override {
    out_ += closing_.back();
    closing_.pop_back();
    first_ = false;
  }

 private:
  void begin(std::string_view name) {
    if (!first_) out_ += ' ';
    first_ = false;
    if (name.empty()) return;
    out_ += name;
    out_ += '=';
  }
  void put(std::string_view name, std::string_view text) {
    begin(name);
    out_ += text;
  }
  void open(std::string_view name, char opening, char closing) {
    begin(name);
    out_ += opening;
    closing_.push_back(closing);
    first_ = true;
  }

  std::string& out_;
  const Simulation& simulation_;
  std::vector<char> closing_;
  bool first_ = true;
};

class JsonWriter final : public FieldVisitor {
 public:
  JsonWriter(std::string& out, const Simulation& simulation) : out_(out), simulation_(simulation) {}

  void null(std::string_view name) override { put(name, "null"); }
  void flag(std::string_view name, bool value) override { put(name, value ? "true" : "false"); }
  void integer(std::string_view name, std::int64_t value) override {
    put(name, fmt::format_int(value).c_str());
  }
  void text(std::string_view name, std::string_view value) override {
    begin(name);
    append_json_string(out_, value);
  }
  void node(std::string_view name, NodeId value) override { text(name, name_of(simulation_, value)); }
  void duration(std::string_view name, Duration value) override { integer(name, value.count()); }
  void value(std::string_view name, const Value& value) override {
    begin(name);
    value.append_json(out_);
  }
  void open_object(std::string_view name) override { open(name, '{', '}'); }
  void open_list(std::string_view name) override { open(name, '[', ']'); }
  void close() override {
    out_ += closing_.back();
    closing_.pop_back();
    first_ = false;
  }

 private:
  void begin(std::string_view name) {
    if (!first_) out_ += ',';
    first_ = false;
    if (name.empty()) return;
    append_json_string(out_, name);
    out_ += ':';
  }
  void put(std::string_view name, std::string_view json) {
    begin(name);
    out_ += json;
  }
  void open(std::string_view name, char opening, char closing) {
    begin(name);
    out_ += opening;
    closing_.push_back(closing);
    first_ = true;
  }

  std::string& out_;
  const Simulation& simulation_;
  std::vector<char> closing_;
  bool first_ = true;
};

}  // namespace

std::string fields_as_text(const FactType& type, const void* fact, const Simulation& simulation) {
  std::string text;
  TextWriter writer(text, simulation);
  type.visit(fact, writer);
  return text;
}

void append_fields_as_json(std::string& out, const FactType& type, const void* fact,
                           const Simulation& simulation) {
  out += '{';
  JsonWriter writer(out, simulation);
  type.visit(fact, writer);
  out += '}';
}

}  // namespace lightcone::sim

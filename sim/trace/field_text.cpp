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

// Puts fields behind each other, with their names and what separates them.
class Writer : public FieldVisitor {
 public:
  Writer(std::string& out, const Simulation& simulation, char separator)
      : out_(out), simulation_(simulation), separator_(separator) {}

  void flag(std::string_view name, bool value) override { put(name, value ? "true" : "false"); }
  void integer(std::string_view name, std::int64_t value) override {
    put(name, fmt::format_int(value).c_str());
  }
  void node(std::string_view name, NodeId value) override { text(name, name_of(simulation_, value)); }
  void value(std::string_view name, const Value& value) override { put(name, value.to_json()); }
  void open_object(std::string_view name) override { open(name, '{', '}'); }
  void open_list(std::string_view name) override { open(name, '[', ']'); }
  void close() override {
    out_ += closing_.back();
    closing_.pop_back();
    first_ = false;
  }

 protected:
  // Writes `name` and what stands between it and its value.
  virtual void put_name(std::string_view name) = 0;

  void put(std::string_view name, std::string_view text) {
    begin(name);
    out_ += text;
  }
  void begin(std::string_view name) {
    if (!first_) out_ += separator_;
    first_ = false;
    if (!name.empty()) put_name(name);
  }

  std::string& out_;

 private:
  void open(std::string_view name, char opening, char closing) {
    begin(name);
    out_ += opening;
    closing_.push_back(closing);
    first_ = true;
  }

  const Simulation& simulation_;
  char separator_;
  std::vector<char> closing_;
  bool first_ = true;
};

class TextWriter final : public Writer {
 public:
  TextWriter(std::string& out, const Simulation& simulation) : Writer(out, simulation, ' ') {}

  void null(std::string_view name) override { put(name, "-"); }
  void text(std::string_view name, std::string_view value) override { put(name, value); }
  void duration(std::string_view name, Duration value) override { put(name, to_text(value)); }

 private:
  void put_name(std::string_view name) override {
    out_ += name;
    out_ += '=';
  }
};

class JsonWriter final : public Writer {
 public:
  JsonWriter(std::string& out, const Simulation& simulation) : Writer(out, simulation, ',') {}

  void null(std::string_view name) override { put(name, "null"); }
  void text(std::string_view name, std::string_view value) override {
    begin(name);
    append_json_string(out_, value);
  }
  void duration(std::string_view name, Duration value) override { integer(name, value.count()); }

 private:
  void put_name(std::string_view name) override {
    append_json_string(out_, name);
    out_ += ':';
  }
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

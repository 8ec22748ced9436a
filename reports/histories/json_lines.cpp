#include "reports/histories/json_lines.hpp"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "reports/histories/json_scanner.hpp"

namespace lightcone::reports::histories {

namespace {

enum Member : unsigned {
  member_process = 1U << 0U,
  member_f = 1U << 1U,
  member_key = 1U << 2U,
  member_value = 1U << 3U,
  member_result = 1U << 4U,
  member_type = 1U << 5U,
  member_call = 1U << 6U,
  member_return = 1U << 7U,
  member_time = 1U << 8U,
  member_node = 1U << 9U,
  member_error = 1U << 10U,
  member_ops = 1U << 11U,
  member_other = 0,
};

Member member_of(std::string_view name) {
  const auto if_named = [&](std::string_view expected, Member member) {
    return name == expected ? member : member_other;
  };
  switch (name.empty() ? '\0' : name.front()) {
    case 'p':
      return if_named("process", member_process);
    case 'f':
      return if_named("f", member_f);
    case 'k':
      return if_named("key", member_key);
    case 'v':
      return if_named("value", member_value);
    case 'r':
      return name.size() > 2 && name[2] == 's' ? if_named("result", member_result)
                                               : if_named("return", member_return);
    case 'c':
      return if_named("call", member_call);
    case 't':
      return name.size() > 1 && name[1] == 'y' ? if_named("type", member_type)
                                               : if_named("time", member_time);
    case 'n':
      return if_named("node", member_node);
    case 'e':
      return if_named("error", member_error);
    case 'o':
      return if_named("ops", member_ops);
    default:
      return member_other;
  }
}

// One entry of a history, and which fields it had.
struct Reading {
  Entry entry;
  unsigned members = 0;
  bool client = true;  // false: of the nemesis, whose process is a name
};

bool read_type(JsonScanner& in, EntryType& out) {
  std::string type;
  if (!in.text(type)) return false;
  if (type == "ok") {
    out = EntryType::ok;
  } else if (type == "invoke") {
    out = EntryType::invoke;
  } else if (type == "info") {
    out = EntryType::info;
  } else if (type == "fail") {
    out = EntryType::fail;
  } else {
    return in.fail(Fault::unknown_type, fmt::format("\"{}\" is none of invoke, ok, fail, info", type));
  }
  return true;
}

bool read_time(JsonScanner& in, std::optional<std::int64_t>& out) {
  if (in.next_is('n')) {
    sim::Value null;
    return in.value(null);
  }
  std::int64_t time = 0;
  if (!in.integer(time)) return false;
  out = time;
  return true;
}

bool read_process(JsonScanner& in, Reading& out) {
  if (in.next_is('"')) {
    out.client = false;
    std::string_view unread;
    return in.skip(unread);
  }
  return in.integer(out.entry.operation.process);
}

// A text as it is, anything else as its JSON: nodes and errors are for people.
bool read_remark(JsonScanner& in, std::string& out) {
  if (in.next_is('"')) return in.text(out);
  std::string_view raw;
  if (!in.skip(raw)) return false;
  if (raw != "null") out = raw;
  return true;
}

bool read_member(JsonScanner& in, Member member, Reading& out) {
  sim::Operation& operation = out.entry.operation;
  switch (member) {
    case member_process:
      return read_process(in, out);
    case member_f:
      return in.text(operation.f);
    case member_key:
      return in.value(operation.key);
    case member_value:
      return in.value(operation.value);
    case member_result:
      return in.value(operation.result);
    case member_type:
      return read_type(in, out.entry.type);
    case member_call:
      return read_time(in, out.entry.call);
    case member_return:
      return read_time(in, out.entry.complete);
    case member_time:
      return read_time(in, out.entry.time);
    case member_node:
      return read_remark(in, operation.node);
    case member_error:
      return read_remark(in, operation.error);
    default: {
      std::string_view unread;
      return in.skip(unread);
    }
  }
}

bool read_entry(JsonScanner& in, Reading& out) {
  if (!in.expect('{')) return false;
  if (!in.accept('}')) {
    do {
      std::string_view name;
      if (!in.name(name)) return false;
      const Member member = member_of(name);
      if ((out.members & member) != 0)
        return in.fail(Fault::wrong_kind, fmt::format("the field \"{}\" is there twice", name));
      out.members |= member;
      if (!read_member(in, member, out)) return false;
    } while (in.accept(','));
    if (!in.expect('}')) return false;
  }
  const auto missing = [&](Member member) { return (out.members & member) == 0; };
  if (missing(member_process) && !missing(member_ops))
    return in.fail(Fault::missing_field, "\"process\"; this line is a case with its operations in \"ops\"");
  if (missing(member_process)) return in.fail(Fault::missing_field, "\"process\"");
  if (missing(member_type)) return in.fail(Fault::missing_field, "\"type\"");
  if (missing(member_f)) return in.fail(Fault::missing_field, "\"f\"");
  out.entry.has_result = !missing(member_result);
  return true;
}

Problem problem_at(const JsonScanner& in, std::size_t line) {
  const bool malformed = in.fault() == Fault::malformed;
  return {line, in.fault(), malformed ? fmt::format("{} (column {})", in.error(), in.column()) : in.error()};
}

// An operation of a file of operations must say when it was, if only by null.
bool check_has_times(JsonScanner& in, const Reading& reading) {
  if (reading.entry.type == EntryType::invoke)
    return in.fail(Fault::wrong_kind,
                   "an invocation in a file of operations, which have \"call\" and \"return\"");
  if (!reading.client) return in.fail(Fault::wrong_kind, "\"process\" is not an integer");
  if ((reading.members & member_call) == 0) return in.fail(Fault::missing_field, "\"call\"");
  if ((reading.members & member_return) == 0 && reading.entry.type != EntryType::info)
    return in.fail(Fault::missing_field, "\"return\"");
  return true;
}

}  // namespace

bool JsonLinesReader::line(std::string_view text, std::size_t number) {
  JsonScanner in(text);
  if (in.at_end()) return true;
  Reading reading;
  reading.entry.line = number;
  const auto refuse = [&] {
    problem_ = problem_at(in, number);
    return false;
  };
  if (!read_entry(in, reading)) return refuse();
  if (!in.at_end()) {
    in.fail(Fault::malformed, "more than one value on the line");
    return refuse();
  }
  if (form_ == Form::unknown) {
    const bool timed = (reading.members & (member_call | member_return)) != 0;
    const bool event = reading.entry.type == EntryType::invoke || (reading.members & member_time) != 0;
    form_ = event && !timed ? Form::events : Form::operations;
  }
  if (form_ == Form::operations) {
    if (!check_has_times(in, reading)) return refuse();
    if (operations_.add(std::move(reading.entry))) return true;
    problem_ = operations_.problem();
    return false;
  }
  if ((reading.members & (member_call | member_return)) != 0) {
    in.fail(Fault::wrong_kind, "an operation with \"call\" or \"return\" among events");
    return refuse();
  }
  if (reading.client ? events_.add(std::move(reading.entry)) : events_.pass(number, reading.entry.time))
    return true;
  problem_ = events_.problem();
  return false;
}

bool JsonLinesReader::feed(std::string_view piece) {
  if (problem_) return false;
  if (lines_.feed(piece, [this](std::string_view text, std::size_t number) { return line(text, number); }))
    return true;
  if (lines_.overlong())
    problem_ = Problem{lines_.number(), Fault::too_large,
                       fmt::format("a line of more than {} bytes", Lines::max_line)};
  return false;
}

ReadHistory JsonLinesReader::finish() {
  if (!problem_)
    lines_.finish([this](std::string_view text, std::size_t number) { return line(text, number); });
  return {form_ == Form::events ? events_.finish() : operations_.finish(), problem_};
}

ReadHistory read_json_lines(std::string_view text) {
  JsonLinesReader reader;
  reader.feed(text);
  return reader.finish();
}

const std::string* Case::field(std::string_view name) const {
  for (const Field& each : fields) {
    if (each.name == name) return &each.json;
  }
  return nullptr;
}

namespace {

// The operations of a case. `problem` is set where an operation is well written but cannot stand there.
bool read_operations(JsonScanner& in, std::size_t line, sim::History& out, std::optional<Problem>& problem) {
  OperationOrder order;
  if (!in.expect('[')) return false;
  if (!in.accept(']')) {
    do {
      Reading reading;
      reading.entry.line = order.size() + 1;
      if (!read_entry(in, reading) || !check_has_times(in, reading))
        return in.fail(in.fault(), fmt::format("operation {}: {}", order.size() + 1, in.error()));
      if (!order.add(std::move(reading.entry))) {
        problem = order.problem();
        problem->text =
            fmt::format("operation {} (lines are operations of this case): {}", problem->line, problem->text);
        problem->line = line;
        return false;
      }
    } while (in.accept(','));
    if (!in.expect(']')) return false;
  }
  out = order.finish();
  return true;
}

bool read_case(JsonScanner& in, Case& out, std::optional<Problem>& problem) {
  bool found = false;
  if (!in.expect('{')) return false;
  if (!in.accept('}')) {
    do {
      std::string_view name;
      if (!in.name(name)) return false;
      if (name == "ops") {
        if (found) return in.fail(Fault::wrong_kind, "the field \"ops\" is there twice");
        found = true;
        if (!read_operations(in, out.line, out.history, problem)) return false;
        continue;
      }
      Field field{std::string(name), {}};
      std::string_view raw;
      if (!in.skip(raw)) return false;
      field.json = raw;
      JsonScanner text(raw);
      if (field.name == "id" && !read_remark(text, out.id)) return false;
      if (field.name == "model" && !read_remark(text, out.model)) return false;
      out.fields.push_back(std::move(field));
    } while (in.accept(','));
    if (!in.expect('}')) return false;
  }
  if (!found) return in.fail(Fault::missing_field, "\"ops\"");
  if (!in.at_end()) return in.fail(Fault::malformed, "more than one value on the line");
  return true;
}

}  // namespace

bool JsonCasesReader::line(std::string_view text, std::size_t number) {
  JsonScanner in(text);
  if (in.at_end()) return true;
  Case read;
  read.line = number;
  if (!read_case(in, read, problem_)) {
    if (!problem_) problem_ = problem_at(in, number);
    return false;
  }
  sink_(std::move(read));
  return true;
}

bool JsonCasesReader::feed(std::string_view piece) {
  if (problem_) return false;
  if (lines_.feed(piece, [this](std::string_view text, std::size_t number) { return line(text, number); }))
    return true;
  if (lines_.overlong())
    problem_ = Problem{lines_.number(), Fault::too_large,
                       fmt::format("a line of more than {} bytes", Lines::max_line)};
  return false;
}

std::optional<Problem> JsonCasesReader::finish() {
  if (!problem_)
    lines_.finish([this](std::string_view text, std::size_t number) { return line(text, number); });
  return problem_;
}

ReadCases read_json_cases(std::string_view text) {
  ReadCases read;
  JsonCasesReader reader([&](Case&& each) { read.cases.push_back(std::move(each)); });
  reader.feed(text);
  read.problem = reader.finish();
  return read;
}

bool looks_like_cases(std::string_view beginning) {
  const std::size_t from = beginning.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos || beginning[from] != '{') return false;
  const std::string_view first = beginning.substr(from, beginning.find('\n', from) - from);
  for (std::size_t at = first.find("\"ops\""); at != std::string_view::npos;
       at = first.find("\"ops\"", at + 1)) {
    std::size_t next = first.find_first_not_of(" \t", at + 5);
    if (next == std::string_view::npos || first[next] != ':') continue;
    next = first.find_first_not_of(" \t", next + 1);
    if (next != std::string_view::npos && first[next] == '[') return true;
  }
  return false;
}

void append_json_line(std::string& out, const sim::Operation& operation) {
  const bool ordered = operation.invoke != sim::Operation::unordered;
  const bool returned = operation.outcome != sim::Outcome::info && operation.complete != sim::Operation::open;
  const auto put = [&](std::int64_t time, bool there) {
    if (there) {
      fmt::format_to(std::back_inserter(out), "{}", time);
    } else {
      out += "null";
    }
  };
  fmt::format_to(std::back_inserter(out), "{{\"process\":{},\"f\":", operation.process);
  sim::append_json_string(out, operation.f);
  if (!operation.key.is_null()) {
    out += ",\"key\":";
    operation.key.append_json(out);
  }
  out += ",\"value\":";
  operation.value.append_json(out);
  out += ",\"result\":";
  operation.result.append_json(out);
  out += ",\"call\":";
  put(operation.invoke, ordered);
  out += ",\"return\":";
  put(operation.complete, ordered && returned);
  const bool ok = operation.outcome == sim::Outcome::ok;
  out += ok                                        ? ",\"type\":\"ok\""
         : operation.outcome == sim::Outcome::fail ? ",\"type\":\"fail\""
                                                   : ",\"type\":\"info\"";
  if (!operation.node.empty()) {
    out += ",\"node\":";
    sim::append_json_string(out, operation.node);
  }
  if (!operation.error.empty()) {
    out += ",\"error\":";
    sim::append_json_string(out, operation.error);
  }
  out += "}\n";
}

std::string to_json_lines(const sim::History& history) {
  std::string out;
  for (const sim::Operation& operation : history) append_json_line(out, operation);
  return out;
}

}  // namespace lightcone::reports::histories

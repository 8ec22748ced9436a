#include "reports/histories/edn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "reports/histories/edn_scanner.hpp"

namespace lightcone::reports::histories {

namespace {

enum Member : unsigned {
  member_process = 1U << 0U,
  member_f = 1U << 1U,
  member_type = 1U << 2U,
  member_other = 0,
};

struct Reading {
  Entry entry;
  unsigned members = 0;
  bool client = true;
};

std::string without_colon(const sim::Value& name) {
  const std::string* text = name.as_text();
  if (text == nullptr) return {};
  return text->starts_with(':') ? text->substr(1) : *text;
}

// [:append 3 1] and its like: a list of three that begins with a keyword.
bool is_step(const sim::Value& value) {
  const sim::ValueList* step = value.as_list();
  if (step == nullptr || step->size() != 3) return false;
  const std::string* head = step->front().as_text();
  return head != nullptr && head->starts_with(':');
}

// A transaction's steps lose the colon of their heads.
void name_steps(sim::Value& value) {
  const sim::ValueList* steps = value.as_list();
  if (steps == nullptr) return;
  if (steps->size() == 2 && (*steps)[1].as_list() != nullptr && (*steps)[0].as_list() == nullptr) {
    sim::ValueList keyed = *steps;  // [key steps] of jepsen.independent
    name_steps(keyed[1]);
    value = std::move(keyed);
    return;
  }
  if (steps->empty() || !std::all_of(steps->begin(), steps->end(), is_step)) return;
  sim::ValueList named = *steps;
  for (sim::Value& each : named) {
    sim::ValueList step = *each.as_list();
    step[0] = without_colon(step[0]);
    each = std::move(step);
  }
  value = std::move(named);
}

bool read_type(EdnScanner& in, EntryType& out) {
  sim::Value type;
  if (!in.value(type)) return false;
  const std::string name = without_colon(type);
  if (name == "ok") {
    out = EntryType::ok;
  } else if (name == "invoke") {
    out = EntryType::invoke;
  } else if (name == "info") {
    out = EntryType::info;
  } else if (name == "fail") {
    out = EntryType::fail;
  } else {
    return in.fail(Fault::unknown_type,
                   fmt::format("{} is none of :invoke, :ok, :fail, :info", type.to_json()));
  }
  return true;
}

bool read_process(EdnScanner& in, Reading& out) {
  sim::Value process;
  if (!in.value(process)) return false;
  out.client = process.as_int() != nullptr;
  if (out.client) {
    out.entry.operation.process = *process.as_int();
    return true;
  }
  return process.as_text() != nullptr ||
         in.fail(Fault::wrong_kind, ":process is neither a number nor a name");
}

bool read_time(EdnScanner& in, std::optional<std::int64_t>& out) {
  sim::Value time;
  if (!in.value(time)) return false;
  if (time.is_null()) return true;
  if (time.as_int() == nullptr) return in.fail(Fault::wrong_kind, ":time is not a number");
  out = *time.as_int();
  return true;
}

// A text as it is, anything else as it is written: nodes and errors are for people.
bool read_remark(EdnScanner& in, std::string& out) {
  if (!in.space()) return false;
  if (in.peek() == '"') {
    sim::Value text;
    if (!in.value(text)) return false;
    out = *text.as_text();
    return true;
  }
  std::string_view raw;
  if (!in.skip(raw)) return false;
  if (raw != "nil") out = raw;
  return true;
}

bool once(EdnScanner& in, Reading& out, Member member, std::string_view name) {
  if ((out.members & member) != 0) return in.fail(Fault::wrong_kind, fmt::format("{} is there twice", name));
  out.members |= member;
  return true;
}

bool read_member(EdnScanner& in, std::string_view name, Reading& out) {
  sim::Operation& operation = out.entry.operation;
  if (name == ":type") return once(in, out, member_type, name) && read_type(in, out.entry.type);
  if (name == ":process") return once(in, out, member_process, name) && read_process(in, out);
  if (name == ":time") return read_time(in, out.entry.time);
  if (name == ":node") return read_remark(in, operation.node);
  if (name == ":error") return read_remark(in, operation.error);
  if (name == ":f") {
    sim::Value f;
    if (!once(in, out, member_f, name) || !in.value(f)) return false;
    if (f.as_text() == nullptr && !f.is_null()) return in.fail(Fault::wrong_kind, ":f is not a name");
    operation.f = without_colon(f);
    return true;
  }
  std::string_view unread;
  return in.skip(unread);
}

// Where :value and :result stand: a nemesis may say anything there.
struct Unread {
  std::string_view value;
  std::string_view result;
};

bool remember(EdnScanner& in, std::string_view& out, std::string_view name) {
  if (!out.empty()) return in.fail(Fault::wrong_kind, fmt::format("{} is there twice", name));
  return in.skip(out);
}

bool read_event(EdnScanner& in, Reading& out, Unread& unread) {
  if (!in.expect('{')) return false;
  for (;;) {
    if (!in.space()) return false;
    if (in.accept('}')) break;
    std::string_view name;
    if (!(in.peek() == ':' ? in.token(name) : in.skip(name)) || !in.space()) return false;
    if (in.peek() == '}') return in.fail(Fault::malformed, "a map with a key that has no value");
    const bool read = name == ":value"    ? remember(in, unread.value, name)
                      : name == ":result" ? remember(in, unread.result, name)
                                          : read_member(in, name, out);
    if (!read) return false;
  }
  const auto missing = [&](Member member) { return (out.members & member) == 0; };
  if (missing(member_process)) return in.fail(Fault::missing_field, ":process");
  if (missing(member_type)) return in.fail(Fault::missing_field, ":type");
  if (missing(member_f) || (out.client && out.entry.operation.f.empty()))
    return in.fail(Fault::missing_field, ":f");
  return true;
}

constexpr std::array<bool, 256> structural = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("\"\\;()[]{}\n")) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

}  // namespace

bool EdnReader::refuse(std::size_t position, Fault fault, std::string text) {
  const auto newlines =
      std::count(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(position), '\n');
  problem_ = Problem{pending_line_ + static_cast<std::size_t>(newlines), fault, std::move(text)};
  return false;
}

// `raw` is a part of `pending_`; empty is nil.
bool EdnReader::value(std::string_view raw, sim::Value& out) {
  if (raw.empty()) return true;
  EdnScanner in(raw);
  if (!in.value(out))
    return refuse(static_cast<std::size_t>(raw.data() - pending_.data()) + in.position(), in.fault(),
                  in.error());
  name_steps(out);
  tuples_ = tuples_ || raw.find("#jepsen.independent") != std::string_view::npos;
  return true;
}

// `pending_` ends where an event's bracket closed, or where the history ends.
bool EdnReader::event() {
  const auto taken = [this] {
    pending_.clear();
    pending_line_ = line_;
    return true;
  };
  EdnScanner in(pending_);
  if (!in.tags()) return in.ended() || refuse(in.position(), in.fault(), in.error());
  if (in.at_end()) return taken();
  const std::size_t start = in.position();
  const auto fail = [&] { return refuse(in.position(), in.fault(), in.error()); };
  if (in.peek() != '{') return refuse(start, Fault::malformed, "an event, which is a map, expected");
  Reading reading;
  Unread unread;
  if (!read_event(in, reading, unread)) return fail();
  if (!in.at_end()) return refuse(in.position(), Fault::malformed, "an event, which is a map, expected");
  const auto newlines =
      std::count(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(start), '\n');
  reading.entry.line = pending_line_ + static_cast<std::size_t>(newlines);
  bool added = false;
  if (reading.client) {
    if (!value(unread.value, reading.entry.operation.value) ||
        !value(unread.result, reading.entry.operation.result))
      return false;
    reading.entry.has_result = !unread.result.empty();
    added = events_.add(std::move(reading.entry));
  } else {
    notes_.push_back({reading.entry.line, pending_.substr(start)});
    added = events_.pass(reading.entry.line, reading.entry.time);
  }
  if (added) return taken();
  problem_ = events_.problem();
  return false;
}

bool EdnReader::open(char c) {
  const std::string_view before = std::string_view(pending_).substr(0, pending_.size() - 1);
  const std::size_t last = before.find_last_not_of(" \t\r\n\f,");
  const bool discarded = last != std::string_view::npos && last > 0 && before.substr(last - 1, 2) == "#_";
  if (brackets_.empty() && closed_)
    return refuse(before.size(), Fault::malformed, "more after the history's end");
  if (!began_ && !discarded) {
    began_ = true;
    if (c != '{') {
      around_ = c;
      pending_.clear();
      pending_line_ = line_;
      return true;
    }
  }
  brackets_ += c;
  if (brackets_.size() > 2 * EdnScanner::max_depth)
    return refuse(before.size(), Fault::too_large, "forms are nested too deeply");
  return true;
}

bool EdnReader::close(char c) {
  const auto pair_of = [](char bracket) { return bracket == '(' ? ')' : bracket == '[' ? ']' : '}'; };
  if (brackets_.empty()) {
    if (around_ == '\0' || closed_ || pair_of(around_) != c)
      return refuse(pending_.size(), Fault::malformed, fmt::format("a '{}' that closes nothing", c));
    pending_.pop_back();
    closed_ = true;
    return event();
  }
  if (pair_of(brackets_.back()) != c)
    return refuse(pending_.size(), Fault::malformed,
                  fmt::format("a '{}' where a '{}' is open", c, brackets_.back()));
  brackets_.pop_back();
  return !brackets_.empty() || event();
}

// One of the characters at which something begins or ends.
bool EdnReader::step(char c) {
  switch (inside_) {
    case Inside::text_escape:
      inside_ = Inside::text;
      return true;
    case Inside::character:
      inside_ = Inside::nothing;
      return true;
    case Inside::comment:
      if (c == '\n') inside_ = Inside::nothing;
      return true;
    case Inside::text:
      if (c == '\\') inside_ = Inside::text_escape;
      if (c == '"') inside_ = Inside::nothing;
      return true;
    case Inside::nothing:
      break;
  }
  switch (c) {
    case '"':
      inside_ = Inside::text;
      return true;
    case '\\':
      inside_ = Inside::character;
      return true;
    case ';':
      inside_ = Inside::comment;
      return true;
    case '(':
    case '[':
    case '{':
      return open(c);
    case ')':
    case ']':
    case '}':
      return close(c);
    default:
      return true;
  }
}

bool EdnReader::feed(std::string_view piece) {
  if (problem_) return false;
  while (!piece.empty()) {
    std::size_t ordinary = 0;
    if (inside_ != Inside::text_escape && inside_ != Inside::character) {
      while (ordinary < piece.size() && !structural[static_cast<unsigned char>(piece[ordinary])]) ++ordinary;
    }
    const bool step_follows = ordinary < piece.size();
    const std::size_t length = ordinary + (step_follows ? 1 : 0);
    pending_.append(piece.data(), length);
    if (pending_.size() > max_event)
      return refuse(0, Fault::too_large, fmt::format("an event of more than {} bytes", max_event));
    const char c = pending_.back();
    if (step_follows && c == '\n') ++line_;
    if (step_follows && !step(c)) return false;
    piece.remove_prefix(length);
  }
  return true;
}

// [k v] becomes key k and value v. A read that found nothing repeats its argument: its result is null.
void EdnReader::assign_keys(sim::History& history) const {
  if (keys_ == Keys::none || history.empty()) return;
  bool pairs = true;
  bool asks = tuples_;
  for (const sim::Operation& operation : history) {
    const sim::ValueList* pair = operation.value.as_list();
    pairs = pairs && pair != nullptr && pair->size() == 2 && (*pair)[0].as_list() == nullptr &&
            !(*pair)[0].is_null();
    if (!pairs) break;
    asks = asks || (*pair)[1].is_null();
  }
  if (keys_ == Keys::guess && !(pairs && asks)) return;
  for (sim::Operation& operation : history) {
    const sim::ValueList* pair = operation.value.as_list();
    if (pair == nullptr || pair->size() != 2) continue;
    sim::ValueList parts = *pair;
    operation.key = std::move(parts[0]);
    operation.value = std::move(parts[1]);
    const sim::ValueList* found = operation.result.as_list();
    if (found != nullptr && found->size() == 2 && (*found)[0] == operation.key) {
      sim::Value result = (*found)[1];
      operation.result = std::move(result);
    } else if (operation.value.is_null() && operation.result == sim::Value(true)) {
      operation.result = nullptr;
    }
  }
}

ReadEdn EdnReader::finish() {
  if (!problem_ && (!brackets_.empty() || (around_ != '\0' && !closed_) || inside_ == Inside::text))
    refuse(pending_.size(), Fault::malformed,
           fmt::format("the history ends inside what begins at line {}", pending_line_));
  if (!problem_ && event() && !pending_.empty())
    refuse(pending_.size(), Fault::malformed, "the history ends inside a form");
  sim::History history = events_.finish();
  if (!problem_) assign_keys(history);
  return {std::move(history), std::move(notes_), std::move(problem_)};
}

ReadEdn read_edn(std::string_view text, Keys keys) {
  EdnReader reader(keys);
  reader.feed(text);
  return reader.finish();
}

}  // namespace lightcone::reports::histories

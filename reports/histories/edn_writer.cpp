#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "reports/histories/edn.hpp"

namespace lightcone::reports::histories {

namespace {

// Whether `name` can follow a colon. Stricter than the notation: what is refused is written as a string.
bool is_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '?' || c == '!' || c == '*' || c == '+' || c == '/';
  };
  return !name.empty() && !(name.front() >= '0' && name.front() <= '9') && name.front() != '/' &&
         name.back() != '/' && std::all_of(name.begin(), name.end(), fits);
}

void append_string(std::string& out, std::string_view text) {
  std::string json;
  sim::append_json_string(json, text);  // its escapes are Clojure's too, but for those of control characters
  out += json;
}

void append_value(std::string& out, const sim::Value& value) {
  if (value.is_null()) {
    out += "nil";
  } else if (const std::string* text = value.as_text()) {
    if (text->starts_with(':') && is_name(std::string_view(*text).substr(1))) {
      out += *text;
    } else {
      append_string(out, *text);
    }
  } else if (const sim::ValueList* list = value.as_list()) {
    out += '[';
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (i > 0) out += ' ';
      append_value(out, (*list)[i]);
    }
    out += ']';
  } else {
    value.append_json(out);
  }
}

void append_name(std::string& out, std::string_view name) {
  if (!is_name(name)) return append_string(out, name);
  out += ':';
  out += name;
}

// The steps of a transaction: [[:append 3 1] [:r 3 nil]].
bool append_steps(std::string& out, const sim::Value& value) {
  const sim::ValueList* steps = value.as_list();
  if (steps == nullptr || steps->empty()) return false;
  for (const sim::Value& each : *steps) {
    const sim::ValueList* step = each.as_list();
    if (step == nullptr || step->size() != 3 || (*step)[0].as_text() == nullptr ||
        !is_name(*(*step)[0].as_text()))
      return false;
  }
  for (std::size_t i = 0; i < steps->size(); ++i) {
    const sim::ValueList& step = *(*steps)[i].as_list();
    fmt::format_to(std::back_inserter(out), "{}[:{} ", i == 0 ? '[' : ' ', *step[0].as_text());
    append_value(out, step[1]);
    out += ' ';
    append_value(out, step[2]);
    out += ']';
  }
  out += ']';
  return true;
}

struct Event {
  std::int64_t time = 0;
  std::size_t operation = 0;
  std::string_view type;
};

// What stands in :value. A completion repeats the argument where the result is no more than "done".
const sim::Value& value_of(const sim::Operation& operation, std::string_view type) {
  const bool tells = type == "ok" && !(operation.result == sim::Value(true) && !operation.value.is_null());
  return tells ? operation.result : operation.value;
}

// The result that a reader takes from :value alone.
sim::Value read_back(const sim::Operation& operation, std::string_view type) {
  if (type == "fail") return nullptr;
  const sim::Value& written = value_of(operation, type);
  const bool echo = operation.f != "txn" && !operation.value.is_null() && written == operation.value;
  return echo ? sim::Value(true) : written;
}

void append_event(std::string& out, const sim::Operation& operation, const Event& event, std::size_t index) {
  fmt::format_to(std::back_inserter(out), "{{:index {}, :type :{}, :process {}, :f ", index, event.type,
                 operation.process);
  append_name(out, operation.f);
  out += ", :value ";
  if (!operation.key.is_null()) {
    out += '[';
    append_value(out, operation.key);
    out += ' ';
  }
  const sim::Value& value = value_of(operation, event.type);
  if (!append_steps(out, value)) append_value(out, value);
  if (!operation.key.is_null()) out += ']';
  fmt::format_to(std::back_inserter(out), ", :time {}", event.time);
  const bool completion = event.type != "invoke";
  if (completion && event.type != "info" && read_back(operation, event.type) != operation.result) {
    out += ", :result ";
    if (!append_steps(out, operation.result)) append_value(out, operation.result);
  }
  if (completion && !operation.node.empty()) {
    out += ", :node ";
    append_string(out, operation.node);
  }
  if (completion && !operation.error.empty()) {
    out += ", :error ";
    append_string(out, operation.error);
  }
  out += "}\n";
}

std::string_view type_of(const sim::Operation& operation) {
  if (operation.outcome == sim::Outcome::ok) return "ok";
  return operation.outcome == sim::Outcome::fail ? "fail" : "info";
}

// An operation of unknown outcome ends where the history tells no time, but before its process invokes again.
struct Unknown {
  std::size_t operation;
  std::size_t from;   // events: its invocation,
  std::size_t until;  // and the next of its process
};

// Puts each at a time that no event has, the first after its invocation; where there is none, right before
// the next invocation. Readers take events of equal times for one after the other.
std::vector<Event> with_unknown(const std::vector<Event>& events, const std::vector<Unknown>& unknown) {
  std::vector<std::int64_t> taken(events.size(), 0);  // of the free times after each event
  std::vector<std::pair<std::size_t, Event>> ends;    // after which event
  for (const Unknown& each : unknown) {
    std::size_t after = each.from;
    const auto free = [&] { return events[after + 1].time - events[after].time - 1 - taken[after]; };
    while (after + 1 < each.until && free() <= 0) ++after;
    const std::int64_t time = events[after].time + (free() > 0 ? ++taken[after] : 0);
    ends.push_back({after, {time, each.operation, "info"}});
  }
  std::sort(ends.begin(), ends.end(), [](const auto& a, const auto& b) {
    return std::tuple(a.first, a.second.time, a.second.operation) <
           std::tuple(b.first, b.second.time, b.second.operation);
  });
  std::vector<Event> all;
  auto next = ends.begin();
  for (std::size_t i = 0; i < events.size(); ++i) {
    all.push_back(events[i]);
    for (; next != ends.end() && next->first == i; ++next) all.push_back(next->second);
  }
  return all;
}

// By time. Invocations come before completions of the same time, so that what overlaps still does, but
// a process completes before it invokes again.
std::vector<Event> events_of(const sim::History& history) {
  std::vector<Event> completions;
  std::vector<Event> events;
  std::vector<Unknown> unknown;
  std::int64_t last = 0;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const sim::Operation& operation = history[i];
    last = std::max(last, operation.invoke);
    if (operation.outcome == sim::Outcome::info) continue;
    completions.push_back({operation.complete, i, type_of(operation)});
    last = std::max(last, operation.complete);
  }
  std::sort(completions.begin(), completions.end(), [](const Event& a, const Event& b) {
    return std::pair(a.time, a.operation) < std::pair(b.time, b.operation);
  });
  ProcessTable<std::size_t> in_flight;  // the process's last operation, + 1
  std::vector<std::size_t> invoked(history.size(), 0);
  std::vector<bool> done(history.size(), false);
  std::size_t next = 0;
  const auto complete = [&](const Event& completion) {
    if (done[completion.operation]) return;
    done[completion.operation] = true;
    events.push_back(completion);
  };
  for (std::size_t i = 0; i < history.size(); ++i) {
    const std::int64_t now = history[i].invoke;
    while (next < completions.size() && completions[next].time < now) complete(completions[next++]);
    std::size_t& before = in_flight[history[i].process];
    if (before != 0 && history[before - 1].outcome != sim::Outcome::info)
      complete({now, before - 1, type_of(history[before - 1])});
    invoked[i] = events.size();
    if (before != 0 && !done[before - 1]) {
      done[before - 1] = true;
      unknown.push_back({before - 1, invoked[before - 1], invoked[i]});
    }
    before = i + 1;
    events.push_back({now, i, "invoke"});
  }
  while (next < completions.size()) complete(completions[next++]);
  events = with_unknown(events, unknown);
  for (std::size_t i = 0; i < history.size(); ++i)
    if (!done[i]) events.push_back({last, i, "info"});
  return events;
}

}  // namespace

WrittenEdn to_edn(const sim::History& history) {
  WrittenEdn written;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const sim::Operation& operation = history[i];
    const auto refuse = [&](std::string why) {
      written.problem = Problem{i + 1, Fault::mixed_order, std::move(why)};
      return written;
    };
    if (operation.invoke == sim::Operation::unordered)
      return refuse("only the order within a process is known; a history of events would claim more");
    if (i > 0 && operation.key.is_null() != history[0].key.is_null())
      return refuse("some operations have a key and others have none");
  }
  const std::vector<Event> events = events_of(history);
  for (std::size_t index = 0; index < events.size(); ++index)
    append_event(written.text, history[events[index].operation], events[index], index);
  return written;
}

}  // namespace lightcone::reports::histories

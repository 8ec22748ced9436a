#include "faults/trigger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "sim/nearest.hpp"

namespace lightcone::faults {

using sim::Happening;
using sim::NodeId;
using sim::Occurrence;
using sim::Problem;

sim::Choices<Cue> choices_of(Cue) {
  static constexpr sim::Choice<Cue> all[] = {
      {Cue::sent, {"sent", "The node sends a message."}},
      {Cue::lost, {"lost", "A message to the node is lost."}},
      {Cue::delivered, {"delivered", "The node handles a message."}},
      {Cue::timer, {"timer", "The node handles a timer."}},
      {Cue::synced, {"synced", "The node handles the completion of a sync."}},
      {Cue::woken, {"woken", "A story of the node goes on."}},
      {Cue::mark, {"mark", "The node says that something worth noticing happened."}},
      {Cue::started, {"started", "The node starts."}},
      {Cue::crashed, {"crashed", "The node dies."}},
      {Cue::paused, {"paused", "The node is paused."}},
      {Cue::resumed, {"resumed", "The node goes on after a pause."}},
  };
  return all;
}

const sim::FieldTable<TriggerForm>& TriggerForm::fields() {
  using F = TriggerForm;
  using sim::field;
  static const sim::FieldTable<F> table(
      "trigger", "What has to happen for a fault to begin.",
      field("event", &F::event, "What happens.").required(),
      field("node", &F::node, "Where; absent: anywhere."),
      field("type", &F::type, "Name of the message, timer, completion or mark; absent: any.").not_empty(),
      field("where", &F::where, "What its fields must be; all of these."),
      field("from", &F::from, "Of a message that is lost or delivered: who sent it."),
      field("to", &F::to, "Of a message that is sent: whom to."),
      field("nth", &F::nth, "The first match that counts: 3 for the third.").at_least(1),
      field("after", &F::after, "Matches count once the fault with this id has begun.").not_empty(),
      field("delay", &F::delay, "From the match to the fault."),
      field("times", &F::times, "At most so often: at each match from the nth on.").at_least(1));
  return table;
}

namespace {

Happening happening_of(Cue cue) {
  switch (cue) {
    case Cue::sent:
      return Happening::sent;
    case Cue::lost:
      return Happening::lost;
    case Cue::delivered:
      return Happening::delivered;
    case Cue::timer:
      return Happening::timer;
    case Cue::synced:
      return Happening::synced;
    case Cue::woken:
      return Happening::woken;
    case Cue::mark:
      return Happening::mark;
    case Cue::started:
      return Happening::started;
    case Cue::crashed:
      return Happening::crashed;
    case Cue::paused:
      return Happening::paused;
    case Cue::resumed:
      return Happening::resumed;
  }
  return Happening::mark;
}

// 1st, 2nd, 3rd, 4th, 11th, 21st
std::string_view ending_of(std::uint64_t number) {
  const bool is_teen = number / 10 % 10 == 1;
  if (is_teen || number % 10 > 3 || number % 10 == 0) return "th";
  return number % 10 == 1 ? "st" : number % 10 == 2 ? "nd" : "rd";
}

bool means(const std::optional<Selector>& selector, NodeId node, const World& world) {
  if (!selector) return true;
  sim::Stream unused(0, "a trigger draws nothing");
  const std::vector<NodeId> nodes = selector->resolve(world, unused);
  return std::binary_search(nodes.begin(), nodes.end(), node);
}

// Reads a trigger from its text, left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  std::optional<Problem> read(TriggerForm& out) {
    if (std::optional<Problem> why = read_event(out)) return why;
    if (skip('(')) {
      if (std::optional<Problem> why = read_fact(out)) return why;
    }
    while (true) {
      skip_blanks();
      if (rest_.empty()) return std::nullopt;
      if (std::optional<Problem> why = read_suffix(out)) return why;
    }
  }

 private:
  static constexpr std::string_view ends_of_words = " (),+";

  void skip_blanks() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  bool skip(char c) {
    skip_blanks();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::string_view word() {
    skip_blanks();
    const std::string_view found = rest_.substr(0, rest_.find_first_of(ends_of_words));
    rest_.remove_prefix(found.size());
    return found;
  }

  std::optional<Problem> read_event(TriggerForm& out) {
    const std::string_view both = word();
    const std::size_t dot = both.rfind('.');
    const std::string_view event = dot == std::string_view::npos ? both : both.substr(dot + 1);
    if (dot != std::string_view::npos) {
      sim::Result<Selector> node = Selector::from(std::string(both.substr(0, dot)));
      if (!node) return Problem{node.problem()};
      out.node = std::move(node).value();
    }
    std::vector<std::string_view> names;
    for (const sim::Choice<Cue>& choice : choices_of(Cue{})) {
      names.push_back(choice.word.name);
      if (choice.word.name != event) continue;
      out.event = choice.value;
      return std::nullopt;
    }
    const std::string likely = sim::nearest(event, names);
    return Problem{fmt::format("\"{}\" is no event that can be waited for ({}){}", event,
                               fmt::join(names, ", "),
                               likely.empty() ? "" : fmt::format("; did you mean \"{}\"?", likely))};
  }

  // After the opening parenthesis: a type and conditions on it.
  std::optional<Problem> read_fact(TriggerForm& out) {
    if (skip(')')) return std::nullopt;
    bool first = true;
    while (true) {
      const std::string_view part = next_argument();
      const bool closed = skip(')');
      if (!closed && !skip(',')) return Problem{"the closing parenthesis is missing"};
      if (first && part.find_first_of("=!<>") == std::string_view::npos) {
        if (part.empty()) return Problem{"the type is missing between the parentheses"};
        out.type = part;
      } else {
        sim::Result<FieldCondition> condition = FieldCondition::from(part);
        if (!condition) return Problem{condition.problem()};
        if (!out.where) out.where.emplace();
        out.where->push_back(std::move(condition).value());
      }
      if (closed) return std::nullopt;
      first = false;
    }
  }

  // Up to a comma or parenthesis that is in no quotes.
  std::string_view next_argument() {
    skip_blanks();
    bool in_quotes = false;
    std::size_t end = 0;
    while (end < rest_.size() && (in_quotes || (rest_[end] != ',' && rest_[end] != ')'))) {
      if (rest_[end] == '"') in_quotes = !in_quotes;
      ++end;
    }
    std::string_view found = rest_.substr(0, end);
    rest_.remove_prefix(end);
    while (!found.empty() && found.back() == ' ') found.remove_suffix(1);
    return found;
  }

  std::optional<Problem> read_suffix(TriggerForm& out) {
    if (skip('+')) {
      const std::string_view length = word();
      if (sim::read_duration(length, out.delay)) {
        return Problem{fmt::format("\"{}\" after + is not a duration such as \"2ms\"", length)};
      }
      if (out.delay < sim::Duration::zero()) return Problem{"the delay after + must not be negative"};
      return std::nullopt;
    }
    const std::string_view keyword = word();
    if (!keyword.empty() && keyword.front() >= '0' && keyword.front() <= '9') {
      return read_ordinal(keyword, out.nth);
    }
    const std::string_view argument = word();
    const bool known = keyword == "to" || keyword == "from" || keyword == "after";
    if (!known) {
      return Problem{fmt::format("\"{}\" follows where \"to\", \"from\", \"after\", \"3rd\" or + may",
                                 keyword.empty() ? rest_.substr(0, 1) : keyword)};
    }
    if (argument.empty()) return Problem{fmt::format("a name is missing after \"{}\"", keyword)};
    if (keyword == "after") {
      out.after = argument;
      return std::nullopt;
    }
    sim::Result<Selector> peer = Selector::from(std::string(argument));
    if (!peer) return Problem{peer.problem()};
    (keyword == "to" ? out.to : out.from) = std::move(peer).value();
    return std::nullopt;
  }

  static std::optional<Problem> read_ordinal(std::string_view text, std::uint64_t& out) {
    std::uint64_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    const std::string_view ending(read.ptr, static_cast<std::size_t>(text.data() + text.size() - read.ptr));
    if (read.ec != std::errc() || number == 0 || ending != ending_of(number)) {
      return Problem{fmt::format("\"{}\" is not how often, such as \"3rd\"", text)};
    }
    out = number;
    return std::nullopt;
  }

  std::string_view rest_;
};

}  // namespace

sim::Result<Trigger> Trigger::parse(std::string_view text) {
  Trigger out;
  if (std::optional<Problem> why = Reader(text).read(out)) return *why;
  out.written = text;
  return out;
}

std::string Trigger::text() const {
  if (written) return *written;
  std::string out = node ? node->text() + "." : "";
  out += sim::name_of(event);
  if (type || where) {
    out += "(";
    out += type.value_or("");
    for (const FieldCondition& condition : where.value_or(std::vector<FieldCondition>())) {
      out += (out.back() == '(' ? "" : ", ") + condition.text();
    }
    out += ")";
  }
  if (from) out += " from " + from->text();
  if (to) out += " to " + to->text();
  if (nth > 1) out += fmt::format(" {}{}", nth, ending_of(nth));
  if (after) out += " after " + *after;
  if (delay > sim::Duration::zero()) out += " + " + sim::to_text(delay);
  return out;
}

sim::Interest Trigger::interest() const {
  switch (event) {
    case Cue::sent:
    case Cue::lost:
    case Cue::delivered:
    case Cue::timer:
    case Cue::synced:
    case Cue::woken:
      return sim::Interest::everything;
    default:
      return sim::Interest::landmarks;
  }
}

bool Trigger::matches(const Occurrence& occurrence, const World& world) const {
  if (occurrence.what != happening_of(event)) return false;
  if (type && (occurrence.type == nullptr || occurrence.type->name != *type)) return false;
  const std::optional<Selector>& peer = event == Cue::sent ? to : from;
  if (!means(node, occurrence.node, world) || !means(peer, occurrence.peer, world)) return false;
  if (!where) return true;
  if (occurrence.type == nullptr || occurrence.fact == nullptr) return false;
  return std::all_of(where->begin(), where->end(), [&](const FieldCondition& condition) {
    return condition.holds(*occurrence.type, occurrence.fact, world);
  });
}

}  // namespace lightcone::faults

namespace lightcone::sim {

std::optional<Mismatch> WrittenAs<faults::Trigger>::convert(const Form& form, faults::Trigger& out) {
  if (const auto* object = std::get_if<faults::TriggerForm>(&form)) {
    static_cast<faults::TriggerForm&>(out) = *object;
    out.written.reset();
    return std::nullopt;
  }
  Result<faults::Trigger> read = faults::Trigger::parse(std::get<std::string>(form));
  if (!read) return Mismatch{read.problem(), "an event such as \"n2.sent(VoteGranted, term=3)\"", {}};
  out = std::move(read).value();
  return std::nullopt;
}

WrittenAs<faults::Trigger>::Form WrittenAs<faults::Trigger>::form_of(const faults::Trigger& trigger) {
  if (trigger.written) return *trigger.written;
  return static_cast<const faults::TriggerForm&>(trigger);
}

}  // namespace lightcone::sim

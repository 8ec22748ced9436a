#include "reports/checkers/checked_report.hpp"

#include <fmt/format.h>

#include <iterator>
#include <vector>

#include "reports/histories/json_lines.hpp"

namespace lightcone::reports::checkers {

namespace {

// More operations than this are numbered, not shown.
constexpr std::size_t most_shown = 50;

void append_texts(std::string& out, const std::vector<std::string>& texts) {
  out += '[';
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i > 0) out += ',';
    sim::append_json_string(out, texts[i]);
  }
  out += ']';
}

void append_positions(std::string& out, const std::vector<std::size_t>& positions) {
  out += '[';
  for (std::size_t i = 0; i < positions.size(); ++i)
    fmt::format_to(std::back_inserter(out), "{}{}", i > 0 ? "," : "", positions[i]);
  out += ']';
}

std::string line_of(const sim::Operation& operation) {
  std::string line;
  histories::append_json_line(line, operation);
  line.pop_back();  // the end of line
  return line;
}

void append_witness(std::string& out, const Judgement& judgement, const sim::History& history) {
  out += "{\"anomaly\":";
  sim::append_json_string(out, judgement.anomaly);
  out += ",\"operations\":";
  append_positions(out, judgement.operations);
  out += ",\"history\":[";
  for (std::size_t i = 0; i < judgement.operations.size() && i < most_shown; ++i) {
    if (i > 0) out += ',';
    out += line_of(history[judgement.operations[i]]);
  }
  out += "],\"reason\":[";
  for (std::size_t i = 0; i < judgement.reason.size(); ++i) {
    out += i > 0 ? ",{\"text\":" : "{\"text\":";
    sim::append_json_string(out, judgement.reason[i].text);
    out += ",\"operations\":";
    append_positions(out, judgement.reason[i].operations);
    out += '}';
  }
  out += "]}";
}

const Judgement* gravest(const Checked& checked) {
  const bool violated =
      !checked.judgements.empty() && checked.judgements.front().verdict == Verdict::violated;
  return violated ? &checked.judgements.front() : nullptr;
}

}  // namespace

std::string to_json_line(const Checked& checked, std::string_view id, double seconds,
                         const sim::History& history) {
  std::string out = "{\"id\":";
  sim::append_json_string(out, id);
  out += ",\"model\":";
  sim::append_json_string(out, checked.model);
  fmt::format_to(std::back_inserter(out), ",\"verdict\":\"{}\",\"anomalies\":", to_string(checked.verdict));
  append_texts(out, checked.anomalies);
  out += ",\"holds\":";
  append_texts(out, checked.holds);
  out += ",\"ruled_out\":";
  append_texts(out, checked.ruled_out);
  if (!checked.undecided.empty()) {
    out += ",\"undecided\":";
    append_texts(out, checked.undecided);
  }
  fmt::format_to(std::back_inserter(out), ",\"seconds\":{:.6f},\"operations\":{},\"summary\":", seconds,
                 history.size());
  sim::append_json_string(out,
                          checked.judgements.empty() ? checked.problem : checked.judgements.front().summary);
  out += ",\"guesses\":";
  append_texts(out, checked.guesses);
  if (!checked.problem.empty()) {
    out += ",\"problem\":";
    sim::append_json_string(out, checked.problem);
  }
  out += ",\"witness\":";
  if (const Judgement* judgement = gravest(checked); judgement != nullptr) {
    append_witness(out, *judgement, history);
  } else {
    out += "null";
  }
  out += "}\n";
  return out;
}

std::string in_words(const Checked& checked, std::string_view id, const sim::History& history) {
  std::string out = fmt::format("{}: {}", id, to_string(checked.verdict));
  if (!checked.problem.empty()) return fmt::format("{}: {}\n", out, checked.problem);
  out += fmt::format(" ({}, {} operations)\n", checked.model, history.size());
  for (const std::string& guess : checked.guesses) out += fmt::format("  guessed: {}\n", guess);
  const auto list = [&](std::string_view what, const std::vector<std::string>& names) {
    if (names.empty()) return;
    out += fmt::format("  {}:", what);
    for (const std::string& name : names) out += fmt::format(" {}", name);
    out += '\n';
  };
  list("holds", checked.holds);
  list("ruled out", checked.ruled_out);
  list("undecided", checked.undecided);
  for (const Judgement& judgement : checked.judgements) {
    out += judgement.anomaly.empty() ? fmt::format("  {}\n", judgement.summary)
                                     : fmt::format("  {}: {}\n", judgement.anomaly, judgement.summary);
    if (judgement.verdict != Verdict::violated) continue;
    for (std::size_t i = 0; i < judgement.operations.size() && i < most_shown; ++i)
      out += fmt::format("    [{}] {}\n", judgement.operations[i], line_of(history[judgement.operations[i]]));
    for (const Step& step : judgement.reason) out += fmt::format("    {}\n", step.text);
  }
  return out;
}

}  // namespace lightcone::reports::checkers

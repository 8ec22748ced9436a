#include "reports/text/story.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "reports/recording/chain.hpp"
#include "reports/text/operations.hpp"
#include "reports/text/space_time.hpp"
#include "sim/stable_sort.hpp"

namespace lightcone::reports::text {

namespace {

constexpr std::size_t most_operations = 8;
constexpr std::size_t most_steps = 9;   // of the chain, and of the marks beside it
constexpr std::size_t most_lines = 15;  // of both, and of faults
constexpr std::size_t most_fields = 6;

// One thing that happened, at its time.
struct Line {
  sim::Instant at{};
  std::string text;
  enum class Weight : std::uint8_t { mark, step, fault } weight = Weight::mark;
};

class Story {
 public:
  Story(const sim::RunRecord& run, const Recording& recording, const ClaimReport& claim,
        const StoryOptions& options, const Style& style)
      : run_(run), recording_(recording), claim_(claim), options_(options), style_(style) {}

  std::string str() {
    find_moment();
    tell_claim();
    tell_contradiction();
    tell_chain();
    tell_beliefs();
    draw();
    return std::move(out_);
  }

 private:
  void heading(std::string_view text) { out_ += fmt::format("\n{}\n", painted(text, Paint::bold, style_)); }
  void numbered(std::string_view text) {
    ++number_;
    const std::string lead = fmt::format("{:>3}. ", number_);
    out_ += lead + folded(harmless(text), lead.size(), style_) + "\n";
  }

  std::string name(sim::NodeId node) const {
    return node.index < run_.node_names.size() ? run_.node_names[node.index] : std::string("?");
  }
  bool is_client(sim::NodeId node) const {
    return node.index < run_.node_roles.size() && run_.node_roles[node.index] == "client";
  }
  static std::string clock(sim::Instant at) { return seconds(at.time_since_epoch()) + " s"; }

  // Positions of the operations that prove it, by invocation.
  std::vector<std::size_t> witness() const {
    std::vector<std::size_t> positions = claim_.judgement.operations;
    std::sort(positions.begin(), positions.end(), [&](std::size_t a, std::size_t b) {
      return run_.history.at(a).invoke < run_.history.at(b).invoke;
    });
    return positions;
  }

  // The wrong answer: what the monitor saw, or else the last answer among the operations that prove it.
  void find_moment() {
    moment_ = sim::Instant(moment_of(run_, claim_));
    if (claim_.finding) {
      event_ = claim_.finding->event;
      return;
    }
    const sim::Operation* wrong = nullptr;
    for (const std::size_t position : witness()) {
      const sim::Operation& operation = run_.history.at(position);
      if (operation.outcome != sim::Outcome::ok) continue;
      if (wrong == nullptr || operation.complete > wrong->complete) wrong = &operation;
    }
    if (wrong == nullptr) return;
    event_ = event_of_answer(recording_, *wrong);
    since_ = sim::Instant(sim::Duration(wrong->invoke));
  }

  void tell_claim() {
    // A case that a hunt has kept is called after its failure.
    std::string title = harmless(run_.scenario);
    if (!title.starts_with(claim_.claim.id)) {
      title = fmt::format("{} {} in \"{}\"", claim_.claim.id, claim_.judgement.anomaly, title);
    }
    out_ += painted(title, Paint::bad, style_) + fmt::format(", run with seed {}\n", run_.seed);
    out_ += folded(fmt::format("Promised: {}. ", harmless(claim_.claim.statement)), 0, style_) + "\n";
  }

  void tell_contradiction() {
    const std::vector<std::size_t> operations = witness();
    if (!operations.empty()) heading("What contradicts what");
    const std::size_t shown =
        options_.full ? operations.size() : std::min(operations.size(), most_operations);
    for (std::size_t i = 0; i < shown; ++i) {
      const sim::Operation& operation = run_.history.at(operations[i]);
      const bool open = operation.complete == sim::Operation::open;
      numbered(
          fmt::format("{} to {}: {}", seconds(sim::Duration(operation.invoke)),
                      open ? std::string("the end") : clock(sim::Instant(sim::Duration(operation.complete))),
                      operation_text(run_, operation)));
    }
    if (operations.size() > shown) {
      out_ += fmt::format("     ... and {} operations more (--full shows them)\n", operations.size() - shown);
    }
    for (const Step& step : claim_.judgement.reason) numbered(with_client_names(run_, step.text));
    if (claim_.finding) {
      if (operations.empty()) heading("What was seen");
      numbered(fmt::format("{}: {}", clock(claim_.finding->at), claim_.finding->text));
    } else if (!claim_.judgement.summary.empty()) {
      numbered(with_client_names(run_, claim_.judgement.summary));
    }
  }

  // "n1 receives AppendEntries (term 3, ...), which n2 sent at 1.234 s"
  std::string step_text(const Row& row) const {
    const std::string& type = recording_.texts.at(row.type);
    const std::string& fields = recording_.texts.at(row.fields);
    std::string what = type;
    if (const std::string telling = shortened(fields); !telling.empty()) what += " " + telling;
    switch (row.kind) {
      case RowKind::message:
        return fmt::format("{} gets {}, sent by {} at {}", name(row.to), what, name(row.from),
                           clock(row.began));
      case RowKind::timer:
        return fmt::format("{}: {} is due", name(row.to), what);
      case RowKind::synced:
        return fmt::format("{}: {} is on disk", name(row.to), what);
      case RowKind::woken:
        break;
    }
    return fmt::format("{} goes on after a pause", name(row.to));
  }

  // Fields that say something, and are short enough to be read.
  static std::string shortened(std::string_view fields) {
    constexpr std::size_t most = 90;
    std::string text;
    while (!fields.empty()) {
      const std::size_t end = fields.find_first_of(" }");
      std::string_view word = fields.substr(0, end);
      fields.remove_prefix(std::min(fields.size(), word.size()));
      const bool says_nothing = word.ends_with("=null") || word.ends_with("=-");
      if (!says_nothing) text += (text.empty() || text.ends_with('{') ? "" : " ") + std::string(word);
      while (fields.starts_with('}')) {
        text += '}';
        fields.remove_prefix(1);
      }
      while (fields.starts_with(' ')) fields.remove_prefix(1);
    }
    return text.size() <= most ? text : text.substr(0, most - 3) + "...";
  }

  std::vector<Line> lines_of_chain() {
    std::vector<Line> lines;
    chain_ = chain_to(recording_, event_, since_);
    const std::size_t most = options_.full ? chain_.size() : most_steps;
    if (chain_.size() > most) chain_.erase(chain_.begin(), chain_.end() - static_cast<std::ptrdiff_t>(most));
    for (const std::size_t at : chain_) {
      const Row& row = recording_.rows[at];
      lines.push_back({row.ended, step_text(row), Line::Weight::step});
    }
    return lines;
  }

  // What went wrong before the moment, and what the nodes of the chain did that their authors thought worth a
  // mark.
  void add_circumstances(std::vector<Line>& lines) const {
    for (const sim::FaultRecord& fault : run_.faults) {
      if (fault.affected == 0 || fault.began > moment_) continue;
      std::string text = harmless(fault.description);
      if (fault.ended > fault.began) text += fmt::format(" (until {})", clock(fault.ended));
      if (!fault.effect.empty()) text += fmt::format("; it {}", fault.effect);
      lines.push_back({fault.began, std::move(text), Line::Weight::fault});
    }
    const sim::Instant from = first_of_chain();
    std::vector<const sim::Landmark*> marks;
    for (const sim::Landmark& landmark : run_.landmarks) {
      if (landmark.what != sim::Happening::mark || landmark.at < from || landmark.at > moment_) continue;
      if (!is_client(landmark.node)) marks.push_back(&landmark);
    }
    const std::size_t skipped = options_.full || marks.size() <= most_steps ? 0 : marks.size() - most_steps;
    for (std::size_t i = skipped; i < marks.size(); ++i) {
      const sim::Landmark& landmark = *marks[i];
      lines.push_back({landmark.at,
                       fmt::format("{}: {}{}{}", name(landmark.node), landmark.name,
                                   landmark.text.empty() ? "" : " ", landmark.text),
                       Line::Weight::mark});
    }
  }

  // Since when things mattered: the first operation of the proof, or the beginning of the chain.
  sim::Instant first_of_chain() const {
    sim::Instant first = moment_;
    for (const std::size_t position : claim_.judgement.operations) {
      first = std::min(first, sim::Instant(sim::Duration(run_.history.at(position).invoke)));
    }
    if (!chain_.empty()) first = std::min(first, recording_.rows[chain_.front()].began);
    return first;
  }

  void tell_chain() {
    std::vector<Line> lines = lines_of_chain();
    add_circumstances(lines);
    if (lines.empty()) return;
    sim::stable_sort(lines, [](const Line& a, const Line& b) { return a.at < b.at; });
    heading("How it came about");
    const std::size_t most = options_.full ? lines.size() : most_lines;
    // The earliest go first: marks, then steps. Faults stay.
    const std::size_t before = lines.size();
    for (const Line::Weight weight : {Line::Weight::mark, Line::Weight::step}) {
      std::size_t surplus = lines.size() > most ? lines.size() - most : 0;
      std::erase_if(lines, [&](const Line& line) {
        if (line.weight != weight || surplus == 0) return false;
        --surplus;
        return true;
      });
    }
    const std::size_t dropped = before - lines.size();
    for (const Line& line : lines) numbered(fmt::format("{}: {}", clock(line.at), line.text));
    if (dropped > 0) out_ += fmt::format("     ({} steps are left out; --full shows them)\n", dropped);
  }

  // The fields of the servers' states at the moment: those that differ first.
  void tell_beliefs() {
    std::map<std::uint32_t, std::map<std::uint32_t, std::uint32_t>> states;  // node, field, value
    std::vector<std::uint32_t> order;                                        // fields as they appear
    for (const Change& change : recording_.changes) {
      if (change.at > moment_ || is_client(change.node)) continue;
      states[change.node.index][change.field] = change.value;
      if (std::find(order.begin(), order.end(), change.field) == order.end()) order.push_back(change.field);
    }
    if (states.empty()) return;
    std::vector<std::uint32_t> telling;
    for (const bool differing : {true, false}) {
      for (const std::uint32_t field : order) {
        std::set<std::uint32_t> values;
        for (const auto& [node, fields] : states) {
          const auto value = fields.find(field);
          if (value != fields.end()) values.insert(value->second);
        }
        if ((values.size() > 1) == differing && telling.size() < most_fields) telling.push_back(field);
      }
    }
    heading(fmt::format("What the servers believed at {}", clock(moment_)));
    for (const auto& [node, fields] : states) {
      std::string text;
      for (const std::uint32_t field : order) {
        const auto value = fields.find(field);
        const bool tells = std::find(telling.begin(), telling.end(), field) != telling.end();
        if (value == fields.end() || (!tells && !options_.full)) continue;
        text += fmt::format("{}{} {}", text.empty() ? "" : ", ", recording_.texts.at(field),
                            shortened(recording_.texts.at(value->second)));
      }
      if (text.empty()) continue;
      if (is_down({node})) text = "is down";
      const std::string lead = fmt::format("     {}: ", name({node}));
      out_ += lead + folded(harmless(text), lead.size(), style_) + "\n";
    }
  }

  // Its last start or crash before the moment was a crash.
  bool is_down(sim::NodeId node) const {
    bool down = false;
    for (const sim::Landmark& landmark : run_.landmarks) {
      if (landmark.node != node || landmark.at > moment_) continue;
      if (landmark.what == sim::Happening::crashed) down = true;
      if (landmark.what == sim::Happening::started) down = false;
    }
    return down;
  }

  void draw() {
    if (chain_.empty()) return;
    heading("Where and when");
    out_ += space_time_text(run_, recording_, chain_, style_);
  }

  const sim::RunRecord& run_;
  const Recording& recording_;
  const ClaimReport& claim_;
  const StoryOptions& options_;
  const Style& style_;
  std::uint64_t event_ = 0;
  sim::Instant moment_{};
  sim::Instant since_{};
  std::vector<std::size_t> chain_;
  std::size_t number_ = 0;
  std::string out_;
};

}  // namespace

std::string story_text(const sim::RunRecord& run, const Recording& recording, const ClaimReport& claim,
                       const StoryOptions& options, const Style& style) {
  return Story(run, recording, claim, options, style).str();
}

}  // namespace lightcone::reports::text

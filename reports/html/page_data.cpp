// The run as JSON for the page. Tables are columns, since a column of similar numbers compresses well; times
// in columns that are called `d...` are nanoseconds after the row before.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "reports/html/page.hpp"
#include "reports/text/operations.hpp"

namespace lightcone::reports::html {

namespace {

using Json = nlohmann::ordered_json;

std::int64_t nanoseconds(sim::Instant at) { return at.time_since_epoch().count(); }

Json node_json(sim::NodeId node) { return node == sim::no_node ? Json(-1) : Json(node.index); }

// The part of the run that is in the page.
struct Window {
  std::int64_t from = 0;
  std::int64_t to = 0;
  bool whole = true;
  bool contains(std::int64_t at) const { return from <= at && at <= to; }
};

class PageData {
 public:
  PageData(const sim::RunRecord& run, const RunReport& report, const Recording& recording,
           const Limits& limits)
      : run_(run), report_(report), recording_(recording), limits_(limits), end_(run.phases.end.count()) {
    choose_window();
  }

  std::string str(const ScenarioTexts& scenario, const std::optional<LessonPage>& lesson) {
    Json out;
    if (lesson) out["lesson"] = lesson_json(*lesson);
    add_verdict(out);
    out["scenario"] = scenario.text;
    out["before"] = scenario.before;
    out["nodes"] = nodes();
    out["faults"] = faults();
    out["landmarks"] = landmarks();
    out["operations"] = operations();
    out["rows"] = rows();
    out["changes"] = changes();
    out["clocks"] = clocks();
    out["latencies"] = latencies();
    out["series"] = series();
    out["window"] = {{"from", window_.from},
                     {"to", window_.to},
                     {"whole", window_.whole},
                     {"rows", recording_.rows.size()},
                     {"operations", run_.history.size()},
                     {"fields", has_fields_}};
    out["texts"] = texts_;
    // What is no UTF-8 is shown as U+FFFD.
    return out.dump(-1, ' ', false, Json::error_handler_t::replace);
  }

 private:
  static Json change_json(const LessonChange& change) {
    Json out = {{"text", change.text}, {"set", change.set}, {"why", change.why}, {"outcome", nullptr}};
    if (!change.outcome) return out;
    const LessonChange::Outcome& outcome = *change.outcome;
    Json failure = nullptr;
    if (outcome.first_failure) failure = std::to_string(*outcome.first_failure);
    out["outcome"] = {
        {"seeds", outcome.seeds}, {"accepted", outcome.accepted}, {"firstFailure", std::move(failure)}};
    return out;
  }

  static Json lesson_json(const LessonPage& lesson) {
    Json changes = Json::array();
    for (const LessonChange& change : lesson.changes) changes.push_back(change_json(change));
    return {{"name", lesson.name},
            {"situation", lesson.situation},
            {"prediction", lesson.prediction},
            {"choices", lesson.choices},
            {"cameTrue", lesson.came_true},
            {"misconception", lesson.misconception},
            {"changes", changes},
            {"answer", lesson.answer ? Json(*lesson.answer) : Json()},
            {"tryAt", lesson.try_at}};
  }

  // When the trouble was seen: what a window must show.
  std::int64_t focus() const {
    if (limits_.around) return *limits_.around;
    if (const ClaimReport* violation = report_.violation(run_)) {
      if (violation->finding) return nanoseconds(violation->finding->at);
      if (!violation->judgement.operations.empty())
        return run_.history.at(violation->judgement.operations.front()).invoke;
    }
    return run_.faults.empty() ? 0 : nanoseconds(run_.faults.front().began);
  }

  static std::size_t count_in(const std::vector<std::int64_t>& sorted, const Window& window) {
    return static_cast<std::size_t>(std::upper_bound(sorted.begin(), sorted.end(), window.to) -
                                    std::lower_bound(sorted.begin(), sorted.end(), window.from));
  }

  // The longest window around the focus, two thirds of it before, that keeps the limits.
  void choose_window() {
    window_ = {0, end_, true};
    std::vector<std::int64_t> began;
    began.reserve(recording_.rows.size());
    for (const Row& row : recording_.rows) began.push_back(nanoseconds(row.began));
    std::sort(began.begin(), began.end());
    std::vector<std::int64_t> invoked;
    for (const sim::Operation& operation : run_.history) invoked.push_back(operation.invoke);
    std::sort(invoked.begin(), invoked.end());
    std::vector<std::int64_t> changed;  // in their order already
    for (const Change& change : recording_.changes) changed.push_back(nanoseconds(change.at));
    const auto fits = [&](const Window& window) {
      return count_in(began, window) <= limits_.rows && count_in(changed, window) <= limits_.rows &&
             count_in(invoked, window) <= limits_.operations;
    };
    if (!fits(window_)) {
      const std::int64_t middle = focus();
      std::int64_t fitting = 0;
      for (std::int64_t length = end_, step = end_ / 2; step > 1'000'000; step /= 2) {
        const Window tried{std::max<std::int64_t>(0, middle - length / 3 * 2), middle + length / 3, false};
        const bool is_fitting = fits(tried);
        if (is_fitting) fitting = length;
        length += is_fitting ? step : -step;
      }
      window_ = {std::max<std::int64_t>(0, middle - fitting / 3 * 2), std::min(end_, middle + fitting / 3),
                 false};
    }
    has_fields_ = began.size() <= limits_.rows_with_fields;
  }

  // The page's own number of a text, so that it holds only those that it uses.
  std::size_t text(std::uint32_t number) {
    const auto [place, is_new] = numbers_.try_emplace(number, texts_.size());
    if (is_new) texts_.push_back(recording_.texts.at(number));
    return place->second;
  }

  void add_verdict(Json& out) const {
    out["version"] = 1;
    out["title"] = run_.scenario;
    out["file"] = run_.file;
    out["question"] = run_.question;
    out["lookFor"] = run_.look_for;
    out["meaning"] = run_.meaning;
    out["model"] = run_.model;
    out["profile"] = run_.profile;
    out["bugs"] = Json::array();
    for (const sim::BugSwitch& bug : run_.bugs)
      out["bugs"].push_back({{"name", bug.name}, {"removes", bug.removes}, {"reference", bug.reference}});
    out["seed"] = std::to_string(run_.seed);
    out["fingerprint"] = fmt::format("{:016x}", run_.fingerprint);
    out["events"] = run_.events;
    out["recorded"] = run_.events == 0;
    out["end"] = end_;
    out["phases"] = {{"faultsBegin", run_.phases.faults_begin.count()}, {"heal", run_.phases.heal.count()}};
    out["verdict"] = to_string(report_.verdict);
    out["asExpected"] = report_.ending == Ending::as_expected;
    out["expected"] = run_.expected_anomaly.empty() ? run_.expected_claim : run_.expected_anomaly;
    out["invalidBecause"] = report_.invalid_because;
    out["reproduce"] = run_.reproduce;
    out["claims"] = Json::array();
    const ClaimReport* worst = report_.violation(run_);
    for (const ClaimReport& claim : report_.claims)
      out["claims"].push_back(claim_json(claim, &claim == worst));
  }

  Json claim_json(const ClaimReport& claim, bool is_explained) const {
    Json out = {{"id", claim.claim.id},
                {"statement", claim.claim.statement},
                {"assumption", sim::to_string(claim.claim.assumption)},
                {"verdict", to_string(claim.judgement.verdict)},
                {"anomaly", claim.judgement.anomaly},
                {"summary", text::with_client_names(run_, claim.judgement.summary)},
                {"operations", claim.judgement.operations},
                {"certificate", certificate(claim)},
                {"explained", is_explained}};
    out["reason"] = Json::array();
    for (const Step& step : claim.judgement.reason)
      out["reason"].push_back({{"text", text::with_client_names(run_, step.text)},
                               {"operations", step.operations},
                               {"relation", step.relation}});
    out["finding"] = nullptr;
    if (claim.finding) {
      Json of_nodes = Json::array();
      for (const sim::NodeId node : claim.finding->nodes) of_nodes.push_back(node_json(node));
      out["finding"] = {{"text", claim.finding->text},
                        {"at", nanoseconds(claim.finding->at)},
                        {"event", claim.finding->event},
                        {"nodes", of_nodes}};
    }
    return out;
  }

  // The part of it that is of operations in the window.
  Json certificate(const ClaimReport& claim) const {
    Json out = Json::array();
    for (const std::size_t position : certificate_of(run_, claim))
      if (window_.contains(run_.history.at(position).invoke)) out.push_back(position);
    return out;
  }

  Json nodes() const {
    Json out = Json::array();
    for (std::size_t i = 0; i < run_.node_names.size(); ++i)
      out.push_back({{"name", run_.node_names[i]}, {"role", run_.node_roles.at(i)}});
    return out;
  }

  Json faults() const {
    Json out = Json::array();
    for (const sim::FaultRecord& fault : run_.faults) {
      Json of_nodes = Json::array();
      for (const sim::NodeId node : fault.nodes) of_nodes.push_back(node_json(node));
      out.push_back({{"kind", fault.kind},
                     {"what", fault.description},
                     {"began", nanoseconds(fault.began)},
                     {"ended", nanoseconds(fault.ended)},
                     {"effect", fault.effect},
                     {"nodes", of_nodes}});
    }
    return out;
  }

  Json landmarks() const {
    Json out = Json::array();
    for (const sim::Landmark& landmark : run_.landmarks) {
      out.push_back({{"what", sim::detail::enumerator_name(landmark.what)},
                     {"at", nanoseconds(landmark.at)},
                     {"node", node_json(landmark.node)},
                     {"name", landmark.name},
                     {"text", landmark.text},
                     {"event", landmark.event}});
    }
    return out;
  }

  // Those of the window, and those that a verdict speaks of.
  Json operations() const {
    std::vector<std::size_t> named;
    for (const ClaimReport& claim : report_.claims) {
      named.insert(named.end(), claim.judgement.operations.begin(), claim.judgement.operations.end());
      for (const Step& step : claim.judgement.reason)
        named.insert(named.end(), step.operations.begin(), step.operations.end());
    }
    std::sort(named.begin(), named.end());
    Json out = Json::array();
    for (std::size_t i = 0; i < run_.history.size(); ++i) {
      const sim::Operation& operation = run_.history[i];
      if (!window_.contains(operation.invoke) && !std::binary_search(named.begin(), named.end(), i)) continue;
      const bool open = operation.complete == sim::Operation::open;
      out.push_back({i, operation.process, operation.f, operation.key.to_json(), operation.value.to_json(),
                     operation.result.to_json(), static_cast<int>(operation.outcome), operation.invoke,
                     open ? -1 : operation.complete - operation.invoke, operation.node, operation.error});
    }
    return out;
  }

  Json rows() {
    Json kind = Json::array(), fate = Json::array(), number = Json::array(), cause = Json::array();
    Json began = Json::array(), took = Json::array(), from = Json::array(), to = Json::array();
    Json type = Json::array(), fields = Json::array(), why = Json::array();
    std::int64_t time_before = 0;
    std::int64_t number_before = 0;
    for (const Row& row : recording_.rows) {
      const std::int64_t at = nanoseconds(row.began);
      if (!window_.contains(at)) continue;
      const auto own = static_cast<std::int64_t>(row.number);
      kind.push_back(static_cast<int>(row.kind));
      fate.push_back(static_cast<int>(row.fate));
      number.push_back(own - number_before);
      cause.push_back(row.cause == 0 ? 0 : own - static_cast<std::int64_t>(row.cause));
      began.push_back(at - time_before);
      took.push_back(row.fate == Fate::under_way ? -1 : nanoseconds(row.ended) - at);
      from.push_back(node_json(row.from));
      to.push_back(node_json(row.to));
      type.push_back(text(row.type));
      if (has_fields_) fields.push_back(text(row.fields));
      why.push_back(text(row.why));
      time_before = at;
      number_before = own;
    }
    return {{"kind", kind},    {"fate", fate},     {"dnumber", number}, {"cause", cause},
            {"dbegan", began}, {"took", took},     {"from", from},      {"to", to},
            {"type", type},    {"fields", fields}, {"why", why}};
  }

  // What held when the window begins, as changes at its begin, and then the changes in it.
  Json changes() {
    std::map<std::pair<std::uint32_t, std::uint32_t>, Change> before;
    std::vector<Change> shown;
    for (const Change& change : recording_.changes) {
      if (nanoseconds(change.at) < window_.from) {
        before[{change.node.index, change.field}] = change;
      } else if (window_.contains(nanoseconds(change.at))) {
        shown.push_back(change);
      }
    }
    Json at = Json::array(), number = Json::array(), node = Json::array(), field = Json::array();
    Json value = Json::array();
    std::int64_t time_before = 0;
    std::int64_t number_before = 0;
    const auto add = [&](const Change& change) {
      const std::int64_t time = std::max(nanoseconds(change.at), window_.from);
      const auto own = static_cast<std::int64_t>(change.number);
      at.push_back(time - time_before);
      number.push_back(own - number_before);
      node.push_back(node_json(change.node));
      field.push_back(text(change.field));
      value.push_back(text(change.value));
      time_before = time;
      number_before = own;
    };
    for (const auto& [key, change] : before) add(change);
    for (const Change& change : shown) add(change);
    return {{"dat", at}, {"dnumber", number}, {"node", node}, {"field", field}, {"value", value}};
  }

  // Of the whole run, since they are few.
  Json clocks() const {
    Json out = Json::array();
    for (const ClockReading& reading : recording_.clocks)
      out.push_back({nanoseconds(reading.at), node_json(reading.node), reading.error.count()});
    return out;
  }

  Json latencies() const {
    Json out = Json::array();
    for (const auto& [name, histogram] : run_.metrics.histograms) {
      Json quantiles = Json::array();
      for (const std::uint32_t part : {500'000U, 900'000U, 990'000U, 999'000U, 1'000'000U})
        quantiles.push_back(histogram.quantile(part));
      out.push_back({{"name", name}, {"count", histogram.count()}, {"quantiles", quantiles}});
    }
    return out;
  }

  Json series() const {
    constexpr std::size_t most_points = 2'000;  // wider than any screen
    Json out = Json::array();
    for (const auto& [name, values] : run_.metrics.series) {
      const std::size_t stride = values.points.size() / most_points + 1;
      Json points = Json::array();
      for (std::size_t i = 0; i < values.points.size(); i += stride)
        points.push_back({nanoseconds(values.points[i].first), values.points[i].second});
      out.push_back({{"name", name}, {"points", points}, {"every", stride}});
    }
    return out;
  }

  const sim::RunRecord& run_;
  const RunReport& report_;
  const Recording& recording_;
  const Limits& limits_;
  std::int64_t end_;
  Window window_;
  bool has_fields_ = true;
  std::map<std::uint32_t, std::size_t> numbers_;
  std::vector<std::string> texts_;
};

}  // namespace

std::string page_data(const sim::RunRecord& run, const RunReport& report, const Recording& recording,
                      const ScenarioTexts& scenario, const Limits& limits,
                      const std::optional<LessonPage>& lesson) {
  Limits within = limits;
  for (;;) {
    std::string data = PageData(run, report, recording, within).str(scenario, lesson);
    // What is small before it is packed need not be packed to be measured. A window of nothing is not tried.
    const std::size_t size = data.size() <= limits.bytes ? 0 : packed_size(data);
    if (size <= limits.bytes || within.rows < 100) return data;
    // A little less than its share, since a smaller window packs a little worse.
    const auto less = [&](std::size_t limit, std::size_t held) {
      return static_cast<std::size_t>(static_cast<double>(std::min(limit, held)) * 0.97 *
                                      static_cast<double>(limits.bytes) / static_cast<double>(size));
    };
    within.rows = less(within.rows, std::max(recording.rows.size(), recording.changes.size()));
    within.operations = less(within.operations, run.history.size());
  }
}

}  // namespace lightcone::reports::html

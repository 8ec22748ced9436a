// A run for other programs: what is written is whole, well formed, and says what the run says.
#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <protozero/pbf_reader.hpp>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "reports/exports/exports.hpp"
#include "tests/reports/recorded.hpp"

namespace lightcone::tests {

namespace {

using namespace reports;
using exports::Window;

// Every element is closed, in order, and nothing but the known characters stands between them.
void check_is_well_formed(const std::string& xml) {
  std::vector<std::string> open;
  const std::regex tag("<(/?)([A-Za-z]+)([^<>]*?)(/?)>");
  for (auto at = std::sregex_iterator(xml.begin(), xml.end(), tag); at != std::sregex_iterator(); ++at) {
    const std::smatch& match = *at;
    if (match[1] == "/") {
      REQUIRE_FALSE(open.empty());
      CHECK(open.back() == match[2]);
      open.pop_back();
    } else if (match[4] != "/") {
      open.push_back(match[2]);
    }
  }
  CHECK(open.empty());
  CHECK(std::regex_replace(xml, tag, "").find_first_of("<>") == std::string::npos);
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::size_t delivered(const Recording& recording) {
  return static_cast<std::size_t>(
      std::count_if(recording.rows.begin(), recording.rows.end(), [](const Row& row) {
        return row.kind == RowKind::message && (row.fate == Fate::delivered || row.fate == Fate::duplicate);
      }));
}

// What a reader of the trace sees of it.
struct Seen {
  std::map<std::uint64_t, std::string> tracks;
  std::map<std::uint64_t, std::vector<std::int64_t>> counters;  // by track
  std::multiset<std::uint64_t> flows_begun, flows_ended;
  std::map<std::uint64_t, int> depth;  // of slices, by track
  bool in_order = true;
  bool nests = true;
};

void read_event(protozero::pbf_reader event, Seen& seen) {
  std::uint64_t track = 0;
  int type = 0;
  std::int64_t value = 0;
  while (event.next()) {
    switch (event.tag()) {
      case 9:
        type = event.get_enum();
        break;
      case 11:
        track = event.get_uint64();
        break;
      case 30:
        value = event.get_int64();
        break;
      case 47:
        seen.flows_begun.insert(event.get_fixed64());
        break;
      case 48:
        seen.flows_ended.insert(event.get_fixed64());
        break;
      default:
        event.skip();
    }
  }
  CHECK(seen.tracks.contains(track));
  if (type == 1) ++seen.depth[track];
  if (type == 2 && --seen.depth[track] < 0) seen.nests = false;
  if (type == 4) seen.counters[track].push_back(value);
}

Seen read_trace(const std::string& bytes) {
  Seen seen;
  std::uint64_t last = 0;
  protozero::pbf_reader trace(bytes);
  while (trace.next(1)) {
    protozero::pbf_reader packet = trace.get_message();
    while (packet.next()) {
      if (packet.tag() == 8) {
        const std::uint64_t at = packet.get_uint64();
        seen.in_order = seen.in_order && at >= last;
        last = at;
      } else if (packet.tag() == 60) {
        protozero::pbf_reader descriptor = packet.get_message();
        std::uint64_t uuid = 0;
        std::string name;
        while (descriptor.next()) {
          if (descriptor.tag() == 1) {
            uuid = descriptor.get_uint64();
          } else if (descriptor.tag() == 2) {
            name = descriptor.get_string();
          } else {
            descriptor.skip();
          }
        }
        CHECK(seen.tracks.emplace(uuid, name).second);
      } else if (packet.tag() == 11) {
        read_event(packet.get_message(), seen);
      } else {
        packet.skip();
      }
    }
  }
  return seen;
}

const std::string scenario = "scenarios/dynamo/half-done-write.json";

}  // namespace

TEST_CASE("exports: a diagram has a lane for each node and a line for each message") {
  const Recorded it = recorded(scenario);
  const std::string svg = exports::svg(it.run, it.recording, {});
  check_is_well_formed(svg);
  for (const std::string& name : it.run.node_names) CHECK(svg.find(">" + name) != std::string::npos);
  std::size_t messages = 0;
  for (std::size_t at = svg.find("class=\"message"); at != std::string::npos;
       at = svg.find("class=\"message", at + 1))
    ++messages;
  CHECK(messages == exports::messages_in(it.recording, {}));
  CHECK(svg.find("message lost") != std::string::npos);
}

TEST_CASE("exports: a window leaves out what is outside of it, and may be empty") {
  const Recorded it = recorded(scenario);
  using namespace std::chrono_literals;
  const Window window{sim::Duration(1s), sim::Duration(1100ms)};
  const std::size_t inside = exports::messages_in(it.recording, window);
  CHECK(inside > 0);
  CHECK(inside < exports::messages_in(it.recording, {}));
  const Window nothing{sim::Duration(1h), sim::Duration(2h)};
  CHECK(exports::messages_in(it.recording, nothing) == 0);
  check_is_well_formed(exports::svg(it.run, it.recording, nothing));
  CHECK(lines_of(exports::shiviz(it.run, it.recording, nothing)).size() == 2);
  CHECK(read_trace(exports::perfetto(it.run, it.recording, nothing)).flows_begun.empty());
}

TEST_CASE("exports: names of a run are text, whatever they look like") {
  Recorded it = recorded(scenario);
  it.run.scenario = "<script>alert(1)</script> & \"more\"";
  it.run.node_names[0] = "<b>n 1</b>\n";
  const std::string svg = exports::svg(it.run, it.recording, {});
  check_is_well_formed(svg);
  CHECK(svg.find("<script") == std::string::npos);
  CHECK(svg.find("<b>") == std::string::npos);
  it.run.metrics.counters["a, \"b\"\nc"] = 3;
  const std::string csv = exports::csv(it.run, {});
  CHECK(csv.find("counter,\"a, \"\"b\"\"\nc\",,3\r\n") != std::string::npos);
  const std::vector<std::string> log = lines_of(exports::shiviz(it.run, it.recording, {}));
  CHECK(log.size() == lines_of(exports::shiviz(recorded(scenario).run, it.recording, {})).size());
  CHECK(std::any_of(log.begin(), log.end(),
                    [](const std::string& line) { return line.starts_with("<b>n_1</b>_ {"); }));
}

TEST_CASE("exports: vector clocks of a log for ShiViz put every receipt after its sending") {
  const Recorded it = recorded(scenario);
  const std::vector<std::string> lines = lines_of(exports::shiviz(it.run, it.recording, {}));
  REQUIRE(lines.size() > 100);
  CHECK(lines[0] == R"((?<host>\S*) (?<clock>{.*})\n(?<event>.*))");
  CHECK(lines[1].empty());
  REQUIRE(lines.size() % 2 == 0);
  std::map<std::string, std::uint64_t> own;
  std::size_t receipts = 0;
  const std::regex entry("\"([^\"]*)\": ([0-9]+)");
  for (std::size_t i = 2; i < lines.size(); i += 2) {
    const std::size_t blank = lines[i].find(' ');
    const std::string host = lines[i].substr(0, blank);
    std::map<std::string, std::uint64_t> clock;
    const std::string text = lines[i].substr(blank);
    for (auto at = std::sregex_iterator(text.begin(), text.end(), entry); at != std::sregex_iterator(); ++at)
      clock[(*at)[1]] = std::stoull((*at)[2]);
    CHECK(clock[host] == ++own[host]);
    for (const auto& [other, count] : clock) CHECK(count <= own[other]);
    if (!lines[i + 1].starts_with("receive ")) continue;
    ++receipts;
    const std::string from = lines[i + 1].substr(lines[i + 1].find(" from ") + 6);
    CHECK(clock[from.substr(0, from.find(' '))] > 0);
  }
  CHECK(receipts == delivered(it.recording));
}

TEST_CASE("exports: a trace for Perfetto joins both ends of every message, and has every series") {
  const Recorded it = recorded("scenarios/lock/normal-day.json");
  const Seen seen = read_trace(exports::perfetto(it.run, it.recording, {}));
  CHECK(seen.in_order);
  CHECK(seen.nests);
  for (const auto& [track, depth] : seen.depth) CHECK(depth == 0);
  CHECK(seen.flows_begun.size() == delivered(it.recording));
  CHECK(seen.flows_begun == seen.flows_ended);
  REQUIRE_FALSE(it.run.metrics.series.empty());
  for (const auto& [name, series] : it.run.metrics.series) {
    const auto track = std::find_if(seen.tracks.begin(), seen.tracks.end(),
                                    [&, &name = name](const auto& known) { return known.second == name; });
    REQUIRE(track != seen.tracks.end());
    std::vector<std::int64_t> values;
    for (const auto& [at, value] : series.points) values.push_back(value);
    CHECK(seen.counters.at(track->first) == values);
  }
}

TEST_CASE("exports: counts of operations by the second add up to those of the history") {
  const Recorded it = recorded("scenarios/dynamo/minority-side.json");
  std::map<std::string, std::int64_t> counted;
  for (const std::string& line : lines_of(exports::csv(it.run, {}))) {
    if (!line.starts_with("operations,")) continue;
    const std::size_t name = line.find(',') + 1;
    const std::size_t end = line.find(',', name);
    counted[line.substr(name, end - name)] += std::stoll(line.substr(line.rfind(',') + 1));
  }
  std::int64_t all = 0;
  for (const auto& [name, count] : counted) all += count;
  CHECK(all == static_cast<std::int64_t>(it.run.history.size()));
  const auto ok =
      std::count_if(it.run.history.begin(), it.run.history.end(), [](const sim::Operation& operation) {
        return operation.f == "get" && operation.outcome == sim::Outcome::ok;
      });
  CHECK(counted["get ok"] == ok);
}

}  // namespace lightcone::tests

#include "faults/validate.hpp"

#include <fmt/format.h>

#include "scenarios/json/write.hpp"
#include "scenarios/schema.hpp"
#include "tests/faults/pinging.hpp"

namespace lightcone::faults {

using namespace pinging;

namespace {

// "path: problem; expected ...; did you mean ...", a line each.
std::string complaints(const std::string& text) {
  std::string out;
  for (const auto& [index, complaint] : validate(faults_of(text), census())) {
    const auto& [path, why] = complaint;
    out += fmt::format("{}{}{}: {}; expected {}{}", out.empty() ? "" : "\n", index > 0 ? "later " : "", path,
                       why.problem, why.expected, why.nearest.empty() ? "" : "; did you mean " + why.nearest);
  }
  return out;
}

std::string refusal(const std::string& text) {
  scenarios::Diagnostics out("a.json", text);
  const std::optional<sim::Literal> document = scenarios::json::parse(out);
  REQUIRE(document);
  scenarios::read_record<FaultSpec>(*document, out);
  return out.empty() ? ""
                     : out.found().front().path + " " + out.found().front().problem + "; " +
                           out.found().front().nearest;
}

}  // namespace

TEST_CASE("every kind of fault is described in its place") {
  for (std::size_t i = 0; i < fault_descriptions().size(); ++i) {
    const FaultDescription& each = fault_descriptions()[i];
    CHECK(static_cast<std::size_t>(each.kind) == i);
    CHECK(&describe(each.kind) == &each);
    CHECK(each.doc.back() == '.');
    std::string fields = fmt::format("{} {}", each.needs, each.takes);
    std::replace(fields.begin(), fields.end(), '|', ' ');
    std::string_view rest = fields;
    while (!rest.empty()) {
      const std::string_view field = rest.substr(0, rest.find(' '));
      INFO(each.token << ": " << field);
      CHECK((field.empty() || FaultSpec::fields().find(field) != nullptr));
      rest.remove_prefix(std::min(field.size() + 1, rest.size()));
    }
  }
}

TEST_CASE("editors are offered every kind, with the fields that go with it") {
  CHECK(documented(describe(FaultKind::disk_slow)) ==
        "Syncs take `factor` times as long. Needs for, node, factor.");
  CHECK(documented(describe(FaultKind::net_part)) ==
        "Nodes of different groups cannot reach each other; nodes in no group reach everybody. Needs for, "
        "groups "
        "or shape. Takes node, flap.");
  CHECK(documented(describe(FaultKind::proc_restart)) == "A process that is down starts. Needs node.");
  const std::string text = scenarios::schema(FaultSpec::fields(), "A fault");
  for (const FaultDescription& each : fault_descriptions()) {
    const bool is_offered = text.find(fmt::format("\"const\": \"{}\"", each.token)) != std::string::npos;
    CHECK(is_offered == (each.kind != FaultKind::ask));
  }
}

TEST_CASE("a fault that is not known is refused where it stands") {
  CHECK(refusal(R"({"fault": "net.parts", "at": "1s"})") ==
        "$.fault \"net.parts\" is no fault; \"net.part\"");
  CHECK(refusal(R"({"fault": "proc.crash", "node": "n1"})").starts_with("$.fault"));
  CHECK(refusal(R"({"fault": "proc.crash", "node": "n1 n2", "at": "1s"})") ==
        "$.node \"n2\" follows where \"or\" or nothing may; ");
  CHECK(refusal(R"({"fault": "proc.crash", "node": "not", "at": "1s"})") ==
        "$.node the name of a node is missing; ");
  CHECK(refusal(R"({"fault": "net.links", "cut": ["n1>n2"], "at": "1s"})") ==
        "$.cut[0] \"n1>n2\" is no link; ");
  CHECK(refusal(R"({"fault": "net.links", "cut": ["n1-n1"], "at": "1s"})") ==
        "$.cut[0] \"n1-n1\" leads from a node to itself; ");
  CHECK(refusal(R"~({"fault": "net.drop", "when": "n1.snt(X)", "for": "1s"})~")
            .starts_with("$.when \"snt\" is no event"));
  CHECK(refusal(R"({"fault": "net.drop", "where": ["term"], "for": "1s", "at": "0s"})") ==
        "$.where[0] \"term\" has no =, !=, <, <=, > or >=; ");
}

TEST_CASE("nodes that do not exist are named, with the nearest one that does") {
  CHECK(complaints(R"({"fault": "proc.crash", "at": "0s", "node": "leadr"})") ==
        "node: there is no node \"leadr\"; expected a node (n1, n2, n3, n4, n5, c1), a role, \"*\", "
        "\"leader\", "
        "\"followers\", \"servers\", \"others\" or \"random\"; did you mean \"leader\"");
  CHECK(complaints(R"({"fault": "net.part", "at": "0s", "for": "1s", "groups": ["n1", ["n2", "m3"]]})")
            .starts_with("groups[1]: there is no node \"m3\""));
  CHECK(complaints(R"({"fault": "net.links", "at": "0s", "for": "1s", "cut": ["n1-n2", "n1-n22"]})") ==
        "cut[1]: there is no node \"n22\"; expected names of nodes (n1, n2, n3, n4, n5, c1); did you mean "
        "\"n2\"");
  CHECK(complaints(R"~({"fault": "proc.crash", "when": "n7.sent(X)", "node": "n1"})~")
            .starts_with("when: there is no node \"n7\""));
  CHECK(complaints(R"({"fault": "proc.crash", "at": "0s", "node": "not *"})") ==
        "node: this is no node; expected at least one node");
  CHECK(complaints(
            R"({"fault": "proc.crash", "at": "0s", "node": ["servers", "clients", "random 2 of server"]})")
            .empty());
}

TEST_CASE("a partition that overlaps itself, or has nobody to part, makes no sense") {
  CHECK(complaints(
            R"({"fault": "net.part", "at": "0s", "for": "1s", "groups": [["n1", "n2"], ["n3", "n2"]]})") ==
        "groups[1]: n2 is in groups[0] already; expected that no node is in two groups");
  CHECK(complaints(R"({"fault": "net.part", "at": "0s", "for": "1s", "groups": [["n1"], []]})") ==
        "groups[1]: this is no node; expected at least one node");
  CHECK(complaints(R"({"fault": "net.part", "at": "0s", "for": "1s", "groups": [["n1"]]})") ==
        "groups: there is only one group; expected at least two groups; \"others\" is the rest");
  CHECK(
      complaints(R"({"fault": "net.part", "at": "0s", "for": "1s", "groups": ["others", "n1", "others"]})") ==
      "groups[2]: two groups are \"others\"; expected \"others\" in one group at most");
  CHECK(
      complaints(
          R"({"fault": "net.part", "at": "0s", "for": "1s", "shape": "ring", "node": ["n1", "n2", "n3"]})") ==
      "shape: a ring among 3 nodes cuts nothing; expected at least 4 nodes");
  CHECK(complaints(R"({"fault": "net.part", "at": "0s", "for": "1s", "groups": ["leader", "followers"]})")
            .empty());
}

TEST_CASE("fields go with their kind") {
  CHECK(complaints(R"({"fault": "net.part", "at": "0s", "for": "1s"})") ==
        ": net.part needs exactly one of groups, shape; expected exactly one of groups, shape");
  CHECK(complaints(
            R"({"fault": "net.part", "at": "0s", "for": "1s", "groups": ["n1", "n2"], "shape": "ring"})") ==
        ": net.part takes only one of groups, shape; expected exactly one of groups, shape");
  CHECK(complaints(R"({"fault": "proc.pause", "at": "0s", "node": "n1"})") ==
        ": proc.pause needs \"for\"; expected how long it lasts, such as \"2s\"");
  CHECK(complaints(R"({"fault": "clk.jump", "at": "0s", "for": "1s", "node": "n1", "by": "1s", "ppm": 3})") ==
        "for: \"for\" does not go with clk.jump; expected one of node, by\n"
        "ppm: \"ppm\" does not go with clk.jump; expected one of node, by");
  CHECK(complaints(R"({"fault": "proc.slow", "at": "0s", "for": "1s", "node": "n1"})") ==
        ": proc.slow needs factor; expected factor");
}

TEST_CASE("a fault happens while faults happen") {
  CHECK(complaints(R"({"fault": "proc.crash", "at": "1s", "node": "n1"})") ==
        "at: it would begin at 1s, but all faults end at 1s; expected a time before 1s");
  CHECK(complaints(R"({"fault": "net.drop", "at": "0s", "for": "1s", "flap": "1s"})") ==
        "flap: in 1s it never goes off; expected less than 1s");
}

TEST_CASE("a client cannot be cloned") {
  CHECK(complaints(R"({"fault": "proc.clone", "at": "0s", "node": ["n1", "c1"]})") ==
        "node: c1 is a client, and its operations cannot be told from a copy's; expected servers");
}

TEST_CASE("actions are those that the model offers") {
  CHECK(complaints(R"({"fault": "ops.transfer_leader", "at": "0s", "node": "n1"})") ==
        "fault: the model offers no action \"transfer_leader\"; expected one of transfer-leader, load.mult, "
        "end-load.mult; did you mean \"ops.transfer-leader\"");
  CHECK(complaints(R"({"fault": "ops.transfer-leader", "at": "0s", "for": "1s"})") ==
        "for: ops.transfer-leader has no end: the model offers no action end-transfer-leader; expected no "
        "\"for\"");
}

TEST_CASE("triggers say what can be") {
  CHECK(complaints(R"~({"fault": "proc.crash", "when": "random.sent(X)", "node": "n1"})~")
            .starts_with("when: a trigger cannot wait for nodes at random"));
  CHECK(complaints(R"({"fault": "proc.crash", "when": {"event": "crashed", "where": ["a=1"]}, "node": "n1"})")
            .starts_with("when.where: \"crashed\" has no type and no fields"));
  CHECK(complaints(R"({"fault": "proc.crash", "when": "sent(X) from n1", "node": "n1"})")
            .starts_with("when: \"from\" goes with"));
}

TEST_CASE("ids are told apart and refer to something") {
  CHECK(
      complaints(
          R"({"fault": "net.hold", "id": "late", "at": "0s"}, {"fault": "net.release", "at": "1ms", "hold": "early"},
                      {"fault": "net.hold", "id": "late", "at": "2ms"},
                      {"fault": "net.hold", "when": "n1.sent(X) after later"})") ==
      "later hold: no net.hold has the id \"early\"; expected the id of a net.hold (late)\n"
      "later id: faults[0] has the id \"late\" already; expected an id of its own\n"
      "later when: no fault has the id \"later\"; expected the id of a fault (late); did you mean \"late\"");
}

TEST_CASE("what was read is written again as it was") {
  const std::string text =
      R"~({"fault":"net.hold","id":"late","when":"n1.sent(Ping, number=3)","for":"1s","from":"n1","to":["n2","not n3"],)~"
      R"("message":"Ping","where":["term=1"],"share":0.5,"limit":3})";
  const FaultSpec spec = faults_of(text)[0];
  const sim::Literal written = scenarios::write_record(spec, scenarios::Extent::changed);
  const std::string again = scenarios::json::write(written);
  const FaultSpec same = faults_of(again)[0];
  CHECK(scenarios::json::write(scenarios::write_record(same, scenarios::Extent::changed)) == again);
  CHECK(same.to->text() == "n2, not n3");
  CHECK(same.when->written == "n1.sent(Ping, number=3)");
}

}  // namespace lightcone::faults

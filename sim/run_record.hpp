// All that is left of a finished run: what reports and judges work from.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/claims.hpp"
#include "sim/finding.hpp"
#include "sim/history.hpp"
#include "sim/metrics.hpp"
#include "sim/model.hpp"
#include "sim/observer.hpp"
#include "sim/scripted_operation.hpp"
#include "sim/time.hpp"

namespace lightcone::sim {

// A fault as it happened.
struct FaultRecord {
  std::string kind;         // the token: "net.part", "proc.crash", "disk.power", ...
  std::string description;  // "partition {n1} | {n2, n3, n4, n5}"
  Instant began{};
  Instant ended{};             // equal to `began` for what has no length
  std::uint64_t affected = 0;  // messages lost, nodes stopped, records damaged, ...: 0 means it did nothing
  std::string effect;          // "lost 37 messages"
  std::vector<NodeId> nodes;
};

// A landmark: a mark of a process, or a node starting, crashing, pausing, resuming.
struct Landmark {
  Happening what{};
  Instant at{};
  NodeId node;
  std::string name;  // of the mark: "BecameLeader"
  std::string text;  // its fields: "term=3"
  std::uint64_t event = 0;
};

struct RunRecord {
  std::string scenario;  // name, and file as given on the command line
  std::string file;
  std::string question;
  std::string look_for;
  std::string meaning;
  std::string model;
  std::string profile;
  std::vector<BugSwitch> bugs;  // those that were on
  std::vector<Claim> claims;    // those to be judged
  std::uint64_t seed = 0;
  std::uint64_t fingerprint = 0;
  std::uint64_t events = 0;
  Phases phases;
  std::vector<std::string> node_names;  // by NodeId
  std::vector<std::string> node_roles;
  History history;
  std::vector<ScriptedOperation> script;  // what the clients chose to do, in the order in which they began
  std::vector<Finding> findings;
  std::vector<FaultRecord> faults;
  std::vector<FaultRecord> missed_faults;  // those that did nothing and should have (rule R7)
  std::vector<Landmark> landmarks;
  std::vector<std::string> missing_marks;       // marks that the scenario wanted to see and that never came
  std::vector<std::string> broken_assumptions;  // whatever a claim assumes: disks that lied
  std::vector<std::string> wrong_clocks;        // for claims under A2: "the clock of n2 is off by 300ms, ..."
  std::string expected_claim;                   // which it must break; empty: any
  std::string expected_anomaly;                 // the scenario expects this one; empty: that all claims hold
  Duration longest_timeout{};                   // of the protocol
  Duration longest_round_trip{};
  MetricsRecord metrics;
  std::string reproduce;  // command line that runs exactly this again
};

}  // namespace lightcone::sim

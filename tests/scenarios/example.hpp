// A document with every kind of field, for the tests of what reads, writes and describes documents.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/drawn_duration.hpp"
#include "sim/fields.hpp"

namespace lightcone::scenarios::example {

using namespace std::chrono_literals;

enum class ReadMode : std::uint8_t { log, lease, read_index };

inline sim::Choices<ReadMode> choices_of(ReadMode) {
  static constexpr sim::Choice<ReadMode> all[] = {
      {ReadMode::log, {"log", "Every read goes through the log."}},
      {ReadMode::lease, {"lease", "The leader answers while its lease lasts."}},
      {ReadMode::read_index, {"read_index", "The leader asks a majority whether it still leads."}},
  };
  return all;
}

struct Network {
  sim::DrawnDuration latency{5ms};
  sim::Bandwidth bandwidth{1'000'000'000};

  static const sim::FieldTable<Network>& fields() {
    static const sim::FieldTable<Network> table(
        "network", "What connects the nodes.", sim::field("latency", &Network::latency, "One way."),
        sim::field("bandwidth", &Network::bandwidth, "Of each link."));
    return table;
  }
};

struct Fault {
  sim::Duration at{};
  sim::Duration lasts = 1s;

  static const sim::FieldTable<Fault>& fields() {
    static const sim::FieldTable<Fault> table("fault", "What goes wrong.",
                                              sim::field("at", &Fault::at, "When it begins.").required(),
                                              sim::field("lasts", &Fault::lasts, "How long."));
    return table;
  }
};

struct Plan {
  std::string name;
  bool prevote = true;
  std::uint32_t replicas = 3;
  sim::Duration election_min = 150ms;
  sim::Duration election_max = 300ms;
  sim::Ratio loss;
  sim::Bytes buffer{1'000'000};
  ReadMode read_mode = ReadMode::lease;
  std::vector<std::string> nodes = {"n1"};
  Network network;
  std::vector<Fault> faults;
  std::map<std::string, std::int64_t> weights;
  std::optional<std::int64_t> limit;
  sim::Value first;
  sim::Open parameters;

  static const sim::FieldTable<Plan>& fields() {
    using sim::field;
    using P = Plan;
    static const sim::FieldTable<Plan> table =
        sim::FieldTable<Plan>(
            "plan", "One field of each kind.",
            field("name", &P::name, "What it is called.").required().not_empty(),
            field("prevote", &P::prevote, "Ask before standing."),
            field("replicas", &P::replicas, "How many.").at_least(1),
            field("election_min", &P::election_min, "Shortest election timeout.").at_least(1ms).at_most(10s),
            field("election_max", &P::election_max, "Longest election timeout."),
            field("loss", &P::loss, "Share of messages lost.").probability(),
            field("buffer", &P::buffer, "Size of the buffer."),
            field("read_mode", &P::read_mode, "How reads are served."),
            field("nodes", &P::nodes, "Their names.").count_at_least(1).count_at_most(3),
            field("network", &P::network, "What connects them."),
            field("faults", &P::faults, "What goes wrong."),
            field("weights", &P::weights, "By name.").at_least(0),
            field("limit", &P::limit, "None when absent.").at_most(1000),
            field("first", &P::first, "Any value."), field("parameters", &P::parameters, "For the model."))
            .must("election_max is at least election_min", "election_max",
                  [](const Plan& plan) { return plan.election_max >= plan.election_min; });
    return table;
  }
};

inline constexpr const char* everything = R"({
  // what is asked
  "$schema": "plan.schema.json",
  "name": "split",
  "prevote": false,
  "replicas": 5,
  "election_min": "200ms",
  "election_max": "1.5s",
  "loss": "0.5%",  /* each way */
  "buffer": "64KiB",
  "read_mode": "read_index",
  "nodes": ["n1", "n2"],
  "network": {"latency": {"uniform": ["1ms", "3ms"]}, "bandwidth": "10MB/s"},
  "faults": [
    {"at": "10s"},
    {"at": "20s", "lasts": "1500ms"}
  ],
  "weights": {"a b": 3, "c": 0},
  "limit": 7,
  "first": [1, "x", null],
  "parameters": {
    "lease": "2s"
  }
}
)";

}  // namespace lightcone::scenarios::example

#include "sim/workload.hpp"

#include <algorithm>

namespace lightcone::sim {

Choices<Retry> choices_of(Retry) {
  static constexpr Choice<Retry> all[] = {
      {Retry::none, {"none", "Gives up."}},
      {Retry::same_id, {"same_id", "Asks again with the same operation id."}},
      {Retry::new_id, {"new_id", "Asks again as if it were a new operation."}},
  };
  return all;
}

Choices<Sticky> choices_of(Sticky) {
  static constexpr Choice<Sticky> all[] = {
      {Sticky::node, {"node", "Always the same one."}},
      {Sticky::random, {"random", "One at random for each operation."}},
      {Sticky::nearest, {"nearest", "One in its own zone, if there is one."}},
  };
  return all;
}

namespace {

template <class Predicate>
bool within_script(const Workload& workload, Predicate holds) {
  return !workload.script || std::all_of(workload.script->begin(), workload.script->end(), holds);
}

}  // namespace

const FieldTable<ScriptedOperation>& ScriptedOperation::fields() {
  using S = ScriptedOperation;
  static const FieldTable<S> table(
      "scripted_operation", "One operation of one client.",
      field("client", &S::client, "Which client, from 1.").required().at_least(1).at_most(10'000),
      field("at", &S::at, "When, by the client's clock; later if it is still busy then.").required(),
      field("f", &S::f, "One of the model's operations.").required().not_empty(),
      field("key", &S::key, "Which key, from 0.").at_least(0).at_most(1'000'000),
      field("value", &S::value, "What it writes, if it writes a value."));
  return table;
}

const FieldTable<Workload>& Workload::fields() {
  static const auto table =
      FieldTable<Workload>(
          "workload", "What clients do.",
          field("clients", &Workload::clients, "How many clients.").at_least(1).at_most(10'000),
          field("keys", &Workload::keys, "How many keys they use.").at_least(1).at_most(1'000'000),
          field("zipf", &Workload::zipf, "Exponent of the keys' popularity (Zipf); 0 for all alike.")
              .at_most(Ratio{4, 1}),
          field(
              "rate", &Workload::rate,
              "Operations a second, of all clients together (open arrivals: a slow answer does not delay the "
              "next operation's schedule). Absent: each client waits for an answer and thinks (closed)."),
          field("think", &Workload::think,
                "Closed arrivals: pause between an answer and the next operation."),
          field("operations", &Workload::operations, "Operations in all; 0 for as many as fit into the run.")
              .at_least(0),
          field("timeout", &Workload::timeout, "How long a client waits for an answer to one try.")
              .at_least(1us),
          field("retry", &Workload::retry, "What a client does when a try has timed out."),
          field("retry_max", &Workload::retry_max, "Tries after the first, at most.")
              .at_least(0)
              .at_most(1'000),
          field("sticky", &Workload::sticky, "Which server a client talks to first."),
          field("mix", &Workload::mix,
                "Weight of each operation, such as {\"get\": 3, \"put\": 1}. Empty: the model's own.")
              .at_least(0),
          field("script", &Workload::script,
                "The operations one by one, instead of drawn ones: what a frozen run has."))
          .must("every client of the script is one of the clients", "script",
                [](const Workload& w) {
                  return within_script(w, [&](const auto& o) { return o.client <= w.clients; });
                })
          .must("every key of the script is below keys", "script", [](const Workload& w) {
            return within_script(w, [&](const auto& o) { return o.key < w.keys; });
          });
  return table;
}

}  // namespace lightcone::sim

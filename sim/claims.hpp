// What a system promises, as data. A model declares claims; judges decide them after the run, monitors
// while it runs. So no model knows a judge, and every claim can be listed, printed and explained.
#pragma once

#include <boost/describe/enum.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/time.hpp"

namespace lightcone::sim {

// What must be true of the world for a claim to bind the system.
enum class Assumption : std::uint8_t {
  a0,  // crash-recovery; messages lost, doubled, reordered, late; pauses and clocks arbitrary; synced data
       // survives
  a1,  // a0, and at most f nodes permanently lost or wiped at once
  a2,  // a0, and clock error and drift within stated bounds
  a3,  // after the heal, delays, pauses, loss and load are back to normal: for liveness
};
BOOST_DESCRIBE_ENUM(Assumption, a0, a1, a2, a3)
// "A0", ...
std::string_view to_string(Assumption assumption);

// How a claim is decided.
namespace judged_by {

// White box: by the model's own monitors, which report findings under the claim's id.
struct Monitors {};

// Each key's (or the whole) history is linearizable as this object: "register", "key-value", "counter",
// "mutex", ... (reports/checkers/linearizability knows the names).
struct Linearizability {
  std::string object;
};

// The transactions of the history satisfy a consistency model, by the names of Adya and Elle:
// "strong-serializable", "serializable", ... (reports/checkers/transactions knows the names). Their arguments
// and results are lists of micro-operations, and what is of another kind is left out.
struct Transactions {
  std::string model;
  std::vector<std::string> kinds;  // of operations that are transactions
};

enum class SessionGuarantee : std::uint8_t {
  read_your_writes,
  monotonic_reads,
  monotonic_writes,
  writes_follow_reads,
};
BOOST_DESCRIBE_ENUM(SessionGuarantee, read_your_writes, monotonic_reads, monotonic_writes,
                    writes_follow_reads)
struct Sessions {
  std::vector<SessionGuarantee> guarantees;
};

// Transfers keep the sum of all accounts, and every read of all of them sees that sum
// (reports/checkers/money.hpp says what the operations are called).
struct Money {
  std::int64_t opening = 0;  // what every account holds at first
};

// After the heal, every operation invoked completes ok on its first or second try, from `within` on
// (SYSTEMS 0.6: ten times the largest protocol timeout plus twenty times the longest round trip).
struct Recovery {
  Duration within;
};

// During the faults too: between the end of the warm-up and the heal, `within` never passes without some
// operation returning ok, while clients try.
struct Availability {
  Duration within;
};

}  // namespace judged_by

using JudgedBy =
    std::variant<judged_by::Monitors, judged_by::Linearizability, judged_by::Transactions,
                 judged_by::Sessions, judged_by::Money, judged_by::Recovery, judged_by::Availability>;

struct Claim {
  std::string id;         // "P18.7"
  std::string statement;  // "every key is a linearizable register"
  Assumption assumption = Assumption::a0;
  JudgedBy judged_by{};  // if nothing is said: by the monitors
  // A configuration that promises less declares the stronger claim too, and says what it does satisfy;
  // breaking it is then the verdict `weak`, a teaching result and no defect. Empty: a full promise.
  std::string weakly_satisfies{};
  // Only judged where a scenario names it: a claim about one kind of trouble, such as a partial partition.
  bool only_on_request = false;
};

}  // namespace lightcone::sim

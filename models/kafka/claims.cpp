#include "models/kafka/claims.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/kafka/cleanup_monitor.hpp"
#include "models/kafka/group_monitor.hpp"
#include "models/kafka/transaction_monitor.hpp"

namespace lightcone::models::kafka {

using sim::Assumption;
using sim::Claim;
namespace judged_by = sim::judged_by;

namespace {

// What is left of P7.1; empty: all of it.
std::string of_acknowledged(const Parameters& parameters) {
  if (parameters.acks == Acks::none) return "what arrived stays as long as its leader does";
  if (parameters.acks == Acks::leader) return "what is acknowledged stays as long as its leader does";
  if (parameters.unclean) return "as long as somebody of the ISR is there to lead";
  if (!parameters.elr) return "as long as the last of the ISR does not lose what it has";
  if (parameters.min_isr < 2) return "as long as the leader does not lose what it alone may have";
  return {};
}

std::string of_committed(const Parameters& parameters) {
  if (parameters.keeps_what_is_committed()) return {};
  Parameters strongest = parameters;
  strongest.acks = Acks::all;
  return of_acknowledged(strongest);
}

std::string what_agrees(const Parameters& parameters) {
  if (parameters.is_compacted())
    return "below the high watermark all replicas agree, in what each has not compacted yet, and what a "
           "consumer was given stays until it is replaced";
  if (parameters.is_retained_for_a_while())
    return "below the high watermark all replicas agree, and what a consumer was given stays until retention "
           "removes it";
  return "below the high watermark all replicas agree, and what a consumer was given stays";
}

std::string what_stays(const Parameters& parameters) {
  std::string what =
      fmt::format("an acknowledged record stays while fewer than {} replicas lose it from their disks",
                  parameters.min_isr);
  if (parameters.is_compacted()) what += ", or until a later one of its key is committed";
  if (parameters.is_retained_for_a_while()) what += ", or until retention removes it";
  return what;
}

std::string what_is_whole_again(const Parameters& parameters) {
  if (parameters.has_transactions())
    return "after the heal every operation succeeds, ISRs are whole again, all is committed, no transaction "
           "stays open, and after few rebalances all inputs are transformed";
  if (parameters.has_group())
    return "after the heal every operation succeeds, ISRs are whole again, all is committed, and after few "
           "rebalances the group has processed all of it";
  return "after the heal every operation succeeds, ISRs are whole again and all is committed";
}

}  // namespace

std::vector<Claim> claims_of(const Parameters& parameters) {
  const std::string unordered = "while no try is answered too late";
  std::vector<Claim> claims = {
      Claim{"P7.1", what_stays(parameters), Assumption::a1, {}, of_acknowledged(parameters)},
      Claim{"P7.2", what_agrees(parameters), Assumption::a0, {}, of_committed(parameters)},
      Claim{"P7.3",
            "the records of a producer are in a partition in the order in which it sent them",
            Assumption::a0,
            {},
            parameters.idempotent ? "" : unordered},
      Claim{"P7.4",
            "no record is in a partition twice",
            Assumption::a0,
            {},
            parameters.idempotent ? "" : unordered},
      Claim{"P7.8",
            "what is below the high watermark is on every replica of the ISR that the controllers have "
            "accepted",
            Assumption::a0},
      Claim{"P7.9", "a leader epoch of a partition has one leader, and no broker goes back to an earlier one",
            Assumption::a0},
  };
  for (Claim& claim : claims_about_cleanup(parameters)) claims.push_back(std::move(claim));
  if (parameters.has_group()) {
    for (Claim& claim : claims_about_groups(parameters)) claims.push_back(std::move(claim));
  }
  if (parameters.has_transactions()) {
    for (Claim& claim : claims_about_transactions(parameters)) claims.push_back(std::move(claim));
  }
  claims.push_back({"L7.1",
                    what_is_whole_again(parameters),
                    Assumption::a3,
                    judged_by::Recovery{parameters.longest_timeout() * 10},
                    {}});
  return claims;
}

}  // namespace lightcone::models::kafka

#include "faults/fault.hpp"

#include <array>

#include "sim/ensure.hpp"

namespace lightcone::faults {

std::unique_ptr<Fault> make_fault(const FaultSpec& spec, const Setting& setting) {
  constexpr std::array families = {make_cut,        make_message_fault, make_process_fault,
                                   make_disk_fault, make_clock_fault,   make_request};
  for (const auto make : families) {
    if (std::unique_ptr<Fault> made = make(spec, setting)) return made;
  }
  sim::ensure_failed("every kind of fault is made by one of the families", std::source_location::current());
}

}  // namespace lightcone::faults

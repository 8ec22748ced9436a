// Is a list of faults sound, before anything runs? What a field table cannot see: fields that do not go with
// the kind, nodes that do not exist, partitions that overlap, faults after the end.
#pragma once

#include <string>
#include <vector>

#include "faults/spec.hpp"
#include "faults/world.hpp"

namespace lightcone::faults {

struct Complaint {
  std::string path;  // within the spec: "groups[1]", "when.node"; empty: the spec as a whole
  sim::Mismatch why;
};

// What is wrong with one fault by itself.
std::vector<Complaint> validate(const FaultSpec& spec, const Census& census);

struct ComplaintInList {
  std::size_t index = 0;  // of the fault in the list
  Complaint complaint;
};

// And with each of a list, what they say of each other too: ids that are used twice or by nobody.
std::vector<ComplaintInList> validate(const std::vector<FaultSpec>& specs, const Census& census);

}  // namespace lightcone::faults

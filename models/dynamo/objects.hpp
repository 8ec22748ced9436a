// Counters and sets that clients keep in the store, each in a key: they read it, work out what it is to hold,
// and write that back. Where versions have timestamps a counter is a number and a set a list, and of two
// clients that do so at once one is lost. Where there are siblings, whoever reads settles them: a counter has
// an entry for each client, of which the greatest counts (Shapiro et al., INRIA RR-7506, 2011, section 3.1),
// and of sets the union is taken, as of carts (DeCandia et al., SOSP 2007, section 4.4).
#pragma once

#include <cstdint>
#include <map>

#include "models/dynamo/version.hpp"

namespace lightcone::models::dynamo {

// Of each writer, how often it has counted. A number that nobody signed is of writer 0.
using Counts = std::map<std::int64_t, std::int64_t>;

Counts counts_in(const Version& version);
std::int64_t sum_of(const Counts& counts);
// What a client writes that is the only one to write under the name `writer`; 0: the number alone.
sim::Value counter_with(const Counts& counts, std::int64_t writer);

// What is in any of the siblings, in order: an element that one of them has lost shows again, and none is
// lost.
sim::ValueList elements_in(const Version& version);

}  // namespace lightcone::models::dynamo

// What the members of a group say of themselves, as it spreads among them: a versioned map, merged entry by
// entry (van Renesse, Minsky and Hayden, "A gossip-style failure detection service", Middleware 1998; with
// generations as in Cassandra).
#pragma once

#include <algorithm>
#include <boost/describe.hpp>
#include <cstdint>
#include <map>
#include <utility>

#include "sim/node_id.hpp"

namespace lightcone::models::parts::gossip {

struct Member {
  std::uint64_t generation = 0;  // counts the starts of the member
  std::uint64_t version = 0;     // its heartbeats since
  std::uint32_t status = 0;      // how far it has come; the group's, and never goes back

  bool operator==(const Member&) const = default;
};
BOOST_DESCRIBE_STRUCT(Member, (), (generation, version, status))

enum class Freshness : std::uint8_t {
  generation_first,  // who was started later is right, however few heartbeats it has made since
  version_alone,
};

using Members = std::map<sim::NodeId, Member>;

inline bool is_fresher(const Member& a, const Member& b, Freshness freshness) {
  if (freshness == Freshness::version_alone) return a.version > b.version;
  return std::pair(a.generation, a.version) > std::pair(b.generation, b.version);
}

// What a merge brought.
struct News {
  bool heartbeat = false;
  bool status = false;
};

inline News merge(Member& known, const Member& heard, Freshness freshness) {
  News news;
  news.heartbeat = is_fresher(heard, known, freshness);
  news.status = heard.status > known.status;
  if (news.heartbeat) {
    known.generation = heard.generation;
    known.version = heard.version;
  }
  known.status = std::max(known.status, heard.status);
  return news;
}

}  // namespace lightcone::models::parts::gossip

// What can be set about authorization.
#pragma once

#include <cstdint>

#include "models/zanzibar/tuple.hpp"
#include "sim/fields.hpp"
#include "sim/model.hpp"

namespace lightcone::models::zanzibar {

// What shard leaders stamp writes with.
enum class Timestamps : std::uint8_t { truetime, clock };
sim::Choices<Timestamps> choices_of(Timestamps);

// Which tuples there are before the first write.
enum class Start : std::uint8_t { plain, random };
sim::Choices<Start> choices_of(Start);

// What a decision is made from.
enum class Scheme : std::uint8_t { relations, roles, token };
sim::Choices<Scheme> choices_of(Scheme);

// What is answered when nothing could be found out.
enum class OnTimeout : std::uint8_t { deny, allow };
sim::Choices<OnTimeout> choices_of(OnTimeout);

struct Parameters {
  Scheme scheme = Scheme::relations;
  std::int64_t stores = 3;
  std::int64_t servers = 6;
  std::int64_t indexes = 1;
  std::int64_t shards = 2;
  std::int64_t tenants = 2;
  std::int64_t users = 6;
  std::int64_t groups = 4;
  std::int64_t folders = 3;
  Start start = Start::random;
  Timestamps timestamps = Timestamps::truetime;
  bool zookies = true;
  sim::Duration default_staleness = sim::Duration(2'000'000'000);
  sim::Duration quantum = sim::Duration(250'000'000);
  std::int64_t cache_size = 10'000;
  sim::Duration cache_ttl = sim::Duration(5'000'000'000);
  bool single_flight = true;
  sim::Duration index_lag = sim::Duration(100'000'000);
  sim::Duration index_snapshot_every = sim::Duration(5'000'000'000);
  sim::Duration token_ttl = sim::Duration(3'000'000'000);
  bool introspection = true;
  std::int64_t max_depth = 16;
  std::int64_t max_open = 400;
  OnTimeout on_timeout = OnTimeout::deny;
  sim::Duration check_timeout = sim::Duration(500'000'000);
  sim::Duration read_timeout = sim::Duration(100'000'000);
  sim::Duration heartbeat = sim::Duration(200'000'000);

  static const sim::FieldTable<Parameters>& fields();

  // Whether answers are evaluated at a timestamp; otherwise with what is there, or was lately.
  bool is_dated() const { return scheme == Scheme::relations; }
  // After which a revocation has taken effect.
  sim::Duration revoked_within() const {
    if (scheme == Scheme::roles) return cache_ttl;
    return introspection ? sim::Duration::zero() : token_ttl;
  }
};

// What protects the answers; a bug switch takes one away.
struct Safeguards {
  bool zookie_is_lower_bound = true;  // zanzibar.ignore-zookie
  bool external_consistency = true;   // zanzibar.no-external-consistency
  bool cache_by_timestamp = true;     // zanzibar.cache-not-ts-keyed
  bool content_renews_zookie = true;  // zanzibar.content-keeps-old-zookie
  bool one_snapshot = true;           // zanzibar.mixed-snapshot
  bool index_minds_watermark = true;  // zanzibar.index-lag-ignored
  bool fails_closed = true;           // zanzibar.fail-open
  bool unknown_may_exclude = true;    // zanzibar.exclusion-unknown-false
  bool guards_cycles = true;          // zanzibar.cycle-no-guard
  bool asks_about_tokens = true;      // zanzibar.role-in-token
};
Safeguards safeguards_without(const sim::BugSet& bugs);

}  // namespace lightcone::models::zanzibar

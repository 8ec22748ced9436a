// A signed token: who somebody is, and which roles he has, for as long as it says, without anybody being
// asked (attributes of the subject, NIST SP 800-162, section 2).
#pragma once

#include <boost/describe.hpp>
#include <cstdint>
#include <vector>

#include "models/zanzibar/tuple.hpp"

namespace lightcone::models::zanzibar {

struct Token {
  TenantId tenant = 0;
  UserId user = 0;
  std::vector<Object> roles{};  // groups
  Timestamp expires = 0;
  std::uint64_t signature = 0;
};
BOOST_DESCRIBE_STRUCT(Token, (), (tenant, user, roles, expires, signature))

// What an issuer, and nobody else, can compute; here a hash stands for it.
constexpr std::uint64_t signature_of(const Token& token) {
  constexpr std::uint64_t prime = 0x100000001b3;
  std::uint64_t hash = 0xcbf29ce484222325;
  const auto mix = [&](std::uint64_t part) { hash = (hash ^ part) * prime; };
  mix(token.tenant);
  mix(token.user);
  mix(static_cast<std::uint64_t>(token.expires));
  for (const Object& role : token.roles) mix(hash_of(role));
  return hash;
}

}  // namespace lightcone::models::zanzibar

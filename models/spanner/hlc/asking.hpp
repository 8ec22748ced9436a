// How a gateway finds a leaseholder and gets an answer: the template behind Gateway's stories.
#pragma once

#include <algorithm>
#include <type_traits>

#include "models/spanner/hlc/gateway.hpp"

namespace lightcone::models::spanner::hlc {

// Before asking again somebody who said that nothing could be done.
inline constexpr sim::Duration breather = std::chrono::milliseconds(5);

template <class... Answers, class Request>
sim::Task<std::optional<std::variant<Answers..., Refused>>> Gateway::ask(Request request,
                                                                         sim::MonoTime until) {
  NodeId hint = no_node;
  while (env_.mono() < until) {
    const NodeId leader = hint != no_node ? hint : leader_of_(request.shard);
    if (leader == no_node) {
      co_await sim::sleep(env_, breather);
      continue;
    }
    request.now = clock_.tick();
    Request again = request;
    auto reply =
        co_await sim::call<Answers..., Refused>(env_, leader, std::move(again), parameters_.election_min);
    hint = no_node;
    if (!reply) continue;
    if (const auto* refused = std::get_if<Refused>(&*reply);
        refused != nullptr && refused->reason != Reason::aborted) {
      hint = refused->hint == leader ? no_node : refused->hint;
      co_await sim::sleep(env_, breather);
      continue;
    }
    std::visit(
        [this](const auto& answer) {
          if constexpr (requires { answer.now; }) this->hear(answer.now);
        },
        *reply);
    co_return std::move(reply);
  }
  co_return std::nullopt;
}

}  // namespace lightcone::models::spanner::hlc

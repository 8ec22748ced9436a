#include "models/dynamo/cart_monitor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/dynamo/objects.hpp"

namespace lightcone::models::dynamo {

using sim::NodeId;

void CartMonitor::request_began(NodeId, const Client::Doing& doing) {
  if (!doing.is_write || !doing.cart || doing.cart->is_addition) return;
  carts_[doing.key][doing.cart->item].removal_began = true;
}

void CartMonitor::request_ended(NodeId, const Client::Done& done) {
  const Client::Doing& what = done.what;
  if (!done.succeeded || !what.is_write || !what.cart) return;
  Item& item = carts_[what.key][what.cart->item];
  (what.cart->is_addition ? item.is_acknowledged : item.is_removed) = true;
}

void CartMonitor::at_end() {
  for (const auto& [key, items] : carts_) {
    const auto all = what_everybody_has(key);
    if (!all) return;
    const sim::ValueList found = elements_in(*all);
    for (const auto& [item, known] : items) {
      const bool is_there = std::binary_search(found.begin(), found.end(), item);
      if (known.is_removed && is_there) simulation().metrics().count("cart items that came back");
      if (!known.is_acknowledged || known.removal_began || is_there) continue;
      simulation().metrics().count("cart items lost");
      simulation().report({"P20.2",
                           "lost-update",
                           fmt::format("item {} was acknowledged in {}, nobody took it out, and it is gone",
                                       item.to_json(), key),
                           {}});
    }
  }
}

}  // namespace lightcone::models::dynamo

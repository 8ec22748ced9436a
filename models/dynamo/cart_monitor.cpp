#include "models/dynamo/cart_monitor.hpp"

#include <fmt/format.h>

#include <set>

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

// What a client would find that asked everybody.
void CartMonitor::at_end() {
  for (const auto& [key, items] : carts_) {
    Version all;
    for (const NodeId node : servers()) {
      const Server* server = server_on(node);
      if (server == nullptr) return;  // nobody knows what it holds
      const Store& store = server->replica().store();
      merge_into(all, store.find(key));
      merge_into(all, store.hinted(key));
    }
    std::set<sim::Value> found;
    for (const sim::Value& cart : all.values()) {
      if (const sim::ValueList* held = cart.as_list()) found.insert(held->begin(), held->end());
    }
    for (const auto& [item, known] : items) {
      if (known.is_removed && found.contains(item)) simulation().metrics().count("cart items that came back");
      if (!known.is_acknowledged || known.removal_began || found.contains(item)) continue;
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

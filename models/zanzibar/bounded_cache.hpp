// A cache of so many entries, each for so long: those that came first go first.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <utility>

#include "sim/time.hpp"

namespace lightcone::models::zanzibar {

template <class Key, class Content>
class BoundedCache {
 public:
  // At most `capacity` entries; 0: it keeps nothing.
  BoundedCache(std::size_t capacity, sim::Duration ttl) : capacity_(capacity), ttl_(ttl) {}

  const Content* find(const Key& key, sim::MonoTime now) const {
    const auto found = entries_.find(key);
    return found == entries_.end() || found->second.until <= now ? nullptr : &found->second.content;
  }

  void put(const Key& key, Content content, sim::MonoTime now) {
    if (capacity_ == 0) return;
    const bool is_new = entries_.insert_or_assign(key, Entry{std::move(content), now + ttl_}).second;
    if (!is_new) return;
    order_.push_back(key);
    if (order_.size() <= capacity_) return;
    entries_.erase(order_.front());
    order_.pop_front();
  }

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    Content content;
    sim::MonoTime until;
  };

  std::size_t capacity_;
  sim::Duration ttl_;
  std::map<Key, Entry> entries_;
  std::deque<Key> order_;  // of those, as they came
};

}  // namespace lightcone::models::zanzibar

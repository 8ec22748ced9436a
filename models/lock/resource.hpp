// The protected resource: counters that holders read and write, and the gate that makes a lock safe which
// alone is not: a fence, once seen, shuts out all lower ones (Chubby's sequencers: Burrows, OSDI 2006, 2.4).
//
//   P9.3 one read-modify-write at a time: a holder's read raises the fence as well as its write does, so that
//        nobody who held the lock before can write between them. What is answered is durable.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <utility>

#include "models/lock/messages.hpp"
#include "models/parts/stable/cell.hpp"
#include "sim/process.hpp"

namespace lightcone::models::lock {

struct ResourceSafeguards {
  bool checks_fences = true;      // lock.no-fencing, or fencing is not configured
  bool reads_raise_fence = true;  // lock.fence-on-write-only
};

class Resource final : public sim::Handlers<Resource, std::variant<ReadResource, WriteResource, PeekResource>,
                                            std::variant<Stored>> {
 public:
  // A write that was accepted, for watchers.
  struct Accepted {
    std::string key;
    Fence fence = 0;
    std::int64_t before = 0;
    std::int64_t after = 0;
  };

  Resource(sim::Env& env, const ResourceSafeguards& safe);

  void start() override;
  void show(sim::FieldVisitor& visitor) const override;

  void on(const ReadResource& read, const sim::From& from);
  void on(const WriteResource& write, const sim::From& from);
  void on(const PeekResource& peek, const sim::From& from);
  void on(const Stored& stored);

  // How many writes were accepted in this incarnation, and the latest.
  std::uint64_t accepted() const { return accepted_; }
  const Accepted& last_accepted() const { return last_accepted_; }

 private:
  struct Counter {
    std::int64_t value = 0;
    Fence highest = 0;
  };
  struct State {
    static constexpr std::string_view fact_name = "ResourceState";
    std::map<std::string, Counter> counters;

    friend std::uint64_t wire_bytes(const State& state) {
      std::uint64_t bytes = 0;
      for (const auto& [key, counter] : state.counters) bytes += 20 + key.size();
      return bytes;
    }
  };
  struct Owed {
    std::uint64_t write;
    sim::From to;
    std::variant<ResourceValue, ResourceWritten> answer;
  };

  bool is_stale(const Counter& counter, Fence fence, const sim::From& from);
  void raise(Counter& counter, Fence fence);
  void answer_when_durable(const sim::From& from, std::variant<ResourceValue, ResourceWritten> answer);
  void save();

  sim::Env& env_;
  ResourceSafeguards safe_;
  parts::stable::Cell<State> disk_;
  State state_;
  std::uint64_t written_ = 0;
  std::uint64_t durable_ = 0;
  std::deque<Owed> owed_;
  std::uint64_t accepted_ = 0;
  Accepted last_accepted_;
};

}  // namespace lightcone::models::lock

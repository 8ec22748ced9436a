#include "models/lock/resource.hpp"

#include <algorithm>

#include "sim/fields_of.hpp"

namespace lightcone::models::lock {

Resource::Resource(sim::Env& env, const ResourceSafeguards& safe)
    : env_(env), safe_(safe), disk_(env.disk(), "resource") {}

void Resource::start() {
  if (auto found = disk_.read(); found.value) state_ = std::move(*found.value);
  save();  // what the page cache still holds may yet be lost
}

void Resource::show(sim::FieldVisitor& visitor) const {
  for (const auto& [key, counter] : state_.counters) {
    visitor.open_object(key);
    sim::visit_field("value", counter.value, visitor);
    sim::visit_field("highest", counter.highest, visitor);
    visitor.close();
  }
}

// A full disk leaves the write out; the state in memory is what the next one that fits will save.
void Resource::save() {
  if (!disk_.write(state_)) return;
  env_.sync(Stored{++written_});
}

bool Resource::is_stale(const Counter& counter, Fence fence, const sim::From& from) {
  if (!safe_.checks_fences || fence >= counter.highest) return false;
  env_.metrics().count("fences refused");
  env_.reply(from, StaleFence{counter.highest});
  return true;
}

void Resource::raise(Counter& counter, Fence fence) { counter.highest = std::max(counter.highest, fence); }

void Resource::answer_when_durable(const sim::From& from,
                                   std::variant<ResourceValue, ResourceWritten> answer) {
  owed_.push_back({written_ + 1, from, answer});
  save();
}

void Resource::on(const ReadResource& read, const sim::From& from) {
  Counter& counter = state_.counters[read.key];
  if (is_stale(counter, read.fence, from)) return;
  if (safe_.reads_raise_fence) raise(counter, read.fence);
  answer_when_durable(from, ResourceValue{counter.value});
}

// The same write again, by the same holder, changes nothing.
void Resource::on(const WriteResource& write, const sim::From& from) {
  Counter& counter = state_.counters[write.key];
  if (is_stale(counter, write.fence, from)) return;
  last_accepted_ = {write.key, write.fence, counter.value, write.value};
  ++accepted_;
  raise(counter, write.fence);
  counter.value = write.value;
  env_.metrics().count("fences accepted");
  env_.metrics().sample("fence at the resource", static_cast<std::int64_t>(write.fence));
  answer_when_durable(from, ResourceWritten{});
}

void Resource::on(const PeekResource& peek, const sim::From& from) {
  answer_when_durable(from, ResourceValue{state_.counters[peek.key].value});
}

void Resource::on(const Stored& stored) {
  durable_ = std::max(durable_, stored.write);
  while (!owed_.empty() && owed_.front().write <= durable_) {
    const Owed owed = owed_.front();
    owed_.pop_front();
    std::visit([&](const auto& answer) { env_.reply(owed.to, answer); }, owed.answer);
  }
}

}  // namespace lightcone::models::lock

// Two queues in one: `Few` holds the events until there are `many` of them, then hands all over to `Many`,
// which hands them back when fewer than `few` are left. The distance between the two bounds pays for
// the handing over. Popping keeps the order of equal times, and so does pushing in that order.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/ensure.hpp"
#include "tests/bench/queue/contender_link.hpp"

namespace lightcone::bench {

template <class Few, class Many, std::size_t few, std::size_t many>
class Handover {
 public:
  using Link = ContenderLink;

  void push(Link& link, Instant at) {
    sim::ensure(nanoseconds(at) >= last_, "an event is not pushed into the past");
    if (many_hold_ || few_.size() < many) return many_hold_ ? many_.push(link, at) : few_.push(link, at);
    hand_over(few_, many_);
    many_hold_ = true;
    many_.push(link, at);
  }

  Link* pop() {
    if (many_hold_ && many_.size() < few) {
      hand_over(many_, few_);
      many_hold_ = false;
    }
    Link* link = many_hold_ ? many_.pop() : few_.pop();
    if (link != nullptr) last_ = link->due_ns;
    return link;
  }

  bool cancel(Link& link) { return many_hold_ ? many_.cancel(link) : few_.cancel(link); }
  Instant next() { return many_hold_ ? many_.next() : few_.next(); }
  static bool is_queued(const Link& link) { return Few::is_queued(link); }
  std::size_t size() const { return many_hold_ ? many_.size() : few_.size(); }
  bool empty() const { return size() == 0; }

 private:
  template <class From, class To>
  static void hand_over(From& from, To& to) {
    while (Link* link = from.pop()) to.push(*link, link->due());
    from = From();  // forgets how far its time had come
  }

  Few few_;
  Many many_;
  bool many_hold_ = false;
  std::int64_t last_ = 0;
};

}  // namespace lightcone::bench

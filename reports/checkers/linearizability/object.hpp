// Which sequential object a history is compared with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sim/value.hpp"

namespace lightcone::reports::checkers {

// The verbs (`f`) of each object; `v` is the operation's value, `r` its result.
enum class Shape : std::uint8_t {
  plain_register,  // read r | write v | swap v, r = the old value
  cas_register,    // and cas [from, to]
  multi_register,  // txn [["r", key, null], ["w", key, value], ...] in one step; r = the same with reads
                   // filled in
  key_value,   // get r | put v | append v (to a text or a list) | cas [from, to] | delete | incr v, r = the
               // sum
  counter,     // read r | add v or incr or decr; r = the sum, where it is told
  set,         // add v, insert v | remove v, delete v, discard v | contains v, r = bool | read r = list
  fifo_queue,  // enqueue v | dequeue r; r = null or "EMPTY": there was nothing
  unordered_queue,  // the same; any element may come out
  priority_queue,   // the same; the smallest element (order of sim::Value) comes out first
  stack,            // push v | pop r
  log,          // append v, r = its position from 0, where it is told | read r = list | read v = position, r
  mutex,        // acquire | release, by whoever
  fenced_lock,  // acquire r = token, above all earlier ones | release v = token or null
};

// What `fail` says of an operation.
enum class Failures : std::uint8_t {
  did_not_happen,  // nothing: drop it
  observations,    // a failed cas saw another value, a failed dequeue or pop saw nothing there, a failed
                   // acquire saw the lock held, a failed release saw it free; a failed read is dropped
};

// What an `ok` read whose result is null says.
enum class NullReads : std::uint8_t {
  absent,   // there was nothing: null is a value like others
  unknown,  // nothing: the answer was not recorded
};

// What a bool says that answers add, remove, delete.
enum class Answers : std::uint8_t {
  acknowledge,  // nothing but that it happened
  tell,         // whether the element or key was new (add), was there (remove, delete)
};

// Whether a fenced lock can pass on without a release.
enum class Leases : std::uint8_t { none, expire };

struct Object {
  Shape shape = Shape::plain_register;
  sim::Value initial;  // of every key; multi_register: of every register, or a list of [key, value].
                       // Queues, sets, logs: a list; mutex: bool; counter: an integer; null is empty
  Failures failures = Failures::did_not_happen;
  NullReads null_reads = NullReads::absent;
  Answers answers = Answers::acknowledge;
  Leases leases = Leases::none;
  std::string keys{};  // first letters of the keys that are meant; empty: all keys

  // Operations on other keys are left out.
  bool is_about(const sim::Value& key) const;
};

// The object by the names in use elsewhere: "register", "cas-register", "multi-register", "kv" and
// "kv-append", "counter", "set", "fifo-queue", "unordered-queue", "priority-queue", "stack", "log", "mutex",
// "fenced-lock"; "fifo-queue-empty" and "stack-empty" are the same as without "-empty". Where a store keeps
// several kinds of objects, "kv:xn" is of the keys that begin with x or n. Nullopt for others.
std::optional<Object> object_named(std::string_view name, sim::Value initial = {});
std::string_view name_of(Shape shape);

}  // namespace lightcone::reports::checkers

// What runs on a node: one object an incarnation. A role that answers many is a class of handlers; a role
// that does one thing after another is a story (sim/story/story.hpp).
//
//   class Server final : public sim::Handlers<Server, ToServer, ServerTimers> {
//     void on(const Acquire& acquire, const From& from);   // messages: who asks
//     void on(const LeaseExpired& expired);                // timers and completions: facts
//
// Every alternative of the inbox variants must have its handler, or the class does not compile.
#pragma once

#include <cstdint>
#include <type_traits>
#include <variant>

#include "sim/ensure.hpp"
#include "sim/env.hpp"
#include "sim/event/event.hpp"
#include "sim/fields_of.hpp"

namespace lightcone::sim {

// What became of an event that a process was given.
enum class Disposal : std::uint8_t { handled, kept, unknown_type };

class Process {
 public:
  Process() = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  virtual ~Process() = default;

  // Called once, before any event. Recovery from the disk belongs here.
  virtual void start() = 0;
  // The fact may be moved from. `kept`: the process took the event over.
  virtual Disposal handle(Event& event) = 0;
  // Its state, for traces and reports.
  virtual void show(FieldVisitor&) const {}
};

template <class Self, class... Inboxes>
class Handlers : public Process {
  friend Self;
  Handlers() = default;

 public:
  Disposal handle(Event& event) final {
    bool handled = false;
    (void)((handled = handle_one_of(static_cast<const Inboxes*>(nullptr), event), handled) || ...);
    return handled ? Disposal::handled : Disposal::unknown_type;
  }

 private:
  template <class... Facts>
  bool handle_one_of(const std::variant<Facts...>*, Event& event) {
    return (handle_if<Facts>(event) || ...);
  }

  template <class Fact>
  bool handle_if(Event& event) {
    if (event.type != &fact_type<Fact>) return false;
    Fact& fact = *static_cast<Fact*>(event.fact());
    Self& self = static_cast<Self&>(*this);
    // A handler may take the fact as const&, or as && to move out of it.
    if constexpr (requires { self.on(std::move(fact), From{}); }) {
      self.on(std::move(fact), From{event.peer, event.call});
    } else {
      self.on(std::move(fact));
    }
    return true;
  }
};

}  // namespace lightcone::sim

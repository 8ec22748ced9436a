// A process that does one thing after another: a client, a workload, an operator's runbook.
//
//   class Client final : public sim::Story {
//     sim::Task<> run() override { for (;;) { ...; auto reply = co_await call<Reply>(server, request, 150ms);
//     } }
//   };
//
// Messages that are no reply to a call wait in the mailbox for receive().
#pragma once

#include <boost/container/deque.hpp>
#include <optional>
#include <utility>

#include "sim/process.hpp"
#include "sim/story/stories.hpp"
#include "sim/story/task.hpp"

namespace lightcone::sim {

// The unread messages of a story, oldest first.
class Mailbox {
 public:
  explicit Mailbox(EventPool& pool) : pool_(pool) {}
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;
  ~Mailbox() {
    for (Event* event : unread_) pool_.release(*event);
  }

  // Gives the message to whoever waits for its type, or keeps it.
  Disposal deliver(Event& event) {
    if (reader_ != nullptr && reader_->answered(event)) return Disposal::handled;
    unread_.push_back(&event);
    return Disposal::kept;
  }

  void wait(StoryWaiter& reader) {
    ensure(reader_ == nullptr, "one story at a time reads a mailbox");
    reader_ = &reader;
  }
  void stop_waiting() { reader_ = nullptr; }
  // The oldest unread message that `take(event)` accepts is taken out. False when there is none.
  template <class Take>
  bool read(const Take& take) {
    for (auto at = unread_.begin(); at != unread_.end(); ++at) {
      if (!take(**at)) continue;
      pool_.release(**at);
      unread_.erase(at);
      return true;
    }
    return false;
  }

 private:
  EventPool& pool_;
  boost::container::deque<Event*> unread_;
  StoryWaiter* reader_ = nullptr;
};

// A message of one of the types waited for, and who sent it.
template <class... Messages>
struct Received {
  typename detail::AnswerOf<Messages...>::type::value_type message;
  From from;
};

namespace detail {

template <class... Messages>
class Receive final : public Awaiter {
 public:
  Receive(Stories& stories, Mailbox& mailbox, std::optional<Duration> within)
      : Awaiter(stories), mailbox_(mailbox), within_(within) {}
  ~Receive() {
    if (waiting_) mailbox_.stop_waiting();
  }
  bool await_ready() {
    return mailbox_.read([&](Event& event) { return take(event); });
  }
  void await_suspend(std::coroutine_handle<> story) {
    story_ = story;
    mailbox_.wait(*this);
    waiting_ = true;
    if (within_) armed_ = stories_.arm_wake(*within_, *this);
  }
  std::optional<Received<Messages...>> await_resume() {
    if (!answer_) return std::nullopt;
    return Received<Messages...>{std::move(*answer_), from_};
  }
  void woken() override {
    armed_ = nullptr;
    finish();
  }
  bool answered(Event& event) override {
    if (!take(event)) return false;
    disarm();
    finish();
    return true;
  }

 private:
  bool take(Event& event) {
    from_ = From{event.peer, event.call};
    return take_answer<Messages...>(event, answer_);
  }
  void finish() {
    mailbox_.stop_waiting();
    waiting_ = false;
    resume();
  }

  Mailbox& mailbox_;
  std::optional<Duration> within_;
  typename AnswerOf<Messages...>::type answer_;
  From from_{no_node};
  bool waiting_ = false;
};

}  // namespace detail

class Story : public Process {
 public:
  explicit Story(Env& env) : env_(env), mailbox_(env.pool()) {}

  // The story, from the start of the incarnation to its end.
  virtual Task<> run() = 0;

  void start() final { env_.stories().spawn(run()); }
  Disposal handle(Event& event) final { return mailbox_.deliver(event); }

 protected:
  Env& env() { return env_; }
  auto sleep(Duration duration) { return sim::sleep(env_, duration); }
  template <class... Replies, class Request>
  auto call(NodeId to, Request request, Duration within) {
    return sim::call<Replies...>(env_, to, std::move(request), within);
  }
  // The next message of one of these types; empty when none came `within` the given time.
  template <class... Messages>
  auto receive(std::optional<Duration> within = std::nullopt) {
    return detail::Receive<Messages...>(env_.stories(), mailbox_, within);
  }

 private:
  Env& env_;
  Mailbox mailbox_;
};

}  // namespace lightcone::sim

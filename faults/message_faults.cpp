// Faults that bend single messages: net.drop, net.dup, net.delay, net.reorder, net.corrupt, net.slow,
// net.hold; and net.release, which ends the last of them.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "faults/fault.hpp"
#include "faults/message_filter.hpp"

namespace lightcone::faults {

namespace {

using sim::Duration;
using sim::Instant;
using sim::NodeId;
using sim::Passage;
using sim::Ratio;
using sim::RuleVerdict;
using sim::Transport;
using Action = RuleVerdict::Action;

constexpr Ratio all{1, 1};

class MessageFault : public Fault, protected sim::Rule {
 public:
  MessageFault(const FaultSpec& spec, Setting setting, std::string_view verb, std::string_view done,
               Ratio usual_share = all)
      : Fault(std::move(setting)),
        filter_(spec, setting_.world, setting_.chance, usual_share),
        done_(done),
        description_(fmt::format("{} {}", verb, filter_.text())) {}
  ~MessageFault() override {
    if (acting_) simulation().network().remove_rule(*this);
  }

  void begin() final { act(); }
  void end() final { rest(); }
  void act() final {
    if (std::exchange(acting_, true)) return;
    simulation().network().add_rule(*this);
  }
  void rest() final {
    if (std::exchange(acting_, false)) simulation().network().remove_rule(*this);
  }
  std::string description() const final { return description_; }
  std::uint64_t affected() const final { return affected_; }
  std::string effect() const override { return fmt::format("{} {}", done_, counted(affected_, "message")); }
  std::vector<NodeId> nodes() const final { return filter_.nodes(); }

 protected:
  // What becomes of a message that the filter takes; `pass` does not count.
  virtual RuleVerdict bend(const Passage& passage) = 0;

  RuleVerdict on_send(const Passage& passage) override {
    if (!filter_.takes(passage, setting_.chance)) return {};
    const RuleVerdict verdict = bend(passage);
    if (verdict.action != Action::pass) ++affected_;
    return verdict;
  }
  const sim::LinkQuality& link(const Passage& passage) const {
    return simulation().network().quality(passage.from, passage.to);
  }
  bool on_stream(const Passage& passage) const { return link(passage).transport == Transport::stream; }
  void add_to_description(std::string_view text) { description_ += text; }

  MessageFilter filter_;

 private:
  std::string done_;
  std::string description_;
  bool acting_ = false;
  std::uint64_t affected_ = 0;
};

// net.drop and net.corrupt. A stream makes good for lost packets; a loss that aims at messages is what its
// author says it is, whatever carries them.
class Loss final : public MessageFault {
 public:
  Loss(const FaultSpec& spec, Setting setting, Action action)
      : MessageFault(spec, std::move(setting), action == Action::drop ? "drop" : "damage",
                     action == Action::drop ? "lost" : "damaged"),
        share_(spec.share.value_or(all)),
        action_(action) {}

 private:
  RuleVerdict bend(const Passage& passage) override {
    if (filter_.aims() || !on_stream(passage)) return {action_, {}};
    const sim::LinkQuality& quality = link(passage);
    Duration waited{0};
    Duration backoff = quality.retransmit_after;
    bool lost_again = true;
    while (lost_again) {
      waited += backoff;
      backoff *= 2;
      if (waited >= quality.give_up_after) return {action_, {}};
      lost_again = setting_.chance.chance(share_);
    }
    return {Action::delay, waited};
  }

  Ratio share_;
  Action action_;
};

class Duplication final : public MessageFault {
 public:
  Duplication(const FaultSpec& spec, Setting setting)
      : MessageFault(spec, std::move(setting), "duplicate", "duplicated"),
        delay_(spec.delay.value_or(sim::DrawnDuration(1ms))) {}

 private:
  RuleVerdict bend(const Passage& passage) override {
    if (on_stream(passage) || passage.type.copy == nullptr) return {};
    return {Action::duplicate, delay_.sample(setting_.chance)};
  }
  sim::DrawnDuration delay_;
};

class Delay final : public MessageFault {
 public:
  Delay(const FaultSpec& spec, Setting setting)
      : MessageFault(spec, std::move(setting), "delay", "delayed"), delay_(*spec.delay) {
    add_to_description(" by " + to_text(delay_.distribution()));
  }

 private:
  RuleVerdict bend(const Passage&) override { return {Action::delay, delay_.sample(setting_.chance)}; }
  sim::DrawnDuration delay_;
};

class Reordering final : public MessageFault {
 public:
  Reordering(const FaultSpec& spec, Setting setting)
      : MessageFault(spec, std::move(setting), "reorder", "held back", Ratio{1, 2}),
        most_(spec.delay ? spec.delay->distribution().quantile(sim::Distribution::million) : 5ms) {
    add_to_description(" by up to " + sim::to_text(most_));
  }

 private:
  RuleVerdict bend(const Passage&) override {
    return {Action::delay, setting_.chance.between(Duration::zero(), most_)};
  }
  Duration most_;
};

// Each link is a line on which one message after another takes its bytes over the bandwidth.
class Narrowing final : public MessageFault {
 public:
  Narrowing(const FaultSpec& spec, Setting setting)
      : MessageFault(spec, std::move(setting), "slow down", "slowed"),
        bytes_per_second_(static_cast<std::uint64_t>(spec.bandwidth->bytes_per_second)) {
    add_to_description(" to " + sim::to_text(*spec.bandwidth));
  }

 private:
  RuleVerdict bend(const Passage& passage) override {
    const std::uint64_t bytes = passage.type.wire_bytes(passage.fact);
    const std::uint64_t seconds = bytes / bytes_per_second_;
    const std::uint64_t rest_ns = bytes % bytes_per_second_ * 1'000'000'000 / bytes_per_second_;
    const Duration takes(static_cast<std::int64_t>(seconds * 1'000'000'000 + rest_ns));
    Instant& busy_until = busy_until_[{passage.from, passage.to}];
    busy_until = std::max(busy_until, simulation().now()) + takes;
    return {Action::delay, busy_until - simulation().now()};
  }
  std::uint64_t bytes_per_second_;
  std::map<std::pair<NodeId, NodeId>, Instant> busy_until_;
};

// On a stream, whatever follows a held message waits behind it.
class Hold final : public MessageFault {
 public:
  Hold(const FaultSpec& spec, Setting setting) : MessageFault(spec, std::move(setting), "hold", "held") {}

 private:
  RuleVerdict bend(const Passage& passage) override {
    if (on_stream(passage)) blocked_.insert({passage.from, passage.to});
    return {Action::hold, {}};
  }
  RuleVerdict on_send(const Passage& passage) override {
    const RuleVerdict verdict = MessageFault::on_send(passage);
    const bool behind = verdict.action == Action::pass && blocked_.contains({passage.from, passage.to});
    return behind ? RuleVerdict{Action::hold, {}} : verdict;
  }
  std::set<std::pair<NodeId, NodeId>> blocked_;
};

class Release final : public Fault {
 public:
  Release(const FaultSpec& spec, Setting setting) : Fault(std::move(setting)), hold_(spec.hold) {}
  void begin() override { released_ = setting_.release(hold_); }
  std::string description() const override {
    return hold_ ? "release what " + *hold_ + " holds" : "release what is held";
  }
  std::uint64_t affected() const override { return released_; }
  std::string effect() const override { return "released " + counted(released_, "message"); }
  std::vector<NodeId> nodes() const override { return {}; }

 private:
  std::optional<std::string> hold_;
  std::uint64_t released_ = 0;
};

}  // namespace

std::unique_ptr<Fault> make_message_fault(const FaultSpec& spec, Setting setting) {
  switch (spec.fault.kind) {
    case FaultKind::net_drop:
      return std::make_unique<Loss>(spec, std::move(setting), Action::drop);
    case FaultKind::net_corrupt:
      return std::make_unique<Loss>(spec, std::move(setting), Action::corrupt);
    case FaultKind::net_dup:
      return std::make_unique<Duplication>(spec, std::move(setting));
    case FaultKind::net_delay:
      return std::make_unique<Delay>(spec, std::move(setting));
    case FaultKind::net_reorder:
      return std::make_unique<Reordering>(spec, std::move(setting));
    case FaultKind::net_slow:
      return std::make_unique<Narrowing>(spec, std::move(setting));
    case FaultKind::net_hold:
      return std::make_unique<Hold>(spec, std::move(setting));
    case FaultKind::net_release:
      return std::make_unique<Release>(spec, std::move(setting));
    default:
      return nullptr;
  }
}

}  // namespace lightcone::faults

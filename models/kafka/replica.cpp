// What a replica does whatever its role: its log, its disk, and the change of roles.
#include "models/kafka/replica.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/fields_of.hpp"

namespace lightcone::models::kafka {

Replica::Replica(sim::Env& env, const Parameters& parameters, const Safeguards& safe, Host& host,
                 PartitionId id)
    : env_(env),
      parameters_(parameters),
      safe_(safe),
      host_(host),
      id_(id),
      name_(parameters.name_of(id)),
      log_(env.disk(), name_ + "/log"),
      producers_(behind_markers()),
      checkpoint_(env.disk(), name_ + "/high watermark"),
      end_curve_{fmt::format("{} {}: end of the log", name_, env.name(env.self()))},
      watermark_curve_{fmt::format("{} {}: high watermark", name_, env.name(env.self()))},
      durable_curve_{fmt::format("{} {}: durable", name_, env.name(env.self()))},
      stable_curve_{fmt::format("{}: last stable offset", name_)},
      start_curve_{fmt::format("{} {}: log start", name_, env.name(env.self()))},
      size_curve_{fmt::format("{} {}: records in the log", name_, env.name(env.self()))},
      holes_curve_{fmt::format("{} {}: compacted share, per mille", name_, env.name(env.self()))} {}

ProducerTable::BehindMarkers Replica::behind_markers() const {
  return safe_.epoch_a_transaction ? ProducerTable::BehindMarkers::begin_anew
                                   : ProducerTable::BehindMarkers::go_on;
}

void Replica::rebuild_tables() {
  producers_.rebuild(log_);
  transactions_.rebuild(log_);
}

void Replica::recover() {
  log_.recover();
  rebuild_tables();
  const Offset start = log_.start().position.offset;
  high_watermark_ = checkpointed_ = std::clamp(checkpoint_.read().value.value_or(0), start, log_.end());
  durable_end_ = start;
  // Any record that is missing may have been one.
  if (parameters_.is_compacted()) deletions_from_ = log_.end_of_holes();
  env_.mark(BrokerRecovered{id_, log_.end()});
  if (log_.end() > 0) host_.log_changed();  // what the page cache kept is not durable yet
  sample();
}

void Replica::show(sim::FieldVisitor& visitor) const {
  static constexpr std::string_view roles[] = {"idle", "leader", "follower"};
  visitor.open_object(name_);
  visitor.text("role", roles[static_cast<std::size_t>(role_)]);
  sim::visit_field("leader_epoch", epoch_, visitor);
  if (log_.start() != LogStart{}) sim::visit_field("start", log_.start().position.offset, visitor);
  sim::visit_field("end", log_.end(), visitor);
  sim::visit_field("high_watermark", high_watermark_, visitor);
  sim::visit_field("durable", durable_end_, visitor);
  if (role_ == Role::leader) sim::visit_field("isr", isr_, visitor);
  visitor.close();
}

void Replica::sample(Curve& curve, Offset value) {
  if (curve.latest == value) return;
  curve.latest = value;
  env_.metrics().sample(curve.name, static_cast<std::int64_t>(value));
}

void Replica::sample() {
  sample(end_curve_, log_.end());
  sample(watermark_curve_, high_watermark_);
  sample(durable_curve_, durable_end_);
  if (parameters_.has_transactions() && role_ == Role::leader) sample(stable_curve_, last_stable_offset());
  sample(start_curve_, log_.start().position.offset);
  if (parameters_.is_cleaned()) sample(size_curve_, log_.size());
  if (!parameters_.is_compacted()) return;
  const Offset offsets = std::max<Offset>(log_.end() - log_.start().position.offset, 1);
  sample(holes_curve_, (offsets - log_.size()) * 1000 / offsets);
}

// --- roles -----------------------------------------------------------------------------------------------

// P7.9
void Replica::adopt(const PartitionState& state, const std::map<NodeId, BrokerState>& brokers) {
  const bool is_later = state.leader_epoch > epoch_ || state.epoch > partition_epoch_;
  if (!is_later && safe_.refuses_old_metadata) {
    if (state.epoch == partition_epoch_) brokers_ = brokers;
    return;
  }
  brokers_ = brokers;
  if (state.leader_epoch != epoch_) {
    become(state);
  } else if (state.epoch != partition_epoch_) {
    take_isr(state);
  }
  sample();
}

void Replica::become(const PartitionState& state) {
  leave_role();
  epoch_ = state.leader_epoch;
  leader_ = state.leader;
  partition_epoch_ = state.epoch;
  isr_ = state.isr;
  if (leader_ == env_.self()) {
    lead();
  } else if (leader_ != no_node) {
    follow();
  }
}

void Replica::take_isr(const PartitionState& state) {
  partition_epoch_ = state.epoch;
  wanted_.reset();
  if (isr_ != state.isr && role_ == Role::leader) {
    env_.mark(IsrChanged{id_, state.isr});
    env_.metrics().sample(name_ + ": ISR", static_cast<std::int64_t>(state.isr.size()));
  }
  isr_ = state.isr;
  if (role_ == Role::leader) advance_high_watermark();
}

void Replica::leave_role() {
  refuse_waiting();
  peers_.clear();
  wanted_.reset();
  env_.cancel(fetch_timer_);
  const bool led = role_ == Role::leader;
  role_ = Role::idle;
  if (led) host_.leader_moved(id_);
}

std::optional<LogEnd> Replica::end_without_leader() const {
  if (leader_ != no_node || epoch_ == 0) return std::nullopt;
  return LogEnd{id_, epoch_, log_.last_epoch(), log_.end()};
}

// --- the log ---------------------------------------------------------------------------------------------

bool Replica::append(const Record& record) {
  if (!log_.append(record, env_.wall())) return false;
  took_last();
  return true;
}

bool Replica::copy(const Entry& entry) {
  if (!log_.copy(entry)) return false;
  took_last();
  return true;
}

void Replica::took_last() {
  const Offset offset = log_.end() - 1;
  producers_.took(log_.at(offset), offset);
  transactions_.took(log_.at(offset), offset);
  host_.log_changed();
}

void Replica::truncate(Offset to) {
  if (to >= log_.end()) return;
  env_.mark(FollowerTruncated{id_, to, log_.end()});
  env_.metrics().count("records cut off", log_.end() - to);
  log_.truncate(to);
  rebuild_tables();
  high_watermark_ = std::min(high_watermark_, to);
  durable_end_ = std::min(durable_end_, to);
  for (auto& [flush, end] : flushes_) end = std::min(end, to);
  host_.log_changed();
}

void Replica::set_high_watermark(Offset offset) {
  high_watermark_ = std::max(high_watermark_, std::min(offset, log_.end()));
}

void Replica::flush_began(std::uint64_t flush) { flushes_.emplace_back(flush, log_.end()); }

void Replica::flushed(std::uint64_t flush) {
  const Offset before = durable_end_;
  while (!flushes_.empty() && flushes_.front().first <= flush) {
    durable_end_ = std::max(durable_end_, flushes_.front().second);
    flushes_.pop_front();
  }
  if (durable_end_ == before || parameters_.flush == Flush::none) return sample();
  if (role_ == Role::leader) {
    advance_high_watermark();
    answer_waiting();
  } else if (role_ == Role::follower && stage_ == Stage::fetching) {
    fetch();  // which says how far this log counts
  }
  sample();
}

// It may lag: nothing depends on it but where a restart believes the high watermark to be.
void Replica::write_checkpoint() {
  if (high_watermark_ == checkpointed_ || !checkpoint_.write(high_watermark_)) return;
  checkpointed_ = high_watermark_;
}

}  // namespace lightcone::models::kafka

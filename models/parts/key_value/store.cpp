#include "models/parts/key_value/store.hpp"

#include "sim/ensure.hpp"
#include "sim/fact.hpp"

namespace lightcone::models::parts::key_value {

std::optional<sim::Value> Store::apply(const Command& command, std::uint64_t position) {
  if (command.verb == Verb::open_session) {
    state_.sessions.emplace(position, SessionEntry{});
    return sim::Value(static_cast<std::int64_t>(position));
  }
  if (deduplication_ == Deduplication::none) {
    note_execution(command);
    return execute(command);
  }
  const auto session = state_.sessions.find(command.session);
  if (session == state_.sessions.end()) return std::nullopt;
  SessionEntry& entry = session->second;
  if (command.sequence == entry.sequence) return entry.answer;
  if (command.sequence < entry.sequence) return std::nullopt;  // the client has long gone on
  note_execution(command);
  entry.sequence = command.sequence;
  entry.answer = execute(command);
  return entry.answer;
}

void Store::note_execution(const Command& command) {
  if (command.session == 0) return;
  std::uint64_t& latest = state_.executed[command.session];
  if (command.sequence > latest) {
    latest = command.sequence;
  } else if (command.sequence == latest && command.verb != Verb::get) {
    ++state_.repeated_effects;
    state_.last_repeated = command;
  }
}

sim::Value Store::execute(const Command& command) {
  switch (command.verb) {
    case Verb::get:
      return get(command.key);
    case Verb::put:
      state_.map.insert_or_assign(command.key, command.value);
      return true;
    case Verb::cas: {
      if (get(command.key) != command.expected) return false;
      state_.map.insert_or_assign(command.key, command.value);
      return true;
    }
    case Verb::incr: {
      sim::Value& held = state_.map[command.key];
      const std::int64_t sum = (held.is_null() ? 0 : *held.as_int()) + *command.value.as_int();
      held = sim::Value(sum);
      return held;
    }
    case Verb::append: {
      sim::Value& held = state_.map[command.key];
      held = sim::Value((held.is_null() ? std::string() : *held.as_text()) + *command.value.as_text());
      return true;
    }
    case Verb::open_session:
      break;
  }
  sim::ensure(false, "a session is opened by apply()");
  return {};
}

sim::Value Store::get(std::string_view key) const {
  const auto found = state_.map.find(key);
  return found == state_.map.end() ? sim::Value() : found->second;
}

sim::Payload Store::snapshot() const { return sim::Payload::of(state_); }

void Store::restore(const sim::Payload& snapshot) { state_ = snapshot ? snapshot.get<State>() : State{}; }

std::uint64_t Store::digest() const {
  std::uint64_t digest = 0;
  for (const auto& [key, value] : state_.map) {
    digest = digest * 0x9E3779B97F4A7C15ULL + sim::name_hash(key);
    digest = digest * 0x9E3779B97F4A7C15ULL + sim::name_hash(value.to_json());
  }
  return digest;
}

}  // namespace lightcone::models::parts::key_value

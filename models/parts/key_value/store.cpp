#include "models/parts/key_value/store.hpp"

#include <algorithm>
#include <utility>

#include "sim/ensure.hpp"
#include "sim/fact.hpp"

namespace lightcone::models::parts::key_value {

const sim::Value* Store::apply(const Command& command, std::uint64_t position) {
  if (command.verb == Verb::open_session) {
    open_session(position);
    answer_ = sim::Value(static_cast<std::int64_t>(position));
    return &answer_;
  }
  if (deduplication_ == Deduplication::none) {
    if (command.session != 0) note_execution(open_session(command.session), command);
    answer_ = execute(command);
    return &answer_;
  }
  SessionEntry* session = find_session(command.session);
  if (session == nullptr) return nullptr;
  SessionEntry& entry = *session;
  if (command.sequence == entry.sequence) return &entry.answer;
  if (command.sequence < entry.sequence) return nullptr;  // the client has long gone on
  note_execution(entry, command);
  entry.sequence = command.sequence;
  entry.answer = execute(command);
  return &entry.answer;
}

Store::SessionEntry* Store::find_session(Session session) {
  const auto at = std::ranges::lower_bound(state_.sessions, session, {}, &SessionEntry::session);
  return at == state_.sessions.end() || at->session != session ? nullptr : &*at;
}

// The entry of the session, which need not be new.
Store::SessionEntry& Store::open_session(Session session) {
  const auto at = std::ranges::lower_bound(state_.sessions, session, {}, &SessionEntry::session);
  if (at != state_.sessions.end() && at->session == session) return *at;
  SessionEntry entry;
  entry.session = session;
  return *state_.sessions.insert(at, std::move(entry));
}

void Store::note_execution(SessionEntry& session, const Command& command) {
  if (command.sequence > session.took_effect) {
    session.took_effect = command.sequence;
  } else if (command.sequence == session.took_effect && command.verb != Verb::get) {
    ++state_.repeated_effects;
    state_.last_repeated = command;
  }
}

sim::Value Store::execute(const Command& command) {
  switch (command.verb) {
    case Verb::get:
      return get(command.key);
    case Verb::put:
      state_.map[command.key] = command.value;
      return true;
    case Verb::cas: {
      const sim::Value* held = find(command.key);
      if (held == nullptr ? !command.expected.is_null() : *held != command.expected) return false;
      state_.map[command.key] = command.value;
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
      if (held.is_null()) held = std::string();
      held.append(*command.value.as_text());
      return true;
    }
    case Verb::open_session:
      break;
  }
  sim::ensure(false, "a session is opened by apply()");
  return {};
}

const sim::Value* Store::find(std::string_view key) const {
  const auto found = state_.map.find(key);
  return found == state_.map.end() ? nullptr : &found->second;
}

sim::Value Store::get(std::string_view key) const {
  const sim::Value* held = find(key);
  return held == nullptr ? sim::Value() : *held;
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

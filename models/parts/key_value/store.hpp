// A deterministic key-value map with client sessions, to be replicated: the same commands in the same order
// give the same state and answers on every member. Sessions make a command that is tried again take effect
// once (Raft dissertation 6.3).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/parts/key_value/command.hpp"
#include "sim/payload.hpp"

namespace lightcone::models::parts::key_value {

class Store {
 public:
  enum class Deduplication : std::uint8_t { by_session, none };
  explicit Store(Deduplication deduplication) : deduplication_(deduplication) {}

  // Executes the command, or answers from the session table when it was executed before. `position`: of the
  // command in the log, which names a new session. Null: the session is unknown, nothing happened. The answer
  // is good until the next call.
  const sim::Value* apply(const Command& command, std::uint64_t position);
  sim::Value get(std::string_view key) const;

  sim::Payload snapshot() const;
  void restore(const sim::Payload& snapshot);

  // How often a command took effect that had taken effect before: what sessions are there to prevent. Kept
  // beside the state only for those who watch.
  std::uint64_t repeated_effects() const { return state_.repeated_effects; }
  const Command& last_repeated() const { return state_.last_repeated; }
  // Equal states have equal digests.
  std::uint64_t digest() const;

 private:
  struct SessionEntry {
    Session session = 0;
    std::uint64_t sequence = 0;  // of the latest command executed
    sim::Value answer;
    std::uint64_t took_effect = 0;  // the latest sequence number that did; for watchers
  };
  struct State {
    static constexpr std::string_view fact_name = "KeyValueState";
    std::map<std::string, sim::Value, std::less<>> map;
    std::vector<SessionEntry> sessions;  // ascending
    // For watchers.
    std::uint64_t repeated_effects = 0;
    Command last_repeated;

    friend std::uint64_t wire_bytes(const State& state) {
      std::uint64_t bytes = 0;
      for (const auto& [key, value] : state.map) bytes += 4 + key.size() + value.wire_bytes();
      for (const auto& entry : state.sessions) bytes += 16 + entry.answer.wire_bytes();
      return bytes;
    }
  };

  sim::Value execute(const Command& command);
  SessionEntry* find_session(Session session);
  SessionEntry& open_session(Session session);
  void note_execution(SessionEntry& session, const Command& command);
  const sim::Value* find(std::string_view key) const;

  Deduplication deduplication_;
  State state_;
  sim::Value answer_;  // to the last command that no session remembers
};

}  // namespace lightcone::models::parts::key_value

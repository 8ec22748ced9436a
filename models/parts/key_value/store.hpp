// A deterministic key-value map with client sessions, to be replicated: the same commands in the same order
// give the same state and answers on every member. Sessions make a command that is tried again take effect
// once (Raft dissertation 6.3).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "models/parts/key_value/command.hpp"
#include "sim/payload.hpp"

namespace lightcone::models::parts::key_value {

class Store {
 public:
  enum class Deduplication : std::uint8_t { by_session, none };
  explicit Store(Deduplication deduplication) : deduplication_(deduplication) {}

  // Executes the command, or answers from the session table when it was executed before. `position`: of the
  // command in the log, which names a new session. Nothing: the session is unknown, nothing happened.
  std::optional<sim::Value> apply(const Command& command, std::uint64_t position);
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
    std::uint64_t sequence = 0;  // of the latest command executed
    sim::Value answer;
  };
  struct State {
    static constexpr std::string_view fact_name = "KeyValueState";
    std::map<std::string, sim::Value, std::less<>> map;
    std::map<Session, SessionEntry> sessions;
    // For watchers.
    std::map<Session, std::uint64_t> executed;  // the latest sequence number that took effect
    std::uint64_t repeated_effects = 0;
    Command last_repeated;

    friend std::uint64_t wire_bytes(const State& state) {
      std::uint64_t bytes = 0;
      for (const auto& [key, value] : state.map) bytes += 4 + key.size() + value.wire_bytes();
      for (const auto& [session, entry] : state.sessions) bytes += 16 + entry.answer.wire_bytes();
      return bytes;
    }
  };

  sim::Value execute(const Command& command);
  void note_execution(const Command& command);

  Deduplication deduplication_;
  State state_;
};

}  // namespace lightcone::models::parts::key_value

// Jepsen's histories: events as EDN maps or `#jepsen.history.Op` records, one after another or in a vector.
//
//   {:type :invoke, :process 0, :f :write, :value 1, :time 3291485317, :index 0}
//   {:type :ok,     :process 0, :f :write, :value 1, :time 3296209422, :index 1}
//
// An invocation and its completion become one operation. What a completion says beyond the argument is
// the result: of a read what was read, of a write `true`; a field :result, which Jepsen does not have, says
// it where that would be wrong. Events of processes that are no numbers (the nemesis) become notes. `[k v]`
// values of jepsen.independent become keys. The operations' functions and the heads of a transaction's steps
// lose their colon, other keywords keep it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reports/histories/entries.hpp"
#include "reports/histories/problem.hpp"
#include "sim/history.hpp"

namespace lightcone::reports::histories {

// Whether values are [key value]. `guess`: they are when every invocation's value is a pair that begins
// with a key, and either a read asks with [key nil] or a pair was tagged as a tuple of jepsen.independent.
enum class Keys : std::uint8_t { guess, none, independent };

struct Note {
  std::size_t line = 0;
  std::string text;  // the event as it stands
};

struct ReadEdn {
  sim::History history;
  std::vector<Note> notes;
  std::optional<Problem> problem;
};

// A history in pieces of any size: memory is the history's, and one event's.
class EdnReader {
 public:
  // No event is longer, in bytes.
  static constexpr std::size_t max_event = std::size_t{64} << 20;

  explicit EdnReader(Keys keys = Keys::guess) : keys_(keys) {}
  // False once there is a problem; what follows is ignored.
  bool feed(std::string_view piece);
  ReadEdn finish();

 private:
  enum class Inside : std::uint8_t { nothing, text, text_escape, comment, character };

  bool step(char c);
  bool open(char c);
  bool close(char c);
  bool event();
  bool value(std::string_view raw, sim::Value& out);
  bool refuse(std::size_t position, Fault fault, std::string text);
  void assign_keys(sim::History& history) const;

  Keys keys_;
  std::string pending_;           // from the end of the last event
  std::size_t pending_line_ = 1;  // where it begins
  std::size_t line_ = 1;
  std::string brackets_;  // those open
  char around_ = '\0';    // what the whole history stands in: '[', '(' or nothing
  bool closed_ = false;   // that has ended
  bool began_ = false;
  bool tuples_ = false;  // a tag of jepsen.independent was seen
  Inside inside_ = Inside::nothing;
  EventPairing events_;
  std::vector<Note> notes_;
  std::optional<Problem> problem_;
};

ReadEdn read_edn(std::string_view text, Keys keys = Keys::guess);

// One event a line, in the order of events; operations of unknown outcome end with an :info event after all
// others. A problem (`line` is the operation's number, from 1) where EDN would claim more than is known:
// operations without times, and keys for some but not for all.
struct WrittenEdn {
  std::string text;
  std::optional<Problem> problem;
};
WrittenEdn to_edn(const sim::History& history);

}  // namespace lightcone::reports::histories

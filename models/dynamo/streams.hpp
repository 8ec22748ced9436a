// Ranges that find new owners because a server leaves the ring, or is removed from it.
//
//   leave    normal ─▶ leaving; StreamRange to who owns each key next, batch after batch, until all is stored
//            there and no hint is left here ─▶ left
//   remove   by whom an operator asks: of the server normal ─▶ removing; Removal to all others, who note it
//            on disk, stream what they have in the same way, and say so; when enough did ─▶ removed
//
// An acknowledged write had W copies. If who leaves has one, it streams it; otherwise W others have one, who
// go on to be owners. With who is removed one copy may be gone: of any W - 1 others one has to have streamed.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "models/dynamo/membership.hpp"
#include "models/dynamo/messages.hpp"
#include "models/dynamo/parameters.hpp"
#include "models/dynamo/store.hpp"
#include "sim/env.hpp"

namespace lightcone::models::dynamo {

class Streams {
 public:
  // `lost`: whether this server waits for copies, and has nothing to stream. What is passed must outlive
  // this.
  Streams(sim::Env& env, const Parameters& parameters, const Safeguards& safe, Membership& membership,
          Store& store, const bool& lost)
      : env_(env),
        parameters_(parameters),
        safe_(safe),
        membership_(membership),
        store_(store),
        lost_(lost) {}

  // What operators ask for; false when it makes no sense now: too few would be left, or quorums are so small
  // that one server which has not heard of the removal is one.
  bool leave();
  bool remove(NodeId server);
  // Standings have changed: begins, goes on, or ends.
  void look();

  void on(const StreamRange& range, const sim::From& from);
  void on(const RangeStored& stored, const sim::From& from);
  void on(const Removal& removal, const sim::From& from);
  void on(const RemovalDone& done, const sim::From& from);
  void on(const StreamsDue&);

 private:
  struct Batch {
    NodeId to{};
    std::vector<Keyed> entries{};
  };

  bool may_shrink() const;
  bool takes_part() const;
  bool is_done() const { return begun_ && unstored_.empty(); }
  void begin();
  void send_next(NodeId to);
  void settle();
  void tell_others();
  void finish_removal();

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards& safe_;
  Membership& membership_;
  Store& store_;
  const bool& lost_;
  NodeId subject_ = sim::no_node;  // who goes
  bool begun_ = false;             // it is known what is to be streamed
  bool is_due_ = false;
  std::uint64_t next_batch_ = 0;
  std::map<std::uint64_t, Batch> unstored_;
  std::set<NodeId> done_by_;  // others who have done their part in a removal
};

}  // namespace lightcone::models::dynamo

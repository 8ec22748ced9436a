// The side of a server that clients talk to. It asks the owners of a key, and answers when a quorum did.
//
//   Get ─▶ RGet to N ─▶ R answers ─┬─ repair blocking: RPut what is newest ─▶ W have it ─▶ Got
//                                  └─ otherwise ─▶ Got, and RepairPut to those behind
//   Put ─▶ logical timestamps: RGet to N ─▶ R answers ─▶ a tag above all ─┬─▶ RPut to N ─▶ W have it ─▶
//   Written
//          a clock's timestamps ──────────────────────────────────────────┘
//   CausalPut ─▶ AskToTake to N ─▶ the first that answers: Take ─▶ Taken ─▶ RPut to the others ─▶ W have it
//   ─▶ CausalWritten
//
// With logical timestamps and blocking repair this is the register of Attiya, Bar-Noy and Dolev (JACM 1995),
// for several writers as in Lynch and Shvartsman (FTCS 1997). Owners that are late get a hint at a fallback;
// a hint counts towards W in a sloppy quorum alone (Dynamo, section 4.6).
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/dynamo/membership.hpp"
#include "models/dynamo/messages.hpp"
#include "models/dynamo/parameters.hpp"
#include "models/parts/workload/connections.hpp"
#include "sim/env.hpp"

namespace lightcone::models::dynamo {

class Coordinator {
 public:
  // The latest request that ended in success, for those who watch.
  struct Success {
    std::uint64_t number = 0;  // counts up
    bool is_write = false;
    std::string key{};
    Version version{};
    WriteId write = 0;               // where versions have dots
    std::vector<NodeId> answered{};  // to a read, until it was answered itself
  };

  // What is passed must outlive this.
  Coordinator(sim::Env& env, const Parameters& parameters, const Safeguards& safe, Membership& membership);

  void on(const Get& get, const sim::From& from);
  void on(const Put& put, const sim::From& from);
  void on(const CausalPut& put, const sim::From& from);
  void on(const WillTake& willing, const sim::From& from);
  void on(const Taken& taken, const sim::From& from);
  void on(const RGot& got, const sim::From& from);
  void on(const RPutDone& done, const sim::From& from);
  void on(const HintKept& kept, const sim::From& from);
  void on(const Outdated& outdated);
  void on(const OwnersAreLate& late);
  void on(const DeadlinePassed& deadline);

  const Success& latest() const { return latest_; }
  std::size_t open_requests() const { return requests_.size(); }

 private:
  enum class Phase : std::uint8_t { querying, storing, answered };
  struct Answer {
    NodeId node;
    Version version;
  };
  struct Request {
    bool is_write = false;
    Phase phase = Phase::querying;
    sim::From client{};
    std::string key{};
    Version version{};           // what is to be written; of a read, the newest seen
    std::int64_t collected = 0;  // the greatest of the answers
    Tag floor{};                 // of the session: what a read has to reach
    Membership::Route route{};
    std::uint32_t epoch = 0;        // of the ring by which it goes
    std::vector<Answer> answers{};  // to RGet, or AskToTake
    std::optional<Take> take{};     // of a write that gets a dot ...
    bool is_taken = false;          // ... from somebody who was sent it
    std::vector<NodeId> stored{};   // who has the version
    std::size_t next_fallback = 0;
    sim::TimerId late{};
    sim::TimerId deadline{};
  };
  using Requests = std::map<RequestId, Request>;

  bool is_no_member(const sim::From& from);
  Request& open(bool is_write, std::string key, const sim::From& from, RequestId& id);
  static std::span<const NodeId> owners_of(const Request& request) {
    return std::span(request.route.walk).first(request.route.owners);
  }
  std::size_t needed_to_store(const Request& request) const;
  // As often as the node may: once, if it is once among the owners.
  bool has_answered(const Request& request, NodeId node) const;
  bool has_stored(const Request& request, NodeId node) const;
  std::ptrdiff_t votes_of(const Request& request, NodeId node) const;
  template <class AnyPut>
  bool is_news(const AnyPut& put, const sim::From& from);
  void remember(const Request& request);
  Tag floor_of(const std::string& key, const Tag& of_client) const;
  static bool reaches_floor(const Request& request);
  void ask(NodeId node, RequestId id, const Request& request);
  void ask_owners(RequestId id, const Request& request);
  void queried(RequestId id, Request& request);
  void store(RequestId id, Request& request);
  void count_stored(RequestId id, Request& request, NodeId node);
  void settle(RequestId id, Request& request);
  void succeed(RequestId id, Request& request);
  void repair(const Request& request, NodeId node, const Version& version);
  ReadRepair read_repair() const;
  void close(RequestId id);

  sim::Env& env_;
  const Parameters& parameters_;
  const Safeguards& safe_;
  Membership& membership_;
  RequestId next_;
  parts::Connections connections_;
  Requests requests_;
  std::map<std::string, Tag> answered_;  // by key: the newest, where coordinators keep sessions
  Success latest_;
};

}  // namespace lightcone::models::dynamo

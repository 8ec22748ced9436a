// The quorum store as a model: parameters, profiles, bug switches, and who runs where.
#include "models/dynamo/model.hpp"

#include <algorithm>

#include "models/dynamo/cart_monitor.hpp"
#include "models/dynamo/claims.hpp"
#include "models/dynamo/client.hpp"
#include "models/dynamo/counter_monitor.hpp"
#include "models/dynamo/members_monitor.hpp"
#include "models/dynamo/operator.hpp"
#include "models/dynamo/owners_monitor.hpp"
#include "models/dynamo/server.hpp"
#include "models/dynamo/sibling_monitor.hpp"
#include "models/dynamo/staleness_meter.hpp"
#include "models/parts/placement.hpp"

namespace lightcone::models::dynamo {

sim::Choices<Timestamps> choices_of(Timestamps) {
  static constexpr sim::Choice<Timestamps> all[] = {
      {Timestamps::logical, {"logical", "One more than the greatest that a quorum knows."}},
      {Timestamps::coordinator_clock, {"coordinator_clock", "What the coordinator's clock shows."}},
      {Timestamps::client_clock, {"client_clock", "What the client's clock shows."}},
  };
  return all;
}

sim::Choices<ReadRepair> choices_of(ReadRepair) {
  static constexpr sim::Choice<ReadRepair> all[] = {
      {ReadRepair::off, {"off", "Nothing."}},
      {ReadRepair::async, {"async", "They are sent it after the client is answered."}},
      {ReadRepair::blocking, {"blocking", "The client is answered when W owners have it."}},
  };
  return all;
}

sim::Choices<Conflict> choices_of(Conflict) {
  static constexpr sim::Choice<Conflict> all[] = {
      {Conflict::lww, {"lww", "The one with the greater timestamp stays."}},
      {Conflict::vv, {"vv", "Both stay, unless a version vector says that one has seen the other."}},
      {Conflict::dvv, {"dvv", "The same with dotted version vectors, which are exact."}},
  };
  return all;
}

sim::Choices<ContextUse> choices_of(ContextUse) {
  static constexpr sim::Choice<ContextUse> all[] = {
      {ContextUse::passed, {"passed", "With a write goes what its client read of the key last."}},
      {ContextUse::blind, {"blind", "Writes say nothing of what was read."}},
  };
  return all;
}

sim::Choices<Detector> choices_of(Detector) {
  static constexpr sim::Choice<Detector> all[] = {
      {Detector::phi,
       {"phi", "Whose heartbeats have been out for long, by what they used to be (phi accrual)."}},
      {Detector::swim, {"swim", "Who answers no ping, not to others either, and does not refute it (SWIM)."}},
  };
  return all;
}

sim::Choices<Session> choices_of(Session) {
  static constexpr sim::Choice<Session> all[] = {
      {Session::none, {"none", "Nobody."}},
      {Session::coordinator,
       {"coordinator", "A server, of what it has answered: for clients that stay with it."}},
      {Session::client, {"client", "Clients, who say with a request what they have seen of the key."}},
  };
  return all;
}

const sim::FieldTable<Parameters>& Parameters::fields() {  // NOLINT(readability-function-size): a table
  using P = Parameters;
  using namespace std::chrono_literals;
  static const auto table =
      sim::FieldTable<Parameters>(
          "dynamo_parameters", "A store that keeps each key on several servers, without a leader.",
          sim::field("servers", &P::servers, "How many servers there are.").at_least(1).at_most(100),
          sim::field("members", &P::members,
                     "Servers on the ring from the start: 0 for all, or one less, which may join.")
              .at_least(0)
              .at_most(100),
          sim::field("vnodes", &P::vnodes, "Places of a server on the ring.").at_least(1).at_most(1'000),
          sim::field("replicas", &P::replicas, "N: owners of a key.").at_least(1).at_most(31),
          sim::field("read_quorum", &P::read_quorum, "R: answers that a read waits for.")
              .at_least(1)
              .at_most(31),
          sim::field("write_quorum", &P::write_quorum, "W: acknowledgements that a write waits for.")
              .at_least(1)
              .at_most(31),
          sim::field("sloppy", &P::sloppy, "Fallbacks stand in for owners that are late."),
          sim::field("conflict", &P::conflict, "What becomes of two versions of a key."),
          sim::field("context", &P::context, "What clients say about what they have read (vv, dvv)."),
          sim::field("session", &P::session,
                     "Who sees to it that clients read nothing older than before (lww)."),
          sim::field("timestamps", &P::timestamps, "What orders two versions of a key (lww)."),
          sim::field("read_repair", &P::read_repair, "What a read does about owners that are behind."),
          sim::field("request_timeout", &P::request_timeout, "After which a coordinator gives a request up.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("hints", &P::hints, "Writes for owners that are late are kept for them elsewhere."),
          sim::field("hint_after", &P::hint_after, "After which an owner is late.")
              .at_least(1ms)
              .at_most(60s),
          sim::field("hand_off_every", &P::hand_off_every, "Between two tries to hand hints over.")
              .at_least(1ms)
              .at_most(1h),
          sim::field("hint_ttl", &P::hint_ttl,
                     "Hints that are older are dropped; those that count go to any owner first.")
              .at_most(240h),
          sim::field("anti_entropy_every", &P::anti_entropy_every,
                     "Between two comparisons of a server with another; 0 for none.")
              .at_most(240h),
          sim::field("gossip_every", &P::gossip_every,
                     "Between two exchanges of who is there; 0 where that is fixed.")
              .at_most(60s),
          sim::field("gossip_fanout", &P::gossip_fanout,
                     "With how many others a server exchanges it at a time.")
              .at_least(1)
              .at_most(100),
          sim::field("detector", &P::detector, "Who is believed to be down."),
          sim::field("phi_threshold", &P::phi_threshold,
                     "Of the failure detector (phi): a live server is suspected once in 10^phi times.")
              .at_least(1)
              .at_most(100),
          sim::field("probe_timeout", &P::probe_timeout,
                     "After which others are asked to ping a server (swim).")
              .at_least(1ms)
              .at_most(60s),
          sim::field("indirect_probes", &P::indirect_probes, "How many others are asked to (swim).")
              .at_least(0)
              .at_most(100),
          sim::field("suspicion_periods", &P::suspicion_periods,
                     "For how many times gossip_every a suspected server may refute it (swim).")
              .at_least(1)
              .at_most(1'000),
          sim::field("tombstone_grace", &P::tombstone_grace, "For which a deletion is remembered at least.")
              .at_least(1ms)
              .at_most(2400h),
          sim::field("zones_apart", &P::zones_apart,
                     "The copies of a key are in different zones of the network, as far as there are any."),
          sim::field("prune", &P::prune,
                     "How many entries of a context are kept, where dynamo.prune-clock is switched on.")
              .at_least(1)
              .at_most(100))
          .must("there are no more replicas than servers", "replicas",
                [](const P& p) { return p.replicas <= p.servers; })
          .must("the read quorum is not greater than replicas", "read_quorum",
                [](const P& p) { return p.read_quorum <= p.replicas; })
          .must("the write quorum is not greater than replicas", "write_quorum",
                [](const P& p) { return p.write_quorum <= p.replicas; })
          .must("hint_after is shorter than request_timeout", "hint_after",
                [](const P& p) { return p.hint_after < p.request_timeout; })
          .must("members is 0, or one less than servers", "members",
                [](const P& p) { return p.members == 0 || p.members == p.servers - 1; })
          .must("all replicas are on the ring from the start", "members",
                [](const P& p) { return p.members == 0 || p.replicas <= p.members; })
          .must("a server can join where there is gossip", "gossip_every",
                [](const P& p) { return p.members == 0 || p.gossip_every > sim::Duration::zero(); })
          .must("there is gossip where versions have dots (conflict vv or dvv)", "gossip_every",
                [](const P& p) { return p.gossip_every == sim::Duration::zero() || p.keeps_siblings(); })
          .must("sessions are kept where versions have timestamps (conflict lww)", "session",
                [](const P& p) { return p.session == Session::none || !p.keeps_siblings(); })
          .must("probes are late before the next begin", "probe_timeout",
                [](const P& p) { return p.detector == Detector::phi || p.probe_timeout < p.gossip_every; })
          .must("hints do not live as long as tombstones", "hint_ttl",
                [](const P& p) { return p.hint_ttl < p.tombstone_grace; });
  return table;
}

Safeguards safeguards_without(const sim::BugSet& bugs) {
  const auto on = [&](std::string_view bug) { return !bugs.contains(bug); };
  Safeguards safe;
  safe.write_back = on("dynamo.no-write-back");
  safe.logical_timestamps = on("dynamo.lww-wall-clock");
  safe.hints_do_not_count = on("dynamo.sloppy-as-strict");
  safe.distinct_acknowledgements = on("dynamo.count-duplicate-acks");
  safe.durable_hints = on("dynamo.volatile-hints");
  safe.hint_kept_until_taken = on("dynamo.hint-dropped-early");
  safe.anti_entropy = on("dynamo.no-anti-entropy");
  safe.tombstones_last = on("dynamo.tombstone-gc-early");
  safe.copies_apart = on("dynamo.vnode-same-host");
  safe.hashes_of_content_alone = on("dynamo.merkle-hash-unstable");
  safe.ranges_are_streamed = on("dynamo.join-serves-empty");
  safe.generation_first = on("dynamo.gossip-no-generation");
  safe.gossip_is_checked = on("dynamo.gossip-unchecked");
  safe.dots_never_repeat = on("dynamo.dot-counter-reset");
  safe.dots_beside_vectors = on("dynamo.false-dominance");
  safe.contexts_are_passed = on("dynamo.blind-put");
  safe.contexts_are_whole = on("dynamo.prune-clock");
  safe.rings_are_compared = on("dynamo.split-rings");
  safe.leavers_stream = on("dynamo.leave-without-streaming");
  safe.removals_last = on("dynamo.dead-member-returns");
  safe.sessions_are_kept = on("dynamo.session-ignored");
  return safe;
}

namespace {

using sim::BugSwitch;
using Shelf = BugSwitch::Shelf;
using Difficulty = BugSwitch::Difficulty;

std::vector<BugSwitch> bug_switches() {  // NOLINT(readability-function-size): a table
  return {
      {"dynamo.no-write-back", "a read makes sure that a quorum has what it returns", "nonlinearizable",
       Shelf::core, Difficulty::medium, "Attiya, Bar-Noy and Dolev, JACM 1995, section 3",
       "What one reader has seen the next must not miss: a read of a half-done write has to finish it."},
      {"dynamo.lww-wall-clock", "versions are ordered by logical timestamps", "lost-write", Shelf::core,
       Difficulty::easy, "Jepsen on Riak and on Cassandra, 2013",
       "With wall clocks the last write is whoever's clock is ahead, and the others are lost without a "
       "word."},
      {"dynamo.sloppy-as-strict", "hints do not count towards a strict quorum", "stale-read", Shelf::core,
       Difficulty::medium, "DeCandia et al., SOSP 2007, section 4.6",
       "A quorum of stand-ins meets no read quorum of owners."},
      {"dynamo.count-duplicate-acks", "acknowledgements are counted once a replica", "lost-write",
       Shelf::extended, Difficulty::directed, "follows from Gifford, SOSP 1979: votes are of distinct copies",
       "Two messages are not two copies."},
      {"dynamo.volatile-hints", "hints are durable before they are acknowledged", "lost-write", Shelf::core,
       Difficulty::medium, "DeCandia et al., SOSP 2007, section 4.6: hints are kept in a local database",
       "A hint that counts as a copy must last like one."},
      {"dynamo.hint-dropped-early", "a hint is kept until its owner has taken it", "divergence",
       Shelf::extended, Difficulty::directed, "DeCandia et al., SOSP 2007, section 4.6",
       "Sent is not received: whoever forgets at sending loses what the network loses."},
      {"dynamo.no-anti-entropy", "owners compare themselves and repair what differs", "divergence",
       Shelf::core, Difficulty::medium, "DeCandia et al., SOSP 2007, section 4.7",
       "What nobody reads, read repair does not find."},
      {"dynamo.tombstone-gc-early", "a deletion is remembered until every owner has it", "resurrection",
       Shelf::core, Difficulty::easy, "the Cassandra documentation on gc_grace_seconds",
       "Whoever has forgotten a deletion cannot tell it from a write that has not arrived."},
      {"dynamo.merkle-hash-unstable", "hashes that owners compare are of what is replicated alone",
       "unavailable", Shelf::extended, Difficulty::easy, "DeCandia et al., SOSP 2007, section 4.7",
       "Hash a local time with the content, and equal replicas never look equal."},
      {"dynamo.vnode-same-host", "the preference list skips places of a server that it has met",
       "invariant(P20.3)", Shelf::core, Difficulty::easy, "DeCandia et al., SOSP 2007, section 4.3",
       "Three places on the ring are not three machines."},
      {"dynamo.join-serves-empty", "a server that joins answers reads only when it has streamed its ranges",
       "stale-read", Shelf::core, Difficulty::medium, "Cassandra, CASSANDRA-2434: consistency of bootstrap",
       "A new owner that has nothing yet is a vote for nothing."},
      {"dynamo.gossip-no-generation", "of what is said of a server its start counts before its heartbeats",
       "unavailable", Shelf::core, Difficulty::medium,
       "Cassandra's gossiper: generation and version of an endpoint's state",
       "A counter that starts again with its process says nothing without the number of the start."},
      {"dynamo.gossip-unchecked", "gossip carries a checksum, and what is damaged is not believed",
       "unavailable", Shelf::core, Difficulty::medium,
       "Amazon S3 availability event, 20 July 2008: one bit in the gossip of server state",
       "What everybody repeats needs a checksum: one wrong bit is soon everybody's."},
      {"dynamo.dot-counter-reset", "a replica that has forgotten its dots takes a new name for the next",
       "lost-write", Shelf::core, Difficulty::easy,
       "Riak, kv679: per-key logical clocks can go backwards (https://github.com/basho/riak_kv/issues/679)",
       "A counter that starts again makes a new write look like one that was long replaced."},
      {"dynamo.false-dominance", "a version's own dot is kept apart from what its writer had read",
       "lost-update", Shelf::core, Difficulty::easy, "Preguica et al., arXiv:1011.5808, 2010, section 3",
       "Two writes through one server are not in each other's past because the server counted them."},
      {"dynamo.blind-put", "clients pass what they have read with what they write",
       "invariant(sibling_bound)", Shelf::extended, Difficulty::easy,
       "the Riak documentation on causal context: sibling explosion",
       "Who does not say what a write replaces replaces nothing."},
      {"dynamo.prune-clock", "a context keeps the entries of all replicas that its client has read from",
       "invariant(sibling_bound)", Shelf::extended, Difficulty::easy,
       "DeCandia et al., SOSP 2007, section 4.4: clocks are cut off at ten entries",
       "What a clock has forgotten it cannot replace: old versions come back beside the new."},
      {"dynamo.split-rings", "servers that know of a newer ring refuse coordinators that do not",
       "stale-read", Shelf::extended, Difficulty::easy,
       "DeCandia et al., SOSP 2007, section 4.8.2: logical partitions",
       "Two rings are two sets of owners, and their quorums need not meet."},
      {"dynamo.leave-without-streaming", "who leaves goes when the new owners of its ranges have what it has",
       "stale-read", Shelf::extended, Difficulty::easy,
       "follows from DeCandia et al., SOSP 2007, section 4.9: keys are moved to their new owners",
       "Who goes takes a copy of everything with it, unless it hands them over first."},
      {"dynamo.dead-member-returns", "that a member was removed outlasts whatever is heard of it later",
       "resurrection", Shelf::extended, Difficulty::easy,
       "DeCandia et al., SOSP 2007, section 4.8.1: changes of the membership are explicit, and a history",
       "A heartbeat proves that somebody lives, and not that he still belongs here."},
      {"dynamo.session-ignored", "a read waits for a version no older than the session has seen",
       "nonmonotonic", Shelf::extended, Difficulty::easy,
       "Terry et al., PDIS 1994: session guarantees for weakly consistent data",
       "Whoever asks another replica each time goes back in time, unless it says how far it has come."},
  };
}

parts::Zones zones_of(const std::vector<sim::NodeId>& servers, sim::Simulation& simulation) {
  parts::Zones zones;
  for (const sim::NodeId server : servers) zones[server] = simulation.network().place(server);
  return zones;
}

class DynamoModel final : public sim::ModelWith<Parameters> {
 public:
  std::string_view name() const override { return "dynamo"; }
  std::vector<std::string> topics() const override {
    return {"T11 Quorums, read repair, hinted hand-off, anti-entropy, tombstones", "T20 Dynamo-style KV"};
  }
  std::string_view summary() const override {
    return "A key-value store without a leader: each key on N servers, written to W and read from R of them.";
  }
  std::vector<sim::Profile> profiles() const override {
    return {
        {"abd", "Majorities, logical timestamps, and reads that write back: linearizable.", {}},
        {"quorum",
         "Majorities and logical timestamps; reads repair afterwards: regular.",
         {{"read_repair", "async"}}},
        {"lww",
         "Majorities, and the later wall clock wins: loses writes when clocks differ.",
         {{"timestamps", "coordinator_clock"}, {"read_repair", "async"}}},
        {"sloppy",
         "Stand-ins count: writes succeed on every side of a partition.",
         {{"sloppy", "true"}, {"read_repair", "async"}}},
        {"eventual",
         "One copy is enough to write and to read (R = W = 1).",
         {{"read_quorum", "1"}, {"write_quorum", "1"}, {"read_repair", "async"}}},
        {"dynamo",
         "Stand-ins count, and concurrent writes stay side by side until a client settles them.",
         {{"sloppy", "true"}, {"read_repair", "async"}, {"conflict", "dvv"}}},
        {"elastic",
         "Siblings in strict quorums; servers gossip about who is there, and a spare one may join.",
         {{"servers", "6"},
          {"members", "5"},
          {"gossip_every", "100ms"},
          {"read_repair", "async"},
          {"conflict", "dvv"}}},
    };
  }
  std::vector<BugSwitch> bugs() const override { return bug_switches(); }
  std::vector<sim::OperationKind> operations() const override { return operation_kinds(); }
  std::vector<std::string> moments() const override {
    return {"FirstCopyStored", "HintStored", "TombstoneCollected", "StepTaken"};
  }
  std::vector<sim::AdminAction> admin_actions() const override {
    return {{"join", "The spare server joins the ring, whichever server is asked."},
            {"leave", "The server gives its ranges to others, and leaves the ring for good."},
            {"remove", "The others go on without the server, which is not asked: it may be down."},
            {"damage-gossip", "One bit of the number of the server's next heartbeat is wrong."}};
  }
  bool administer(sim::Simulation& simulation, std::string_view action, sim::NodeId node) const override {
    return Operator(simulation).asks_for(action, node);
  }

 protected:
  std::vector<sim::Role> roles_of(const Parameters& parameters,
                                  const sim::Workload& workload) const override {
    return {{"server", "n", parameters.servers, "who keep the keys, and coordinate"},
            {"client", "c", workload.clients, "who use the store"}};
  }
  std::vector<sim::Claim> claims_of(const Parameters& parameters, const sim::BugSet&) const override {
    return dynamo::claims_of(parameters);
  }
  sim::Duration longest_timeout_of(const Parameters& parameters) const override {
    return parameters.request_timeout;
  }

  sim::ProcessFactory process_of(const Parameters& parameters, const sim::Deployment& deployment,
                                 std::string_view role, std::size_t index) const override {
    std::vector<sim::NodeId> servers = deployment.simulation.nodes_of_role("server");
    if (role == "client") {
      const sim::NodeId client = deployment.simulation.nodes_of_role("client").at(index);
      servers = parts::nearest_first(std::move(servers), deployment.simulation, client);
      return [&parameters, &deployment, servers, index](sim::Env& env) {
        return std::make_unique<Client>(env, parameters, safeguards_without(deployment.bugs),
                                        deployment.workload, deployment.phases, servers, index);
      };
    }
    const parts::Zones zones =
        parameters.zones_apart ? zones_of(servers, deployment.simulation) : parts::Zones();
    return [&parameters, &deployment, servers, zones](sim::Env& env) {
      return std::make_unique<Server>(env, parameters, deployment.bugs, servers, zones);
    };
  }

  void watch_with(const Parameters& parameters, const sim::Deployment& deployment) const override {
    sim::Simulation& simulation = deployment.simulation;
    const sim::Instant quiet(deployment.phases.final_reads);
    if (parameters.keeps_siblings()) {
      simulation.add_monitor(std::make_unique<SiblingMonitor>(simulation, parameters, quiet));
    } else {
      simulation.add_monitor(std::make_unique<Monitor>(simulation, parameters, quiet));
    }
    simulation.add_monitor(std::make_unique<StalenessMeter>(simulation, parameters));
    simulation.add_monitor(std::make_unique<CartMonitor>(simulation));
    simulation.add_monitor(std::make_unique<CounterMonitor>(simulation));
    simulation.add_monitor(std::make_unique<OwnersMonitor>(simulation, parameters, quiet));
    if (parameters.has_gossip()) {
      const sim::Instant heal(deployment.phases.heal);
      simulation.add_monitor(std::make_unique<MembersMonitor>(simulation, parameters, heal));
    }
  }

  // Servers are equals. The first owner of the first key that is up stands for the others.
  sim::NodeId focus(const sim::Simulation& simulation) const override {
    for (const sim::NodeId node : simulation.nodes_of_role("server")) {
      const auto* server = static_cast<const Server*>(simulation.node(node).process());
      if (server == nullptr) continue;
      for (const sim::NodeId owner : server->ring().walk("k0")) {
        if (simulation.node(owner).is_up()) return owner;
      }
    }
    return sim::no_node;
  }
};

}  // namespace

std::unique_ptr<sim::Model> make_model() { return std::make_unique<DynamoModel>(); }

}  // namespace lightcone::models::dynamo

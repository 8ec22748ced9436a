// The content service: documents, each version with the zookie of the check that allowed it. Who opens one is
// checked with that zookie, so never by access rules from before it (Pang et al., ATC 2019, section 2.2).
//
//   Save ─▶ ContentChangeCheck ─▶ allowed: content and zookie on disk ─▶ Saved
//   Open ─▶ Check with the zookie of what is there ─▶ allowed: that content
#pragma once

#include <map>
#include <string>
#include <vector>

#include "models/parts/stable/wal.hpp"
#include "models/zanzibar/messages.hpp"
#include "models/zanzibar/parameters.hpp"
#include "models/zanzibar/recent.hpp"
#include "models/zanzibar/sync_queue.hpp"
#include "sim/process.hpp"
#include "sim/story/story.hpp"

namespace lightcone::models::zanzibar {

struct Version {
  Object doc{};
  WriteId save{};  // which made it
  sim::Value content{};
  Timestamp zookie = 0;  // 0: there was none
};
BOOST_DESCRIBE_STRUCT(Version, (), (doc, save, content, zookie))
inline std::uint64_t wire_bytes(const Version& version) { return 40 + version.content.wire_bytes(); }

class Content final : public sim::Handlers<Content, ToContent, ContentFacts> {
 public:
  // For those who watch: a save is checked now; somebody was given a version.
  struct SaveBegan {
    WriteId save{};
  };
  struct Delivery {
    Version version{};
    UserId user = 0;
  };

  Content(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs, std::vector<NodeId> servers);

  void start() override;
  void show(sim::FieldVisitor& visitor) const override;

  void on(const Save& save, const sim::From& from) { env_.stories().spawn(this->save(save, from)); }
  void on(const Open& open, const sim::From& from) { env_.stories().spawn(this->open(open, from)); }
  void on(const Synced& synced) { sync_.on(synced); }

  const Recent<SaveBegan>& saves_begun() const { return saves_begun_; }
  const Recent<Delivery>& deliveries() const { return deliveries_; }

 private:
  sim::Task<> save(Save save, sim::From from);
  sim::Task<> open(Open open, sim::From from);
  void keep(const Version& version);
  NodeId choose_server();

  sim::Env& env_;
  const Parameters& parameters_;
  bool renews_zookie_;
  std::vector<NodeId> servers_;
  SyncQueue sync_;
  parts::stable::Wal<Version, std::uint64_t> wal_;
  std::map<Object, Version> docs_;               // durable
  std::map<NodeId, std::uint64_t> latest_save_;  // of each client: a save comes once
  std::size_t next_server_ = 0;
  std::uint64_t saves_ = 0;
  Recent<SaveBegan> saves_begun_;
  Recent<Delivery> deliveries_;
};

}  // namespace lightcone::models::zanzibar

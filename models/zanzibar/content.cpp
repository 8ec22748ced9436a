#include "models/zanzibar/content.hpp"

#include <algorithm>
#include <utility>

#include "sim/fields_of.hpp"

namespace lightcone::models::zanzibar {

Content::Content(sim::Env& env, const Parameters& parameters, const sim::BugSet& bugs,
                 std::vector<NodeId> servers)
    : env_(env),
      parameters_(parameters),
      renews_zookie_(safeguards_without(bugs).content_renews_zookie),
      servers_(std::move(servers)),
      sync_(env),
      wal_(env.disk(), "content/log") {}

// What can be read of a damaged log is not all: without it nothing is opened, and everything can be saved
// anew.
void Content::start() {
  auto found = wal_.recover();
  if (found.is_corrupt) {
    wal_.truncate(0);
    wal_.cut_damage();
    return;
  }
  for (const Version& version : found.records) keep(version);
}

void Content::keep(const Version& version) {
  docs_.insert_or_assign(version.doc, version);
  std::uint64_t& latest = latest_save_[version.save.client];
  latest = std::max(latest, version.save.number);
}

NodeId Content::choose_server() { return servers_[next_server_++ % servers_.size()]; }

sim::Task<> Content::save(Save save, sim::From from) {
  std::uint64_t& latest = latest_save_[save.id.client];
  if (save.id.number <= latest) co_return;
  latest = save.id.number;
  saves_begun_.add({save.id});
  ContentChangeCheck check{save.tenant, {save.doc, Relation::editor}, save.user};
  auto checked =
      co_await sim::call<Checked>(env_, choose_server(), std::move(check), 2 * parameters_.check_timeout);
  if (!checked || !checked->is_known) {
    env_.reply(from, Refused{"nobody could say whether it is allowed"});
    co_return;
  }
  if (!checked->is_allowed) {
    env_.reply(from, Closed{});
    co_return;
  }
  env_.mark(ChangeAllowed{save.doc, checked->ts});
  const auto before = docs_.find(save.doc);
  Version version{save.doc, save.id, save.content, parameters_.zookies ? checked->ts : 0};
  if (!renews_zookie_ && before != docs_.end()) version.zookie = before->second.zookie;
  if (!wal_.append(version)) {
    env_.reply(from, Refused{"the disk is full"});
    co_return;
  }
  (void)wal_.seal(++saves_);
  sync_.then([this, version, from] {
    keep(version);
    env_.reply(from, Saved{version.zookie});
  });
}

sim::Task<> Content::open(Open open, sim::From from) {
  const auto found = docs_.find(open.doc);
  const Version version = found == docs_.end() ? Version{open.doc, {}, {}, 0} : found->second;
  Check check{open.tenant, {open.doc, Relation::viewer}, open.user, version.zookie};
  auto checked =
      co_await sim::call<Checked>(env_, choose_server(), std::move(check), 2 * parameters_.check_timeout);
  if (!checked || !checked->is_known) {
    env_.reply(from, Refused{"nobody could say whether it is allowed"});
  } else if (checked->is_allowed) {
    deliveries_.add({version, open.user});
    env_.reply(from, Opened{version.content});
  } else {
    env_.reply(from, Closed{});
  }
}

void Content::show(sim::FieldVisitor& visitor) const {
  for (const auto& [doc, version] : docs_) {
    visitor.open_object(to_text(doc));
    sim::visit_field("content", version.content, visitor);
    sim::visit_field("zookie", version.zookie, visitor);
    visitor.close();
  }
}

}  // namespace lightcone::models::zanzibar

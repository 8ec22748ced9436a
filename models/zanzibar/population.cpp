#include "models/zanzibar/population.hpp"

#include <algorithm>

#include "models/zanzibar/rewrite.hpp"

namespace lightcone::models::zanzibar {

namespace {

class Painter {
 public:
  Painter(const Parameters& parameters, TenantId tenant, std::int64_t docs, std::vector<Tuple>& out)
      : parameters_(parameters), tenant_(tenant), docs_(docs), out_(out) {}

  void always() {
    for (const Namespace space : {Namespace::group, Namespace::folder, Namespace::doc}) {
      const Userset schema = schema_of(object(space, 0));
      add(schema.object, schema.relation, user(parameters_.is_dated() ? 1 : roles_schema));
    }
    for (std::int64_t doc = 0; doc < docs_; ++doc)
      add(object(Namespace::doc, doc), Relation::owner, user(author));
  }

  void plain() {
    for (std::int64_t group = 0; group < parameters_.groups; ++group) {
      join(group, group % parameters_.users);
      join(group, (group + 1) % parameters_.users);
    }
    for (std::int64_t folder = 0; folder < parameters_.folders; ++folder)
      open_to(folder, folder % parameters_.groups);
  }

  void random(sim::Stream& chance) {
    for (std::int64_t group = 0; group < parameters_.groups; ++group) {
      for (std::int64_t user = 0; user < parameters_.users; ++user) {
        if (chance.chance({1, 3})) join(group, user);
      }
      const std::int64_t other = chance.between(0, parameters_.groups - 1);
      if (chance.chance({1, 2})) add(object(Namespace::group, group), Relation::member, members_of(other));
    }
    for (std::int64_t folder = 0; folder < parameters_.folders; ++folder) {
      const std::int64_t group = chance.between(0, parameters_.groups - 1);
      open_to(folder, group);
      if (folder > 0 && chance.chance({1, 2})) file(object(Namespace::folder, folder), folder - 1);
    }
    for (std::int64_t doc = 0; doc < docs_; ++doc) {
      const std::int64_t folder = chance.between(0, parameters_.folders - 1);
      const auto viewer = static_cast<UserId>(chance.between(0, parameters_.users - 1));
      file(object(Namespace::doc, doc), folder);
      add(object(Namespace::doc, doc), Relation::viewer, user(viewer));
      if (!parameters_.is_dated())
        add(object(Namespace::doc, doc), Relation::viewer,
            members_of(chance.between(0, parameters_.groups - 1)));
      add(object(Namespace::doc, doc), Relation::approved,
          members_of(chance.between(0, parameters_.groups - 1)));
    }
  }

 private:
  Object object(Namespace space, std::int64_t number) const {
    return {tenant_, space, static_cast<std::uint32_t>(number)};
  }
  Subject members_of(std::int64_t group) const {
    return userset(object(Namespace::group, group), Relation::member);
  }
  void add(const Object& object, Relation relation, const Subject& subject) {
    out_.push_back({object, relation, subject});
  }
  void join(std::int64_t group, std::int64_t who) {
    add(object(Namespace::group, group), Relation::member, user(static_cast<UserId>(who)));
  }
  void open_to(std::int64_t folder, std::int64_t group) {
    add(object(Namespace::folder, folder), Relation::viewer, members_of(group));
  }
  void file(const Object& what, std::int64_t folder) {
    add(what, Relation::parent, userset(object(Namespace::folder, folder), Relation::self));
  }

  const Parameters& parameters_;
  TenantId tenant_;
  std::int64_t docs_;
  std::vector<Tuple>& out_;
};

}  // namespace

std::vector<Tuple> population(const Parameters& parameters, std::int64_t docs, sim::Stream chance) {
  std::vector<Tuple> tuples;
  for (std::int64_t tenant = 1; tenant <= parameters.tenants; ++tenant) {
    Painter painter(parameters, static_cast<TenantId>(tenant), docs, tuples);
    sim::Stream own = chance.split(static_cast<std::uint64_t>(tenant));
    painter.always();
    if (parameters.start == Start::plain) {
      painter.plain();
    } else {
      painter.random(own);
    }
  }
  std::sort(tuples.begin(), tuples.end());
  tuples.erase(std::unique(tuples.begin(), tuples.end()), tuples.end());
  return tuples;
}

}  // namespace lightcone::models::zanzibar

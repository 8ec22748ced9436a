#include "reports/checkers/transactions/transactions.hpp"

#include <charconv>

namespace lightcone::reports::checkers {

namespace {

using sim::Operation;
using sim::Outcome;
using sim::Value;
using sim::ValueList;

const Value null_value;

bool kind_of(const std::string& f, MicroKind& kind) {
  if (f == "r")
    kind = MicroKind::read;
  else if (f == "w")
    kind = MicroKind::write;
  else if (f == "append")
    kind = MicroKind::append;
  else if (f == "insert")
    kind = MicroKind::insert;
  else if (f == "delete")
    kind = MicroKind::remove;
  else if (f == "rp")
    kind = MicroKind::read_where;
  else
    return false;
  return true;
}

const ValueList* micro_list(const Operation& operation) {
  if (operation.outcome == Outcome::ok && operation.result.as_list() != nullptr)
    return operation.result.as_list();
  return operation.value.as_list();
}

class Parser {
 public:
  Parser(const sim::History& history, TransactionKind kind) : history_(history) { out_.kind = kind; }

  Transactions run() {
    if (out_.kind == TransactionKind::automatic) out_.kind = guess();
    out_.list.reserve(history_.size());
    for (std::size_t i = 0; i < history_.size() && out_.problem.empty(); ++i) add(i);
    if (out_.problem.empty()) resolve_reads();
    for (std::uint32_t key = 0; key < keys_.size(); ++key) out_.keys.push_back(&keys_.value(key));
    for (std::uint32_t p = 0; p < predicates_.size(); ++p) out_.predicates.push_back(&predicates_.value(p));
    return std::move(out_);
  }

 private:
  TransactionKind guess() const {
    bool lists = false;
    for (const Operation& operation : history_) {
      const ValueList* list = micro_list(operation);
      if (list == nullptr) continue;
      for (const Value& item : *list) {
        const ValueList* micro = item.as_list();
        if (micro == nullptr || micro->empty() || (*micro)[0].as_text() == nullptr) continue;
        MicroKind kind = MicroKind::read;
        if (!kind_of(*(*micro)[0].as_text(), kind)) return TransactionKind::predicate;
        if (kind == MicroKind::insert || kind == MicroKind::remove || kind == MicroKind::read_where)
          return TransactionKind::predicate;
        if (kind == MicroKind::append) lists = true;
        if (kind == MicroKind::read && micro->size() > 2 && (*micro)[2].as_list() != nullptr) lists = true;
      }
    }
    return lists ? TransactionKind::list_append : TransactionKind::rw_register;
  }

  void fail(std::size_t operation, std::string why) {
    out_.problem = std::move(why);
    out_.problem_operation = operation;
  }

  void add(std::size_t index) {
    const Operation& operation = history_[index];
    Transaction transaction;
    transaction.outcome = operation.outcome;
    transaction.process = operation.process;
    transaction.invoke = operation.invoke;
    transaction.complete = operation.complete;
    transaction.first = static_cast<std::uint32_t>(out_.micro.size());
    if (operation.invoke != Operation::unordered) out_.timed = true;
    const ValueList* list = micro_list(operation);
    if (list == nullptr) return fail(index, "a transaction is a list of micro-operations");
    for (const Value& item : *list) {
      const ValueList* micro = item.as_list();
      if (micro == nullptr || micro->size() < 2) return fail(index, "a micro-operation is [f, key, value]");
      if (!add_micro(index, *micro, transaction)) return;
    }
    transaction.last = static_cast<std::uint32_t>(out_.micro.size());
    out_.list.push_back(transaction);
    register_writes(static_cast<std::uint32_t>(index));
  }

  bool add_micro(std::size_t index, const ValueList& micro, const Transaction& transaction) {
    MicroOperation out;
    const std::string* f = micro[0].as_text();
    const Value& third = micro.size() > 2 ? micro[2] : null_value;
    if (f == nullptr || !kind_of(*f, out.kind)) {
      // [key, value] sets up the universe of a predicate history.
      if (out_.kind != TransactionKind::predicate || !third.is_null()) {
        fail(index, "not a micro-operation: " + micro[0].to_json());
        return false;
      }
      out.kind = MicroKind::insert;
      out.key = keys_.insert(0, micro[0]);
      out.value = initial_value(micro[1]);
      out_.micro.push_back(out);
      return true;
    }
    if (!fits(out.kind)) {
      fail(index, *f + " is no micro-operation of " + std::string(to_string(out_.kind)));
      return false;
    }
    out.key = out.kind == MicroKind::read_where ? predicates_.insert(0, micro[1]) : keys_.insert(0, micro[1]);
    out.answered = transaction.committed();
    out.value = out.kind == MicroKind::remove ? &deleted_value() : &third;
    out_.micro.push_back(out);
    return true;
  }

  // Names of objects and numbers look alike in the form in which universes are written down.
  const Value* initial_value(const Value& value) {
    const std::string* text = value.as_text();
    std::int64_t number = 0;
    if (text == nullptr) return &value;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    if (error != std::errc() || end != text->data() + text->size()) return &value;
    return &out_.owned.emplace_back(number);
  }

  bool fits(MicroKind kind) const {
    switch (out_.kind) {
      case TransactionKind::list_append:
        return kind == MicroKind::read || kind == MicroKind::append;
      case TransactionKind::rw_register:
        return kind == MicroKind::read || kind == MicroKind::write;
      default:
        return kind != MicroKind::append;
    }
  }

  // Versions are numbered as they are written; the last write of a key in a transaction is its final one.
  void register_writes(std::uint32_t index) {
    const Transaction& transaction = out_.list[index];
    for (std::uint32_t at = transaction.first; at < transaction.last; ++at) {
      MicroOperation& micro = out_.micro[at];
      if (!writes(micro.kind)) continue;
      micro.version = out_.version_of(micro.key, *micro.value);
      claim(out_.versions[micro.version], index, at);
      for (std::uint32_t before = transaction.first; before < at; ++before) {
        const MicroOperation& earlier = out_.micro[before];
        if (writes(earlier.kind) && earlier.key == micro.key)
          out_.versions[earlier.version].intermediate = true;
      }
    }
  }

  // Several transactions may have tried to write a value; a committed one beats an unknown one, and that
  // an aborted one.
  void claim(Version& version, std::uint32_t index, std::uint32_t at) {
    const auto strength = [](Outcome outcome) {
      return outcome == Outcome::ok ? 2 : outcome == Outcome::info ? 1 : 0;
    };
    if (version.writer != no_transaction) {
      const int held = strength(out_.list[version.writer].outcome);
      const int tried = strength(out_.list[index].outcome);
      if (held == 2 && tried == 2) version.ambiguous = out_.ambiguous = true;
      if (held >= tried) return;
    }
    version.writer = index;
    version.micro = at;
  }

  void resolve_reads() {
    for (MicroOperation& micro : out_.micro) {
      if (micro.kind != MicroKind::read || !micro.answered) continue;
      const Value* value = micro.value;
      if (out_.kind == TransactionKind::list_append) {
        const ValueList& list = list_of(micro);
        value = list.empty() ? nullptr : &list.back();
      }
      if (value == nullptr || value->is_null()) {
        micro.version = initial_version;
        continue;
      }
      micro.version = out_.version_of(micro.key, *value);
    }
  }

  const sim::History& history_;
  Transactions out_;
  ValueIndex keys_;
  ValueIndex predicates_;
};

}  // namespace

std::string_view to_string(TransactionKind kind) {
  switch (kind) {
    case TransactionKind::automatic:
      return "automatic";
    case TransactionKind::list_append:
      return "list-append";
    case TransactionKind::rw_register:
      return "rw-register";
    case TransactionKind::predicate:
      return "predicate";
  }
  return "";
}

VersionId Transactions::version_of(std::uint32_t key, const Value& value) {
  const VersionId version = version_index.insert(key, value);
  if (version == versions.size()) versions.push_back({key, &value, no_transaction, 0, false, false});
  return version;
}

std::string Transactions::key_text(std::uint32_t key) const { return keys[key]->to_json(); }

std::string Transactions::version_text(VersionId version) const {
  return version == initial_version ? "null" : versions[version].value->to_json();
}

const Value& deleted_value() {
  static const Value value("(deleted)");
  return value;
}

const ValueList& list_of(const MicroOperation& read) {
  static const ValueList empty;
  const ValueList* list = read.value->as_list();
  return list == nullptr ? empty : *list;
}

Transactions parse_transactions(const sim::History& history, TransactionKind kind) {
  return Parser(history, kind).run();
}

}  // namespace lightcone::reports::checkers

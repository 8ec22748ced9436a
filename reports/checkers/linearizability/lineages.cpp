#include "reports/checkers/linearizability/lineages.hpp"

#include <algorithm>
#include <string_view>

namespace lightcone::reports::checkers {
namespace {

constexpr std::uint32_t none = UINT32_MAX;

// An element that some operation puts in, and where it stands as far as is known.
struct Element {
  std::uint32_t op = none;
  std::uint32_t version = none;  // the version that ends with it
  std::uint32_t parent = none;
  std::uint32_t shown_by = none;  // the first operation that showed that
};

// How a value is taken apart into the values that were put in.
class Alphabet {
 public:
  virtual ~Alphabet() = default;
  // False where a value can be taken apart in two ways.
  virtual bool add(ValueId element) = 0;
  virtual bool close() { return true; }
  // The ids of the elements in order; false if it does not consist of elements.
  virtual bool parse(const sim::Value& value, std::vector<std::uint32_t>& elements) const = 0;
};

class Texts final : public Alphabet {
 public:
  explicit Texts(const Values& values) : values_(values) {}

  bool add(ValueId element) override {
    const std::string* text = values_[element].as_text();
    if (text == nullptr || text->empty()) return false;
    words_.emplace_back(*text, element);
    return true;
  }

  // No element begins with another.
  bool close() override {
    std::ranges::sort(words_);
    const auto repeated = std::ranges::unique(words_);
    words_.erase(repeated.begin(), repeated.end());
    for (std::size_t i = 1; i < words_.size(); ++i) {
      if (words_[i].first.starts_with(words_[i - 1].first)) return false;
    }
    return true;
  }

  bool parse(const sim::Value& value, std::vector<std::uint32_t>& elements) const override {
    if (value.is_null()) return true;
    const std::string* text = value.as_text();
    if (text == nullptr) return false;
    std::string_view rest = *text;
    while (!rest.empty()) {
      auto after = std::upper_bound(words_.begin(), words_.end(), rest,
                                    [](std::string_view a, const Word& word) { return a < word.first; });
      if (after == words_.begin() || !rest.starts_with(std::prev(after)->first)) return false;
      elements.push_back(std::prev(after)->second);
      rest.remove_prefix(std::prev(after)->first.size());
    }
    return true;
  }

 private:
  using Word = std::pair<std::string_view, std::uint32_t>;
  const Values& values_;
  std::vector<Word> words_;
};

class Lists final : public Alphabet {
 public:
  explicit Lists(Values& values) : values_(values) {}

  bool add(ValueId) override { return true; }

  bool parse(const sim::Value& value, std::vector<std::uint32_t>& elements) const override {
    if (value.is_null()) return true;
    const sim::ValueList* list = value.as_list();
    if (list == nullptr) return false;
    for (const sim::Value& element : *list) {
      elements.push_back(values_.of(element));
    }
    return true;
  }

 private:
  Values& values_;
};

class Tracer {
 public:
  Tracer(Part part, Values& values) : part_(part), values_(values), texts_(values), lists_(values) {}

  std::optional<Lineages> trace(const Object& object) {
    is_log_ = object.shape == Shape::log;
    const sim::Value& start = object.initial;
    // Lists of texts in a map cannot be told from texts before they are seen: they are left to the search.
    const bool lists = is_log_ || std::ranges::none_of(part_, [&](const Op& op) {
                         return op.verb == Verb::write ||
                                (op.verb == Verb::append && values_[op.value].as_text() != nullptr);
                       });
    alphabet_ = lists ? static_cast<Alphabet*>(&lists_) : &texts_;
    const bool empty = start.is_null() || (lists && start.as_list() != nullptr && start.as_list()->empty()) ||
                       (!lists && start.as_text() != nullptr && start.as_text()->empty());
    start_ = &start;
    if (!empty || !number_elements() || !alphabet_->close()) return std::nullopt;
    out_.versions = 1;
    if (is_log_ && !place_by_position())
      return out_.contradiction ? std::optional(std::move(out_)) : std::nullopt;
    for (std::uint32_t i = 0; i < part_.size(); ++i) {
      if (part_[i].verb == Verb::read && !place_by_read(i)) break;
    }
    if (ambiguous_) return std::nullopt;
    if (out_.contradiction) return std::move(out_);
    write_ops();
    return std::move(out_);
  }

 private:
  // Operations, and values, that this method knows.
  bool number_elements() {
    number_of_op_.resize(part_.size(), none);
    for (std::uint32_t i = 0; i < part_.size(); ++i) {
      const Op& op = part_[i];
      if (op.verb == Verb::read) continue;
      if (op.verb != Verb::append && (op.verb != Verb::write || is_log_)) return false;
      if (is_log_ && !op.must && op.answered) return false;
      if (!alphabet_->add(op.value)) return false;
      std::vector<std::uint32_t>& of_value = op.verb == Verb::append ? appended_ : put_;
      of_value.resize(std::max<std::size_t>(of_value.size(), values_.size()), none);
      if (of_value[op.value] != none) return false;
      of_value[op.value] = number_of_op_[i] = static_cast<std::uint32_t>(elements_.size());
      elements_.push_back({i, none, none, none});
      first_end_ = std::min(first_end_, op.end);
    }
    return true;
  }

  static std::uint32_t number_in(const std::vector<std::uint32_t>& of_value, ValueId value) {
    return value < of_value.size() ? of_value[value] : none;
  }

  // The element with `value` that stands at the `place`-th place; none if there is no such.
  std::uint32_t number_at(std::size_t place, ValueId value) {
    const std::uint32_t appended = number_in(appended_, value);
    const std::uint32_t put = number_in(put_, value);
    if (place > 0 || put == none) return appended;
    if (appended == none) return put;
    // The same was put and appended. It was put if the append came too late to be the first change of all.
    const std::uint32_t append = elements_[appended].op;
    if (first_end_ > part_[append].begin) ambiguous_ = true;
    return put;
  }

  bool contradict(Contradiction::Kind kind, std::uint32_t first, std::uint32_t second) {
    out_.contradiction = Contradiction{kind, first, second};
    return false;
  }

  // The version of `number` after `parent`, which `shown_by` shows. `none`: a contradiction.
  std::uint32_t version_after(std::uint32_t parent, std::uint32_t number, std::uint32_t shown_by) {
    Element& element = elements_[number];
    if (element.version == none) {
      element.version = out_.versions++;
      element.parent = parent;
      element.shown_by = shown_by;
    } else if (element.parent != parent) {
      contradict(Contradiction::Kind::diverged, element.shown_by, shown_by);
      return none;
    }
    return element.version;
  }

  // A log whose appends told their positions: that is an order by itself. False at a gap or a contradiction.
  bool place_by_position() {
    std::vector<std::uint32_t> at_position;
    for (std::uint32_t i = 0; i < part_.size(); ++i) {
      if (part_[i].verb != Verb::append || !part_[i].answered) continue;
      const std::int64_t* position = values_[part_[i].answer].as_int();
      if (position == nullptr || *position < 0 || *position >= static_cast<std::int64_t>(part_.size()))
        return false;
      const auto at = static_cast<std::size_t>(*position);
      if (at >= at_position.size()) at_position.resize(at + 1, none);
      if (at_position[at] != none) return contradict(Contradiction::Kind::diverged, at_position[at], i);
      at_position[at] = i;
    }
    std::uint32_t parent = 0;
    for (const std::uint32_t op : at_position) {
      if (op == none) return false;
      parent = version_after(parent, number_of_op_[op], op);
    }
    return true;
  }

  // False at a contradiction.
  bool place_by_read(std::uint32_t read) {
    const sim::Value& value = values_[part_[read].answer];
    shown_.clear();
    version_read_.resize(part_.size(), none);
    if (!alphabet_->parse(value, shown_) || (shown_.empty() && !is_log_ && value != *start_)) {
      out_.unexplained.push_back(read);
      return true;
    }
    seen_.resize(elements_.size(), none);
    std::uint32_t version = 0;
    for (std::size_t i = 0; i < shown_.size(); ++i) {
      const std::uint32_t number = number_at(i, shown_[i]);
      if (number == none) {
        out_.unexplained.push_back(read);
        return true;
      }
      shown_[i] = number;
      if (seen_[number] == read) return contradict(Contradiction::Kind::doubled, read, none);
      seen_[number] = read;
      const bool put = part_[elements_[number].op].verb == Verb::write;
      version = version_after(put ? none : version, number, read);
      if (version == none) return false;
    }
    version_read_[read] = version;
    return children_agree(read);
  }

  // In a log there is one line of versions: two elements cannot follow the same one.
  bool children_agree(std::uint32_t read) {
    std::uint32_t version = 0;
    for (const std::uint32_t number : shown_) {
      if (version >= child_.size()) child_.resize(version + 1, none);
      if (part_[elements_[number].op].verb == Verb::append) {
        if (child_[version] == none) child_[version] = number;
        if (child_[version] != number)
          return contradict(Contradiction::Kind::diverged, elements_[child_[version]].shown_by, read);
      }
      version = elements_[number].version;
    }
    return true;
  }

  void write_ops() {
    for (std::uint32_t i = 0; i < part_.size(); ++i) {
      Op op = part_[i];
      if (op.verb == Verb::read) {
        if (version_read_[i] == none) continue;
        op.answer = version_read_[i];
      } else {
        const Element& element = elements_[number_of_op_[i]];
        if (element.version == none && !op.must) continue;
        op.value = element.version == none ? out_.versions++ : element.version;
        op.verb = element.parent == none ? Verb::write : Verb::swap;
        op.answered = op.verb == Verb::swap;
        op.answer = op.answered ? element.parent : 0;
      }
      out_.ops.push_back(op);
      out_.origin.push_back(i);
    }
  }

  Part part_;
  Values& values_;
  Texts texts_;
  Lists lists_;
  Alphabet* alphabet_ = nullptr;
  bool is_log_ = false;
  const sim::Value* start_ = nullptr;  // what version 0 holds; of a log, null and [] are the same
  std::vector<Element> elements_;
  std::vector<std::uint32_t> number_of_op_;
  std::vector<std::uint32_t> version_read_;
  std::vector<std::uint32_t> appended_;  // by value: the number of the element
  std::vector<std::uint32_t> put_;
  std::uint32_t first_end_ = Op::never;  // of the operations that change something
  bool ambiguous_ = false;
  std::vector<std::uint32_t> shown_;
  std::vector<std::uint32_t> seen_;   // by element: the last read that showed it
  std::vector<std::uint32_t> child_;  // by version: the element that follows it
  Lineages out_;
};

}  // namespace

std::optional<Lineages> lineages_of(Part part, const Object& object, Values& values) {
  return Tracer(part, values).trace(object);
}

}  // namespace lightcone::reports::checkers

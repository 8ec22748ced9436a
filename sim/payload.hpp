// An immutable value that is shared instead of copied: a command in a replicated log, a snapshot. Its
// type is known to the model that made it and opaque to the building block that carries it, so a block
// such as a Raft group is ordinary compiled code. Copying costs one increment; nothing is serialised.
//
// Reference counts are not atomic: a payload never leaves the thread of its simulation.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "sim/ensure.hpp"
#include "sim/fact.hpp"

namespace lightcone::sim {

class Payload {
 public:
  Payload() = default;  // empty: a no-op entry, no snapshot yet

  template <class T>
  static Payload of(T content) {
    Payload payload;
    payload.box_ = new Box<T>(std::move(content));
    return payload;
  }

  Payload(const Payload& other) : box_(other.box_) {
    if (box_ != nullptr) ++box_->owners;
  }
  Payload(Payload&& other) noexcept : box_(std::exchange(other.box_, nullptr)) {}
  Payload& operator=(Payload other) noexcept {
    std::swap(box_, other.box_);
    return *this;
  }
  ~Payload() {
    if (box_ != nullptr && --box_->owners == 0) box_->free(box_);
  }

  explicit operator bool() const { return box_ != nullptr; }

  // The content as T, or null when it is empty or something else.
  template <class T>
  const T* as() const {
    if (box_ == nullptr || box_->type != &fact_type<T>) return nullptr;
    return &static_cast<const Box<T>*>(box_)->content;
  }

  // The content, which must be a T.
  template <class T>
  const T& get() const {
    const T* content = as<T>();
    ensure(content != nullptr, "a payload holds the type that its reader expects");
    return *content;
  }

  const FactType* type() const { return box_ == nullptr ? nullptr : box_->type; }
  std::uint64_t bytes() const { return box_ == nullptr ? 0 : box_->type->wire_bytes(box_->address(box_)); }

  friend std::uint64_t wire_bytes(const Payload& payload) { return payload.bytes(); }
  friend void visit_as_field(const Payload& payload, std::string_view name, FieldVisitor& visitor) {
    if (!payload) {
      visitor.null(name);
      return;
    }
    visitor.open_object(name);
    payload.box_->type->visit(payload.box_->address(payload.box_), visitor);
    visitor.close();
  }

 private:
  struct Header {
    const FactType* type = nullptr;
    void (*free)(Header*) = nullptr;
    const void* (*address)(const Header*) = nullptr;
    std::uint32_t owners = 1;
  };
  template <class T>
  struct Box : Header {
    explicit Box(T&& c)
        : Header{&fact_type<T>, [](Header* h) { delete static_cast<Box*>(h); },
                 [](const Header* h) -> const void* { return &static_cast<const Box*>(h)->content; }},
          content(std::move(c)) {}
    T content;
  };

  Header* box_ = nullptr;
};

}  // namespace lightcone::sim

// The known word that somebody probably meant.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace lightcone::sim {

// Insertions, deletions, substitutions and swaps of neighbours that turn `left` into `right`, no part edited
// twice (the restricted distance of Damerau, "A technique for computer detection and correction of spelling
// errors", 1964). Bytes, not characters. O(|left| * |right|).
std::size_t edit_distance(std::string_view left, std::string_view right);

// The candidate closest to `word`, the first among equals; letter case, '_' and '-' weigh little. Empty when
// none is within a third of the longer word's length, or when `word` is longer than 64 bytes.
std::string nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace lightcone::sim

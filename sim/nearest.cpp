#include "sim/nearest.hpp"

#include <algorithm>
#include <vector>

namespace lightcone::sim {

namespace {

constexpr std::size_t longest_word = 64;

// Lower case, and one kind of dash: what people mix up without thinking it another word.
std::string folded(std::string_view word) {
  std::string out(word);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (c == '-' || c == ' ') c = '_';
  }
  return out;
}

}  // namespace

std::size_t edit_distance(std::string_view left, std::string_view right) {
  const std::size_t width = right.size() + 1;
  std::vector<std::size_t> cells((left.size() + 1) * width);
  const auto cell = [&](std::size_t i, std::size_t j) -> std::size_t& { return cells[i * width + j]; };
  for (std::size_t i = 0; i <= left.size(); ++i) cell(i, 0) = i;
  for (std::size_t j = 0; j <= right.size(); ++j) cell(0, j) = j;
  for (std::size_t i = 1; i <= left.size(); ++i) {
    for (std::size_t j = 1; j <= right.size(); ++j) {
      const std::size_t substituted = cell(i - 1, j - 1) + (left[i - 1] == right[j - 1] ? 0U : 1U);
      std::size_t best = std::min({cell(i - 1, j) + 1, cell(i, j - 1) + 1, substituted});
      const bool swapped = i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1];
      if (swapped) best = std::min(best, cell(i - 2, j - 2) + 1);
      cell(i, j) = best;
    }
  }
  return cell(left.size(), right.size());
}

std::string nearest(std::string_view word, std::span<const std::string_view> candidates) {
  if (word.empty() || word.size() > longest_word) return {};
  const std::string sought = folded(word);
  std::string_view best;
  std::size_t best_distance = longest_word;
  for (const std::string_view candidate : candidates) {
    if (candidate.size() > longest_word) continue;
    const std::size_t allowed = std::max<std::size_t>(1, std::max(word.size(), candidate.size()) / 3);
    const std::size_t distance = edit_distance(sought, folded(candidate));
    const bool resembles = distance <= allowed && distance < std::min(word.size(), candidate.size());
    if (!resembles || distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return std::string(best);
}

}  // namespace lightcone::sim

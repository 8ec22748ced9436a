// What somebody names on the command line to be read: a file or standard input, plain or compressed with
// gzip or zstd (told by its first bytes, not its name), in pieces of bounded size.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace lightcone::tools {

struct InputBounds {
  // Of the text after decompression. A few bytes can stand for terabytes; nobody waits for those.
  std::uint64_t text_bytes = std::uint64_t{64} << 30;
};

// Hands the text of `path` ("-": standard input) to `take` piece by piece, until that says false. A
// sentence saying what went wrong, if anything did: it begins with the path. Memory: 256 KiB, and zstd's
// window of at most 128 MiB.
std::optional<std::string> read_input(const std::string& path,
                                      const std::function<bool(std::string_view)>& take,
                                      const InputBounds& bounds = {});

}  // namespace lightcone::tools

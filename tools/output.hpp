// A file to be written, compressed when its name ends in .gz or .zst. It appears under its name when it is
// finished and whole; until then, and if something goes wrong, there is only a file beside it with ".part".
#pragma once

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace lightcone::tools {

class Output {
 public:
  Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  ~Output();

  // "-": standard output. A sentence that begins with the path says what is wrong.
  std::optional<std::string> open(const std::string& path);
  // Problems are kept for finish().
  void write(std::string_view text);
  std::optional<std::string> finish();

 private:
  class Encoder;
  class Gzip;
  class Zstd;

  void put(std::string_view bytes);

  std::string path_;
  std::string part_;
  std::FILE* file_ = nullptr;
  std::unique_ptr<Encoder> encoder_;
  std::string problem_;
};

// A whole file at once.
std::optional<std::string> write_text(const std::string& path, std::string_view text);

}  // namespace lightcone::tools

#include "tools/input.hpp"

#include <zlib.h>
#include <zstd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace {

using lightcone::tools::InputBounds;

// A file that is gone when the test is.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& bytes)
      : path_(std::filesystem::temp_directory_path() /
              ("lightcone-input-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

struct Reading {
  std::string text;
  std::string problem;
};

Reading read(const std::string& bytes, const InputBounds& bounds = {}) {
  const TemporaryFile file(bytes);
  Reading reading;
  const auto problem = lightcone::tools::read_input(
      file.path(),
      [&](std::string_view piece) {
        reading.text += piece;
        return true;
      },
      bounds);
  reading.problem = problem.value_or("");
  return reading;
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

std::string zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  const std::size_t size = ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3);
  REQUIRE(ZSTD_isError(size) == 0U);
  out.resize(size);
  return out;
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += std::to_string(i * 7919) + "\n";
  return text;
}

}  // namespace

TEST_CASE("input: plain, gzip and zstd files give the same text") {
  for (const std::string& text : {std::string(), std::string("x"), std::string("{}\n"), long_text()}) {
    CHECK(read(text).text == text);
    CHECK(read(gzip(text)).text == text);
    CHECK(read(zstd(text)).text == text);
    CHECK(read(gzip(text)).problem.empty());
    CHECK(read(zstd(text)).problem.empty());
  }
}

TEST_CASE("input: several members or frames are one text") {
  CHECK(read(gzip("ab") + gzip("") + gzip("cd")).text == "abcd");
  CHECK(read(zstd("ab") + zstd("") + zstd("cd")).text == "abcd");
}

TEST_CASE("input: truncated and damaged files are named") {
  for (const std::string& whole : {gzip(long_text()), zstd(long_text())}) {
    CHECK(read(whole.substr(0, whole.size() - 1)).problem.find("ends in the middle") != std::string::npos);
    CHECK(read(whole.substr(0, 20)).problem.find("ends in the middle") != std::string::npos);
    std::string damaged = whole;
    for (std::size_t at = whole.size() / 2; at < whole.size() / 2 + 64; ++at)
      damaged[at] = static_cast<char>(~damaged[at]);
    CHECK(read(damaged).problem.find("is damaged") != std::string::npos);
    CHECK(read(whole + "rest of another file").problem.find("is damaged") != std::string::npos);
  }
}

TEST_CASE("input: a bomb is stopped at the bound") {
  InputBounds bounds;
  bounds.text_bytes = 1'000'000;
  const std::string zeros(20'000'000, '\0');
  for (const std::string& bomb : {gzip(zeros), zstd(zeros)}) {
    const Reading reading = read(bomb, bounds);
    CHECK(reading.problem.find("bombs") != std::string::npos);
    CHECK(reading.text.size() <= bounds.text_bytes);
  }
}

TEST_CASE("input: what cannot be opened or read is named, and a reader may stop") {
  const auto ignore = [](std::string_view) { return true; };
  CHECK(lightcone::tools::read_input("/nonexistent/file", ignore).value_or("").find("/nonexistent/file: ") ==
        0);
  CHECK(lightcone::tools::read_input("/", ignore).has_value());
  const TemporaryFile file(gzip(long_text()));
  int pieces = 0;
  CHECK_FALSE(
      lightcone::tools::read_input(file.path(), [&](std::string_view) { return ++pieces < 2; }).has_value());
  CHECK(pieces == 2);
}

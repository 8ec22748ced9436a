#include "tools/input.hpp"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <utility>

namespace lightcone::tools {

namespace {

constexpr std::size_t piece_bytes = std::size_t{128} << 10;
constexpr std::string_view gzip_magic = "\x1F\x8B";
constexpr std::string_view zstd_magic = "\x28\xB5\x2F\xFD";

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

// Takes bytes as they stand in the file and passes text on. Functions say false when there is nothing more
// to do: `problem` tells whether because something is wrong.
class Decoder {
 public:
  Decoder(const std::function<bool(std::string_view)>& take, const InputBounds& bounds)
      : take_(take), left_(bounds.text_bytes) {}
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  virtual ~Decoder() = default;

  virtual bool feed(std::string_view bytes) = 0;
  virtual bool finish() { return true; }
  const std::string& problem() const { return problem_; }

 protected:
  bool pass(std::string_view text) {
    if (text.size() > left_)
      return fail("expands to more text than can be meant; the bound is there against bombs");
    left_ -= text.size();
    return text.empty() || take_(text);
  }
  bool fail(std::string what) {
    problem_ = std::move(what);
    return false;
  }

 private:
  const std::function<bool(std::string_view)>& take_;
  std::uint64_t left_;
  std::string problem_;
};

class Plain : public Decoder {
 public:
  using Decoder::Decoder;
  bool feed(std::string_view bytes) override { return pass(bytes); }
};

class Gzip : public Decoder {
 public:
  Gzip(const std::function<bool(std::string_view)>& take, const InputBounds& bounds) : Decoder(take, bounds) {
    ready_ = inflateInit2(&stream_, 15 + 16) == Z_OK;  // the largest window, gzip's header only
  }
  ~Gzip() override {
    if (ready_) inflateEnd(&stream_);
  }

  bool feed(std::string_view bytes) override {
    if (!ready_) return fail("no memory to decompress gzip");
    // zlib does not write through next_in, it only lacks the const.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    do {
      if (ended_) {  // files may be several members, one after another
        inflateReset(&stream_);
        ended_ = false;
      }
      stream_.next_out = reinterpret_cast<Bytef*>(text_.data());
      stream_.avail_out = static_cast<uInt>(text_.size());
      const int status = inflate(&stream_, Z_NO_FLUSH);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
        return fail(fmt::format("is damaged gzip: {}", stream_.msg == nullptr ? "unknown" : stream_.msg));
      ended_ = status == Z_STREAM_END;
      if (!pass({text_.data(), text_.size() - stream_.avail_out})) return false;
    } while (stream_.avail_in > 0 || stream_.avail_out == 0);
    return true;
  }

  bool finish() override { return ended_ || fail("ends in the middle of its gzip data"); }

 private:
  z_stream stream_{};
  std::array<char, piece_bytes> text_{};
  bool ready_ = false;
  bool ended_ = false;
};

class Zstd : public Decoder {
 public:
  Zstd(const std::function<bool(std::string_view)>& take, const InputBounds& bounds)
      : Decoder(take, bounds), stream_(ZSTD_createDCtx(), &ZSTD_freeDCtx) {}

  bool feed(std::string_view bytes) override {
    if (stream_ == nullptr) return fail("no memory to decompress zstd");
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    std::size_t produced = text_.size();
    while (in.pos < in.size || produced == text_.size()) {
      ZSTD_outBuffer out{text_.data(), text_.size(), 0};
      const std::size_t status = ZSTD_decompressStream(stream_.get(), &out, &in);
      if (ZSTD_isError(status) != 0)
        return fail(fmt::format("is damaged zstd: {}", ZSTD_getErrorName(status)));
      ended_ = status == 0;
      produced = out.pos;
      if (!pass({text_.data(), produced})) return false;
      if (ended_ && in.pos == in.size) break;
    }
    return true;
  }

  bool finish() override { return ended_ || fail("ends in the middle of its zstd data"); }

 private:
  std::unique_ptr<ZSTD_DCtx, std::size_t (*)(ZSTD_DCtx*)> stream_;
  std::array<char, piece_bytes> text_{};
  bool ended_ = false;
};

std::unique_ptr<Decoder> decoder_for(std::string_view beginning,
                                     const std::function<bool(std::string_view)>& take,
                                     const InputBounds& bounds) {
  if (beginning.starts_with(gzip_magic)) return std::make_unique<Gzip>(take, bounds);
  if (beginning.starts_with(zstd_magic)) return std::make_unique<Zstd>(take, bounds);
  return std::make_unique<Plain>(take, bounds);
}

}  // namespace

std::optional<std::string> read_input(const std::string& path,
                                      const std::function<bool(std::string_view)>& take,
                                      const InputBounds& bounds) {
  const std::string name = path == "-" ? "standard input" : path;
  const std::unique_ptr<std::FILE, CloseFile> file(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  if (file == nullptr) return fmt::format("{}: {}", name, std::strerror(errno));
  const auto bytes = std::make_unique<std::array<char, piece_bytes>>();
  std::unique_ptr<Decoder> decoder;
  for (;;) {
    // Reads until the buffer is full or the end is reached: the first piece holds the magic bytes.
    const std::size_t length = std::fread(bytes->data(), 1, bytes->size(), file.get());
    if (std::ferror(file.get()) != 0) return fmt::format("{}: {}", name, std::strerror(errno));
    const std::string_view piece(bytes->data(), length);
    if (decoder == nullptr) decoder = decoder_for(piece, take, bounds);
    const bool last = length < bytes->size();
    const bool more = (piece.empty() || decoder->feed(piece)) && (!last || decoder->finish());
    if (!decoder->problem().empty()) return fmt::format("{}: {}", name, decoder->problem());
    if (!more || last) return std::nullopt;
  }
}

}  // namespace lightcone::tools

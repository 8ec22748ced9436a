#include "tools/output.hpp"

#include <fmt/format.h>
#include <zlib.h>
#include <zstd.h>

#include <cerrno>
#include <cstring>
#include <functional>
#include <utility>
#include <vector>

namespace lightcone::tools {

class Output::Encoder {
 public:
  using Sink = std::function<void(std::string_view)>;
  virtual ~Encoder() = default;
  // `last`: nothing follows.
  enum class More : std::uint8_t { yes, no };
  virtual bool encode(std::string_view text, More more, const Sink& sink) = 0;
};

class Output::Gzip final : public Encoder {
 public:
  Gzip() {
    ready_ =
        deflateInit2(&stream_, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK;
  }
  ~Gzip() override {
    if (ready_) deflateEnd(&stream_);
  }
  bool encode(std::string_view text, More more, const Sink& sink) override {
    if (!ready_) return false;
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream_.avail_in = static_cast<uInt>(text.size());
    do {
      stream_.next_out = buffer_.data();
      stream_.avail_out = static_cast<uInt>(buffer_.size());
      if (deflate(&stream_, more == More::no ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR) return false;
      sink({reinterpret_cast<const char*>(buffer_.data()), buffer_.size() - stream_.avail_out});
    } while (stream_.avail_out == 0);
    return true;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
  std::vector<Bytef> buffer_ = std::vector<Bytef>(64 * 1024);
};

class Output::Zstd final : public Encoder {
 public:
  Zstd() : context_(ZSTD_createCCtx(), &ZSTD_freeCCtx) {}
  bool encode(std::string_view text, More more, const Sink& sink) override {
    if (!context_) return false;
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    std::size_t left = 0;
    do {
      ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
      left = ZSTD_compressStream2(context_.get(), &out, &in, more == More::no ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left) != 0) return false;
      sink({buffer_.data(), out.pos});
    } while (more == More::no ? left != 0 : in.pos < in.size);
    return true;
  }

 private:
  std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context_;
  std::vector<char> buffer_ = std::vector<char>(128 * 1024);
};

namespace {

std::string reason() { return std::strerror(errno); }

}  // namespace

Output::Output() = default;

Output::~Output() {
  if (file_ == nullptr || file_ == stdout) return;
  std::fclose(file_);
  std::remove(part_.c_str());
}

std::optional<std::string> Output::open(const std::string& path) {
  path_ = path;
  part_ = path + ".part";
  file_ = path == "-" ? stdout : std::fopen(part_.c_str(), "wb");
  if (file_ == nullptr) return fmt::format("{}: cannot be written: {}", path_, reason());
  if (path.ends_with(".gz")) encoder_ = std::make_unique<Gzip>();
  if (path.ends_with(".zst")) encoder_ = std::make_unique<Zstd>();
  return std::nullopt;
}

void Output::put(std::string_view bytes) {
  if (!problem_.empty() || bytes.empty()) return;
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) problem_ = reason();
}

void Output::write(std::string_view text) {
  if (!encoder_) {
    put(text);
    return;
  }
  const bool encoded =
      encoder_->encode(text, Encoder::More::yes, [this](std::string_view bytes) { put(bytes); });
  if (!encoded && problem_.empty()) problem_ = "compression failed";
}

std::optional<std::string> Output::finish() {
  if (encoder_) {
    const bool encoded =
        encoder_->encode({}, Encoder::More::no, [this](std::string_view bytes) { put(bytes); });
    if (!encoded && problem_.empty()) problem_ = "compression failed";
  }
  std::FILE* file = std::exchange(file_, nullptr);
  if (file == stdout) {
    if (std::fflush(stdout) != 0 && problem_.empty()) problem_ = reason();
  } else {
    if (std::fclose(file) != 0 && problem_.empty()) problem_ = reason();
    if (problem_.empty() && std::rename(part_.c_str(), path_.c_str()) != 0) problem_ = reason();
    if (!problem_.empty()) std::remove(part_.c_str());
  }
  if (problem_.empty()) return std::nullopt;
  return fmt::format("{}: cannot be written: {}", path_, problem_);
}

std::optional<std::string> write_text(const std::string& path, std::string_view text) {
  Output output;
  if (auto wrong = output.open(path)) return wrong;
  output.write(text);
  return output.finish();
}

}  // namespace lightcone::tools

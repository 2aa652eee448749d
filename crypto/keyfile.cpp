// SPDX-License-Identifier: Apache-2.0
#include "crypto/keyfile.hpp"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "crypto/base/encoding.hpp"

namespace qinglu::crypto {
namespace {

constexpr std::size_t kTextMax = 4096;
constexpr std::size_t kSeedBytes = crypto_sign_SEEDBYTES;
constexpr std::size_t kBoxBytes = kSeedBytes + crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::uint64_t kOpsMax = 16;
constexpr std::uint64_t kMemMax = std::uint64_t{4} << 30;

using Salt = FixedBytes<crypto_pwhash_SALTBYTES, struct SaltTag>;
using Nonce = FixedBytes<crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, struct NonceTag>;
using Box = FixedBytes<kBoxBytes, struct BoxTag>;

struct KeyFile {
  KeyInfo info;
  Salt salt;
  Nonce nonce;
  Box box;
};

/// Locked memory that is wiped when it goes.
struct SodiumFree {
  void operator()(unsigned char* bytes) const { sodium_free(bytes); }
};
using Secret = std::unique_ptr<unsigned char, SodiumFree>;

Secret make_secret(std::size_t size) {
  Secret secret(static_cast<unsigned char*>(sodium_malloc(size)));
  QL_CHECK(secret != nullptr);
  return secret;
}

const unsigned char* octets(BytesView bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

bool is_purpose(std::string_view purpose) {
  return !purpose.empty() && purpose.size() <= 20 &&
         std::ranges::all_of(purpose, [](char c) { return c >= 'a' && c <= 'z'; });
}

bool is_affordable(const KeyCost& cost) {
  return cost.ops >= crypto_pwhash_OPSLIMIT_MIN && cost.ops <= kOpsMax &&
         cost.mem >= crypto_pwhash_MEMLIMIT_MIN && cost.mem <= kMemMax;
}

/// Everything but the box, as canonical JSON: the associated data of the sealing.
std::string header_of(const KeyFile& file) {
  std::string text = R"({"kdf":"argon2id13",)";
  if (file.info.ledger) text += R"("ledger":")" + to_sha256_id(*file.info.ledger) + R"(",)";
  return text + R"("mem":)" + std::to_string(file.info.cost.mem) + R"(,"nonce":")" +
         to_base64(file.nonce) + R"(","ops":)" + std::to_string(file.info.cost.ops) +
         R"(,"pub":")" + to_hex(file.info.pub) + R"(","purpose":")" + file.info.purpose +
         R"(","salt":")" + to_base64(file.salt) + R"(","suite":1,"v":1})";
}

std::string text_of(const KeyFile& file) {
  return R"({"box":")" + to_base64(file.box) + R"(",)" + header_of(file).substr(1);
}

/// Takes the one form apart that text_of() writes.
class Scanner {
 public:
  explicit Scanner(BytesView text) : text_(text) {}

  bool skip(std::string_view literal) {
    if (!text_.substr(offset_).starts_with(literal)) return false;
    offset_ += literal.size();
    return true;
  }
  /// What stands before the next `stop`, which is taken too.
  std::string_view until(std::string_view stop) {
    const std::size_t end = std::min(text_.find(stop, offset_), text_.size());
    const std::string_view part = text_.substr(offset_, end - offset_);
    offset_ = std::min(end + stop.size(), text_.size());
    return part;
  }

 private:
  BytesView text_;
  std::size_t offset_ = 0;
};

Result<KeyFile> parse(BytesView text) {
  const Error corrupt{Errc::corrupt, "key file is corrupted: it is not of the form of a key file"};
  if (text.size() > kTextMax) return corrupt;
  KeyFile file;
  Scanner scanner(text);
  scanner.skip(R"({"box":")");
  const auto box = fixed_from_base64<Box>(scanner.until(R"(","kdf":"argon2id13",)"));
  if (scanner.skip(R"("ledger":")")) {
    file.info.ledger = from_sha256_id(scanner.until(R"(",)"));
  }
  scanner.skip(R"("mem":)");
  const auto mem = parse_decimal(scanner.until(R"(,"nonce":")"));
  const auto nonce = fixed_from_base64<Nonce>(scanner.until(R"(","ops":)"));
  const auto ops = parse_decimal(scanner.until(R"(,"pub":")"));
  const auto pub = fixed_from_hex<PublicKey>(scanner.until(R"(","purpose":")"));
  file.info.purpose = scanner.until(R"(","salt":")");
  const auto salt = fixed_from_base64<Salt>(scanner.until(R"(","suite":1,"v":1})"));
  if (!box || !mem || !nonce || !ops || !pub || !salt || !is_purpose(file.info.purpose)) {
    return corrupt;
  }
  file.info.pub = *pub;
  file.info.cost = {*ops, *mem};
  file.salt = *salt;
  file.nonce = *nonce;
  file.box = *box;
  // One form only: whatever the scanner let pass, writing the parts again must give the same text.
  if (text_of(file) != text) return corrupt;
  if (!is_affordable(file.info.cost)) {
    return Error{Errc::limit, "key file asks for more work than any key of ours"};
  }
  return file;
}

/// Argon2id of the passphrase.
Result<Secret> derive(BytesView passphrase, const KeyFile& file) {
  Secret key = make_secret(crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
  if (crypto_pwhash(key.get(), crypto_aead_xchacha20poly1305_ietf_KEYBYTES, passphrase.data(),
                    passphrase.size(), file.salt.data(), file.info.cost.ops,
                    static_cast<std::size_t>(file.info.cost.mem),
                    crypto_pwhash_ALG_ARGON2ID13) != 0) {
    return Error{Errc::unavailable, "not enough memory to derive the key of the key file"};
  }
  return key;
}

Error os_error(const std::string& what, const std::string& path) {
  return Error{Errc::io, what + " " + path + ": " + std::strerror(errno)};
}

/// Owns a file descriptor.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }
  bool open() const { return fd_ >= 0; }

 private:
  int fd_;
};

bool write_all(int fd, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<std::string> seal_key(const SigningKey& key, std::string_view purpose,
                             const std::optional<Digest>& ledger, BytesView passphrase,
                             KeyCost cost) {
  if (passphrase.empty()) return Error{Errc::usage, "the passphrase is empty"};
  if (!is_purpose(purpose)) return Error{Errc::usage, "purpose must be 1 to 20 letters a-z"};
  if (!is_affordable(cost)) return Error{Errc::usage, "cost is out of bounds"};
  KeyFile file;
  file.info = {key.public_key(), std::string(purpose), ledger, cost};
  file.salt = Salt::from(random_bytes(Salt::kSize));
  file.nonce = Nonce::from(random_bytes(Nonce::kSize));
  auto secret = derive(passphrase, file);
  if (!secret) return std::move(secret).error();
  const std::string header = header_of(file);
  crypto_aead_xchacha20poly1305_ietf_encrypt(file.box.data(), nullptr, octets(key.seed()),
                                             kSeedBytes, octets(header), header.size(), nullptr,
                                             file.nonce.data(), secret->get());
  return text_of(file);
}

Result<KeyInfo> read_key_info(BytesView text) {
  auto file = parse(text);
  if (!file) return std::move(file).error();
  return file->info;
}

Result<SigningKey> open_key(BytesView text, BytesView passphrase) {
  auto file = parse(text);
  if (!file) return std::move(file).error();
  auto secret = derive(passphrase, *file);
  if (!secret) return std::move(secret).error();
  const std::string header = header_of(*file);
  Secret seed = make_secret(kSeedBytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(seed.get(), nullptr, nullptr, file->box.data(),
                                                 kBoxBytes, octets(header), header.size(),
                                                 file->nonce.data(), secret->get()) != 0) {
    return Error{Errc::denied, "wrong passphrase, or the key file was altered"};
  }
  SigningKey key = SigningKey::from_seed({reinterpret_cast<const char*>(seed.get()), kSeedBytes});
  if (key.public_key() != file->info.pub) {
    return Error{Errc::corrupt, "key file is corrupted: the sealed key is not that of `pub`"};
  }
  return key;
}

Result<void> save_key_file(const std::string& path, BytesView text) {
  const std::size_t slash = path.rfind('/');
  const std::string directory = slash == path.npos ? "." : path.substr(0, slash + 1);
  const std::string temporary = path + "." + to_hex(random_bytes(8)) + ".new";
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!file.open()) return os_error("cannot create", temporary);
    if (!write_all(file.get(), text) || ::fsync(file.get()) != 0) {
      const Error error = os_error("cannot write", temporary);
      ::unlink(temporary.c_str());
      return error;
    }
  }
  // A link, unlike a rename, fails where a file of that name exists: no key is ever overwritten.
  const bool linked = ::link(temporary.c_str(), path.c_str()) == 0;
  const int why = errno;
  ::unlink(temporary.c_str());
  if (!linked && why == EEXIST) {
    return Error{Errc::conflict, "key file " + path + " exists and is not overwritten"};
  }
  errno = why;
  if (!linked) return os_error("cannot create", path);
  const Descriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.open() || ::fsync(folder.get()) != 0) return os_error("cannot sync", directory);
  return {};
}

Result<std::string> read_key_file(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.open()) {
    if (errno == ENOENT) return Error{Errc::not_found, "no key file " + path};
    return os_error("cannot open", path);
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) return os_error("cannot read", path);
  if ((status.st_mode & 077) != 0) {
    return Error{Errc::denied,
                 "key file " + path + " can be read by others; its mode must be 0600"};
  }
  if (status.st_uid != ::geteuid()) {
    return Error{Errc::denied, "key file " + path + " belongs to another user"};
  }
  std::string text(kTextMax + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return os_error("cannot read", path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > kTextMax)
    return Error{Errc::limit, "key file " + path + " is longer than any of ours"};
  text.resize(size);
  return text;
}

Result<SigningKey> load_key_file(const std::string& path, const std::optional<Digest>& ledger,
                                 BytesView passphrase) {
  auto text = read_key_file(path);
  if (!text) return std::move(text).error();
  const auto info = read_key_info(*text);
  if (!info) return info.error();
  if (ledger && info->ledger && *ledger != *info->ledger) {
    return Error{Errc::wrong_ledger, "key file " + path + " is for ledger " +
                                         to_sha256_id(*info->ledger) + ", not for " +
                                         to_sha256_id(*ledger)};
  }
  return open_key(*text, passphrase);
}

}  // namespace qinglu::crypto

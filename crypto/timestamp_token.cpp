// SPDX-License-Identifier: Apache-2.0
#include "crypto/timestamp_token.hpp"

#include <algorithm>
#include <bit>
#include <chrono>
#include <optional>
#include <vector>

#include "crypto/base/encoding.hpp"
#include "crypto/der.hpp"
#include "crypto/hash.hpp"
#include "crypto/x509_signature.hpp"

namespace qinglu::crypto {
namespace {

using namespace std::string_view_literals;
using namespace der;

// Object identifiers as their content octets.
constexpr BytesView kSignedData = "\x2A\x86\x48\x86\xF7\x0D\x01\x07\x02"sv;
constexpr BytesView kTstInfo = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x01\x04"sv;
constexpr BytesView kContentType = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x03"sv;
constexpr BytesView kMessageDigest = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x04"sv;
constexpr BytesView kSigningCertificateV2 = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x10\x02\x2F"sv;
constexpr BytesView kRsa = "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x01"sv;
constexpr BytesView kEcKey = "\x2A\x86\x48\xCE\x3D\x02\x01"sv;
constexpr BytesView kP256 = "\x2A\x86\x48\xCE\x3D\x03\x01\x07"sv;
constexpr BytesView kP384 = "\x2B\x81\x04\x00\x22"sv;
constexpr BytesView kKeyUsage = "\x55\x1D\x0F"sv;
constexpr BytesView kExtendedKeyUsage = "\x55\x1D\x25"sv;
constexpr BytesView kTimeStamping = "\x2B\x06\x01\x05\x05\x07\x03\x08"sv;
constexpr BytesView kCommonName = "\x55\x04\x03"sv;

/// A digest and the names of the signature algorithms with it.
struct Algorithms {
  SignatureHash hash;
  std::size_t size;
  BytesView digest, rsa, ecdsa;
};
constexpr Algorithms kAlgorithms[] = {
    {SignatureHash::sha256, 32, "\x60\x86\x48\x01\x65\x03\x04\x02\x01"sv, "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0B"sv,
     "\x2A\x86\x48\xCE\x3D\x04\x03\x02"sv},
    {SignatureHash::sha384, 48, "\x60\x86\x48\x01\x65\x03\x04\x02\x02"sv, "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0C"sv,
     "\x2A\x86\x48\xCE\x3D\x04\x03\x03"sv},
    {SignatureHash::sha512, 64, "\x60\x86\x48\x01\x65\x03\x04\x02\x03"sv, "\x2A\x86\x48\x86\xF7\x0D\x01\x01\x0D"sv,
     "\x2A\x86\x48\xCE\x3D\x04\x03\x04"sv}};

const Algorithms* algorithms_of(BytesView digest) {
  const auto at = std::ranges::find(kAlgorithms, digest, &Algorithms::digest);
  return at == std::end(kAlgorithms) ? nullptr : at;
}

Error malformed(std::string what) { return Error{Errc::malformed, std::move(what)}; }
Error unsupported(std::string what) { return Error{Errc::unsupported, std::move(what)}; }
Error denied(std::string what) { return Error{Errc::denied, std::move(what)}; }
Error bad(std::string what) { return Error{Errc::bad_signature, std::move(what)}; }

/// Readers share `failed`, so it is only ever set: `failed = failed || …take()` would forget a failed read.
void require(bool holds, bool& failed) {
  if (!holds) failed = true;
}

/// Content of an INTEGER that is not negative, in its shortest form.
BytesView natural(DerReader& reader, bool& failed) {
  const BytesView content = reader.take(kInteger).content;
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(content[i]); };
  require(!content.empty() && octet(0) < 0x80 && (content.size() == 1 || octet(0) != 0 || octet(1) >= 0x80), failed);
  return content;
}

/// An AlgorithmIdentifier without parameters, or with NULL.
BytesView algorithm(DerReader& reader, bool& failed) {
  DerReader inside = reader.inside(kSequence);
  const BytesView name = inside.take(kOid).content;
  if (inside.more()) require(inside.take(kNull).content.empty(), failed);
  inside.finish();
  return name;
}

/// Milliseconds of `YYYYMMDDhhmmss[.f]Z`, or `YYMMDDhhmmssZ` of a UTCTime; nullopt: no such time.
std::optional<std::int64_t> time_of(DerElement element) {
  Bytes text(element.content);
  if (element.tag == kUtcTime && !text.empty()) text.insert(0, text[0] < '5' ? "20" : "19");
  if ((element.tag != kUtcTime && element.tag != kTime) || text.size() < 15 || text.back() != 'Z') return std::nullopt;
  text.pop_back();
  std::int64_t millis = 0;
  if (text.size() > 14) {  // a fraction: at least one digit, and no zero at the end
    const BytesView digits = BytesView(text).substr(15);
    const bool plain = std::ranges::all_of(digits, [](char c) { return c >= '0' && c <= '9'; });
    if (element.tag == kUtcTime || text[14] != '.' || digits.empty() || !plain || digits.back() == '0') return std::nullopt;
    for (std::size_t i = 0; i < 3; ++i) millis = millis * 10 + (i < digits.size() ? digits[i] - '0' : 0);
  }
  int parts[7];  // century, year, month, day, hour, minute, second
  for (std::size_t i = 0; i < 7; ++i) {
    const char high = text[2 * i], low = text[2 * i + 1];
    if (high < '0' || high > '9' || low < '0' || low > '9') return std::nullopt;
    parts[i] = (high - '0') * 10 + (low - '0');
  }
  const std::chrono::year_month_day day(std::chrono::year(parts[0] * 100 + parts[1]),
                                        std::chrono::month(static_cast<unsigned>(parts[2])),
                                        std::chrono::day(static_cast<unsigned>(parts[3])));
  if (!day.ok() || parts[4] > 23 || parts[5] > 59 || parts[6] > 59) return std::nullopt;
  const std::int64_t days = std::chrono::sys_days(day).time_since_epoch().count();
  return (((days * 24 + parts[4]) * 60 + parts[5]) * 60 + parts[6]) * 1000 + millis;
}

/// Dotted decimal; empty: not an identifier, or one with a number that nobody needs.
std::string dotted(BytesView oid) {
  std::string text;
  std::uint64_t number = 0;
  bool begun = false;
  for (const char c : oid) {
    const auto octet = static_cast<std::uint8_t>(c);
    if ((!begun && octet == 0x80) || number >= (std::uint64_t{1} << 48)) return {};
    number = number << 7 | (octet & 0x7F);
    begun = octet >= 0x80;
    if (begun) continue;
    if (text.empty()) {
      const std::uint64_t first = std::min<std::uint64_t>(number / 40, 2);
      text = std::to_string(first) + '.' + std::to_string(number - first * 40);
    } else {
      text += '.' + std::to_string(number);
    }
    number = 0;
  }
  return begun || text.size() > 128 ? std::string() : text;
}

/// What a certificate says, as views into it.   Source: RFC 5280 §4.1.
struct Certificate {
  BytesView whole, serial, issuer, subject, public_key;
  std::optional<std::int64_t> from, until;
  bool for_time_stamping = false;
};

/// Key usage, and the purpose: time-stamping and nothing else, critical.   Source: RFC 3161 §2.3.
void read_extensions(DerReader list, Certificate& to, bool& failed) {
  bool may_sign = true;
  int purposes = 0;
  while (list.more()) {
    DerReader extension = list.inside(kSequence);
    const BytesView name = extension.take(kOid).content;
    const bool critical = extension.at(kBoolean);
    if (critical) require(extension.any().content == "\xFF"sv, failed);
    DerReader value(extension.take(kOctets).content, failed);
    extension.finish();
    if (name == kKeyUsage) {
      const BytesView bits = value.take(kBits).content;
      require(bits.size() >= 2, failed);
      may_sign = !failed && (static_cast<std::uint8_t>(bits[1]) & 0xC0) != 0;  // digitalSignature, nonRepudiation
    } else if (name == kExtendedKeyUsage) {
      ++purposes;
      DerReader words = value.inside(kSequence);
      to.for_time_stamping = critical && words.take(kOid).content == kTimeStamping && !words.more();
    }
  }
  to.for_time_stamping = to.for_time_stamping && may_sign && purposes == 1;
}

Certificate read_certificate(DerElement element, bool& failed) {
  Certificate found{.whole = element.whole, .serial = {}, .issuer = {}, .subject = {}, .public_key = {}, .from = {}, .until = {}};
  DerReader outer(element.content, failed);
  DerReader body = outer.inside(kSequence);
  DerReader version = body.inside(context(0));
  require(version.take(kInteger).content == "\x02"sv, failed);
  found.serial = body.take(kInteger).content;
  body.take(kSequence);  // algorithm of the issuer's signature, which is not judged
  found.issuer = body.take(kSequence).whole;
  DerReader validity = body.inside(kSequence);
  found.from = time_of(validity.any());
  found.until = time_of(validity.any());
  validity.finish();
  found.subject = body.take(kSequence).whole;
  found.public_key = body.take(kSequence).whole;
  while (body.more() && !body.at(context(3))) body.any();  // unique identifiers
  if (body.more()) {
    DerReader extensions = body.inside(context(3));
    read_extensions(extensions.inside(kSequence), found, failed);
    extensions.finish();
  }
  body.finish();
  outer.take(kSequence);
  outer.take(kBits);
  outer.finish();
  return found;
}

/// The last commonName of a subject, where it is plain text.
std::string common_name(BytesView subject) {
  bool failed = false;
  std::string found;
  DerReader whole(subject, failed);
  DerReader names = whole.inside(kSequence);
  while (names.more()) {
    DerReader set = names.inside(kSet);
    while (set.more()) {
      DerReader pair = set.inside(kSequence);
      const bool is_name = pair.take(kOid).content == kCommonName;
      const DerElement value = pair.any();
      const bool plain = (value.tag == kUtf8 || value.tag == kPrintable) && value.content.size() <= 256 &&
                         !first_utf8_error(value.content) &&
                         std::ranges::none_of(value.content, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
      if (is_name && plain) found = value.content;
    }
  }
  return failed ? std::string() : found;
}

enum class KeyKind : std::uint8_t { none, rsa, ecdsa };

/// The kinds and sizes on the list, so that no library has a choice.
KeyKind kind_of(BytesView public_key) {
  bool failed = false;
  DerReader whole(public_key, failed);
  DerReader info = whole.inside(kSequence);
  DerReader name = info.inside(kSequence);
  const BytesView kind = name.take(kOid).content;
  const BytesView parameters = name.any().whole;
  name.finish();
  const BytesView bits = info.take(kBits).content;
  info.finish();
  if (failed || bits.empty() || bits[0] != 0) return KeyKind::none;
  const BytesView key = bits.substr(1);
  if (kind == kRsa && parameters == "\x05\x00"sv) {
    DerReader outer(key, failed);
    DerReader numbers = outer.inside(kSequence);
    outer.finish();
    BytesView modulus = natural(numbers, failed);
    const BytesView exponent = natural(numbers, failed);
    numbers.finish();
    if (failed || exponent.size() > 4 || (exponent.back() & 1) == 0 || exponent == "\x01"sv) return KeyKind::none;
    if (modulus[0] == 0) modulus.remove_prefix(1);
    if (modulus.empty()) return KeyKind::none;
    const std::size_t size = modulus.size() * 8 - static_cast<std::size_t>(std::countl_zero(static_cast<std::uint8_t>(modulus[0])));
    return size >= 2'048 && size <= 8'192 && (modulus.back() & 1) ? KeyKind::rsa : KeyKind::none;
  }
  if (kind == kEcKey) {
    DerReader curve_of(parameters, failed);
    const BytesView curve = curve_of.take(kOid).content;
    const std::size_t size = curve == kP256 ? 65 : curve == kP384 ? 97 : 0;
    return !failed && size > 0 && key.size() == size && key[0] == 4 ? KeyKind::ecdsa : KeyKind::none;
  }
  return KeyKind::none;
}

/// ECDSA-Sig-Value: two naturals in their shortest form.
bool is_ecdsa_signature(BytesView signature) {
  bool failed = false;
  DerReader outer(signature, failed);
  DerReader numbers = outer.inside(kSequence);
  outer.finish();
  natural(numbers, failed);
  natural(numbers, failed);
  numbers.finish();
  return !failed;
}

/// The one SignerInfo.   Source: RFC 5652 §5.3.
struct Signer {
  BytesView issuer, serial, digest, attributes, algorithm, signature;
};

Signer read_signer(DerReader reader, bool& failed) {
  Signer signer;
  require(reader.take(kInteger).content == "\x01"sv, failed);
  DerReader id = reader.inside(kSequence);
  signer.issuer = id.take(kSequence).whole;
  signer.serial = id.take(kInteger).content;
  id.finish();
  signer.digest = algorithm(reader, failed);
  signer.attributes = reader.take(context(0)).whole;
  signer.algorithm = algorithm(reader, failed);
  signer.signature = reader.take(kOctets).content;
  if (reader.at(context(1))) reader.any();  // unsigned attributes: nobody's word
  reader.finish();
  return signer;
}

/// What the signed attributes state, each once and with one value.
struct Attributes {
  std::optional<BytesView> content_type, digest, certificate;
};

Attributes read_attributes(BytesView whole, bool& failed) {
  Attributes found;
  DerReader outer(whole, failed);
  DerReader list = outer.inside(context(0));
  BytesView last;
  while (list.more()) {
    const DerElement element = list.take(kSequence);
    require(last.empty() || element.whole > last, failed);  // a SET OF in DER is sorted
    last = element.whole;
    DerReader attribute(element.content, failed);
    const BytesView name = attribute.take(kOid).content;
    DerReader values = attribute.inside(kSet);
    attribute.finish();
    std::optional<BytesView>* to = name == kContentType            ? &found.content_type
                                   : name == kMessageDigest        ? &found.digest
                                   : name == kSigningCertificateV2 ? &found.certificate
                                                                   : nullptr;
    if (!to) continue;
    require(!to->has_value(), failed);
    *to = values.any().whole;
    values.finish();
  }
  return found;
}

/// Whether a SigningCertificateV2 names this certificate first.   Source: RFC 5035, RFC 5816.
bool names_certificate(BytesView attribute, BytesView certificate, bool& failed) {
  DerReader outer(attribute, failed);
  DerReader value = outer.inside(kSequence);
  DerReader ids = value.inside(kSequence);
  DerReader id = ids.inside(kSequence);
  const Algorithms* by = &kAlgorithms[0];
  if (id.at(kSequence)) by = algorithms_of(algorithm(id, failed));
  const BytesView hash = id.take(kOctets).content;
  return !failed && by && signature_digest(by->hash, certificate) == hash;
}

/// Microseconds of an Accuracy. A rule of the ledger never asked for its form, so a strange one is none.
std::optional<std::uint64_t> accuracy(BytesView content) {
  bool failed = false;
  DerReader parts(content, failed);
  std::uint64_t micros = 0;
  for (const auto& [tag, unit] : {std::pair<std::uint8_t, std::uint64_t>{kInteger, 1'000'000}, {0x80, 1'000}, {0x81, 1}}) {
    if (!parts.at(tag)) continue;
    const BytesView digits = parts.take(tag).content;
    require(!digits.empty() && digits.size() <= 4 && static_cast<std::uint8_t>(digits[0]) < 0x80, failed);
    std::uint64_t number = 0;
    for (const char c : digits) number = number << 8 | static_cast<std::uint8_t>(c);
    micros += number * unit;
  }
  parts.finish();
  if (failed) return std::nullopt;
  return micros;
}

/// TSTInfo.   Source: RFC 3161 §2.4.2.
Result<TimestampToken> read_info(BytesView content) {
  bool failed = false;
  TimestampToken token;
  DerReader outer(content, failed);
  DerReader info = outer.inside(kSequence);
  outer.finish();
  const bool version = info.take(kInteger).content == "\x01"sv;
  token.policy = dotted(info.take(kOid).content);
  DerReader imprint = info.inside(kSequence);
  const BytesView by = algorithm(imprint, failed);
  const BytesView hash = imprint.take(kOctets).content;
  imprint.finish();
  const BytesView serial = natural(info, failed);
  const auto time = time_of(info.take(kTime));
  if (info.at(kSequence)) token.accuracy_us = accuracy(info.any().content);
  if (info.at(kBoolean)) require(info.any().content == "\xFF"sv, failed);
  if (info.at(kInteger)) info.any();     // nonce
  if (info.at(context(0))) info.any();   // name of the authority: the certificate says it
  bool critical = false;
  if (info.at(context(1))) {
    DerReader extensions = info.inside(context(1));
    while (extensions.more()) {
      DerReader extension = extensions.inside(kSequence);
      extension.take(kOid);
      critical = critical || extension.at(kBoolean);
      while (extension.more()) extension.any();
    }
  }
  info.finish();
  if (failed || !version || token.policy.empty() || serial.size() > 21 || !time || *time < 0) {
    return malformed("the TSTInfo is not strict DER of RFC 3161");
  }
  if (critical) return unsupported("the token has a critical extension");
  if (by != kAlgorithms[0].digest || hash.size() != Digest::kSize) return unsupported("the imprint is not of SHA-256");
  token.imprint = Digest::from(hash);
  token.serial = to_hex(serial);
  token.time_ms = *time;
  return token;
}

}  // namespace

Result<TimestampToken> read_timestamp_token(BytesView der) {
  if (der.size() > kTimestampTokenMax) return Error{Errc::limit, "the token is longer than " + std::to_string(kTimestampTokenMax)};
  bool failed = false;
  DerReader outer(der, failed);
  DerReader info = outer.inside(kSequence);
  outer.finish();
  const bool is_signed = info.take(kOid).content == kSignedData;
  DerReader explicit_data = info.inside(context(0));
  info.finish();
  DerReader data = explicit_data.inside(kSequence);
  explicit_data.finish();
  const bool version = data.take(kInteger).content == "\x03"sv;
  DerReader digests = data.inside(kSet);
  const BytesView announced = algorithm(digests, failed);
  digests.finish();
  DerReader encapsulated = data.inside(kSequence);
  const bool is_token = encapsulated.take(kOid).content == kTstInfo;
  DerReader explicit_content = encapsulated.inside(context(0));
  const BytesView content = explicit_content.take(kOctets).content;
  explicit_content.finish();
  encapsulated.finish();
  std::vector<Certificate> certificates;
  if (data.at(context(0))) {
    DerReader list = data.inside(context(0));
    while (list.more()) certificates.push_back(read_certificate(list.take(kSequence), failed));
  }
  if (data.at(context(1))) data.any();  // revocation lists are not judged
  DerReader signers = data.inside(kSet);
  data.finish();
  const Signer signer = read_signer(signers.inside(kSequence), failed);
  signers.finish();
  const Attributes attributes = read_attributes(signer.attributes, failed);
  if (failed || !is_signed || !version || !is_token || announced != signer.digest) return malformed("the token is not strict DER of one signed TSTInfo");

  auto token = read_info(content);
  if (!token) return token;
  const Algorithms* algorithms = algorithms_of(signer.digest);
  if (!algorithms) return unsupported("the digest is none of SHA-256, SHA-384, SHA-512");
  if (!attributes.content_type || !attributes.digest) return malformed("a signed attribute is missing");
  if (!attributes.certificate) return unsupported("the certificate is not named by SigningCertificateV2");
  DerReader type(*attributes.content_type, failed);
  DerReader digest(*attributes.digest, failed);
  if (type.take(kOid).content != kTstInfo || digest.take(kOctets).content != signature_digest(algorithms->hash, content)) {
    return bad("the signed digest is not that of the content");
  }
  const auto by = std::ranges::find_if(certificates, [&](const Certificate& each) {
    return each.issuer == signer.issuer && each.serial == signer.serial;
  });
  if (by == certificates.end()) return denied("the signer's certificate is not in the token");
  if (!names_certificate(*attributes.certificate, by->whole, failed)) return bad("the signed attributes name another certificate");
  if (!by->for_time_stamping) return denied("the certificate is not for time-stamping alone");
  if (!by->from || !by->until || token->time_ms < *by->from || token->time_ms > *by->until) {
    return denied("the certificate was not valid at the time stated");
  }
  const KeyKind kind = kind_of(by->public_key);
  const bool listed = (kind == KeyKind::rsa && (signer.algorithm == kRsa || signer.algorithm == algorithms->rsa)) ||
                      (kind == KeyKind::ecdsa && signer.algorithm == algorithms->ecdsa);
  if (!listed) return unsupported("the key or the signature algorithm is not on the list");
  // The signature covers the attributes as a SET, not under their tag in the document.
  const Bytes message = Bytes(1, static_cast<char>(kSet)) + Bytes(signer.attributes.substr(1));
  const auto holds = verify_x509_signature(by->public_key, algorithms->hash, message, signer.signature);
  if ((kind == KeyKind::ecdsa && !is_ecdsa_signature(signer.signature)) || holds == false) return bad("the signature does not hold");
  token->signature_checked = holds.has_value();
  token->tsa = common_name(by->subject);
  token->certificate = sha256(by->whole);
  return token;
}

Bytes timestamp_query(const Digest& imprint) {
  // SEQUENCE { 1, SEQUENCE { SEQUENCE { SHA-256, NULL }, OCTET STRING of 32 }, TRUE }
  Bytes query("\x30\x39\x02\x01\x01\x30\x31\x30\x0D\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00\x04\x20"sv);
  return query.append(imprint.view()).append("\x01\x01\xFF"sv);
}

Result<Bytes> timestamp_token_in(BytesView der) {
  bool failed = false;
  DerReader outer(der, failed);
  DerReader response = outer.inside(kSequence);
  outer.finish();
  if (response.at(kOid)) return Bytes(der);
  DerReader status = response.inside(kSequence);
  const BytesView word = status.take(kInteger).content;
  if (failed) return malformed("neither a response of a time-stamp authority nor a token");
  // granted, grantedWithMods
  if (word != "\x00"sv && word != "\x01"sv) return denied("the authority refused, status " + to_hex(word));
  const BytesView token = response.take(kSequence).whole;
  response.finish();
  if (failed) return malformed("the response holds no token");
  return Bytes(token);
}

}  // namespace qinglu::crypto

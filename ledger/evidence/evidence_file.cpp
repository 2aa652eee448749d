// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/evidence_file.hpp"

#include <algorithm>
#include <initializer_list>

#include "crypto/base/encoding.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/model/value.hpp"

namespace qinglu::ledger {
namespace {

constexpr std::string_view kFormat = "qinglu-evidence/1";
constexpr std::string_view kBom = "\xef\xbb\xbf";
constexpr std::string_view kTokenFormat = "rfc3161";
constexpr std::size_t kTimestampsMax = 64;
constexpr std::size_t kFieldNameMax = 128;
constexpr std::size_t kCategoryCount = SubjectLists::kCategoryMax + 1;

using Keys = std::initializer_list<std::string_view>;

/// What is wrong with the form: the first failure of each of the two checks that one walk covers.
struct FormErrors {
  Outcome fields;
  Outcome encoding;
};

/// Reads the members of one object; a wrong one leaves a failure behind and an empty value.
class Reader {
 public:
  Reader(FormErrors& errors, const Value& object, std::string where, Keys required,
         Keys optional = {})
      : errors_(errors), object_(object), where_(std::move(where)) {
    if (!object.is_object()) {
      wrong(CheckClass::refuted, where_ + " is no object");
      return;
    }
    for (std::string_view key : required) {
      if (!object.find(key)) wrong(CheckClass::undecided, at(key) + " is missing");
    }
    for (const auto& member : object.members()) {
      const bool known = std::ranges::find(required, member.key) != required.end() ||
                         std::ranges::find(optional, member.key) != optional.end();
      if (!known) wrong(CheckClass::refuted, at(member.key) + " is unknown");
    }
  }

  bool has(std::string_view key) const { return object_.find(key) != nullptr; }
  std::string at(std::string_view key) const { return where_ + "/" + std::string(key); }

  std::string text(std::string_view key) {
    const Value* member = find(key, Value::Kind::string);
    return member ? member->text() : std::string();
  }
  std::uint64_t number(std::string_view key) {
    const Value* member = find(key, Value::Kind::integer);
    if (!member) return 0;
    if (member->integer() < 0) garbled(key, "is negative");
    return static_cast<std::uint64_t>(member->integer());
  }
  Bytes base64(std::string_view key) {
    auto bytes = from_base64(text(key));
    if (!bytes) garbled(key, "is no canonical base64");
    return bytes ? *std::move(bytes) : Bytes();
  }
  template <class Fixed>
  Fixed base64_of(std::string_view key) {
    return take(fixed_from_base64<Fixed>(text(key)), key, "is no base64 of the right length");
  }
  template <class Fixed>
  Fixed hex_of(std::string_view key) {
    return take(fixed_from_hex<Fixed>(text(key)), key, "is no hex of the right length");
  }
  Digest sha256_id(std::string_view key) {
    return take(from_sha256_id(text(key)), key, "is no sha256: id");
  }
  bool boolean(std::string_view key) {
    const Value* member = find(key, Value::Kind::boolean);
    return member && member->boolean();
  }
  std::vector<Digest> hashes(std::string_view key) {
    std::vector<Digest> result;
    for (const Value& item : items(key)) {
      const auto hash = item.is_string() ? fixed_from_base64<Digest>(item.text()) : std::nullopt;
      if (!hash) garbled(key, "holds an element that is not 32 bytes");
      result.push_back(hash.value_or(Digest{}));
    }
    return result;
  }
  const Value::Items& items(std::string_view key) {
    static const Value::Items none;
    const Value* member = find(key, Value::Kind::array);
    return member ? member->items() : none;
  }
  const Value& object(std::string_view key) {
    static const Value none;
    const Value* member = find(key, Value::Kind::object);
    return member ? *member : none;
  }
  /// A position in an array of `size` elements.
  std::size_t ref(std::string_view key, std::size_t size) {
    const std::uint64_t position = number(key);
    if (position >= size) garbled(key, "is out of range");
    return static_cast<std::size_t>(position);
  }
  std::optional<std::size_t> optional_ref(std::string_view key, std::size_t size) {
    if (!has(key)) return std::nullopt;
    return ref(key, size);
  }
  /// An optional array that would be empty is left out.
  void not_empty(std::string_view key) {
    if (has(key) && items(key).empty()) wrong(CheckClass::refuted, at(key) + " is empty");
  }

  void wrong(CheckClass cls, std::string detail) {
    // A member of no known name is refuted even where another one is missing.
    if (!errors_.fields ||
        (errors_.fields->cls == CheckClass::undecided && cls == CheckClass::refuted)) {
      errors_.fields = failure(Check::fields, cls, std::move(detail));
    }
  }
  void garbled(std::string_view key, std::string_view why) {
    if (has(key) && !errors_.encoding) {
      errors_.encoding = failure(Check::encoding, at(key) + " " + std::string(why));
    }
  }

 private:
  const Value* find(std::string_view key, Value::Kind kind) {
    const Value* member = object_.find(key);
    if (member && member->kind() != kind) {
      wrong(CheckClass::refuted, at(key) + " is of another kind");
      return nullptr;
    }
    return member;
  }
  template <class T>
  T take(std::optional<T> value, std::string_view key, std::string_view why) {
    if (!value) garbled(key, why);
    return value.value_or(T{});
  }

  FormErrors& errors_;
  const Value& object_;
  std::string where_;
};

Evidence::ProvenSeal read_seal(FormErrors& errors, const Value& object, std::string where) {
  Reader in(errors, object, std::move(where), {"entry", "index", "path"});
  return {in.base64("entry"), in.number("index"), in.hashes("path")};
}

Evidence::OlderTree read_older_tree(FormErrors& errors, const Value& object, std::string where) {
  Reader in(errors, object, std::move(where), {"note", "path"});
  return {in.text("note"), in.hashes("path")};
}

Evidence::PolicyStep read_step(FormErrors& errors, const Value& object, std::string where) {
  Reader in(errors, object, where, {"consistency", "note", "policy", "seal", "set"});
  Reader seal(errors, in.object("seal"), where + "/seal", {"entry", "path"});
  return {in.text("note"),  seal.base64("entry"), seal.hashes("path"),
          in.base64("set"), in.text("policy"),    in.hashes("consistency")};
}

Evidence::Batch read_batch(FormErrors& errors, const Value& object, std::string where) {
  Reader in(errors, object, std::move(where), {"entry", "tlog_proof"});
  return {in.base64("entry"), in.text("tlog_proof")};
}

Evidence::Record read_record(FormErrors& errors, const Value& object, std::string where,
                             const Evidence& evidence) {
  Reader in(errors, object, where, {"entry", "role", "tlog_proof"}, {"batch", "seal_ref"});
  Evidence::Record record{in.base64("entry"), in.text("tlog_proof"), false,
                          in.optional_ref("seal_ref", evidence.seals.size()), std::nullopt};
  const std::string role = in.text("role");
  record.claimed = role == "claim";
  if (!record.claimed && role != "context") in.garbled("role", "is neither claim nor context");
  if (in.has("batch")) {
    Reader batch(errors, in.object("batch"), where + "/batch", {"path", "ref"});
    record.member = {batch.ref("ref", evidence.batches.size()), batch.hashes("path")};
  }
  return record;
}

Evidence::Row read_row(FormErrors& errors, const Value& object, std::string where,
                       const Evidence& evidence) {
  Reader in(errors, object, where, {"depth", "key", "mask", "ns", "siblings", "terminal"},
            {"seal_ref", "value"});
  Evidence::Row row;
  const std::string ns = in.text("ns");
  if (ns.size() != 1) in.garbled("ns", "is not one letter");
  row.ns = ns.empty() ? '\0' : ns[0];
  row.key = in.base64("key");
  const std::uint64_t depth = in.number("depth");
  if (depth > 256) in.garbled("depth", "is more than 256");
  row.proof.depth = static_cast<unsigned>(std::min<std::uint64_t>(depth, 256));
  row.proof.mask = in.base64("mask");
  row.proof.siblings = in.hashes("siblings");
  const Value& terminal = in.object("terminal");
  if (terminal.text_of("kind") == "leaf") {
    Reader leaf(errors, terminal, where + "/terminal", {"kind", "path", "vh"});
    row.proof.terminal = {leaf.base64_of<Digest>("path"), leaf.base64_of<Digest>("vh")};
  } else {
    Reader empty(errors, terminal, where + "/terminal", {"kind"});
    if (empty.text("kind") != "empty") empty.garbled("kind", "is neither empty nor leaf");
  }
  if (in.has("value")) row.value = in.base64("value");
  row.seal_ref = in.optional_ref("seal_ref", evidence.seals.size());
  return row;
}

Evidence::Issuer read_issuer(FormErrors& errors, const Value& object) {
  Reader in(errors, object, "/issuer", {"key", "name", "sig", "software", "suite", "time"});
  if (in.number("suite") != 1) in.garbled("suite", "is not 1");
  return {in.text("name"), in.text("software"), in.text("time"), in.hex_of<PublicKey>("key"),
          in.base64_of<Signature>("sig")};
}

Evidence::List read_list(FormErrors& errors, const Value& object, std::string where, const Evidence& evidence) {
  Reader in(errors, object, where, {"category", "from_seq", "id", "leaves", "prefix_range", "records", "state_ref"});
  Evidence::List list;
  list.id = in.text("id");
  list.category = static_cast<std::uint8_t>(in.ref("category", kCategoryCount));
  list.state_ref = in.ref("state_ref", evidence.state.size());
  list.from_seq = in.number("from_seq");
  list.prefix_range = in.hashes("prefix_range");
  for (const Value& item : in.items("leaves")) {
    const auto bytes = item.is_string() ? from_base64(item.text()) : Result<Bytes>(Bytes());
    const auto leaf = SubjectLeaf::decode(bytes ? *bytes : Bytes());
    if (!leaf) in.garbled("leaves", "holds an element that is no subject leaf");
    list.leaves.push_back(leaf ? *leaf : SubjectLeaf{});
  }
  std::size_t position = 0;
  for (const Value& item : in.items("records")) {
    Reader shown(errors, item, in.at("records") + "/" + std::to_string(position++), {"record_ref", "seq"});
    list.records.push_back({shown.number("seq"), shown.ref("record_ref", evidence.records.size())});
  }
  return list;
}

Evidence::Disclosure read_disclosure(FormErrors& errors, const Value& object, std::string where, const Evidence& evidence) {
  Reader in(errors, object, std::move(where), {"name", "path", "record_ref", "salt", "value"});
  Evidence::Disclosure shown{in.ref("record_ref", evidence.records.size()), in.text("name"), in.base64("value"),
                             in.base64_of<crypto::Salt>("salt"), in.hashes("path")};
  if (shown.name.size() > kFieldNameMax) in.garbled("name", "is longer than a field's name can be");
  return shown;
}

Evidence::Erased read_erased(FormErrors& errors, const Value& object, std::string where, const Evidence& evidence) {
  Reader in(errors, object, std::move(where), {"name", "notice_ref", "record_ref"});
  return {in.ref("record_ref", evidence.records.size()), in.text("name"), in.ref("notice_ref", evidence.records.size())};
}

Evidence::Attachment read_attachment(FormErrors& errors, const Value& object, std::string where, const Evidence& evidence) {
  Reader in(errors, object, std::move(where), {"media", "name", "sha256", "size"}, {"sm3"});
  Evidence::Attachment file{in.text("name"), in.text("media"), in.sha256_id("sha256"), std::nullopt, in.number("size")};
  if (in.has("sm3")) file.sm3 = in.text("sm3");
  if (file.sm3 && file.sm3->empty()) in.garbled("sm3", "is empty, which is left out");
  if (!is_attachment_name(file.name)) in.garbled("name", "is no name of a file in one folder");
  if (!evidence.attachments.empty() && evidence.attachments.back().name >= file.name) in.garbled("name", "does not ascend");
  return file;
}

Evidence::Timestamp read_timestamp(FormErrors& errors, const Value& object, std::string where) {
  Reader in(errors, object, std::move(where), {"alg", "token"});
  in.text("alg");
  return {in.base64("token")};
}

/// The members that each type of claim has, no more and no fewer.
Reader claim_reader(FormErrors& errors, const Value& object, Claim::Type type) {
  const std::string where = "/claim";
  switch (type) {
    case Claim::Type::record: return {errors, object, where, {"as_of_size", "record_ref", "type"}};
    case Claim::Type::absence:
      if (!object.find("state_key")) return {errors, object, where, {"as_of_size", "subject", "type"}, {"from_seal_ref"}};
      return {errors, object, where, {"as_of_size", "state_key", "type"}};
    case Claim::Type::state_value: return {errors, object, where, {"as_of_size", "state_key", "type"}};
    case Claim::Type::history:
      return {errors, object, where, {"as_of_size", "subject", "type"}, {"all_disclosed", "from_seq"}};
    case Claim::Type::consistency: break;
  }
  return {errors, object, where, {"as_of_size", "type"}};
}

Claim read_claim(FormErrors& errors, const Value& object, const Evidence& evidence) {
  Claim claim;
  const auto type = std::ranges::find(kClaimNames, object.text_of("type"));
  if (type != kClaimNames.end()) claim.type = static_cast<Claim::Type>(type - kClaimNames.begin());
  Reader in = claim_reader(errors, object, claim.type);
  in.text("type");
  claim.as_of_size = in.number("as_of_size");
  if (in.has("record_ref")) claim.record_ref = in.ref("record_ref", evidence.records.size());
  if (in.has("state_key")) {
    Reader row(errors, in.object("state_key"), "/claim/state_key", {"key", "ns"});
    const std::string ns = row.text("ns");
    if (ns.size() != 1) row.garbled("ns", "is not one letter");
    claim.row = RowKey{static_cast<Namespace>(ns.empty() ? '\0' : ns[0]), row.base64("key")};
  }
  if (in.has("subject")) {
    Reader subject(errors, in.object("subject"), "/claim/subject", {"categories", "id", "kind"});
    claim.subject = Claim::Subject{};
    claim.subject->id = subject.text("id");
    claim.subject->kind = static_cast<SubjectKind>(subject.ref("kind", 7));
    for (const Value& item : subject.items("categories")) {
      const auto number = item.is_integer() ? item.integer() : -1;
      auto& categories = claim.subject->categories;
      const bool ascends = categories.empty() || number > static_cast<std::int64_t>(categories.back());
      if (number < 0 || number >= static_cast<std::int64_t>(kCategoryCount) || !ascends) {
        subject.garbled("categories", "are not ascending numbers of categories");
        break;
      }
      categories.push_back(static_cast<Category>(number));
    }
    if (subject.has("categories") && subject.items("categories").empty()) subject.garbled("categories", "are none");
  }
  if (in.has("from_seal_ref")) claim.from_seal_ref = in.ref("from_seal_ref", evidence.seals.size());
  if (in.has("from_seq")) {
    claim.from_seq = in.number("from_seq");
    if (claim.from_seq == 0) in.garbled("from_seq", "is 0, which is left out");
  }
  if (in.has("all_disclosed")) {
    claim.all_disclosed = in.boolean("all_disclosed");
    if (!claim.all_disclosed) in.garbled("all_disclosed", "is false, which is left out");
  }
  return claim;
}

/// Members of the format that this version does not check, so that it must not pass them over.
Outcome check_supported(const Value& document) {
  if (document.text_of("format") != kFormat)
    return failure(Check::format, "format is not " + std::string(kFormat));
  const Value* suite = document.find("suite");
  if (!suite || !(*suite == Value(1))) return failure(Check::format, "suite is not 1");
  const Value* claim = document.find("claim");
  if (claim && claim->is_object() && claim->find("type") &&
      std::ranges::find(kClaimNames, claim->text_of("type")) == kClaimNames.end()) {
    return failure(Check::format, "this program knows no claim of type " + std::string(claim->text_of("type")));
  }
  for (const Value& stamp : document.items_of("timestamps")) {
    const Value* alg = stamp.is_object() ? stamp.find("alg") : nullptr;
    if (alg && alg->is_string() && alg->text() != kTokenFormat) {
      return failure(Check::format, "this program knows no time-stamp of kind " + alg->text());
    }
  }
  if (document.find("receipts")) return failure(Check::format, "this program does not check /receipts");
  return std::nullopt;
}

Value hashes_value(const std::vector<Digest>& hashes) {
  Value::Items items;
  for (const Digest& hash : hashes) items.emplace_back(to_base64(hash));
  return items;
}

Value seal_value(const Evidence::ProvenSeal& seal) {
  return Value::Members{
      {"entry", to_base64(seal.entry)}, {"index", seal.index}, {"path", hashes_value(seal.path)}};
}

Value older_tree_value(const Evidence::OlderTree& tree) {
  return Value::Members{{"note", tree.note}, {"path", hashes_value(tree.path)}};
}

Value step_value(const Evidence::PolicyStep& step) {
  return Value::Members{{"consistency", hashes_value(step.consistency)},
                        {"note", step.note},
                        {"policy", step.policy},
                        {"seal", Value::Members{{"entry", to_base64(step.seal_entry)},
                                                {"path", hashes_value(step.seal_path)}}},
                        {"set", to_base64(step.set)}};
}

Value record_value(const Evidence::Record& record) {
  Value value(Value::Members{{"entry", to_base64(record.entry)},
                             {"role", record.claimed ? "claim" : "context"},
                             {"tlog_proof", record.tlog_proof}});
  if (record.seal_ref) value.set("seal_ref", static_cast<std::uint64_t>(*record.seal_ref));
  if (record.member) {
    value.set("batch", Value::Members{{"path", hashes_value(record.member->path)},
                                      {"ref", static_cast<std::uint64_t>(record.member->ref)}});
  }
  return value;
}

Value batch_value(const Evidence::Batch& batch) {
  return Value::Members{{"entry", to_base64(batch.entry)}, {"tlog_proof", batch.tlog_proof}};
}

Value row_value(const Evidence::Row& row) {
  Value terminal(Value::Members{{"kind", "empty"}});
  if (row.proof.terminal) {
    terminal = Value::Members{{"kind", "leaf"},
                              {"path", to_base64(row.proof.terminal->path)},
                              {"vh", to_base64(row.proof.terminal->value_hash)}};
  }
  Value value(Value::Members{{"depth", static_cast<std::uint64_t>(row.proof.depth)},
                             {"key", to_base64(row.key)},
                             {"mask", to_base64(row.proof.mask)},
                             {"ns", std::string(1, row.ns)},
                             {"siblings", hashes_value(row.proof.siblings)},
                             {"terminal", std::move(terminal)}});
  if (row.value) value.set("value", to_base64(*row.value));
  if (row.seal_ref) value.set("seal_ref", static_cast<std::uint64_t>(*row.seal_ref));
  return value;
}

template <class T>
Value array_value(const std::vector<T>& list, Value (*one)(const T&)) {
  Value::Items items;
  for (const T& item : list) items.push_back(one(item));
  return items;
}

Value list_value(const Evidence::List& list) {
  Value::Items leaves, records;
  for (const SubjectLeaf& leaf : list.leaves) leaves.emplace_back(to_base64(leaf.encode()));
  for (const auto& shown : list.records) {
    records.emplace_back(Value::Members{{"record_ref", static_cast<std::uint64_t>(shown.record_ref)}, {"seq", shown.seq}});
  }
  return Value::Members{{"category", static_cast<std::int64_t>(list.category)},
                        {"from_seq", list.from_seq},
                        {"id", list.id},
                        {"leaves", std::move(leaves)},
                        {"prefix_range", hashes_value(list.prefix_range)},
                        {"records", std::move(records)},
                        {"state_ref", static_cast<std::uint64_t>(list.state_ref)}};
}

Value disclosure_value(const Evidence::Disclosure& shown) {
  return Value::Members{{"name", shown.name},
                        {"path", hashes_value(shown.path)},
                        {"record_ref", static_cast<std::uint64_t>(shown.record_ref)},
                        {"salt", to_base64(shown.salt)},
                        {"value", to_base64(shown.value)}};
}

Value erased_value(const Evidence::Erased& field) {
  return Value::Members{{"name", field.name},
                        {"notice_ref", static_cast<std::uint64_t>(field.notice_ref)},
                        {"record_ref", static_cast<std::uint64_t>(field.record_ref)}};
}

Value attachment_value(const Evidence::Attachment& file) {
  Value value(Value::Members{{"media", file.media}, {"name", file.name}, {"sha256", to_sha256_id(file.sha256)}, {"size", file.size}});
  if (file.sm3) value.set("sm3", *file.sm3);
  return value;
}

Value timestamp_value(const Evidence::Timestamp& stamp) {
  return Value::Members{{"alg", kTokenFormat}, {"token", to_base64(stamp.token)}};
}

Value claim_value(const Claim& claim) {
  Value value(Value::Members{{"as_of_size", claim.as_of_size}, {"type", name(claim.type)}});
  if (claim.type == Claim::Type::record) value.set("record_ref", static_cast<std::uint64_t>(claim.record_ref));
  if (claim.row) {
    value.set("state_key", Value::Members{{"key", to_base64(claim.row->key)},
                                          {"ns", std::string(1, static_cast<char>(claim.row->ns))}});
  }
  if (claim.subject) {
    Value::Items categories;
    for (const Category category : claim.subject->categories) categories.emplace_back(static_cast<std::int64_t>(category));
    value.set("subject", Value::Members{{"categories", std::move(categories)},
                                        {"id", claim.subject->id},
                                        {"kind", static_cast<std::int64_t>(claim.subject->kind)}});
  }
  if (claim.from_seal_ref) value.set("from_seal_ref", static_cast<std::uint64_t>(*claim.from_seal_ref));
  if (claim.from_seq > 0) value.set("from_seq", claim.from_seq);
  if (claim.all_disclosed) value.set("all_disclosed", true);
  return value;
}

Value document_of(const Evidence& e) {
  Value document(Value::Members{
      {"batches", array_value(e.batches, batch_value)},
      {"checkpoint", e.checkpoint},
      {"claim", claim_value(e.claim)},
      {"first_quorum", array_value(e.first_quorum, older_tree_value)},
      {"format", kFormat},
      {"ledger_id", to_sha256_id(e.ledger_id)},
      {"origin", e.origin},
      {"policy_chain", array_value(e.policy_chain, step_value)},
      {"records", array_value(e.records, record_value)},
      {"seal", seal_value(e.seal)},
      {"seals", array_value(e.seals, seal_value)},
      {"state", array_value(e.state, row_value)},
      {"suite", 1}});
  if (!e.consistency.empty())
    document.set("consistency", array_value(e.consistency, older_tree_value));
  if (!e.history.empty()) document.set("history", array_value(e.history, list_value));
  if (!e.disclosures.empty()) document.set("disclosures", array_value(e.disclosures, disclosure_value));
  if (!e.erased.empty()) document.set("erased", array_value(e.erased, erased_value));
  if (!e.attachments.empty()) document.set("attachments", array_value(e.attachments, attachment_value));
  if (!e.timestamps.empty()) document.set("timestamps", array_value(e.timestamps, timestamp_value));
  if (e.issuer) {
    document.set("issuer", Value::Members{{"key", to_hex(e.issuer->key)},
                                          {"name", e.issuer->name},
                                          {"sig", to_base64(e.issuer->sig)},
                                          {"software", e.issuer->software},
                                          {"suite", 1},
                                          {"time", e.issuer->time}});
  }
  return document;
}

}  // namespace

Outcome decode_evidence(BytesView bytes, Evidence& evidence) {
  if (bytes.size() > kEvidenceLimits.bytes_max) return failure(Check::file, "file is over 64 MiB");
  if (bytes.starts_with(kBom)) return failure(Check::file, "file begins with a byte order mark");
  if (const auto bad = first_utf8_error(bytes)) {
    return failure(Check::file, "ill-formed UTF-8 at byte " + std::to_string(*bad));
  }
  const auto document = parse_canonical(bytes, kEvidenceLimits);
  if (!document) {
    const auto offset = document.error().offset;
    return failure(Check::strict_json,
                   document.error().detail + (offset ? " at byte " + std::to_string(*offset) : ""));
  }
  if (Outcome unsupported = check_supported(*document)) return unsupported;

  FormErrors errors;
  Reader in(errors, *document, "",
            {"batches", "checkpoint", "claim", "first_quorum", "format", "ledger_id", "origin",
             "policy_chain", "records", "seal", "seals", "state", "suite"},
            {"attachments", "consistency", "disclosures", "erased", "history", "issuer", "timestamps"});
  evidence = {};
  evidence.checkpoint = in.text("checkpoint");
  evidence.origin = in.text("origin");
  evidence.ledger_id = in.sha256_id("ledger_id");
  evidence.seal = read_seal(errors, in.object("seal"), "/seal");
  for (std::string_view key : {"attachments", "consistency", "disclosures", "erased", "history", "timestamps"}) in.not_empty(key);
  const auto each = [&in](std::string_view key, auto read) {
    if (!in.has(key)) return;
    std::size_t position = 0;
    for (const Value& item : in.items(key))
      read(item, in.at(key) + "/" + std::to_string(position++));
  };
  each("policy_chain", [&](const Value& item, std::string where) {
    evidence.policy_chain.push_back(read_step(errors, item, std::move(where)));
  });
  each("seals", [&](const Value& item, std::string where) {
    evidence.seals.push_back(read_seal(errors, item, std::move(where)));
  });
  each("first_quorum", [&](const Value& item, std::string where) {
    evidence.first_quorum.push_back(read_older_tree(errors, item, std::move(where)));
  });
  each("consistency", [&](const Value& item, std::string where) {
    evidence.consistency.push_back(read_older_tree(errors, item, std::move(where)));
  });
  each("batches", [&](const Value& item, std::string where) {
    evidence.batches.push_back(read_batch(errors, item, std::move(where)));
  });
  each("records", [&](const Value& item, std::string where) {
    evidence.records.push_back(read_record(errors, item, std::move(where), evidence));
  });
  each("state", [&](const Value& item, std::string where) {
    evidence.state.push_back(read_row(errors, item, std::move(where), evidence));
  });
  each("history", [&](const Value& item, std::string where) {
    evidence.history.push_back(read_list(errors, item, std::move(where), evidence));
  });
  each("disclosures", [&](const Value& item, std::string where) {
    evidence.disclosures.push_back(read_disclosure(errors, item, std::move(where), evidence));
  });
  each("erased", [&](const Value& item, std::string where) {
    evidence.erased.push_back(read_erased(errors, item, std::move(where), evidence));
  });
  each("attachments", [&](const Value& item, std::string where) {
    evidence.attachments.push_back(read_attachment(errors, item, std::move(where), evidence));
  });
  each("timestamps", [&](const Value& item, std::string where) {
    evidence.timestamps.push_back(read_timestamp(errors, item, std::move(where)));
  });
  if (evidence.timestamps.size() > kTimestampsMax) in.garbled("timestamps", "are more than 64");
  if (in.has("issuer")) evidence.issuer = read_issuer(errors, in.object("issuer"));

  evidence.claim = read_claim(errors, in.object("claim"), evidence);
  return errors.fields ? errors.fields : errors.encoding;
}

bool is_attachment_name(std::string_view name) {
  const auto plain = [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7F && c != '/' && c != '\\' && c != ':'; };
  return !name.empty() && name.size() <= 255 && name[0] != '.' && std::ranges::all_of(name, plain);
}

Bytes encode_evidence(const Evidence& evidence) { return to_canonical(document_of(evidence)); }

Bytes issuer_message(const Evidence& evidence) {
  QL_CHECK(evidence.issuer.has_value());
  Value document = document_of(evidence);
  document.find("issuer")->erase("sig");
  Bytes message(crypto::domain::kIssuer);
  message.append(evidence.ledger_id.view());
  return message.append(to_canonical(document));
}

void sign_as_issuer(Evidence& evidence, const crypto::SigningKey& key) {
  QL_CHECK(evidence.issuer.has_value());
  evidence.issuer->key = key.public_key();
  evidence.issuer->sig = key.sign({issuer_message(evidence)});
}

Outcome decode_policy_chain(BytesView bytes, std::vector<Evidence::PolicyStep>& steps) {
  const auto document = parse_canonical(bytes, kEvidenceLimits);
  if (!document) return failure(Check::fields, "the chain of sets: " + document.error().detail);
  FormErrors errors;
  Reader in(errors, *document, "", {"policy_chain"});
  for (const Value& item : in.items("policy_chain")) {
    steps.push_back(read_step(errors, item, "/policy_chain/" + std::to_string(steps.size())));
  }
  return errors.fields ? errors.fields : errors.encoding;
}

}  // namespace qinglu::ledger

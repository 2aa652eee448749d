// SPDX-License-Identifier: Apache-2.0
// Files of every claim, each of their fields replaced and altered, and bits of them flipped: what is still
// verified states what is true. Some files in the check; 1,000 with QINGLU_LONG, which also tells the figures.
#include <cstdlib>
#include <iostream>
#include <map>
#include <random>
#include <set>

#include "tests/evidence/real_ledger.hpp"

namespace qinglu::test {
namespace {

const std::vector<std::string> kUsccs = {"91500000QL0002010E", "91500000QL0002011H", "91500000QL0002012L", "91500000QL0002013P",
                                         "91500000QL0002014T"};
constexpr int kRenamings = 4;

/// What a file was made of, and what it says. `request` empty: a frozen file, of another ledger.
struct Made {
  std::optional<EvidenceRequest> request;
  Bytes file, trust;
  Value facts;
};

/// The statement without what does not change its truth: who cosigned, and how narrow an interval is shown.
Value statement(const Report& report) {
  Value json = render_json(report, false);
  Value facts = *json.find("facts");
  facts.erase("cosigners");
  if (Value* older = facts.find("older")) {
    for (Value& each : older->items()) each.erase("cosigners");
  }
  if (Value* records = facts.find("records")) {
    for (Value& each : records->items()) {
      each.erase("first_quorum");
      each.erase("recorded_at");
    }
  }
  if (Value* files = facts.find("attachments")) {
    for (Value& each : files->items()) each.erase("name");  // the sender's word
  }
  return facts;
}

/// What a file states without the fields that it shows, where it now shows them of records beside its claim.
std::optional<Value> without_fields_of_others(Value facts, const Bytes& file) {
  Evidence evidence;
  Value* records = facts.find("records");
  if (!records || decode_evidence(file, evidence) || evidence.claim.type != Claim::Type::record) return std::nullopt;
  for (const auto& shown : evidence.disclosures) {
    if (shown.record_ref == evidence.claim.record_ref) return std::nullopt;
  }
  if (evidence.disclosures.empty()) return std::nullopt;
  for (Value& record : records->items()) record.erase("disclosed");
  return facts;
}

EvidenceRequest about(const std::string& id, Claim::Type type, std::vector<Category> categories) {
  EvidenceRequest request;
  request.type = type;
  request.subject = Claim::Subject{id, *kind_of_subject(id), std::move(categories)};
  return request;
}

class Corpus {
 public:
  explicit Corpus(std::mt19937& random, std::size_t wanted) {
    std::vector<Unit> first;
    for (std::size_t i = 0; i < 3; ++i) first.push_back(ledger_.record(kUsccs[i]));
    for (const Unit& unit : first) ids_.push_back(unit.main.id);
    ledger_.add(first);
    Unit batch = ledger_.batch({kUsccs[3], kUsccs[4]});
    for (const auto& member : batch.members) ids_.push_back(member.id);
    ledger_.add({batch});
    std::vector<std::string> names(kUsccs.size(), "示例1公司");
    for (int n = 1; n <= kRenamings; ++n) {
      for (std::size_t i = 0; i < kUsccs.size(); ++i) {
        const std::string old = std::exchange(names[i], "第" + std::to_string(n) + "次改名公司");
        ids_.push_back(ledger_.add({ledger_.renaming(kUsccs[i], old, names[i])}));
      }
    }
    ids_.push_back(ledger_.add({ledger_.erasure({{to_sha256_id(ids_[0]), "name"}, {to_sha256_id(ids_[4]), "name"}})}));
    height_ = 3 + static_cast<std::uint64_t>(kRenamings) * kUsccs.size();

    std::map<Claim::Type, std::vector<EvidenceRequest>> all;
    for (const EvidenceRequest& request : requests()) all[request.type].push_back(request);
    for (auto& [type, list] : all) std::ranges::shuffle(list, random);
    for (std::size_t n = 0; files_.size() < wanted; ++n) {
      bool any = false;
      for (auto& [type, list] : all) {
        if (n >= list.size() || files_.size() == wanted) continue;
        any = true;
        auto file = ledger_.try_evidence(list[n]);
        if (!file) continue;  // an absence asked of what is there
        add(list[n], *std::move(file), ledger_.trust());
      }
      if (!any) break;
    }
    for (const char* name : {"time-stamp", "attachment", "exhibit", "erased-field", "disclosure", "disclosure-of-a-commitment", "council",
                             "key-rotation", "policy-chain-of-two", "batch-member", "record-on-floor", "absence-under-two-names"}) {
      const std::string path = std::string("vectors/evidence/") + name;
      add(std::nullopt, read_test_file(path + ".qinglu.json"), read_test_file(path + ".trust.json"));
    }
  }

  const std::vector<Made>& files() const { return files_; }

  /// Whether what a changed file states is so.
  bool is_true(const Made& made, const Report& report, const Bytes& changed) {
    for (const Report::Record& record : report.facts->records) {
      if (record.recorded_at && (record.recorded_at->from > record.block_time_ms / 1000 || record.recorded_at->until < record.block_time_ms / 1000)) {
        return false;
      }
    }
    Value stated = statement(report);
    if (stated == made.facts) return true;
    if (!made.request) {  // no ledger to ask, but: nothing at all is nothing of a category,
      const bool nothing = report.facts->claim == Claim::Type::absence && made.facts.text_of("claim") == "absence" && report.facts->subject;
      const Value* before = nothing ? made.facts.find("subject")->find("categories") : nullptr;
      if (before && *before == Value(Value::Items{0})) stated.find("subject")->set("categories", *before);
      // and what was shown of a field may be said of another record that commits to the same, which is not reported.
      return stated == made.facts || stated == without_fields_of_others(made.facts, changed);
    }
    const std::string key = to_canonical(stated);
    if (truths_.contains(key)) return true;
    // The ledger itself is asked the same.
    const Report::Facts& facts = *report.facts;
    if (facts.claim == Claim::Type::consistency) return false;
    EvidenceRequest request;
    request.type = facts.claim;
    if (facts.claim == Claim::Type::record) request.record_id = facts.records.at(0).id;
    request.subject = facts.subject;
    if (facts.row) request.row = facts.row->key;
    if (facts.claim != Claim::Type::record) request.as_of = facts.as_of.height;
    if (facts.since) request.since = facts.since->height;
    if (!facts.lists.empty()) {
      request.from_seq = facts.lists[0].from_seq;
      request.withhold = facts.records.empty();
    }
    const auto file = ledger_.try_evidence(request);
    return file && to_canonical(statement(verify(*file, ledger_.trust(), {}))) == key;
  }

 private:
  void add(std::optional<EvidenceRequest> request, Bytes file, const Bytes& trust) {
    const Report report = verify(file, trust, {});
    INFO(render_text(report, Language::en, false));
    REQUIRE(report.exit_code(true) == 0);
    Value facts = statement(report);
    if (request) truths_.insert(to_canonical(facts));
    files_.push_back({std::move(request), std::move(file), trust, std::move(facts)});
  }

  /// Every question that one may ask of this ledger, and many more times.
  std::vector<EvidenceRequest> requests() const {
    std::vector<EvidenceRequest> list;
    for (const Digest& id : ids_) {
      list.emplace_back();
      list.back().record_id = id;
    }
    for (std::uint64_t height = 1; height <= height_; ++height) {
      EvidenceRequest older;
      older.type = Claim::Type::consistency;
      older.since = height;
      list.push_back(older);
      for (const std::string& uscc : kUsccs) {
        const std::string party = "org:" + uscc;
        for (const Claim::Type type : {Claim::Type::history, Claim::Type::absence}) {
          for (const auto& categories : {std::vector{Category::all}, {Category::governance}, {Category::infringement, Category::governance},
                                         {Category::infringement}, {Category::finance, Category::dispute}}) {
            EvidenceRequest request = about(party, type, categories);
            request.as_of = height;
            request.withhold = height % 2 == 0;
            list.push_back(request);
            request.as_of.reset();
            if (type == Claim::Type::history) request.from_seq = height % 8;
            if (type == Claim::Type::absence) request.since = height;
            list.push_back(request);
          }
        }
        for (const auto& [type, key] : {std::pair(Claim::Type::state_value, party_row(party)), std::pair(Claim::Type::state_value, history_row(party)),
                                        std::pair(Claim::Type::absence, party_row(party + "x" + std::to_string(height)))}) {
          EvidenceRequest request;
          request.type = type;
          request.row = key;
          request.as_of = height;
          list.push_back(request);
        }
      }
    }
    return list;
  }

  RealLedger ledger_;
  std::uint64_t height_ = 0;
  std::vector<Digest> ids_;
  std::vector<Made> files_;
  std::set<std::string> truths_;
};

/// Every text, number and truth value of a document, with its place: positions in arrays as `*`.
void leaves(Value& value, const std::string& place, std::vector<std::pair<std::string, Value*>>& found) {
  if (value.is_object()) {
    for (auto& member : value.members()) leaves(member.value, place + "/" + member.key, found);
  } else if (value.is_array()) {
    for (Value& item : value.items()) leaves(item, place + "/*", found);
  } else {
    found.emplace_back(place, &value);
  }
}

/// Another value of the same kind: a bit of what stands in base64, a character, the next number.
Value altered(const Value& value, std::mt19937& random) {
  if (value.is_integer()) return Value(value.integer() + (random() % 2 == 0 || value.integer() == 0 ? 1 : -1));
  if (!value.is_string()) return Value(!value.boolean());
  std::string text = value.text();
  if (text.empty()) return Value("x");
  if (auto bytes = from_base64(text); bytes && !bytes->empty()) {
    char& octet = (*bytes)[random() % bytes->size()];
    octet = static_cast<char>(octet ^ (1 << (random() % 8)));
    return Value(to_base64(*bytes));
  }
  const auto ascii = [&](std::size_t at) { return static_cast<unsigned char>(text[at]) < 0x80; };
  std::size_t at = random() % text.size();
  for (std::size_t step = 0; step < text.size() && !ascii(at); ++step) at = (at + 1) % text.size();
  if (!ascii(at)) return Value(text + "a");
  text[at] = text[at] == 'a' ? 'b' : text[at] == '1' ? '2' : random() % 2 ? 'a' : '1';
  return Value(text);
}

}  // namespace

TEST_CASE("every field of a file of any claim, replaced by another file's or altered, is refused or states the truth",
          "[evidence][mutation][F81]") {
  const bool whole = std::getenv("QINGLU_LONG") != nullptr;
  const char* given = std::getenv("QINGLU_SEED");
  const std::uint32_t seed = given ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10)) : std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  Corpus corpus(random, whole ? 1'000 : 15);

  std::vector<Value> documents;
  std::map<std::string, std::vector<Value>> pool;  // by place: what the files have there
  for (const Made& made : corpus.files()) {
    documents.push_back(*parse_canonical(made.file, kEvidenceLimits));
    std::vector<std::pair<std::string, Value*>> found;
    leaves(documents.back(), "", found);
    for (const auto& [place, value] : found) pool[place].push_back(*value);
  }

  std::map<std::string, std::size_t> answers;
  std::map<std::string, std::size_t> still;  // places of what is verified all the same
  std::size_t asked = 0;
  const auto ask = [&](const Made& made, const Bytes& file, const std::string& place) {
    const Report report = verify(file, made.trust, {});
    ++asked;
    const Failure* failure = report.decisive();
    ++answers[failure ? std::string(info_of(failure->check).code) : report.warned() ? "verified, warned" : "verified"];
    if (failure) return;
    ++still[place];
    INFO("seed " << seed << ", " << place << "\n" << render_text(report, Language::en, false) << to_canonical(made.facts));
    CHECK(corpus.is_true(made, report, file));
  };
  const auto flip = [&](const Made& made, std::size_t bit) {
    Bytes broken = made.file;
    broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << (bit % 8)));
    ask(made, broken, "a bit");
  };
  // QINGLU_BITS=k/n: every bit of each n-th file from the k-th, which takes hours for all; nothing else then.
  std::size_t first = 0, step = 0;
  if (const char* bits = std::getenv("QINGLU_BITS")) REQUIRE(std::sscanf(bits, "%zu/%zu", &first, &step) == 2);
  for (std::size_t n = first; step > 0 && n < corpus.files().size(); n += step) {
    for (std::size_t bit = 0; bit < 8 * corpus.files()[n].file.size(); ++bit) flip(corpus.files()[n], bit);
    std::cout << n << ": " << 8 * corpus.files()[n].file.size() << " bits" << std::endl;
  }
  for (std::size_t n = 0; step == 0 && n < corpus.files().size(); ++n) {
    const Made& made = corpus.files()[n];
    std::vector<std::pair<std::string, Value*>> found;
    leaves(documents[n], "", found);
    for (auto& [place, value] : found) {
      if (!whole && random() % 4 != 0) continue;
      const Value kept = *value;
      const Value& other = pool[place][random() % pool[place].size()];
      for (const Value& change : {other, altered(kept, random)}) {
        if (change == kept) continue;
        *value = change;
        ask(made, to_canonical(documents[n]), place);
      }
      *value = kept;
    }
    for (int flips = whole ? 64 : 20; flips > 0; --flips) flip(made, random() % (8 * made.file.size()));
  }
  CHECK(asked > 30 * corpus.files().size());
  if (!whole) return;
  std::cout << "seed " << seed << ": " << corpus.files().size() << " files, " << asked << " changed ones\n";
  for (const auto& [code, count] : answers) std::cout << "  " << code << " " << count << "\n";
  for (const auto& [place, count] : still) std::cout << "  verified, and true, with another " << place << ": " << count << "\n";
}

}  // namespace qinglu::test

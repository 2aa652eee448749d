// SPDX-License-Identifier: Apache-2.0
// Whatever is changed in a genuine file, the verifier never states anything that is not true.
#include <algorithm>
#include <functional>
#include <random>

#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/entry.hpp"
#include "ledger/evidence/verify.hpp"
#include "tests/crypto/started.hpp"
#include "tests/evidence/sample_ledger.hpp"
#include "tests/support/catch.hpp"

namespace qinglu::test {
namespace {

using namespace ledger;

/// Every member name and array position of a document, from the outside in.
void visit(Value& value, const std::function<void(Value&)>& seen) {
  seen(value);
  if (value.is_object()) {
    for (auto& member : value.members()) visit(member.value, seen);
  }
  if (value.is_array()) {
    for (Value& item : value.items()) visit(item, seen);
  }
}

/// Whether all that a verified report states is so in the ledger.
bool is_true(const SampleLedger& ledger, const Report& report) {
  const Report::Facts& f = *report.facts;
  if (f.records.size() != 1) return false;
  const Report::Record& r = f.records[0];
  const auto entry = parse_entry(ledger.entry(r.index));
  const Seal block = ledger.seal_of(r.index);
  const bool place = entry && record_id_of(entry->body_bytes) == r.id &&
                     r.body == entry->body() && r.height == block.height &&
                     r.block_time_ms == block.time_ms;
  const bool head = f.origin == ledger.origin() && f.ledger_id == ledger.ledger_id() &&
                    ledger.tree(f.size).root == f.root && f.cosigners.size() >= 3;
  const bool interval = !r.recorded_at || (r.recorded_at->from <= block.time_ms / 1000 &&
                                           r.recorded_at->until >= block.time_ms / 1000);
  return place && head && interval;
}

struct Files {
  SampleLedger ledger;
  std::vector<Evidence> files;

  Files() {
    const std::uint64_t office =
        ledger.add_block({ledger.record(ledger.office_body(1), {SampleLedger::kOffice})});
    const std::uint64_t agency =
        ledger.add_block({ledger.record(ledger.agency_body(2), {SampleLedger::kAgency})});
    const std::uint64_t batch = ledger.add_batch({ledger.office_body(3), ledger.office_body(4)});
    ledger.change_validators({ledger.record(ledger.office_body(5), {SampleLedger::kOffice})});
    const std::uint64_t end = ledger.size();
    ledger.add_block({ledger.record(ledger.agency_body(6), {SampleLedger::kAgency})});
    files = {ledger.evidence(office), ledger.evidence(agency), ledger.evidence(batch + 1),
             ledger.evidence(office, end), ledger.evidence(batch + 2, end)};
  }
};

}  // namespace

TEST_CASE(
    "no file with one flipped bit is verified; in what the issuer says of itself it is a warning",
    "[evidence][mutation]") {
  const Files f;
  const Bytes trust = encode_trust(f.ledger.trust());
  const auto flip_each = [&](const Bytes& file, std::size_t begin, std::size_t end) {
    std::size_t warned = 0;
    for (std::size_t i = begin; i < end; ++i) {
      Bytes broken = file;
      broken[i] = static_cast<char>(broken[i] ^ (1 << (i % 8)));
      const Report report = verify(broken, trust, {});
      INFO("byte " << i << "\n" << render_text(report, Language::en, false));
      REQUIRE(report.exit_code(true) != 0);
      if (report.verified()) ++warned;
    }
    return warned;
  };
  Evidence unsigned_file = f.files[2];
  unsigned_file.issuer.reset();
  const Bytes file = encode_evidence(unsigned_file);
  REQUIRE(verify(file, trust, {}).exit_code(true) == 0);
  CHECK(flip_each(file, 0, file.size()) == 0);

  const Bytes issued = encode_evidence(f.files[0]);
  const std::size_t issuer = issued.find("\"issuer\"");
  CHECK(flip_each(issued, issuer, issued.find("\"ledger_id\"")) > 0);
}

TEST_CASE("no file cut short, doubled or wrapped in space is verified", "[evidence][mutation]") {
  const Files f;
  const Bytes trust = encode_trust(f.ledger.trust());
  const Bytes file = encode_evidence(f.files[1]);
  for (std::size_t size = 0; size < file.size(); size += 37) {
    REQUIRE_FALSE(verify(BytesView(file).substr(0, size), trust, {}).verified());
  }
  for (const Bytes& other :
       {file + file, file + "\n", " " + file, "\xef\xbb\xbf" + file, file + Bytes(1, '\0')}) {
    CHECK_FALSE(verify(other, trust, {}).verified());
  }
}

TEST_CASE("a field of another genuine file in its place proves nothing untrue",
          "[evidence][mutation]") {
  const Files f;
  const Bytes trust = encode_trust(f.ledger.trust());
  std::size_t swapped = 0;
  std::size_t still_verified = 0;
  for (Evidence to : f.files) {
    to.issuer.reset();  // whose signature would turn every success into a warning
    for (Evidence from : f.files) {
      from.issuer.reset();
      // Walk both documents side by side: the n-th value of one against each n-th value of the
      // other.
      const Value donor = *parse_canonical(encode_evidence(from), kEvidenceLimits);
      Value receiver = *parse_canonical(encode_evidence(to), kEvidenceLimits);
      const std::function<void(Value&, const Value&)> walk = [&](Value& here, const Value& there) {
        if (here == there) return;
        const Value kept = here;
        here = there;
        const Report report = verify(to_canonical(receiver), trust, {});
        ++swapped;
        INFO(to_canonical(there) << "\nin the place of\n" << to_canonical(kept));
        if (report.exit_code(true) == 0) {
          ++still_verified;
          REQUIRE(is_true(f.ledger, report));
        } else if (report.verified()) {
          REQUIRE(is_true(f.ledger, report));
        }
        here = kept;
        if (here.is_object() && there.is_object()) {
          for (auto& member : here.members()) {
            if (const Value* other = there.find(member.key)) walk(member.value, *other);
          }
        }
        if (here.is_array() && there.is_array()) {
          const std::size_t both = std::min(here.items().size(), there.items().size());
          for (std::size_t i = 0; i < both; ++i) walk(here.items()[i], there.items()[i]);
        }
      };
      walk(receiver, donor);
    }
  }
  CHECK(swapped > 500);
  // The whole document in the place of the other is of course genuine again.
  CHECK(still_verified >= f.files.size() * (f.files.size() - 1));
}

TEST_CASE("members left out, doubled in arrays or changed at random prove nothing untrue",
          "[evidence][mutation]") {
  const Files f;
  const Bytes trust = encode_trust(f.ledger.trust());
  const std::uint32_t seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto pick = [&](std::size_t below) { return static_cast<std::size_t>(random() % below); };
  for (int round = 0; round < 1500; ++round) {
    Value document =
        *parse_canonical(encode_evidence(f.files[pick(f.files.size())]), kEvidenceLimits);
    std::size_t count = 0;
    visit(document, [&](Value&) { ++count; });
    std::size_t target = pick(count);
    visit(document, [&](Value& value) {
      if (target-- != 0) return;
      if (value.is_object() && !value.members().empty()) {
        value.members().erase(value.members().begin() +
                              static_cast<std::ptrdiff_t>(pick(value.members().size())));
      } else if (value.is_array() && !value.items().empty()) {
        Value::Items& items = value.items();
        const Value item = items[pick(items.size())];
        if (pick(2) == 0) {
          items.insert(items.begin() + static_cast<std::ptrdiff_t>(pick(items.size() + 1)), item);
        } else {
          items.erase(items.begin() + static_cast<std::ptrdiff_t>(pick(items.size())));
        }
      } else if (value.is_integer()) {
        value = Value(value.integer() + static_cast<std::int64_t>(pick(5)) - 2);
      } else if (value.is_string() && !value.text().empty()) {
        std::string text = value.text();
        text.erase(pick(text.size()), 1 + pick(4));
        value = Value(text);
      }
    });
    const Bytes file = to_canonical(document);
    const Report report = verify(file, trust, {});
    INFO("round " << round << "\n" << file);
    if (report.verified()) REQUIRE(is_true(f.ledger, report));
  }
}

TEST_CASE("evidence is read and written again byte for byte", "[evidence]") {
  const Files f;
  for (const Evidence& evidence : f.files) {
    const Bytes bytes = encode_evidence(evidence);
    Evidence again;
    REQUIRE_FALSE(decode_evidence(bytes, again));
    CHECK(encode_evidence(again) == bytes);
  }
}

}  // namespace qinglu::test

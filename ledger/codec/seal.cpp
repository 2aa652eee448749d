// SPDX-License-Identifier: Apache-2.0
#include "ledger/codec/seal.hpp"

#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/fields.hpp"

namespace qinglu::ledger {

Bytes encode_seal(const Seal& seal) {
  return to_canonical(Value(Value::Members{{"empty", seal.empty},
                                           {"epoch", seal.epoch},
                                           {"epoch_end", seal.epoch_end},
                                           {"format", "qinglu-seal/1"},
                                           {"height", seal.height},
                                           {"justification_hash", to_hex(seal.justification_hash)},
                                           {"ledger", to_hex(seal.ledger)},
                                           {"log_root_before", to_hex(seal.log_root_before)},
                                           {"log_size_before", seal.log_size_before},
                                           {"next_valset_hash", to_hex(seal.next_valset_hash)},
                                           {"parent", to_hex(seal.parent)},
                                           {"parent_view", seal.parent_view},
                                           {"proposer", seal.proposer},
                                           {"record_count", seal.record_count},
                                           {"records_root", to_hex(seal.records_root)},
                                           {"state_root", to_hex(seal.state_root)},
                                           {"suite", 1},
                                           {"time_ms", seal.time_ms},
                                           {"view", seal.view}}));
}

Result<Seal> decode_seal(BytesView bytes) {
  auto document = parse_canonical(bytes);
  if (!document) return std::move(document).error();
  return seal_from(*document);
}

Result<Seal> seal_from(const Value& document) {
  Fields f(document, "seal");
  f.literal("format", "qinglu-seal/1");
  f.literal("suite", 1);
  Seal seal;
  seal.ledger = f.hex<Digest>("ledger");
  seal.epoch = f.unsigned_integer("epoch");
  seal.view = f.unsigned_integer("view");
  seal.height = f.unsigned_integer("height");
  seal.parent = f.hex<Digest>("parent");
  seal.parent_view = f.unsigned_integer("parent_view");
  seal.proposer = f.unsigned_integer("proposer");
  seal.time_ms = static_cast<std::int64_t>(f.unsigned_integer("time_ms"));
  seal.empty = f.boolean("empty");
  seal.epoch_end = f.boolean("epoch_end");
  seal.record_count = f.unsigned_integer("record_count");
  seal.records_root = f.hex<Digest>("records_root");
  seal.log_size_before = f.unsigned_integer("log_size_before");
  seal.log_root_before = f.hex<Digest>("log_root_before");
  seal.state_root = f.hex<Digest>("state_root");
  seal.next_valset_hash = f.hex<Digest>("next_valset_hash");
  seal.justification_hash = f.hex<Digest>("justification_hash");
  const auto ok = f.finish({"empty", "epoch", "epoch_end", "format", "height", "justification_hash",
                            "ledger", "log_root_before", "log_size_before", "next_valset_hash",
                            "parent", "parent_view", "proposer", "record_count", "records_root",
                            "state_root", "suite", "time_ms", "view"});
  if (!ok) return ok.error();
  if (seal.empty != (seal.record_count == 0)) {
    return Error{Errc::malformed, "seal: `empty` must be true exactly when nothing was recorded"};
  }
  return seal;
}

Digest block_hash(BytesView seal_bytes) {
  return crypto::sha256({crypto::domain::kBlock, seal_bytes});
}

Digest justification_hash(BytesView section) {
  return crypto::sha256({crypto::domain::kJustification, section});
}

}  // namespace qinglu::ledger

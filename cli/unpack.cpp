// SPDX-License-Identifier: Apache-2.0
#include "cli/unpack.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "cli/output.hpp"
#include "cli/verified.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/evidence/evidence_file.hpp"
#include "ledger/evidence/trust.hpp"

namespace qinglu::cli {
namespace {

using ledger::Evidence;
using ledger::Value;

// What stands between two lines `----` runs as it is, in the directory (tests/tools runs it).
constexpr std::string_view kReadme = R"README(拆开的青录证据文件：供他人之工具查验
A Qinglu evidence file, taken apart for tools that are not ours

拆开时未作任何验证。完整的验证：qinglu-verify。以下命令在本目录内运行，除所列工具外不需要任何程序。
Taking apart verified nothing. The whole verification: qinglu-verify. The commands below run in this
directory and need nothing but the tools that they name.

checkpoint             日志头：规模、根、签名（C2SP tlog-checkpoint）
                       head of the log: size, root, signatures
policy.txt             谁须签名（C2SP tlog-policy）。无 step-N 时取自您的信任文件；有 step-N 时取自证据
                       文件自身，请与各机构公布的核对。没有此文件：请以 --trust 再拆一次
                       who must sign. Without step-N from your trust file; with step-N from the evidence
                       itself: compare it with what the institutions publish. Not there: unpack with --trust
record-N.json          日志条目的原始字节；*.tlog-proof 证明同名 .json 在日志中的位置（C2SP tlog-proof）
                       exact bytes of a log entry; *.tlog-proof proves where the .json of its name is
manifest-N.json        批次清单；batch.json 说明哪条记录属于哪个批次
                       manifest of a batch; batch.json says which record belongs to which
seal.json, seal-N.json 区块封条；trie.json 的 seal_ref N 指 seal-N.json，无 seal_ref 指 seal.json
                       seals of blocks; seal_ref N in trie.json is seal-N.json, without it seal.json
trie.json              状态行及其证明，规则见 docs/formats/state-trie.md
                       rows of the state with their proofs, rule in docs/formats/state-trie.md
history-N.txt          完整清单：编号、类别、trie.json 中的行、此前各叶的子树根；每行：序号、日志位置、叶哈希、
                       标志、所示记录。规则见 docs/formats/log.md
                       a complete list: id, category, its row in trie.json, roots of earlier leaves; a line each:
                       number, place in the log, leaf hash, flags, record shown
disclosures.json       所披露的保密字段 / confidential fields that are shown
erased.json            已删除的字段及其删除通知 / fields that were erased, with their notices
attachments.json       与证据文件并存的文件 / files that go with the evidence file
timestamp-N.tst        检查点的时间戳（RFC 3161） / a time-stamp over the checkpoint
NAME.checkpoint        旧的日志头；NAME.add-checkpoint 证明它是新日志头的前缀（C2SP tlog-witness）
                       an older head; NAME.add-checkpoint proves it a prefix of a newer one
  consistency-N          声明所依的旧日志头 / older heads that the claim rests on
  first-quorum-N         首次达到法定人数的日志头 / the first heads that had a quorum
  step-N                 第 N 次更换验证节点集：终局说明、封条、新集、新策略
                         the N-th change of validators: finality note, seal, new set, new policy

1. 文件自拆开后未变 / The files are as they were unpacked: sha256sum

----
sha256sum -c SHA256SUMS
----

2. 日志与各见证人的签名 / Signatures of the log and the witnesses: openssl 3

对策略中的每个密钥：名称、时间（POSIX 秒，仅见证人）、结果。至少一个 log，以及 policy.txt 中 quorum 所要求的
见证人，须为 Verified。
For each key of the policy that signed: name, time (POSIX seconds, witnesses only), result. At least one log
and the witnesses that `quorum` in policy.txt asks for must be Verified.

----
t=$(mktemp -d)
sed '/^$/,$d' checkpoint >$t/text
tr ' ' '\n' <policy.txt | grep -E '^[^+]+[+][0-9a-f]{8}[+].+' | while IFS=+ read -r name id key; do
  grep "^— $name " checkpoint | cut -d ' ' -f 3 | while read -r line; do
    printf %s "$line" | base64 -d >$t/line
    [ "$(head -c 4 $t/line | od -An -tx1 | tr -d ' ')" = "$id" ] || continue
    printf %s "$key" | base64 -d | tail -c 32 >$t/key
    { printf '\060\052\060\005\006\003\053\145\160\003\041\000'; cat $t/key; } | openssl pkey -pubin -inform DER -out $t/key.pem
    tail -c 64 $t/line >$t/sig
    time=
    cp $t/text $t/signed
    if [ "$(wc -c <$t/line)" = 76 ]; then
      time=$(tail -c 72 $t/line | head -c 8 | od -An -tu8 --endian=big | tr -d ' ')
      { printf 'cosignature/v1\ntime %s\n' "$time"; cat $t/text; } >$t/signed
    fi
    echo "$name $time $(openssl pkeyutl -verify -pubin -inkey $t/key.pem -rawin -in $t/signed -sigfile $t/sig)"
  done
done
----

3. 每个条目都在日志中 / Every entry is in the log: Python 3

对每个 *.tlog-proof：条目、位置、日志规模、是否通往检查点中的根（RFC 9162 §2.1.3.2）。
For each *.tlog-proof: entry, place, size of the log, whether its path leads to the root of its checkpoint.

----
python3 - <<'END'
import base64, hashlib, pathlib
sha = lambda data: hashlib.sha256(data).digest()
for proof in sorted(pathlib.Path('.').glob('*.tlog-proof')):
    head, note = proof.read_text('utf-8').split('\n\n', 1)
    place = int(head.split('\n')[1].removeprefix('index '))
    size, root = note.split('\n')[1:3]
    n, last, digest = place, int(size) - 1, sha(b'\0' + proof.with_suffix('.json').read_bytes())
    ok = place <= last
    for sibling in map(base64.b64decode, head.split('\n')[2:]):
        ok = ok and last > 0
        if n % 2 or n == last:
            digest = sha(b'\1' + sibling + digest)
            while n and n % 2 == 0:
                n, last = n // 2, last // 2
        else:
            digest = sha(b'\1' + digest + sibling)
        n, last = n // 2, last // 2
    ok = ok and last == 0 and digest == base64.b64decode(root)
    print(proof.stem, place, size, 'included' if ok else 'NOT INCLUDED')
END
----

4. 状态行在封条的状态根之下 / Rows of the state are under the state root of their seal: Python 3

对 trie.json 的每一行：命名空间、键、存在或不存在、是否通往该封条的状态根（docs/formats/state-trie.md）。
For each row of trie.json: namespace, key, present or absent, whether its path leads to the seal's state root.

----
python3 - <<'END'
import base64, hashlib, json, pathlib
sha = lambda *parts: hashlib.sha256(b''.join(parts)).digest()
bit = lambda data, i: data[i // 8] >> 7 - i % 8 & 1
trie = pathlib.Path('trie.json')
for row in json.loads(trie.read_text('utf-8'))['state'] if trie.exists() else []:
    b64 = lambda member, of=row: base64.b64decode(of[member])
    seal = json.loads(pathlib.Path(f"seal-{row['seal_ref']}.json" if 'seal_ref' in row else 'seal.json').read_text('utf-8'))
    path, depth, mask, leaf = sha(b'qinglu/state-key/1\0', row['ns'].encode(), b64('key')), row['depth'], b64('mask'), None
    digest, siblings = bytes(32), [base64.b64decode(hash) for hash in row['siblings']]
    if row['terminal']['kind'] == 'leaf':
        leaf, value_hash = b64('path', row['terminal']), b64('vh', row['terminal'])
        digest = sha(b'\2', leaf, value_hash)
    ok = leaf is None or all(bit(leaf, i) == bit(path, i) for i in range(depth))
    for i in reversed(range(depth)):
        sibling = siblings.pop() if bit(mask, i) else bytes(32)
        digest = sha(b'\3', sibling, digest) if bit(path, i) else sha(b'\3', digest, sibling)
    ok = ok and not siblings and digest.hex() == seal['state_root'] and (leaf == path) == ('value' in row)
    ok = ok and ('value' not in row or value_hash == sha(b'\4', b64('value')))
    print(row['ns'], b64('key'), 'present' if 'value' in row else 'absent', 'proven' if ok else 'NOT PROVEN')
END
----

5. 时间戳 / Time-stamps: openssl 3, and the certificate of the authority's root

openssl ts -verify -token_in -in timestamp-0.tst -data checkpoint -CAfile CA.pem

6. Go

golang.org/x/mod/sumdb：note.Open 查签名，tlog.CheckRecord 查 *.tlog-proof，tlog.CheckTree 查
*.add-checkpoint。完整程序：源码中的 tests/tools。
golang.org/x/mod/sumdb: note.Open for signatures, tlog.CheckRecord for *.tlog-proof, tlog.CheckTree for
*.add-checkpoint. A whole program: tests/tools in the sources.
)README";

struct Part {
  std::string name;
  Bytes bytes;
};

/// Line `n`, from 0, of a C2SP text; empty where there is none.
std::string_view line_of(std::string_view text, std::size_t n) {
  for (; n > 0 && !text.empty(); --n) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  return text.substr(0, text.find('\n'));
}

/// That the tree of `older` is a prefix of that of `newer`, as a witness is asked to cosign it.   Source: tlog-witness.
std::string add_checkpoint(std::string_view older, const std::vector<Digest>& path, std::string_view newer) {
  std::string text = "old " + std::string(line_of(older, 1)) + "\n";
  for (const Digest& hash : path) text += to_base64(hash) + "\n";
  return text + "\n" + std::string(newer);
}

std::string history_text(const Evidence::List& list) {
  std::string text = "id " + list.id + "\ncategory " + std::to_string(list.category) + "\nstate " + std::to_string(list.state_ref) + "\n";
  for (const Digest& hash : list.prefix_range) text += "prefix " + to_hex(hash) + "\n";
  auto shown = list.records.begin();
  for (std::size_t i = 0; i < list.leaves.size(); ++i) {
    const ledger::SubjectLeaf& leaf = list.leaves[i];
    const std::uint64_t seq = list.from_seq + i;
    text += std::to_string(seq) + " " + std::to_string(leaf.index) + " " + to_hex(leaf.leaf_hash) + " " + std::to_string(leaf.flags);
    for (; shown != list.records.end() && shown->seq <= seq; ++shown) {
      if (shown->seq == seq) text += " record-" + std::to_string(shown->record_ref) + ".json";
    }
    text += "\n";
  }
  return text;
}

/// Everything but SHA256SUMS. `policy`: of the reader's trust file, for a file without a chain of policies.
std::vector<Part> parts_of(BytesView file, const Evidence& evidence, const std::optional<std::string>& policy) {
  std::vector<Part> parts;
  const auto add = [&parts](std::string name, BytesView bytes) { parts.push_back({std::move(name), Bytes(bytes)}); };
  const auto add_each = [](std::string_view stem, const auto& items, const auto& add_one) {
    for (std::size_t i = 0; i < items.size(); ++i) add_one(std::string(stem) + "-" + std::to_string(i), items[i]);
  };
  const auto add_entry = [&](const std::string& stem, const auto& item) {  // of a record or manifest
    add(stem + ".json", item.entry);
    add(stem + ".tlog-proof", item.tlog_proof);
  };
  const auto add_seal = [&](const std::string& stem, const Evidence::ProvenSeal& seal) {
    add(stem + ".json", seal.entry);
    add(stem + ".tlog-proof", crypto::format_tlog_proof({seal.index, seal.path, evidence.checkpoint}));
  };
  const auto add_older = [&](const std::string& stem, const Evidence::OlderTree& older) {
    add(stem + ".checkpoint", older.note);
    add(stem + ".add-checkpoint", add_checkpoint(older.note, older.path, evidence.checkpoint));
  };
  add("README.txt", kReadme);
  add("checkpoint", evidence.checkpoint);
  const auto& chain = evidence.policy_chain;
  if (!chain.empty()) {
    add("policy.txt", chain.back().policy);
  } else if (policy) {
    add("policy.txt", *policy);
  }
  add_seal("seal", evidence.seal);
  add_each("seal", evidence.seals, add_seal);
  add_each("record", evidence.records, add_entry);
  add_each("manifest", evidence.batches, add_entry);
  add_each("history", evidence.history, [&](const std::string& stem, const Evidence::List& list) { add(stem + ".txt", history_text(list)); });
  add_each("timestamp", evidence.timestamps, [&](const std::string& stem, const Evidence::Timestamp& stamp) { add(stem + ".tst", stamp.token); });
  add_each("first-quorum", evidence.first_quorum, add_older);
  add_each("consistency", evidence.consistency, add_older);
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const std::string stem = "step-" + std::to_string(i);
    const std::string_view newer = i + 1 < chain.size() ? chain[i + 1].note : evidence.checkpoint;
    const std::uint64_t size = std::max(parse_decimal(line_of(chain[i].note, 1)).value_or(1), std::uint64_t{1});  // a note that nobody has read yet
    add(stem + ".checkpoint", chain[i].note);
    add(stem + ".add-checkpoint", add_checkpoint(chain[i].note, chain[i].consistency, newer));
    add(stem + ".json", chain[i].seal_entry);
    add(stem + ".tlog-proof", crypto::format_tlog_proof({size - 1, chain[i].seal_path, chain[i].note}));
    add(stem + ".validators.json", chain[i].set);
    add(stem + ".policy.txt", chain[i].policy);
  }
  // What no text of C2SP says stands as in the file, under its own names.
  const Value document = ledger::parse_canonical(file, ledger::kEvidenceLimits).value();
  for (const auto& [name, member] : {std::pair("trie.json", "state"), std::pair("disclosures.json", "disclosures"), std::pair("erased.json", "erased"),
                                    std::pair("attachments.json", "attachments")}) {
    if (const auto& items = document.items_of(member); !items.empty()) add(name, ledger::to_canonical(Value::Members{{member, items}}));
  }
  Value::Items members;
  const auto& records = document.items_of("records");
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Value* batch = records[i].find("batch");
    if (!batch) continue;
    members.emplace_back(Value::Members{{"manifest", *batch->find("ref")}, {"path", *batch->find("path")}, {"record", static_cast<std::uint64_t>(i)}});
  }
  if (!members.empty()) add("batch.json", ledger::to_canonical(Value::Members{{"members", std::move(members)}}));
  return parts;
}

}  // namespace

int evidence_unpack(const Settings& settings, const std::string& file, const std::string& directory, bool force) {
  auto bytes = read_input(file, ledger::kEvidenceLimits.bytes_max);
  if (!bytes) return report_error(settings, bytes.error(), exit_code_of(bytes.error()));
  Evidence evidence;
  if (const auto bad = ledger::decode_evidence(*bytes, evidence)) {
    return report_error(settings, {Errc::malformed, file + ": " + bad->detail}, kRefuted);
  }
  auto trust = read_trust(settings);
  if (!trust) return report_error(settings, trust.error(), exit_code_of(trust.error()));
  std::optional<std::string> policy;
  if (*trust) {
    if ((*trust)->ledger_id != evidence.ledger_id) {
      return report_error(settings, {Errc::usage, settings.trust + " is of another ledger than " + file}, kUsage);
    }
    policy = std::move((*trust)->policy);
  }
  std::error_code ignored;
  if (!force && std::filesystem::exists(directory, ignored) && !std::filesystem::is_empty(directory, ignored)) {
    const Error error{Errc::conflict, directory + " is not an empty directory: --force writes into it"};
    return report_error(settings, error, exit_code_of(error));
  }
  auto parts = parts_of(*bytes, evidence, policy);
  std::string sums;
  for (const Part& part : parts) sums += to_hex(crypto::sha256(part.bytes)) + "  " + part.name + "\n";
  parts.push_back({"SHA256SUMS", sums});
  Value::Items names;
  for (const Part& part : parts) {
    if (auto ok = write_output(directory + "/" + part.name, part.bytes, force); !ok) {
      return report_error(settings, ok.error(), exit_code_of(ok.error()));
    }
    names.emplace_back(part.name);
  }
  Output out(settings, "evidence.unpack");
  out.line(directory + "  " + std::to_string(parts.size()) + settings.say(" 个文件，说明见 README.txt", " files, README.txt says how to check them"));
  if (evidence.policy_chain.empty() && !policy) {
    out.line(settings.say("没有 policy.txt：证据文件不含策略，请以 --trust 指明信任文件", "no policy.txt: the file holds no policy, name your trust file with --trust"));
  }
  out.document(Value(Value::Members{{"directory", directory}, {"evidence", to_sha256_id(crypto::sha256(*bytes))}, {"files", std::move(names)}}));
  return kOk;
}

}  // namespace qinglu::cli

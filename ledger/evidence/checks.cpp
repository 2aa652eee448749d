// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/checks.hpp"

#include "crypto/base/check.hpp"

namespace qinglu::ledger {
namespace {

using enum CheckClass;

constexpr CheckInfo kChecks[] = {
    {Check::file, "E01_FILE_MALFORMED", refuted, "文件大小、UTF-8 编码、无 BOM",
     "size of the file, UTF-8, no BOM"},
    {Check::strict_json, "E02_JSON_NOT_STRICT", refuted, "JSON 严格且为规范形式",
     "strict JSON in canonical form"},
    {Check::format, "E03_FORMAT_UNSUPPORTED", undecided, "格式、算法套件与声明类型为本程序所知",
     "format, suite and claim are known to this program"},
    {Check::fields, "E04_FIELDS", refuted, "字段齐全，无多余字段",
     "all fields there, none unknown"},
    {Check::encoding, "E05_ENCODING", refuted, "base64、十六进制、数值与引用位置规范",
     "base64, hex, numbers and references are canonical"},
    {Check::trust, "E10_NO_TRUST_ANCHOR", undecided, "给出了信任锚且可解析",
     "a trust anchor is given and readable"},
    {Check::ledger, "E11_WRONG_LEDGER", refuted, "账本标识与信任锚一致",
     "the ledger is that of the trust anchor"},
    {Check::policy_syntax, "E12_POLICY_SYNTAX", refuted, "签名策略文本符合语法",
     "the policies follow the grammar"},
    {Check::policy_chain, "E13_POLICY_CHAIN", refuted, "验证人集合逐届相承",
     "each validator set follows from the one before"},
    {Check::policy_in_force, "E14_POLICY_NOT_IN_FORCE", refuted, "最后一届策略在该检查点有效",
     "the last policy is in force at the checkpoint"},
    {Check::note_syntax, "E20_NOTE_SYNTAX", refuted, "签名文本符合语法",
     "the signed notes follow the grammar"},
    {Check::checkpoint_body, "E21_CHECKPOINT_BODY", refuted, "检查点为三行正文且属本日志",
     "the checkpoints have three lines and are of this log"},
    {Check::log_signature, "E22_LOG_SIGNATURE", refuted, "日志签名已知且有效",
     "a known log key signed"},
    {Check::known_signatures, "E23_BAD_KNOWN_SIGNATURE", refuted, "已知密钥的签名无一失败、无重复",
     "no signature of a known key fails, none stands twice"},
    {Check::quorum, "E24_QUORUM_NOT_MET", undecided, "联署机构达到法定数", "the quorum cosigned"},
    {Check::times, "E25_TIME_IMPLAUSIBLE", warning, "联署时间合理",
     "the times of the cosignatures are plausible"},
    {Check::fork, "E81_FORK_EVIDENCE", fork, "无同一密钥签署的分叉",
     "no key signed two heads of one size"},
    {Check::seal_position, "E30_SEAL_POSITION", refuted, "封块位于应在之处",
     "each seal stands where it must"},
    {Check::seal_inclusion, "E31_SEAL_INCLUSION", refuted, "封块包含于日志",
     "each seal is included in the log"},
    {Check::seal_content, "E32_SEAL_CONTENT", refuted, "封块内容相符",
     "each seal has its form and is of this ledger"},
    {Check::proof_shape, "E50_STATE_PROOF_SHAPE", refuted, "状态证明形式正确",
     "the state proofs have their shape"},
    {Check::state_root, "E51_STATE_ROOT_MISMATCH", refuted, "状态证明归于封块的状态根",
     "the state proofs lead to the state root of their seal"},
    {Check::state_value, "E52_STATE_VALUE_MISMATCH", refuted, "状态行内容与其散列及形式相符",
     "the state rows shown are those proven, and of their form"},
    {Check::record_inclusion, "E40_RECORD_INCLUSION", refuted, "记录包含于日志",
     "each record is included in the log"},
    {Check::seal_of_record, "E33_SEAL_NOT_OF_RECORD", refuted, "记录属于所指封块",
     "each record lies in the block of its seal"},
    {Check::record_canonical, "E41_RECORD_NOT_CANONICAL", refuted, "记录字节为规范形式",
     "the records are canonical"},
    {Check::batch_form, "E45_BATCH_FORM", refuted, "记录、成员与批次清单形式正确",
     "records, members and manifests have their form"},
    {Check::batch_inclusion, "E46_BATCH_MANIFEST_INCLUSION", refuted, "批次清单包含于日志",
     "each manifest is included in the log"},
    {Check::batch_position, "E47_BATCH_POSITION", refuted, "成员在批次中的位置相符",
     "each member stands at its place behind its manifest"},
    {Check::batch_path, "E48_BATCH_PATH", refuted, "成员归于批次根",
     "each member leads to the root of its batch"},
    {Check::batch_signature, "E49_BATCH_SIGNATURE", refuted, "批次清单签名有效",
     "the manifests' signatures hold"},
    {Check::record_signature, "E42_RECORD_SIGNATURE", refuted, "记录签名有效",
     "the records' signatures hold"},
    {Check::signers, "E43_SIGNER_NOT_AUTHORISED", refuted, "签署人、密钥、角色与委托合规",
     "the right parties signed, with good keys, in a role they hold"},
    {Check::same_head, "E44_DIFFERENT_HEAD", undecided, "所有证明归于同一检查点",
     "all proofs refer to one head"},
    {Check::claim, "E55_CLAIM_MISMATCH", refuted, "所示内容即所声明内容",
     "what is shown is what is claimed"},
    {Check::claimed_absent, "E53_CLAIMED_ABSENT_IS_PRESENT", refuted, "声明为无者，确无",
     "what is claimed absent is absent"},
    {Check::claimed_present, "E54_CLAIMED_PRESENT_IS_ABSENT", refuted, "声明为有者，确有",
     "what is claimed present is present"},
    {Check::alias_set, "E60_SUBJECT_ID", refuted, "对象标识规范，其全部别名均已涵盖",
     "the subject's id is canonical, and all its aliases are covered"},
    {Check::list_count, "E61_HISTORY_COUNT", refuted, "清单条数与状态所记相符",
     "each list has as many lines as the state counts"},
    {Check::list_root, "E62_HISTORY_ROOT", refuted, "清单归于状态所记之根，无增无减无错序",
     "each list leads to the state's root: nothing added, dropped or moved"},
    {Check::list_order, "E63_HISTORY_ORDER", refuted, "清单各条依入账先后",
     "each list's lines stand in the order of the log"},
    {Check::listed_record, "E64_HISTORY_RECORD_MISMATCH", refuted, "所示记录即清单所列",
     "the records shown are those listed"},
    {Check::list_part, "E65_HISTORY_PARTIAL", refuted, "清单的范围如所声明",
     "the lists show the part that is claimed"},
    {Check::disclosure, "E70_DISCLOSURE_MISMATCH", refuted, "所示保密字段即记录所承诺",
     "the confidential fields shown are those committed to"},
    {Check::erased, "E71_ERASED_FIELD", refuted, "称已删除的字段确有删除通知，且已删除者未予披露",
     "a notice names each field said to be erased, and no erased field is shown"},
    {Check::consistency, "E80_CONSISTENCY", refuted, "较早的树是较新的树的前缀",
     "older trees are prefixes of the head"},
    {Check::timestamp, "E90_TIMESTAMP", refuted, "时间戳针对该检查点，形式与内容成立，时间合理",
     "the time-stamps are of this checkpoint, hold, and their times are plausible"},
    {Check::attachment, "E92_ATTACHMENT", refuted, "附件为所示记录所载明，所给文件与之相符",
     "a shown record names each attachment, and the files given are those"},
    {Check::issuer, "E93_ISSUER_SIGNATURE", warning, "出具人签名有效",
     "the issuer's signature holds"},
    {Check::compromised_key, "E94_KEY_COMPROMISED", warning, "签署密钥在入块时未被报失密",
     "no signing key was reported compromised by the block's time"},
    {Check::age, "CHECKPOINT_TOO_OLD", undecided, "检查点足够新",
     "the checkpoint is recent enough"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < std::size(kChecks); ++i) {
    if (kChecks[i].check != static_cast<Check>(i)) return false;
  }
  return true;
}
static_assert(in_order(), "the table has one row for each check, in order");

}  // namespace

std::string_view name(CheckClass cls) {
  switch (cls) {
    case refuted: return "refuted";
    case undecided: return "undecided";
    case fork: return "fork";
    case warning: return "warning";
  }
  return "";
}

std::span<const CheckInfo> check_table() { return kChecks; }

const CheckInfo& info_of(Check check) { return kChecks[static_cast<std::size_t>(check)]; }

Failure failure(Check check, std::string detail) {
  return {check, info_of(check).cls, std::move(detail)};
}

Failure failure(Check check, CheckClass cls, std::string detail) {
  return {check, cls, std::move(detail)};
}

}  // namespace qinglu::ledger

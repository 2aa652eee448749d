// SPDX-License-Identifier: Apache-2.0
#include "cli/evidence.hpp"

#include <algorithm>
#include <iostream>

#include "api/client/client.hpp"
#include "cli/evidence_additions.hpp"
#include "cli/output.hpp"
#include "cli/verified.hpp"
#include "cli/verifier/files_beside.hpp"
#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/canonical_json.hpp"
#include "ledger/codec/genesis.hpp"
#include "ledger/evidence/contradiction_report.hpp"
#include "ledger/evidence/question.hpp"
#include "ledger/evidence/trust.hpp"
#include "ledger/evidence/verify.hpp"

namespace qinglu::cli {
namespace {

using ledger::Value;

constexpr std::size_t kEvidenceMax = 64u << 20;

int severity(int code) {
  switch (code) {
    case 10: return 4;
    case 1: return 3;
    case 3: return 2;
    case 11: return 1;
    default: return 0;
  }
}

/// Keeps what the node answers at `target` as a file; evidence may list files to go with it.
int save(const Settings& settings, const char* name, const std::string& target, const std::string& id, const std::string& output, bool force,
         const std::vector<std::string>& attach = {}) {
  auto node = node_of(settings);
  if (!node) return report_error(settings, node.error(), kUsage);
  auto file = node->download(target);
  if (file && !attach.empty()) file = with_attachments(*file, attach);
  if (!file) return report_error(settings, file.error(), exit_code_of(file.error()));
  if (output == "-") {
    std::cout << *file;
    return kOk;
  }
  if (auto ok = write_output(output, *file, force); !ok) {
    return report_error(settings, ok.error(), exit_code_of(ok.error()));
  }
  Output out(settings, name);
  const std::string digest = to_sha256_id(crypto::sha256(*file));
  out.document(Value(Value::Members{{"bytes", static_cast<std::int64_t>(file->size())},
                                    {"file", output},
                                    {"id", id},
                                    {"sha256", digest}}));
  out.line(output + "  " + std::to_string(file->size()) + settings.say(" 字节", " bytes"));
  out.line(digest);
  return kOk;
}

}  // namespace

int evidence_export(const Settings& settings, const std::string& id, const ExportFlags& flags, const std::string& output, bool force) {
  const bool of_record = from_sha256_id(id).has_value();
  std::string target = "/v1/records/" + id + "/evidence";
  if (!of_record) {
    target = "/v1/evidence";
    const auto add = [&target](std::string_view name, const std::string& value) {
      if (value.empty()) return;
      target += (target.find('?') == target.npos ? "?" : "&") + std::string(name) + "=" + api::encode_target(value);
    };
    if (!id.empty()) add("subject", id);
    for (const auto& [name, value] : {std::pair("question", &flags.question), std::pair("claim", &flags.claim), std::pair("kind", &flags.kind),
                                      std::pair("category", &flags.category), std::pair("ns", &flags.ns), std::pair("key", &flags.key)}) {
      add(name, *value);
    }
    for (const auto& [name, value] : {std::pair("as_of", &flags.as_of), std::pair("since", &flags.since), std::pair("from_seq", &flags.from_seq)}) {
      if (*value) add(name, std::to_string(**value));
    }
    if (flags.withhold) add("withhold", "records");
    if (flags.question.empty() && flags.claim.empty()) {
      return report_error(settings, {Errc::usage, "evidence export takes a record id (sha256:…), or a subject with --question (see: qinglu evidence questions) or --claim"}, kUsage);
    }
  }
  return save(settings, "evidence.export", target, id, output, force, flags.attach);
}

int evidence_receipt(const Settings& settings, const std::string& id, const std::string& output, bool force) {
  if (!from_sha256_id(id)) return report_error(settings, {Errc::usage, "a record id is sha256: and 64 lower-case hex digits"}, kUsage);
  return save(settings, "evidence.receipt", "/v1/records/" + id + "/receipt.cose", id, output, force);
}

int evidence_questions(const Settings& settings) {
  Output out(settings, "evidence.questions");
  Value::Items items;
  for (const ledger::Question& question : ledger::questions()) {
    items.emplace_back(Value::Members{{"claim", name(question.claim)}, {"name", question.name},
                                      {"text", Value::Members{{"en", question.en}, {"zh", question.zh}}}});
    out.line(out.strong(std::string(question.name)) + "  " + settings.say(std::string(question.zh).c_str(), std::string(question.en).c_str()));
  }
  out.document(Value(Value::Members{{"questions", std::move(items)}}));
  return kOk;
}

int evidence_verify(const Settings& settings, const std::vector<std::string>& files, const VerifyFlags& flags) {
  auto trust = read_trust_text(settings);
  if (!trust) return report_error(settings, trust.error(), exit_code_of(trust.error()));
  ledger::VerifyOptions options;
  if (!flags.policy.empty()) {
    auto text = read_input(flags.policy, 1u << 20);
    if (!text) return report_error(settings, text.error(), exit_code_of(text.error()));
    options.policy = std::move(*text);
  }
  options.now = flags.now;
  options.steps = settings.explain;
  options.max_age = flags.max_age_s;
  if (options.max_age && !options.now) options.now = now_ms() / 1000;
  int worst = kOk;
  for (const std::string& path : files) {
    auto bytes = read_input(path, kEvidenceMax + 1);
    if (!bytes && bytes.error().code != Errc::limit) {
      return report_error(settings, bytes.error(), exit_code_of(bytes.error()));
    }
    const std::string file = bytes ? std::move(*bytes) : std::string(kEvidenceMax + 1, ' ');
    const auto tell = [&](int code, Value document, const std::string& text) {
      if (severity(code) > severity(worst)) worst = code;
      if (settings.json) {
        document.set("file", Value(path));
        document.set("schema", Value("qinglu.cli.evidence.verify/v1"));
        print_document(settings, std::move(document));
      } else {
        std::cout << (files.size() > 1 ? path + "\n" : "") << text;
      }
    };
    // A file about a record, or one that names a member who contradicted itself: its head says which.
    if (ledger::is_contradiction(file)) {
      const auto report = ledger::verify_contradiction(file, *trust);
      tell(report.exit_code(), ledger::render_json(report), ledger::render_text(report, settings.language(), settings.explain));
    } else {
      const std::string beside = path == "-" ? "." : path.substr(0, path.rfind('/') + 1);
      options.files = files_beside(file, flags.attachments.empty() ? beside : flags.attachments);
      const ledger::Report report = ledger::verify(file, *trust, options);
      tell(report.exit_code(flags.strict), ledger::render_json(report, flags.strict),
           ledger::render_text(report, settings.language(), settings.explain));
    }
  }
  return worst;
}

int trust_pin(const Settings& settings, const std::string& genesis_file, const std::string& named, bool force) {
  const std::string output = named.empty() ? settings.trust : named;
  auto text = read_input(genesis_file, 1u << 20);
  if (!text) return report_error(settings, text.error(), exit_code_of(text.error()));
  auto genesis = ledger::decode_genesis(*text);
  if (!genesis) return report_error(settings, genesis.error(), kUsage);
  const ledger::Trust trust = ledger::trust_of(*genesis);
  const Bytes file = ledger::encode_trust(trust);
  if (auto ok = write_output(output, file, force); !ok) {
    return report_error(settings, ok.error(), exit_code_of(ok.error()));
  }
  Output out(settings, "trust.pin");
  const std::string words = ledger::fingerprint_words(genesis->ledger_id);
  out.document(Value(Value::Members{{"file", output},
                                    {"fingerprint", words},
                                    {"ledger_id", to_sha256_id(genesis->ledger_id)},
                                    {"sha256", to_sha256_id(crypto::sha256(file))}}));
  out.line(output + "  " + to_sha256_id(crypto::sha256(file)));
  out.line(settings.say("请与机构公布的八个词核对：", "compare with the eight words the institutions publish: ") + words);
  return kOk;
}

int trust_show(const Settings& settings) {
  if (settings.trust.empty()) return report_error(settings, {Errc::usage, "name the file with --trust"}, kUsage);
  auto text = read_input(settings.trust, 1u << 20);
  if (!text) return report_error(settings, text.error(), exit_code_of(text.error()));
  auto trust = ledger::decode_trust(*text);
  if (!trust) return report_error(settings, trust.error(), kUsage);
  Output out(settings, "trust.show");
  out.line(to_sha256_id(trust->ledger_id) + "  " + trust->origin);
  out.line(settings.say("纪元 ", "epoch ") + std::to_string(trust->epoch));
  out.line(trust->policy);
  auto document = ledger::parse_canonical(*text);
  out.document(std::move(*document));
  return kOk;
}

}  // namespace qinglu::cli

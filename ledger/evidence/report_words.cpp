// SPDX-License-Identifier: Apache-2.0
#include "ledger/evidence/report_words.hpp"

#include "crypto/base/encoding.hpp"
#include "ledger/codec/canonical_json.hpp"

namespace qinglu::ledger {
namespace {

constexpr struct {
  const char* zh;
  const char* en;
} kCategoryNames[] = {{"全部", "all"},
                      {"申请与状态", "filing and status"},
                      {"侵权", "infringement"},
                      {"许可、转让、合同与市场", "licence, transfer, contract and market"},
                      {"质押与金融", "pledge and finance"},
                      {"保全、中止与争议", "preservation, suspension and dispute"},
                      {"身份、治理与其他", "identity, governance and other"}};

std::string escaped(std::uint32_t code_point) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out = "<U+";
  for (int shift = 20; shift >= 0; shift -= 4) {
    if (shift >= 16 && code_point >> shift == 0) continue;
    out.push_back(kHex[(code_point >> shift) & 15]);
  }
  return out + ">";
}

Text categories(const Claim::Subject& subject) {
  Text names;
  for (const Category category : subject.categories) {
    const Text name = category_name(category);
    names.zh += (names.zh.empty() ? "" : "；") + name.zh;
    names.en += (names.en.empty() ? "" : "; ") + name.en;
  }
  return names;
}

}  // namespace

std::string row_name(const RowKey& row) {
  std::string out(1, static_cast<char>(row.ns));
  out.push_back(' ');
  for (const char c : row.key) {
    if (c == '\n') {
      out += escaped(U'\n');  // else a key could write lines of the report
    } else {
      out.push_back(c == '\0' ? '/' : c);
    }
  }
  return visible(out);
}

std::string visible(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    // The key of a state row is any octets: an absence can be proven of each.
    const auto ill_formed = first_utf8_error(text);
    const std::size_t end = ill_formed.value_or(text.size());
    for (std::size_t at = 0; at < end;) {
      const CodePoint c = code_point_at(text, at);
      const std::string_view character = text.substr(at, c.length);
      const bool hides = c.value == 0x7F || first_forbidden_code_point(character);
      out += hides ? escaped(c.value) : std::string(character);
      at += c.length;
    }
    text.remove_prefix(end);
    if (ill_formed) {
      out += "<0x" + to_hex(text.substr(0, 1)) + ">";
      text.remove_prefix(1);
    }
  }
  return out;
}

std::string plain_name(std::string_view text) {
  const auto is_plain = [](std::uint32_t c) {
    return (c >= 0x20 && c < 0x7F) || (c >= 0x3001 && c <= 0x3011) || (c >= 0x3014 && c <= 0x301B) || (c >= 0x3400 && c <= 0x4DBF) ||
           (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x20000 && c <= 0x323AF) || c == 0xFF08 || c == 0xFF09 || c == 0xFF0C || c == 0xB7;
  };
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint c = code_point_at(text, at);
    out += is_plain(c.value) ? std::string(text.substr(at, c.length)) : escaped(c.value);
    at += c.length;
  }
  return out;
}

std::string stamped_time(const Report::Timestamp& token) {
  std::string time = format_instant(token.time_ms / 1000);
  if (const std::string millis = std::to_string(1000 + token.time_ms % 1000); token.time_ms % 1000 > 0) time.insert(time.size() - 1, "." + millis.substr(1));
  if (token.accuracy_us) time += " ± " + std::to_string(*token.accuracy_us) + " µs";
  return time;
}

Text verdict_of(const Report& report) {
  if (report.verified()) {
    return report.warned() ? Text{"已验证，有提示", "VERIFIED, with warnings"} : Text{"已验证", "VERIFIED"};
  }
  switch (report.decisive()->cls) {
    case CheckClass::fork: return {"发现分叉", "FORK DETECTED"};
    case CheckClass::undecided: return {"无法判定", "UNDECIDED"};
    default: return {"验证不成立", "REFUTED"};
  }
}

Text category_name(Category category) {
  const auto& names = kCategoryNames[static_cast<std::size_t>(category)];
  return {names.zh, names.en};
}

Text moment(const Report::Moment& at) {
  const std::string size = std::to_string(at.size);
  const std::string height = std::to_string(at.height);
  const std::string time = format_instant(at.time_ms / 1000);
  return {"大小 " + size + "，高度 " + height + "，" + time, "size " + size + ", height " + height + ", " + time};
}

Text claim_sentence(const Report::Facts& f) {
  switch (f.claim) {
    case Claim::Type::record: return {"该记录在日志之中", "this record is in the log"};
    case Claim::Type::absence: {
      if (f.row) return {"账本中没有该状态行", "the ledger has no such state row"};
      const Text names = categories(*f.subject);
      if (f.since) {
        const Text from = moment(*f.since);
        return {"自" + from.zh + "起，该对象无下列类别的任何记录：" + names.zh,
                "since " + from.en + " nothing was recorded about the subject in: " + names.en};
      }
      return {"该对象无下列类别的任何记录：" + names.zh, "nothing is recorded about the subject in: " + names.en};
    }
    case Claim::Type::state_value: return {"账本中该状态行的内容如下", "the ledger's state row is as follows"};
    case Claim::Type::history: {
      const Text names = categories(*f.subject);
      return {"该对象在下列类别中的全部记录即如所列：" + names.zh,
              "what is listed is all that is recorded about the subject in: " + names.en};
    }
    case Claim::Type::consistency:
      return {"较早的树是该检查点的前缀", "the older trees are prefixes of the checkpoint's"};
  }
  return {};
}

}  // namespace qinglu::ledger

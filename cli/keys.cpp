// SPDX-License-Identifier: Apache-2.0
#include "cli/keys.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>

#include "cli/output.hpp"
#include "crypto/base/encoding.hpp"
#include "ledger/model/ids.hpp"

namespace qinglu::cli {
namespace {

namespace fs = std::filesystem;
using ledger::Value;

std::string folder_of(std::string party) {
  std::ranges::replace(party, ':', '_');
  return party;
}

std::string party_of(std::string folder) {
  const std::size_t mark = folder.find('_');
  if (mark != folder.npos) folder[mark] = ':';
  return folder;
}

crypto::KeyCost cost_named(const std::string& name) {
  if (name == "interactive") return {2, std::uint64_t{64} << 20};
  if (name == "sensitive") return crypto::kCostSensitive;
  return crypto::kCostModerate;
}

Result<void> check_names(const KeyNew& options) {
  if (!ledger::is_party_id(options.party)) {
    return Error{Errc::usage, options.party + " is no party id (org:<18 characters>)"};
  }
  const auto good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  if (options.key_id.empty() || options.key_id.size() > 40 || !std::ranges::all_of(options.key_id, good)) {
    return Error{Errc::usage, "a key id has letters, digits, hyphens and dots"};
  }
  return {};
}

Result<void> save(const KeyPlace& place, const std::string& text) {
  std::error_code failed;
  const fs::path folder = fs::path(place.path).parent_path();
  fs::create_directories(folder, failed);
  if (failed) return Error{Errc::io, "cannot create " + folder.string()};
  fs::permissions(folder, fs::perms::owner_all, failed);
  return crypto::save_key_file(place.path, text);
}

Value key_value(const KeyPlace& place, const crypto::KeyInfo& info) {
  return Value(Value::Members{{"key_id", place.key_id},
                              {"party", place.party},
                              {"path", place.path},
                              {"pub", to_hex(info.pub)},
                              {"suite", 1}});
}

}  // namespace

KeyPlace place_of(const Settings& settings, const std::string& party, const std::string& key_id) {
  return {party, key_id, settings.keys + "/" + folder_of(party) + "/" + key_id + ".key"};
}

std::vector<KeyPlace> list_keys(const Settings& settings) {
  std::vector<KeyPlace> places;
  std::error_code failed;
  for (const auto& folder : fs::directory_iterator(settings.keys, failed)) {
    if (!folder.is_directory()) continue;
    for (const auto& file : fs::directory_iterator(folder.path(), failed)) {
      if (file.path().extension() != ".key") continue;
      places.push_back({party_of(folder.path().filename().string()), file.path().stem().string(),
                        file.path().string()});
    }
  }
  std::ranges::sort(places, {}, [](const KeyPlace& p) { return std::tie(p.party, p.key_id); });
  return places;
}

Result<KeyPlace> choose_key(const Settings& settings) {
  const auto all = list_keys(settings);
  if (settings.key.empty()) {
    if (all.size() == 1) return all[0];
    return Error{all.empty() ? Errc::not_found : Errc::usage,
                 all.empty() ? "no key in " + settings.keys + ": qinglu key new --party ORG --key-id ID"
                             : "several keys in " + settings.keys + ": name one with --key PARTY/KEY_ID"};
  }
  if (settings.key.ends_with(".key")) {
    const fs::path path(settings.key);
    return KeyPlace{party_of(path.parent_path().filename().string()), path.stem().string(), settings.key};
  }
  std::vector<KeyPlace> fitting;
  for (const KeyPlace& place : all) {
    if (settings.key == place.party || settings.key == place.party + "/" + place.key_id) fitting.push_back(place);
  }
  if (fitting.size() == 1) return fitting[0];
  return Error{fitting.empty() ? Errc::not_found : Errc::usage,
               fitting.empty() ? "no key " + settings.key + " in " + settings.keys
                               : settings.key + " has several keys: name one with PARTY/KEY_ID"};
}

Result<OpenKey> open_key(const Settings& settings, const KeyPlace& place) {
  auto passphrase = read_passphrase(settings, false);
  if (!passphrase) return std::move(passphrase).error();
  auto key = crypto::load_key_file(place.path, std::nullopt, *passphrase);
  if (!key) return std::move(key).error();
  return OpenKey{place, std::move(*key)};
}

int key_new(const Settings& settings, const KeyNew& options) {
  if (auto ok = check_names(options); !ok) return report_error(settings, ok.error(), kUsage);
  auto passphrase = read_passphrase(settings, true);
  if (!passphrase) return report_error(settings, passphrase.error(), exit_code_of(passphrase.error()));
  const auto key = crypto::SigningKey::generate();
  auto text = crypto::seal_key(key, "record", std::nullopt, *passphrase, cost_named(options.kdf));
  if (!text) return report_error(settings, text.error(), exit_code_of(text.error()));
  const KeyPlace place = place_of(settings, options.party, options.key_id);
  if (auto ok = save(place, *text); !ok) return report_error(settings, ok.error(), exit_code_of(ok.error()));
  const auto info = crypto::read_key_info(*text);
  Output out(settings, "key.new");
  out.document(key_value(place, *info));
  out.line(settings.say("新密钥 ", "new key ") + place.party + "/" + place.key_id + "  " + to_hex(info->pub));
  out.line(settings.say("下一步：由登记机构提交 qinglu key add", "next: the registrar enrols it with qinglu key add"));
  return kOk;
}

int key_ls(const Settings& settings) {
  Output out(settings, "key.ls");
  Value::Items items;
  for (const KeyPlace& place : list_keys(settings)) {
    auto text = crypto::read_key_file(place.path);
    auto info = text ? crypto::read_key_info(*text) : Result<crypto::KeyInfo>(text.error());
    if (!info) {
      report_error(settings, info.error(), 0);
      continue;
    }
    items.push_back(key_value(place, *info));
    out.line(place.party + "/" + place.key_id + "  " + to_hex(info->pub));
  }
  out.document(Value(Value::Members{{"keys", std::move(items)}}));
  return kOk;
}

int key_show(const Settings& settings, const std::string& which) {
  Settings wanted = settings;
  if (!which.empty()) wanted.key = which;
  auto place = choose_key(wanted);
  if (!place) return report_error(settings, place.error(), exit_code_of(place.error()));
  auto text = crypto::read_key_file(place->path);
  if (!text) return report_error(settings, text.error(), exit_code_of(text.error()));
  auto info = crypto::read_key_info(*text);
  if (!info) return report_error(settings, info.error(), exit_code_of(info.error()));
  Output out(settings, "key.show");
  out.document(key_value(*place, *info));
  out.line(place->party + "/" + place->key_id);
  out.line("pub   " + to_hex(info->pub));
  out.line(settings.say("文件  ", "file  ") + place->path);
  return kOk;
}

int key_import(const Settings& settings, const KeyNew& options, const std::string& path) {
  if (auto ok = check_names(options); !ok) return report_error(settings, ok.error(), kUsage);
  auto text = crypto::read_key_file(path);
  if (!text) return report_error(settings, text.error(), exit_code_of(text.error()));
  auto info = crypto::read_key_info(*text);
  if (!info) return report_error(settings, info.error(), exit_code_of(info.error()));
  if (info->purpose != "record") {
    return report_error(settings, {Errc::usage, "the key is for " + info->purpose + ", not for records"}, kUsage);
  }
  const KeyPlace place = place_of(settings, options.party, options.key_id);
  if (auto ok = save(place, *text); !ok) return report_error(settings, ok.error(), exit_code_of(ok.error()));
  Output out(settings, "key.import");
  out.document(key_value(place, *info));
  out.line(settings.say("已导入 ", "imported ") + place.party + "/" + place.key_id);
  return kOk;
}

}  // namespace qinglu::cli

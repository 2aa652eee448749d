// SPDX-License-Identifier: Apache-2.0
#include "cli/title_chain.hpp"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace qinglu::cli {
namespace {

using ledger::Value;
using Names = std::vector<std::string>;

/// Long forms of company kinds, and what stands for them.
constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kKinds = {
    {{"INCORPORATED", "INC"}, {"CORPORATION", "CORP"}, {"COMPANY", "CO"}, {"LIMITED", "LTD"}, {"AKTIENGESELLSCHAFT", "AG"}}};

std::string comparable(const std::string& name) {
  std::string out;
  std::string word;
  const auto end_word = [&] {
    for (const auto& [full, brief] : kKinds) {
      if (word == full) word = brief;
    }
    if (word != "THE" && word != "AND") out += word;
    word.clear();
  };
  for (const char c : name) {
    if (c >= 'a' && c <= 'z') {
      word.push_back(static_cast<char>(c - 'a' + 'A'));
    } else if ((c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80) {
      word.push_back(c);
    } else if (c != '.' && c != '\'') {
      end_word();
    }
  }
  end_word();
  return out;
}

Names names(const Value& event, std::string_view side) {
  Names names;
  for (const Value& each : event.items_of(side)) names.emplace_back(each.text());
  return names;
}

bool among(const std::string& name, const Names& all) {
  return std::ranges::any_of(all, [&](const std::string& each) { return may_be_one_name(name, each); });
}
bool meet(const Names& a, const Names& b) {
  return std::ranges::any_of(a, [&](const std::string& each) { return among(each, b); });
}

std::string reference(const Value& event) {
  const std::string_view ref = event.text_of("office_ref");
  return std::string(ref.empty() ? std::string(event.text_of("date")) + " " + std::string(event.text_of("code")) : ref);
}

/// Numbers of a recording, so that 9-30 lies before 10-2.
std::pair<std::uint64_t, std::uint64_t> order_of(const Value& event) {
  std::pair<std::uint64_t, std::uint64_t> order;
  bool second = false;
  for (const char c : event.text_of("office_ref")) {
    if (c == '-') second = true;
    if (c < '0' || c > '9') continue;
    auto& part = second ? order.second : order.first;
    if (part < 1'000'000'000) part = part * 10 + static_cast<std::uint64_t>(c - '0');
  }
  return order;
}

class Reader {
 public:
  explicit Reader(std::vector<Value> events) : events_(std::move(events)) {
    std::ranges::stable_sort(events_, {}, [](const Value& event) {
      return std::make_tuple(std::string(event.text_of("date")), order_of(event));
    });
  }

  TitleChain read() {
    for (std::size_t day = 0; day < events_.size();) {
      std::size_t end = day;
      while (end < events_.size() && events_[end].text_of("date") == events_[day].text_of("date")) ++end;
      // Recordings of one day come in any order: what fits goes first.
      while (day < end) {
        const auto fits = std::find_if(events_.begin() + diff(day), events_.begin() + diff(end), [&](const Value& e) { return fits_now(e); });
        const auto next = fits == events_.begin() + diff(end) ? events_.begin() + diff(day) : fits;
        std::rotate(events_.begin() + diff(day), next, next + 1);
        take(events_[day++]);
      }
    }
    return std::move(chain_);
  }

 private:
  static std::ptrdiff_t diff(std::size_t n) { return static_cast<std::ptrdiff_t>(n); }

  bool fits_now(const Value& event) const {
    const std::string_view meaning = event.text_of("meaning");
    if (meaning != "OWNERSHIP" && meaning != "SECURITY_INTEREST") return meaning != "RELEASE";
    return chain_.holders.empty() || meet(names(event, "from"), chain_.holders);
  }

  void take(const Value& event) {
    const std::string_view meaning = event.text_of("meaning");
    if (meaning == "OWNERSHIP") convey(event);
    if (meaning == "SECURITY_INTEREST") charge(event);
    if (meaning == "RELEASE") release(event);
    if (meaning == "CORRECTION") correct(event);
  }

  void flag(const char* code, const Value& event, std::string blocking = {}) {
    chain_.flags.push_back({code, reference(event), std::move(blocking)});
  }
  std::string last_link() const { return chain_.links.empty() ? std::string() : chain_.links.back(); }

  void convey(const Value& event) {
    const Names from = names(event, "from");
    const Names to = names(event, "to");
    // Several inventors convey one after the other to the same holder.
    const bool holds = meet(from, chain_.holders);
    const bool again = !holds && !to.empty() && std::ranges::all_of(to, [&](const auto& each) { return among(each, chain_.holders); });
    if (!again && !chain_.holders.empty()) {
      if (from.empty()) flag("TITLE_UNCHECKED", event, last_link());
      else if (!holds) flag("TITLE_BREAK", event, last_link());
    } else if (to.empty()) {
      flag("TITLE_UNCHECKED", event);
    }
    Names stay;
    for (const std::string& holder : chain_.holders) {
      if (again || (holds && !among(holder, from))) stay.push_back(holder);
    }
    for (const std::string& each : to) {
      if (!among(each, stay)) stay.push_back(each);
    }
    chain_.holders = std::move(stay);
    chain_.links.push_back(reference(event));
  }

  void charge(const Value& event) {
    const Names from = names(event, "from");
    if (!chain_.holders.empty() && !from.empty() && !meet(from, chain_.holders)) flag("LIEN_BY_OTHER", event, last_link());
    chain_.liens.push_back({reference(event), names(event, "to"), {}});
  }

  void release(const Value& event) {
    // A partial release leaves the lien; which property is free stands in the instrument alone.
    const bool partial = event.text_of("code").ends_with("PARTIAL");
    std::vector<TitleChain::Lien*> named;
    for (const Value& ref : event.items_of("refers_to")) {
      for (auto& lien : chain_.liens) {
        if (lien.ref == ref.text()) named.push_back(&lien);
      }
    }
    if (event.items_of("refers_to").empty()) {
      // Without a reference, the one open lien of who releases; two that fit are not ours to choose between.
      const Names from = names(event, "from");
      for (auto& lien : chain_.liens) {
        if (lien.released_by.empty() && meet(from, lien.secured)) named.push_back(&lien);
      }
      if (named.size() > 1) named.clear();
    }
    if (named.empty()) return flag("RELEASE_UNRESOLVED", event);
    for (auto* lien : named) {
      if (!partial) lien->released_by = reference(event);
    }
  }

  void correct(const Value& event) {
    for (const Value& ref : event.items_of("refers_to")) {
      const std::string wrong(ref.text());
      if (std::ranges::find(chain_.links, wrong) == chain_.links.end()) {
        const bool lien = std::ranges::any_of(chain_.liens, [&](const auto& each) { return each.ref == wrong; });
        if (!lien) flag("CORRECTION_UNRESOLVED", event, wrong);
        continue;
      }
      // It takes the place of the link that it corrects, where that is the last one.
      const Names to = names(event, "to");
      if (last_link() == wrong && !to.empty()) chain_.holders = to;
    }
  }

  std::vector<Value> events_;
  TitleChain chain_;
};

}  // namespace

bool may_be_one_name(const std::string& a, const std::string& b) { return comparable(a) == comparable(b); }

bool TitleChain::follows() const {
  return std::ranges::none_of(flags, [](const Flag& each) { return each.code.starts_with("TITLE_") || each.code == "CORRECTION_UNRESOLVED"; });
}

Value to_value(const TitleChain& chain) {
  const auto texts = [](const Names& names) {
    Value::Items items;
    for (const std::string& each : names) items.emplace_back(each);
    return Value(std::move(items));
  };
  Value::Items flags;
  for (const auto& each : chain.flags) {
    Value flag(Value::Members{{"code", each.code}, {"ref", each.ref}});
    if (!each.blocking.empty()) flag.set("blocking", Value(each.blocking));
    flags.push_back(std::move(flag));
  }
  Value::Items liens;
  for (const auto& each : chain.liens) {
    Value lien(Value::Members{{"ref", each.ref}, {"secured", texts(each.secured)}});
    if (!each.released_by.empty()) lien.set("released_by", Value(each.released_by));
    liens.push_back(std::move(lien));
  }
  return Value(Value::Members{{"flags", std::move(flags)}, {"follows", Value(chain.follows())}, {"holders", texts(chain.holders)},
                              {"liens", std::move(liens)}, {"links", texts(chain.links)}});
}

TitleChain title_chain(std::vector<Value> events) { return Reader(std::move(events)).read(); }

}  // namespace qinglu::cli

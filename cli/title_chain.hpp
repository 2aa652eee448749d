// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "ledger/model/value.hpp"

namespace qinglu::cli {

/// What recorded events of a foreign right say of its title and its liens, as that office reported them. Pure;
/// never a ruling: a link that does not fit is flagged, with the recording that it does not fit.
/// Sources: domain.md §6.4 foreign.event; ip-data.md §3.3.
struct TitleChain {
  struct Flag {
    std::string code;      ///< below
    std::string ref;       ///< recording, or date and code where it has none
    std::string blocking;  ///< the recording that it does not fit; or empty
    bool operator==(const Flag&) const = default;
  };
  struct Lien {
    std::string ref;
    std::vector<std::string> secured;
    std::string released_by;  ///< empty: open
  };

  std::vector<std::string> holders;  ///< as the last link names them; empty: unknown, or a person
  std::vector<std::string> links;    ///< recordings of title, in order
  std::vector<Lien> liens;
  std::vector<Flag> flags;

  /// Whether every link of title follows from the one before.
  bool follows() const;
  /// Nothing about title or liens was recorded.
  bool silent() const { return links.empty() && liens.empty() && flags.empty(); }
};

/// Codes of flags:
/// TITLE_BREAK: who conveys does not hold; TITLE_UNCHECKED: a person conveys or receives, and persons stay off
/// the ledger; LIEN_BY_OTHER: who charges does not hold; RELEASE_UNRESOLVED: no lien is named or fits;
/// CORRECTION_UNRESOLVED: what is corrected is not here.
/// events: `data` of foreign.event records of one right, in any order.
TitleChain title_chain(std::vector<ledger::Value> events);

/// The chain as JSON: flags (code, ref, blocking), follows, holders, liens (ref, secured, released_by), links.
ledger::Value to_value(const TitleChain& chain);

/// Whether two spellings may be one name: letters and figures alone count, and common short forms of company
/// kinds. Tells a break of title, never a duplicate.
bool may_be_one_name(const std::string& a, const std::string& b);

}  // namespace qinglu::cli

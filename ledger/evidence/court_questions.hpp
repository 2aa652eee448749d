// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/evidence/report_words.hpp"

namespace qinglu::ledger {

/// How what is proven names an institution that cosigned it.
struct Interest {
  enum class Capacity : std::uint8_t {
    party,     ///< submitter, signer, principal, or named in the contents or as the subject
    official,  ///< only as the authority that submits, or as court, notary, registrar and the like
  };
  std::string name;  ///< note key name
  std::string party;
  Capacity capacity = Capacity::party;
};
/// The cosigners of the head and of the first quorums that are named, each once, in their order.
/// An institution whose party the trust file does not tell is not among them.
std::vector<Interest> interests(const Report::Facts& facts);

/// A question that a court asks of data from a blockchain, answered from the facts alone.
struct CourtAnswer {
  enum class Mark : std::uint8_t { pass, unknown, fail };
  std::string article;  ///< of the Online Litigation Rules: `16`, `17(1)`, …
  Text question;
  Mark mark = Mark::unknown;
  Text reason;
};
/// Articles 16 to 19 in order. States what the file shows: that something is true, or is valid evidence,
/// is the court's to say (article 15).   Source: OLR 15-19; domain.md 4.1.
std::vector<CourtAnswer> court_answers(const Report& report);

}  // namespace qinglu::ledger

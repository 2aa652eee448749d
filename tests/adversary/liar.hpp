// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "ledger/codec/genesis.hpp"
#include "node/node.hpp"
#include "node/peers/channel.hpp"

namespace qinglu::test {

/// What a lying member does beside, or instead of, what its honest node says.
enum class Lie {
  notarize_two,          ///< E2: two blocks in one view
  propose_two,           ///< E1: as leader two blocks, some members see the one first and some the other
  finalize_two,          ///< E4
  nullify_and_finalize,  ///< E3
  finalize_another,      ///< E5: notarizes one block, finalizes another
  cosign_two,            ///< E6: two roots of one size
  withhold_bodies,       ///< names records that it never hands out
  withhold_votes,        ///< never says Finalize, never cosigns
  votes_to_one,          ///< its votes reach one member only
  false_seals,           ///< proposes blocks whose seals are wrong in one member after the other
  forged_certificates,   ///< too few signatures, false ones, those of another block
  flood,                 ///< nullifies views that are far away
  garbage,               ///< bytes of no message, and messages that lack their end
  false_history,         ///< answers whoever asks for blocks with other ones
  censor,                ///< never takes up what others were handed
  replay,                ///< says again what it and others said long ago
};
/// By its name at the command line; nullopt: no such lie.
std::optional<Lie> lie_named(const std::string& name);
std::string names_of_lies();

/// A node that the liar stands behind has no part in it: the lies are told with its keys.
struct LiarOptions {
  std::set<Lie> lies;
  std::set<std::string> silent_to;  ///< members that get nothing at all
};
std::unique_ptr<node::Channel> make_liar(std::unique_ptr<node::Channel> channel, LiarOptions options, const std::string& member,
                                         const ledger::Genesis& genesis, node::NodeKeys keys);

}  // namespace qinglu::test

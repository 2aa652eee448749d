// SPDX-License-Identifier: Apache-2.0
// What chance does not bring and runs do not show: one engine, told by hand what others say.
#include <algorithm>

#include "crypto/base/binary.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/checkpoint.hpp"
#include "crypto/hash.hpp"
#include "tests/simulation/world.hpp"

namespace qinglu::sim {
namespace {

using namespace agreement;
using Kind = Statement::Kind;

constexpr std::int64_t kNow = 1'700'000'000'000;
constexpr const char* kOrigin = "cases.example/ledger";
const Digest kLedger = crypto::sha256("cases");

Signature sign(const PublicKey& key, BytesView message) {
  const Digest half = crypto::sha256({"signature", key, message});
  return Signature::from(Bytes(half.view()) + Bytes(half.view()));
}
PublicKey key_of(std::size_t member, const char* purpose) {
  return PublicKey::from(crypto::sha256({purpose, u64_key(member)}).view());
}

/// Four members; the engine is member 0, or an observer.
struct Seat {
  ledger::ValidatorSet set;
  std::size_t verified = 0;
  Tip tip;
  std::unique_ptr<Engine> engine;

  explicit Seat(std::optional<std::size_t> self) {
    set.epoch = 1;
    for (std::size_t i = 0; i < 4; ++i) {
      ledger::Validator member;
      member.id = "member-" + std::to_string(i);
      member.vote_key = key_of(i, "vote");
      member.cosign_key = key_of(i, "cosign");
      set.members.push_back(member);
    }
    tip.block_hash = kLedger;
    tip.log_size = 2;
    tip.next_valset_hash = crypto::sha256("set");
    tip.time_ms = kNow - 1;
    const Signers signers{[](BytesView message) { return sign(key_of(0, "vote"), message); },
                          [](std::string_view) { return crypto::NoteLine{kOrigin, {}, {}}; },
                          [](std::string_view text, std::uint64_t time_s) { return sign(key_of(0, "cosign"), crypto::cosignature_message(time_s, text)); }};
    engine = std::make_unique<Engine>(set, self, kLedger, kOrigin, signers, [this](const PublicKey& key, BytesView message, const Signature& signature) {
      ++verified;
      return sign(key, message) == signature;
    });
    DurableImage image;
    image.tip = tip;
    engine->step(Start{image}, kNow);
  }

  std::vector<Output> hear(std::size_t from, Message message) { return engine->step(Received{from, std::move(message)}, kNow); }
  Vote vote(std::size_t member, Kind kind, std::uint64_t view, const char* block) const {
    Statement s;
    s.kind = kind;
    s.epoch = 1;
    s.view = view;
    if (kind != Kind::nullify) s.block_hash = crypto::sha256(block);
    if (kind == Kind::finalize) s.next_valset_hash = tip.next_valset_hash;
    return {s, member, sign(set.members[member].vote_key, signed_bytes(s, kLedger, kOrigin))};
  }
  Cosign cosign(std::size_t member, const char* root) const {
    Cosign message{2, root ? crypto::sha256(root) : tip.log_root, kNow / 1000 + 1, member, {}};
    const auto text = crypto::format_checkpoint({kOrigin, message.size, message.root});
    message.signature = sign(set.members[member].cosign_key, crypto::cosignature_message(message.time_s, text));
    return message;
  }
  Bytes certificate(Kind kind, std::uint64_t view, const char* block) const {
    Certificate certificate{vote(1, kind, view, block).statement, {}};
    for (std::size_t member = 1; member < 4; ++member) certificate.signatures.emplace_back(member, vote(member, kind, view, block).signature);
    return certificate.encode(4);
  }
};

std::set<std::size_t> told_certificates(const std::vector<Output>& outputs) {
  std::set<std::size_t> to;
  for (const Output& output : outputs) {
    const auto* sent = std::get_if<Send>(&output);
    if (sent && std::holds_alternative<CertificateMessage>(sent->message)) to.insert(sent->to.value_or(99));
  }
  return to;
}
bool sets(const std::vector<Output>& outputs, Timer timer) {
  return std::ranges::any_of(outputs, [&](const Output& output) {
    const auto* set = std::get_if<SetTimer>(&output);
    return set && set->timer == timer;
  });
}
std::set<std::size_t> told_votes(const std::vector<Output>& outputs) {
  std::set<std::size_t> to;
  for (const Output& output : outputs) {
    const auto* sent = std::get_if<Send>(&output);
    if (sent && std::holds_alternative<Vote>(sent->message)) to.insert(sent->to.value_or(99));
  }
  return to;
}
std::set<std::uint8_t> accused(const std::vector<Output>& outputs) {
  std::set<std::uint8_t> codes;
  for (const Output& output : outputs) {
    if (const auto* found = std::get_if<Misbehaviour>(&output)) codes.insert(found->code);
  }
  return codes;
}

std::string relayed_to_who_has_not_shown_it() {
  Seat seat(0);
  std::vector<Output> last;
  for (std::size_t member = 1; member < 4; ++member) last = seat.hear(member, seat.vote(member, Kind::notarize, 1, "a"));
  if (!told_certificates(last).empty()) return "a certificate leaves before others could show it";
  if (!sets(last, Timer::relay)) return "nothing will relay it";
  seat.hear(2, seat.vote(2, Kind::finalize, 1, "a"));
  seat.hear(3, seat.vote(1, Kind::finalize, 1, "a"));  // another's vote, passed on: it shows nothing of member 3
  if (told_certificates(seat.engine->step(TimerFired{Timer::relay}, kNow)) != std::set<std::size_t>{1, 3}) return "not to members 1 and 3, who may lack it";
  if (!told_certificates(seat.engine->step(TimerFired{Timer::relay}, kNow)).empty()) return "relayed twice";
  return {};
}

std::string late_votes_are_verified_when_contradicted() {
  Seat seat(std::nullopt);
  for (std::size_t member = 0; member < 3; ++member) seat.hear(member, seat.vote(member, Kind::notarize, 1, "a"));
  const std::size_t before = seat.verified;
  const Vote late = seat.vote(3, Kind::notarize, 1, "a");
  seat.hear(3, late);
  if (seat.verified != before) return "a vote that nobody counts is verified";
  if (accused(seat.hear(3, seat.vote(3, Kind::finalize, 1, "b"))) != std::set<std::uint8_t>{5}) return "E5 is not found";
  if (accused(seat.hear(3, seat.vote(3, Kind::notarize, 1, "b"))) != std::set<std::uint8_t>{2}) return "E2 is not found";

  Seat other(std::nullopt);
  for (std::size_t member = 0; member < 3; ++member) other.hear(member, other.vote(member, Kind::notarize, 1, "a"));
  Vote forged = late;
  forged.signature = sign(key_of(3, "another key"), "");
  other.hear(3, forged);
  const std::size_t unverified = other.verified;
  other.hear(3, late);
  if (other.verified == unverified) return "one statement lies aside under any number of signatures";
  if (accused(other.hear(3, other.vote(3, Kind::finalize, 1, "b"))) != std::set<std::uint8_t>{5}) return "a forged vote takes the place of the true one";

  Seat third(std::nullopt);
  for (std::size_t member = 0; member < 3; ++member) third.hear(member, third.vote(member, Kind::notarize, 1, "a"));
  third.hear(3, forged);
  if (!accused(third.hear(3, third.vote(3, Kind::finalize, 1, "b"))).empty()) return "an accusation rests on a forged vote";
  return {};
}

std::string a_forged_vote_is_not_somebody_elses() {
  Seat seat(std::nullopt);
  for (std::size_t member = 0; member < 3; ++member) seat.hear(member, seat.vote(member, Kind::notarize, 1, "a"));
  const std::size_t before = seat.verified;
  Vote forged = seat.vote(3, Kind::notarize, 1, "a");
  forged.signature = sign(key_of(3, "another key"), "");
  seat.hear(2, forged);  // member 2 passes on what member 3 never said
  if (seat.verified == before) return "what another passes on is kept unverified";
  return {};
}

std::string late_cosignatures_are_verified_when_contradicted() {
  Seat seat(0);
  seat.hear(1, seat.cosign(1, nullptr));
  seat.hear(2, seat.cosign(2, nullptr));
  const std::size_t before = seat.verified;
  seat.hear(3, seat.cosign(3, nullptr));
  if (seat.verified != before) return "a cosignature behind the quorum is verified";
  if (accused(seat.hear(3, seat.cosign(3, "another root"))) != std::set<std::uint8_t>{6}) return "E6 is not found";
  return {};
}

std::string a_jump_over_views_begins_their_times_anew() {
  Seat seat(0);
  const auto waiting = seat.engine->step(PoolHint{true}, kNow);
  if (!sets(waiting, Timer::advance)) return "a view with something to agree on has no timer";
  const auto jumped = seat.hear(1, CertificateMessage{seat.certificate(Kind::nullify, 9, "")});
  if (seat.engine->view() != 10) return "a certificate leads to no view";
  if (!sets(jumped, Timer::advance) || !sets(jumped, Timer::lead)) return "the new view has the old one's timers";
  return {};
}

std::string gives_a_view_up_for_others_and_answers_who_repeats() {
  Seat seat(0);
  const auto nullify = [&] { return seat.hear(2, seat.vote(2, Kind::nullify, 1, "")); };
  const auto says_where_it_stands = [&] { seat.hear(2, Status{1, 1, 1, 0, 0, 2, kNow, 0, {}}); };
  if (sets(nullify(), Timer::advance)) return "one other, who may be a liar, keeps it busy";
  if (!sets(seat.hear(3, seat.vote(3, Kind::notarize, 1, "a block that never comes")), Timer::advance)) return "it does not follow f+1 others";
  if (!told_votes(nullify()).empty()) return "it answers before it has voted";
  if (told_votes(seat.engine->step(TimerFired{Timer::advance}, kNow)) != std::set<std::size_t>{99}) return "it does not give the view up";
  if (!told_votes(nullify()).contains(2)) return "who repeats its vote gets no answer";
  if (!told_votes(nullify()).empty()) return "it answers more than once between two words of where one stands";
  says_where_it_stands();
  if (told_votes(nullify()) != std::set<std::size_t>{2}) return "it answers once only";
  if (!sets(seat.engine->step(PoolHint{true}, kNow), Timer::retry)) return "with a record waiting it does not repeat its own";
  says_where_it_stands();
  if (!told_votes(nullify()).empty()) return "it answers beside repeating its own";
  return {};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> failed_cases() {
  const std::pair<const char*, std::string (*)()> all[] = {
      {"relayed to who has not shown it", relayed_to_who_has_not_shown_it},
      {"late votes are verified when contradicted", late_votes_are_verified_when_contradicted},
      {"a forged vote is not somebody else's", a_forged_vote_is_not_somebody_elses},
      {"late cosignatures are verified when contradicted", late_cosignatures_are_verified_when_contradicted},
      {"a jump over views begins their times anew", a_jump_over_views_begins_their_times_anew},
      {"gives a view up for others and answers who repeats", gives_a_view_up_for_others_and_answers_who_repeats},
  };
  std::vector<std::pair<std::string, std::string>> failed;
  for (const auto& [name, run] : all) {
    if (std::string why = run(); !why.empty()) failed.emplace_back(name, std::move(why));
  }
  return failed;
}

}  // namespace qinglu::sim

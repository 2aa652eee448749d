// SPDX-License-Identifier: Apache-2.0
#include "tests/adversary/liar.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string_view>
#include <utility>
#include <variant>

#include "crypto/checkpoint.hpp"
#include "crypto/cosignature.hpp"
#include "crypto/ed25519.hpp"
#include "crypto/hash.hpp"
#include "ledger/codec/seal.hpp"
#include "node/agreement/certificate.hpp"
#include "node/agreement/message.hpp"
#include "node/gossip.hpp"

namespace qinglu::test {
namespace {

using agreement::Message;
using agreement::Propose;
using agreement::Statement;
using agreement::Vote;
using Kind = Statement::Kind;

constexpr std::array<std::pair<std::string_view, Lie>, 16> kNames = {{{"notarize-two", Lie::notarize_two},
                                                                      {"propose-two", Lie::propose_two},
                                                                      {"finalize-two", Lie::finalize_two},
                                                                      {"nullify-and-finalize", Lie::nullify_and_finalize},
                                                                      {"finalize-another", Lie::finalize_another},
                                                                      {"cosign-two", Lie::cosign_two},
                                                                      {"withhold-bodies", Lie::withhold_bodies},
                                                                      {"withhold-votes", Lie::withhold_votes},
                                                                      {"votes-to-one", Lie::votes_to_one},
                                                                      {"false-seals", Lie::false_seals},
                                                                      {"forged-certificates", Lie::forged_certificates},
                                                                      {"flood", Lie::flood},
                                                                      {"garbage", Lie::garbage},
                                                                      {"false-history", Lie::false_history},
                                                                      {"censor", Lie::censor},
                                                                      {"replay", Lie::replay}}};

/// Messages that a replay remembers, and how many come between one and its return.
constexpr std::size_t kRemembered = 512;

class Liar final : public node::Channel {
 public:
  Liar(std::unique_ptr<node::Channel> inner, LiarOptions options, const std::string& member, const ledger::Genesis& genesis,
       node::NodeKeys keys)
      : inner_(std::move(inner)), options_(std::move(options)), member_(member), ledger_id_(genesis.ledger_id),
        origin_(genesis.origin), set_(genesis.validators), keys_(std::move(keys)) {}

  void start(Received received) override {
    inner_->start([this, received = std::move(received)](const std::string& from, Bytes message) {
      remember(message);
      if (does(Lie::censor) && node::is_gossip(message)) {
        const auto gossip = node::decode_gossip(message);
        if (gossip && std::holds_alternative<node::Records>(*gossip)) return;
      }
      received(from, std::move(message));
    });
  }

  void send(const std::string& to, std::shared_ptr<const Bytes> message) override {
    if (options_.silent_to.contains(to)) return;
    for (Bytes& each : said(to, *message)) inner_->send(to, std::make_shared<const Bytes>(std::move(each)));
  }

  std::vector<node::PeerState> peers() const override { return inner_->peers(); }
  void stop() override { inner_->stop(); }

 private:
  bool does(Lie lie) const { return options_.lies.contains(lie); }

  /// What goes to `to` in the place of `message`.
  std::vector<Bytes> said(const std::string& to, const Bytes& message) {
    std::vector<Bytes> out;
    if (node::is_gossip(message)) {
      auto gossip = node::decode_gossip(message);
      if (!gossip) return {message};
      const auto* compact = std::get_if<node::CompactPropose>(&*gossip);
      if (does(Lie::withhold_bodies) && !compact) return {};
      if (does(Lie::false_seals) && compact) {
        return {node::encode(node::Gossip(node::CompactPropose{with_false_seal(compact->proposal), compact->units}))};
      }
      out = {message};
      if (does(Lie::propose_two) && compact) {
        out.push_back(node::encode(node::Gossip(node::CompactPropose{another(compact->proposal), compact->units})));
      }
    } else {
      auto decoded = agreement::decode_message(message);
      if (!decoded) return {message};
      out = said(to, *decoded, message);
    }
    if (does(Lie::garbage)) add_garbage(message, out);
    if (does(Lie::flood)) add_flood(out);
    if (does(Lie::replay)) add_old(message, out);
    return out;
  }

  std::vector<Bytes> said(const std::string& to, const Message& decoded, const Bytes& message) {
    if (const auto* vote = std::get_if<Vote>(&decoded)) return votes(to, *vote, message);
    if (const auto* proposal = std::get_if<Propose>(&decoded)) return proposals(to, *proposal, message);
    if (const auto* cosign = std::get_if<agreement::Cosign>(&decoded)) {
      if (does(Lie::withhold_votes)) return {};
      if (does(Lie::cosign_two)) return {message, agreement::encode(Message(of_another_root(*cosign)))};
    }
    if (const auto* certificate = std::get_if<agreement::CertificateMessage>(&decoded); certificate && does(Lie::forged_certificates)) {
      return forged(certificate->certificate, message);
    }
    if (const auto* block = std::get_if<agreement::BlockMessage>(&decoded)) {
      if (does(Lie::withhold_bodies)) return {};
      if (does(Lie::false_history)) return {agreement::encode(altered(*block))};
    }
    if (auto range = std::get_if<agreement::Range>(&decoded); range && does(Lie::false_history)) {
      agreement::Range other = *range;
      for (agreement::BlockMessage& block : other.blocks) block = altered(block);
      return {agreement::encode(Message(std::move(other)))};
    }
    return {message};
  }

  std::vector<Bytes> votes(const std::string& to, const Vote& vote, const Bytes& message) {
    const Statement& said = vote.statement;
    if (does(Lie::withhold_votes) && said.kind == Kind::finalize) return {};
    if (does(Lie::votes_to_one) && to != first_other()) return {};
    std::vector<Bytes> out = {message};
    Statement other = said;
    if (does(Lie::notarize_two) && said.kind == Kind::notarize) {
      other.block_hash = crypto::sha256({"another block", said.block_hash});
      out.push_back(agreement::encode(Message(signed_vote(other))));
    }
    if (does(Lie::finalize_two) && said.kind == Kind::finalize) {
      other.root = crypto::sha256({"another root", said.root});
      out.push_back(agreement::encode(Message(signed_vote(other))));
    }
    if (does(Lie::finalize_another) && said.kind == Kind::finalize) {
      other.block_hash = crypto::sha256({"another block", said.block_hash});
      return {agreement::encode(Message(signed_vote(other)))};
    }
    if (does(Lie::nullify_and_finalize) && said.kind == Kind::finalize) {
      Statement none;
      none.kind = Kind::nullify;
      none.epoch = said.epoch;
      none.view = said.view;
      out.push_back(agreement::encode(Message(signed_vote(none))));
    }
    return out;
  }

  std::vector<Bytes> proposals(const std::string& to, const Propose& proposal, const Bytes& message) {
    if (does(Lie::withhold_bodies) && !proposal.body.empty()) {
      node::CompactPropose compact{proposal, {crypto::sha256({"a record that nobody has", proposal.seal})}};
      compact.proposal.body.clear();
      return {node::encode(node::Gossip(std::move(compact)))};
    }
    if (does(Lie::false_seals)) return {agreement::encode(Message(with_false_seal(proposal)))};
    if (!does(Lie::propose_two)) return {message};
    std::vector<Bytes> both = {message, agreement::encode(Message(another(proposal)))};
    if (number_of(to) % 2 == 0) std::swap(both[0], both[1]);
    return both;
  }

  /// The same block a millisecond later.
  Propose another(const Propose& proposal) const {
    auto seal = ledger::decode_seal(proposal.seal);
    if (!seal) return proposal;
    ++seal->time_ms;
    return signed_proposal(proposal, *seal);
  }

  Propose with_false_seal(const Propose& proposal) {
    auto seal = ledger::decode_seal(proposal.seal);
    if (!seal) return proposal;
    const auto other = [](const Digest& digest) { return crypto::sha256({"other", digest}); };
    static constexpr int kMembers = 16;
    switch (false_member_++ % kMembers) {
      case 0: seal->state_root = other(seal->state_root); break;
      case 1: seal->records_root = other(seal->records_root); break;
      case 2: ++seal->record_count; break;
      case 3: ++seal->log_size_before; break;
      case 4: seal->log_root_before = other(seal->log_root_before); break;
      case 5: seal->next_valset_hash = other(seal->next_valset_hash); break;
      case 6: seal->justification_hash = other(seal->justification_hash); break;
      case 7: seal->epoch_end = !seal->epoch_end; break;
      case 8: ++seal->height; break;
      case 9: seal->parent = other(seal->parent); break;
      case 10: seal->time_ms += 3'600'000; break;
      case 11: seal->time_ms -= 3'600'000; break;
      case 12: ++seal->view; break;
      case 13: ++seal->epoch; break;
      case 14: seal->proposer = (seal->proposer + 1) % set_.n(); break;
      default: {
        Propose loose = signed_proposal(proposal, *seal);
        loose.seal += " ";  // no canonical JSON
        return loose;
      }
    }
    return signed_proposal(proposal, *seal);
  }

  Propose signed_proposal(const Propose& like, const ledger::Seal& seal) const {
    Propose result = like;
    result.seal = ledger::encode_seal(seal);
    Statement notarized;
    notarized.kind = Kind::notarize;
    notarized.epoch = seal.epoch;
    notarized.view = seal.view;
    notarized.block_hash = ledger::block_hash(result.seal);
    result.proposed = keys_.vote.sign({agreement::propose_bytes(ledger_id_, seal.epoch, seal.view, notarized.block_hash)});
    result.notarized = signed_vote(notarized).signature;
    return result;
  }

  agreement::Cosign of_another_root(agreement::Cosign cosign) const {
    cosign.root = crypto::sha256({"another root", cosign.root});
    const std::string checkpoint = crypto::format_checkpoint({origin_, cosign.size, cosign.root});
    cosign.signature = keys_.cosign.sign({crypto::cosignature_message(cosign.time_s, checkpoint)});
    return cosign;
  }

  Vote signed_vote(const Statement& statement) const {
    return {statement, number_of(member_), keys_.vote.sign({agreement::signed_bytes(statement, ledger_id_, origin_)})};
  }

  std::vector<Bytes> forged(const Bytes& bytes, const Bytes& message) const {
    const auto certificate = agreement::Certificate::decode(bytes, set_);
    if (!certificate) return {message};
    auto of_another = *certificate;
    of_another.statement.block_hash = crypto::sha256({"another block", of_another.statement.block_hash});
    auto of_later = *certificate;
    of_later.statement.view += 1;
    auto all_mine = *certificate;
    const Signature mine = signed_vote(all_mine.statement).signature;
    for (auto& [signer, signature] : all_mine.signatures) signature = mine;
    auto few = *certificate;
    few.signatures.pop_back();
    std::vector<Bytes> out;
    for (const auto* each : {&of_another, &of_later, &all_mine, &few}) {
      out.push_back(agreement::encode(Message(agreement::CertificateMessage{each->encode(set_.n())})));
    }
    out.push_back(message);
    return out;
  }

  static agreement::BlockMessage altered(const agreement::BlockMessage& block) {
    agreement::BlockMessage result = block;
    if (!result.body.empty()) result.body.back() = static_cast<char>(result.body.back() ^ 1);
    if (auto seal = ledger::decode_seal(block.seal)) {
      seal->time_ms += 1;
      result.seal = ledger::encode_seal(*seal);
    }
    return result;
  }

  void add_garbage(const Bytes& message, std::vector<Bytes>& out) {
    const Bytes noise = crypto::random_bytes(64);
    const auto of_noise = [&](std::size_t i) { return static_cast<unsigned char>(noise[i]); };
    out.push_back(noise);
    out.push_back(Bytes(1, noise[0]));
    out.push_back(message.substr(0, message.size() * of_noise(1) / 256));
    Bytes bent = message;
    if (!bent.empty()) bent[(of_noise(2) * 256u + of_noise(3)) % bent.size()] ^= static_cast<char>(1 << (of_noise(4) % 8));
    out.push_back(std::move(bent));
    out.push_back(message + noise);
  }

  void add_flood(std::vector<Bytes>& out) {
    Statement far;
    far.kind = Kind::nullify;
    far.epoch = set_.epoch;
    for (const std::uint64_t view : {std::uint64_t{1} << 20, std::uint64_t{1} << 53, ~std::uint64_t{0}, ++flooded_}) {
      far.view = view;
      out.push_back(agreement::encode(Message(signed_vote(far))));
    }
    out.push_back(agreement::encode(Message(agreement::GetRange{set_.epoch, ~std::uint64_t{0}})));
    out.push_back(agreement::encode(Message(agreement::GetCerts{set_.epoch, 1, ~std::uint64_t{0}})));
  }

  void remember(const Bytes& message) {
    if (!does(Lie::replay) || message.size() > 65'536) return;
    const std::lock_guard lock(mutex_);
    old_.push_back(message);
    if (old_.size() > kRemembered) old_.pop_front();
  }

  void add_old(const Bytes& message, std::vector<Bytes>& out) {
    remember(message);
    const std::lock_guard lock(mutex_);
    const Bytes noise = crypto::random_bytes(2);
    const std::size_t at = static_cast<unsigned char>(noise[0]) * 256u + static_cast<unsigned char>(noise[1]);
    for (std::size_t k = 0; k < 2 && !old_.empty(); ++k) out.push_back(old_[(at + 31 * k) % old_.size()]);
  }

  std::size_t number_of(const std::string& id) const {
    const auto at = std::ranges::find(set_.members, id, &ledger::Validator::id);
    return static_cast<std::size_t>(at - set_.members.begin());
  }
  const std::string& first_other() const { return set_.members[number_of(member_) == 0 ? 1 : 0].id; }

  const std::unique_ptr<node::Channel> inner_;
  const LiarOptions options_;
  const std::string member_;
  const Digest ledger_id_;
  const std::string origin_;
  const ledger::ValidatorSet set_;  // of the first epoch: tests with an adversary change no set
  const node::NodeKeys keys_;
  std::atomic<int> false_member_ = 0;
  std::atomic<std::uint64_t> flooded_ = 0;
  std::mutex mutex_;
  std::deque<Bytes> old_;
};

}  // namespace

std::optional<Lie> lie_named(const std::string& name) {
  for (const auto& [known, lie] : kNames) {
    if (known == name) return lie;
  }
  return std::nullopt;
}

std::string names_of_lies() {
  std::string out;
  for (const auto& each : kNames) out += (out.empty() ? "" : " ") + std::string(each.first);
  return out;
}

std::unique_ptr<node::Channel> make_liar(std::unique_ptr<node::Channel> channel, LiarOptions options, const std::string& member,
                                         const ledger::Genesis& genesis, node::NodeKeys keys) {
  return std::make_unique<Liar>(std::move(channel), std::move(options), member, genesis, std::move(keys));
}

}  // namespace qinglu::test

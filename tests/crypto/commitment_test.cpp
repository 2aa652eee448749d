// SPDX-License-Identifier: Apache-2.0
#include "crypto/commitment.hpp"

#include "crypto/base/encoding.hpp"
#include "crypto/hash.hpp"
#include "tests/crypto/started.hpp"
#include "tests/support/catch.hpp"

namespace qinglu::crypto {
namespace {

/// The worked vector of evidence.md §5: eight slots, the third holds the field `fee`.
const RecordSecret kSecret = RecordSecret::from(Bytes(32, '\x04'));
const std::string kValue = R"({"fen":30000000})";

std::vector<Digest> slots() {
  std::vector<Digest> result;
  for (int j = 0; j < 8; ++j)
    result.push_back(Digest::from(Bytes(32, static_cast<char>(0xa0 + j))));
  result[2] = field_commitment("fee", field_salt(kSecret, "fee"), kValue);
  return result;
}

}  // namespace

TEST_CASE("the worked private section has the published salt, commitment, root and path",
          "[commitment]") {
  CHECK(to_hex(field_salt(kSecret, "fee")) ==
        "e1d544848b4524de7c0859accd849b8089758a9ee571b60cf7d56a8d3caa25f5");
  CHECK(to_hex(slots()[2]) == "d8ac1ac08dee38f5874e682702746c09fc3fb5d9bd28a056e19d7caad2c829d5");
  CHECK(to_hex(tagged_hash(HashTag::private_leaf, "\x02", slots()[2])) ==
        "fa0331a67aa48e730e9b07d6a81d57d596b4acb69517d1bd39676c5449a6abc7");
  const Digest root = private_root(slots());
  CHECK(to_hex(root) == "c180dd2e4147fa29d77b54db5e649ffd8bb025af66e12f88644f623354a69eee");
  const auto path = private_path(slots(), 2);
  REQUIRE(path.size() == 3);
  CHECK(to_base64(path[0]) == "spE90CXWeH2uMDVVlUYLsvkZx+nkXr9TLvaF3FOtdSs=");
  CHECK(to_base64(path[1]) == "ixBjv4Hi/5edYBK6GcJswPlBJUGAUfWoCa4imQm1vtI=");
  CHECK(to_base64(path[2]) == "mbSaAjYRkxRKHMjSpkFVRbOf0Lif1S/6if6QDPdpO3E=");
  CHECK(verify_private_slot(2, 8, slots()[2], path, root));
}

TEST_CASE("a field opens in its own slot, width and value only", "[commitment]") {
  const Digest root = private_root(slots());
  for (std::size_t slot = 0; slot < 8; ++slot) {
    const auto path = private_path(slots(), slot);
    for (std::size_t claimed = 0; claimed < 8; ++claimed) {
      CHECK(static_cast<bool>(verify_private_slot(claimed, 8, slots()[slot], path, root)) ==
            (claimed == slot));
    }
    CHECK_FALSE(verify_private_slot(slot, 16, slots()[slot], path, root));
    CHECK_FALSE(verify_private_slot(slot, 4, slots()[slot], path, root));
    CHECK_FALSE(verify_private_slot(slot, 8, Digest{}, path, root));
    CHECK_FALSE(verify_private_slot(slot, 8, slots()[slot], {path.data(), 2}, root));
  }
  CHECK_FALSE(verify_private_slot(8, 8, slots()[0], private_path(slots(), 0), root));
  const Salt salt = field_salt(kSecret, "fee");
  CHECK(field_commitment("fee", salt, R"({"fen":30000001})") != slots()[2]);
  CHECK(field_commitment("fe", salt, "e" + kValue) != slots()[2]);
  CHECK(field_salt(kSecret, "fe") != salt);
}

TEST_CASE("wider sections have longer paths", "[commitment]") {
  for (std::size_t width : {std::size_t{8}, std::size_t{16}, std::size_t{32}}) {
    const std::vector<Digest> filled(width, Digest{});
    for (std::size_t slot = 0; slot < width; ++slot) {
      const auto path = private_path(filled, slot);
      CHECK((std::size_t{1} << path.size()) == width);
      CHECK(verify_private_slot(slot, width, filled[slot], path, private_root(filled)));
    }
  }
}

}  // namespace qinglu::crypto

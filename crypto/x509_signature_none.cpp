// SPDX-License-Identifier: Apache-2.0
// For the offline verifier, which executes no records and so meets no time-stamp token of a rule: it links
// the rules' archive, and without the optimiser's help the linker wants these names.
#include "crypto/base/check.hpp"
#include "crypto/x509_signature.hpp"

namespace qinglu::crypto {

Bytes signature_digest(SignatureHash, BytesView) {
  QL_CHECK(!"the verifier executes no records");
  return {};
}

bool verify_x509_signature(BytesView, SignatureHash, BytesView, BytesView) {
  QL_CHECK(!"the verifier executes no records");
  return false;
}

}  // namespace qinglu::crypto

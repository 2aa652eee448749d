# SPDX-License-Identifier: Apache-2.0
#
# Verifies the signature of a COSE receipt with ruby-cose, a COSE library that nobody of this project wrote. It takes
# the message apart, finds the key and builds what is signed; added here is the one algorithm that it has not.
#
# usage: ruby cose_check.rb RECEIPT KID KEY ROOT     kid, Ed25519 key and root (the detached payload) in hex
# Exit code: 0 the signature holds, 1 it does not.
require "cose"
require "openssl"

class EdDSA < COSE::Algorithm::SignatureAlgorithm
  SPKI = ["302a300506032b6570032100"].pack("H*")  # RFC 8410, before the 32 bytes of a key

  private

  def valid_key?(key)
    key.is_a?(COSE::Key::OKP) && key.crv == 6
  end

  def to_pkey(key)
    OpenSSL::PKey.read(SPKI + key.x)
  end

  def valid_signature?(key, signature, data)
    to_pkey(key).verify(nil, signature, data)
  end
end
COSE::Algorithm.register(EdDSA.new(-8, "EdDSA"))

receipt = File.binread(ARGV[0])
kid, x, root = ARGV[1, 3].map { |hex| [hex].pack("H*") }
begin
  detached = COSE::Sign1.deserialize(receipt)
  message = COSE::Sign1.new(protected_headers: detached.protected_headers, unprotected_headers: detached.unprotected_headers,
                            payload: root, signature: detached.signature)
  message.verify(COSE::Key::OKP.new(crv: 6, x: x, kid: kid)) || abort("refused")
rescue COSE::Error, CBOR::MalformedFormatError, EOFError => e
  abort("refused: #{e.message}")
end

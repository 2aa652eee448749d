#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the time-stamp tokens of this folder anew with `openssl` 3.0: new keys, new times.
# Usage: sh make.sh DIR   (the tests know the frozen ones: times, serials and digests stand in them)
set -eu
mkdir -p "$1"
out=$(cd "$1" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
printf 'qinglu example exhibit\n' > exhibit
printf 'another exhibit\n' > other
: > index.txt
echo 01 > serial
echo 0A > tsaserial

cat > ca.cnf <<CNF
[ca]
default_ca = d
[d]
new_certs_dir = .
database = index.txt
serial = serial
default_md = sha256
policy = p
unique_subject = no
[p]
organizationName = optional
commonName = supplied
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign,cRLSign
[tsa]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[plain]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = timeStamping
[mail]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = critical,emailProtection
[two]
basicConstraints = critical,CA:FALSE
extendedKeyUsage = critical,timeStamping,emailProtection
[req]
distinguished_name = dn
[dn]
CNF
ts_config() {  # digest of the signature, of the certificate's id, digits of a second's fraction, whole chain
  cat > ts.cnf <<CNF
[tsa]
default_tsa = t
[t]
serial = ./tsaserial
crypto_device = builtin
default_policy = 1.3.6.1.4.1.99999.1
digests = sha1, sha256, sha384, sha512
accuracy = secs:1, millisecs:500
clock_precision_digits = $3
signer_digest = $1
ess_cert_id_alg = $2
ordering = no
tsa_name = yes
ess_cert_id_chain = $4
CNF
}

openssl req -x509 -config ca.cnf -extensions root -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem \
  -subj "/O=Qinglu Test/CN=Test Root" -days 7300 2>/dev/null
certificate() {  # name, key arguments, extensions, from, until
  openssl genpkey $2 -out "$1.key" 2>/dev/null
  openssl req -config ca.cnf -new -key "$1.key" -subj "/O=Qinglu Test/CN=TSA $1" -out "$1.csr"
  openssl ca -batch -config ca.cnf -cert ca.pem -keyfile ca.key -extensions "$3" -in "$1.csr" -out "$1.pem" \
    -startdate "$4" -enddate "$5" -notext 2>/dev/null
}
now="20260101000000Z 20400101000000Z"
certificate rsa "-algorithm RSA -pkeyopt rsa_keygen_bits:2048" tsa $now
certificate p256 "-algorithm EC -pkeyopt ec_paramgen_curve:P-256" tsa $now
certificate p384 "-algorithm EC -pkeyopt ec_paramgen_curve:P-384" tsa $now
certificate weak "-algorithm RSA -pkeyopt rsa_keygen_bits:1024" tsa $now
certificate expired "-algorithm EC -pkeyopt ec_paramgen_curve:P-256" tsa 20200101000000Z 20210101000000Z
certificate plain "-algorithm EC -pkeyopt ec_paramgen_curve:P-256" plain $now
certificate mail "-algorithm EC -pkeyopt ec_paramgen_curve:P-256" mail $now
certificate two "-algorithm EC -pkeyopt ec_paramgen_curve:P-256" two $now

token() {  # file, certificate, digest of the imprint, of the signature, of the certificate's id, query arguments
  ts_config "$4" "$5" 0 no
  openssl ts -query -data exhibit "-$3" $6 -out q.tsq 2>/dev/null
  openssl ts -reply -config ts.cnf -queryfile q.tsq -signer "$2.pem" -inkey "$2.key" -token_out -out "$out/$1.der" 2>/dev/null
}
token good_rsa rsa sha256 sha256 sha256 -cert
token good_p256 p256 sha256 sha256 sha256 "-cert -no_nonce"
token good_p384 p384 sha256 sha384 sha384 -cert
# A fraction of a second (its last digit never 0), and the root beside the signer's certificate.
until grep -aq 'Z$' fraction.txt 2>/dev/null; do
  ts_config sha256 sha256 3 yes
  openssl ts -query -data exhibit -sha256 -cert -out q.tsq 2>/dev/null
  openssl ts -reply -config ts.cnf -queryfile q.tsq -signer p256.pem -inkey p256.key -chain ca.pem -token_out \
    -out "$out/good_chain.der" 2>/dev/null
  grep -aoE '20[0-9]{12}\.[0-9]{3}Z' "$out/good_chain.der" > fraction.txt || true
done
token sha512_rsa rsa sha256 sha512 sha512 -cert
token imprint_sha1 rsa sha1 sha256 sha256 -cert
token imprint_sha384 rsa sha384 sha256 sha256 -cert
token signature_sha1 rsa sha256 sha1 sha256 -cert
token certificate_id_sha1 rsa sha256 sha256 sha1 -cert
token without_certificate rsa sha256 sha256 sha256 ""
token weak_key weak sha256 sha256 sha256 -cert
token expired expired sha256 sha256 sha256 -cert

# Certificates that the time-stamp tool refuses to sign with: the same TSTInfo, signed as CMS.
offset=$(openssl asn1parse -inform DER -in "$out/good_p256.der" | awk '/id-smime-ct-TSTInfo/{f=1} f&&/OCTET STRING/{sub(":.*","",$1); print $1; exit}')
openssl asn1parse -inform DER -in "$out/good_p256.der" -strparse "$offset" -noout -out tst.der
cms() {  # file, certificate, more arguments
  openssl cms -sign -binary -in tst.der -signer "$2.pem" -inkey "$2.key" -econtent_type 1.2.840.113549.1.9.16.1.4 \
    -nodetach -cades -md sha256 -outform DER -out "$out/$1.der" $3
}
cms good_cms p256 "-nosmimecap"
cms eku_not_critical plain "-nosmimecap"
cms eku_mail mail "-nosmimecap"
cms eku_two two "-nosmimecap"
printf 'no time-stamp\n' > text
openssl cms -sign -binary -in text -signer p256.pem -inkey p256.key -nodetach -cades -nosmimecap -md sha256 -outform DER -out "$out/not_a_timestamp.der"

# (name_with_direction_mark.der is of tests/evidence/forge.py: its authority is called U+202E "emiT".)
cp ca.pem exhibit "$out/"
for file in good_rsa good_p256 good_p384 good_chain sha512_rsa good_cms expired; do
  printf '%s: ' "$file"
  openssl ts -verify -data exhibit -in "$out/$file.der" -token_in -CAfile ca.pem 2>&1 | grep Verification || true
done

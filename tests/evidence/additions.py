#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is put to an evidence file at the command line: time-stamps of a real authority, files beside it, opened fields.

usage: additions.py --bin DIR --dir DIR      DIR: where the programs are; a folder for what is made on the way

The authority is `openssl ts`, with a root, a certificate and a key made here. Asked are qinglu, qinglu-verify, verify.py,
and openssl itself, by the very command that the report gives.
"""
import argparse
import base64
import hashlib
import json
import os
import pathlib
import shlex
import shutil
import subprocess
import sys

import forge
import verify

OPENSSL = """
[ca]
default_ca = d
[d]
new_certs_dir = .
database = index.txt
serial = serial
default_md = sha256
policy = p
[p]
commonName = supplied
[root]
basicConstraints = critical,CA:TRUE
[tsa]
extendedKeyUsage = critical,timeStamping
[req]
distinguished_name = dn
[dn]
[ts]
default_tsa = t
[t]
serial = ./tsaserial
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256
accuracy = secs:1, millisecs:500
signer_digest = sha384
ess_cert_id_alg = sha256
"""


class Failed(Exception):
    pass


def need(condition, why):
    if not condition:
        raise Failed(why)


class Test:
    def __init__(self, binaries, folder):
        self.bin, self.dir, self.asked = binaries, folder, 0
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self.env = dict(os.environ, LC_ALL="C.UTF-8", HOME=str(folder), XDG_CONFIG_HOME=str(folder), XDG_STATE_HOME=str(folder))
        self.cases = {name: (raw, trust) for name, raw, trust, _ in forge.cases()}

    def run(self, program, *arguments, code=0):
        path = self.bin / program if program != "openssl" else program
        done = subprocess.run([path, *map(str, arguments)], cwd=self.dir, env=self.env, capture_output=True, timeout=120)
        need(done.returncode == code, f"{program} {' '.join(map(str, arguments))}: exit {done.returncode}, not {code}\n"
             f"{done.stdout.decode()}{done.stderr.decode()}")
        self.asked += 1
        return done.stdout.decode()

    def put(self, case, name):
        """A forged file and its trust file in the folder."""
        raw, trust = self.cases[case]
        (self.dir / f"{name}.qinglu.json").write_bytes(raw)
        (self.dir / "trust.json").write_bytes(trust)
        return self.dir / f"{name}.qinglu.json"

    def verified(self, file, code=0, folder=(), check=None):
        """The facts by each of the three; `check`: what fails."""
        answers = []
        for program, words in (("qinglu-verify", ()), ("qinglu", ("evidence", "verify"))):
            answers.append(json.loads(self.run(program, *words, file, "--trust", "trust.json", "--json", *folder, code=code)))
        words = [sys.executable, verify.__file__, file, "--trust", "trust.json", "--json", *folder]
        answers.append(json.loads(subprocess.run(words, cwd=self.dir, capture_output=True, check=False).stdout))
        for answer in answers:
            failed = [each["code"] for each in answer["checks"] if not each["ok"]]
            need(answer["exit_code"] == code and failed == ([check] if check else []), f"{file}: {answer['verdict']}, {failed}, not {check}")
        return [answer.get("facts") for answer in answers[:2]]

    def authority(self):
        (self.dir / "openssl.cnf").write_text(OPENSSL)
        (self.dir / "index.txt").write_text("")
        (self.dir / "serial").write_text("01\n")
        (self.dir / "tsaserial").write_text("0A\n")
        self.run("openssl", "req", "-x509", "-config", "openssl.cnf", "-extensions", "root", "-newkey", "rsa:2048", "-nodes", "-keyout",
                 "root.key", "-out", "root.pem", "-subj", "/CN=Test Root", "-days", "3000")
        self.run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", "tsa.key")
        self.run("openssl", "req", "-config", "openssl.cnf", "-new", "-key", "tsa.key", "-subj", "/CN=Test Authority", "-out", "tsa.csr")
        self.run("openssl", "ca", "-batch", "-config", "openssl.cnf", "-cert", "root.pem", "-keyfile", "root.key", "-extensions", "tsa",
                 "-in", "tsa.csr", "-out", "tsa.pem", "-notext", "-startdate", "20260101000000Z", "-enddate", "20400101000000Z")

    def reply(self, query, out, *more):
        self.run("openssl", "ts", "-reply", "-config", "openssl.cnf", "-section", "t", "-queryfile", query, "-signer", "tsa.pem",
                 "-inkey", "tsa.key", "-out", out, *more)

    def time_stamps(self):
        self.authority()
        file = self.put("a file beside", "stamped")
        stamp = ("evidence", "timestamp", file)
        self.run("qinglu", *stamp, "--query", "-o", "q.tsq")
        query = self.run("openssl", "ts", "-query", "-in", "q.tsq", "-text")
        need("Certificate required: yes" in query and "sha256" in query, query)
        self.reply("q.tsq", "r.tsr")
        self.reply("q.tsq", "t.der", "-token_out")
        self.run("qinglu", *stamp, "--token", "r.tsr", "-o", "one.qinglu.json")
        self.run("qinglu", "evidence", "timestamp", "one.qinglu.json", "--token", "r.tsr", "-o", "same.qinglu.json")
        need((self.dir / "one.qinglu.json").read_bytes() == (self.dir / "same.qinglu.json").read_bytes(), "one token stands twice")
        self.run("qinglu", "evidence", "timestamp", "one.qinglu.json", "--token", "t.der", "-o", "two.qinglu.json")
        static, linked = self.verified("two.qinglu.json")
        need([token["signature_checked"] for token in static["timestamps"]] == [False, False], "qinglu-verify says that it has RSA")
        need([token["signature_checked"] for token in linked["timestamps"]] == [True, True], "qinglu did not check a signature")
        for token in static["timestamps"]:
            need(token["tsa"] == "Test Authority" and token["accuracy_us"] == 1_500_000 and token["policy"] == "1.3.6.1.4.1.99999.1", token)

        # The command that the report gives, letter for letter.
        text = self.run("qinglu-verify", "one.qinglu.json", "--trust", "trust.json", "--lang", "zh")
        command = next(line.strip() for line in text.splitlines() if line.strip().startswith("openssl "))
        token = json.loads((self.dir / "one.qinglu.json").read_bytes())["timestamps"][0]["token"]
        (self.dir / "token.der").write_bytes(base64.b64decode(token))
        shutil.copy(self.dir / "root.pem", self.dir / "ROOT.pem")
        need("Verification: OK" in self.run(*shlex.split(command)), command)

        # Tokens that are none, of something else, or refused: nothing is written.
        other = self.put("a time-stamp", "other")
        for name, answer in (("nothing", b""), ("text", b"granted"), ("query", (self.dir / "q.tsq").read_bytes()),
                             ("refused", bytes.fromhex("30053003020102")), ("waiting", bytes.fromhex("30053003020103"))):
            (self.dir / f"{name}.tsr").write_bytes(answer)
            self.run("qinglu", *stamp, "--token", f"{name}.tsr", "-o", "never", code=1)
        self.run("qinglu", "evidence", "timestamp", other, "--token", "r.tsr", "-o", "never", code=1)
        self.run("qinglu", *stamp, "-o", "never", code=2)
        self.run("qinglu", *stamp, "--query", "--token", "r.tsr", "-o", "never", code=2)

        # A signature that does not hold: who can tell refuses it, who cannot says so.
        broken = bytearray((self.dir / "t.der").read_bytes())
        broken[-1] ^= 1
        (self.dir / "broken.der").write_bytes(broken)
        self.run("qinglu", *stamp, "--token", "broken.der", "-o", "never", code=1)
        need(not (self.dir / "never").exists(), "something was written")
        forged = json.loads(file.read_bytes()) | {"timestamps": [{"alg": "rfc3161", "token": base64.b64encode(broken).decode()}]}
        (self.dir / "broken.qinglu.json").write_bytes(forge.canonical(forged))
        said = json.loads(self.run("qinglu-verify", "broken.qinglu.json", "--trust", "trust.json", "--json"))
        need(said["facts"]["timestamps"][0]["signature_checked"] is False, "a signature is said to be checked that does not hold")
        self.run("qinglu", "evidence", "verify", "broken.qinglu.json", "--trust", "trust.json", code=1)
        need(verify.Verifier(forge.canonical(forged), (self.dir / "trust.json").read_bytes()).checks[-1]["code"] == "E90_TIMESTAMP", "verify.py")

        # A name that would turn the report around is not repeated.
        file = self.put("a time-stamp of a name with a direction mark", "named")
        facts, _ = self.verified(file)
        need(facts["timestamps"][0]["tsa"] == "", facts)

    def files_beside(self):
        content = b"abc"
        exhibit = {"media": "text/plain", "name": "x", "sha256": "sha256:" + hashlib.sha256(content).hexdigest(), "size": len(content)}
        raw, trust = forge.one_record("patent.commit", forge.COMMIT, [forge.OWNER], attach=[exhibit])
        file, away = self.dir / "beside.qinglu.json", self.dir / "away"
        file.write_bytes(forge.canonical(json.loads(raw) | {"attachments": [exhibit | {"name": "合同.txt"}]}))
        (self.dir / "trust.json").write_bytes(trust)
        away.mkdir()
        given = lambda folder=(): [facts["attachments"][0]["given"] for facts in self.verified(file, folder=folder)]
        beside = self.dir / "合同.txt"
        need(given() == [False, False], "a file that is not there is given")
        beside.mkdir()
        need(given() == [False, False], "a folder is a file")
        beside.rmdir()
        os.mkfifo(beside)
        need(given() == [False, False], "a pipe is a file")
        beside.unlink()
        beside.symlink_to("nowhere")
        need(given() == [False, False], "a link to nowhere is a file")
        beside.unlink()
        beside.write_bytes(content)
        need(given() == [True, True], "the file is not found")
        need(given(("--attachments", "away")) == [False, False], "another folder is not asked")
        (away / beside.name).write_bytes(content)
        need(given(("--attachments", away)) == [True, True], "the file is not found in its folder")
        for wrong in (b"", b"ab", b"abd", b"abcd", b"abc" * 100_000):
            beside.write_bytes(wrong)
            self.verified(file, 1, check="E92_ATTACHMENT")

    def erased_fields(self):
        """A field that was erased is disclosed by nobody; another is."""
        file = self.put("an erased field", "erased")
        evidence = json.loads(file.read_bytes())
        body = forge.canonical(json.loads(base64.b64decode(evidence["records"][0]["entry"]))["body"])
        shown = json.loads(self.cases["an erased field, and another shown"][0])["disclosures"][0]
        opening = lambda name: {"name": name, "path": [], "salt": shown["salt"], "value": json.loads(base64.b64decode(shown["value"]))}
        (self.dir / "openings.json").write_bytes(forge.canonical(
            {"format": "qinglu-openings/1", "record": "sha256:" + hashlib.sha256(body).hexdigest(), "openings": [opening("applicant"), opening("doc")]}))
        disclose = ("evidence", "disclose", file, "--openings", "openings.json", "-o", "disclosed.qinglu.json", "--field")
        self.run("qinglu", *disclose, "applicant", code=4)
        need(not (self.dir / "disclosed.qinglu.json").exists(), "something was written")
        self.run("qinglu", *disclose, "doc")
        facts, _ = self.verified("disclosed.qinglu.json")
        need([each["name"] for each in facts["records"][0]["disclosed"]] == ["doc"], facts)
        need([each["name"] for each in facts["records"][0]["erased"]] == ["applicant_commit"], facts)
        text = self.run("qinglu-verify", "disclosed.qinglu.json", "--trust", "trust.json", "--lang", "en")
        need("erased field, applicant_commit: at index 4 by " in text and "PIPL 47" in text, text)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--bin", type=pathlib.Path, required=True)
    arguments.add_argument("--dir", type=pathlib.Path, required=True)
    given = arguments.parse_args()
    test = Test(given.bin.resolve(), given.dir.resolve())
    for part in (test.time_stamps, test.files_beside, test.erased_fields):
        try:
            part()
        except Failed as failed:
            print(f"{part.__name__}: {failed}")
            return 1
    print(f"time-stamps, files beside, erased fields: {test.asked} commands answered as they should")
    return 0


if __name__ == "__main__":
    sys.exit(main())

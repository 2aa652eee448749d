#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The programs alone, from outside: what users and scripts rely on when things go wrong, and the exit codes."""
import argparse
import contextlib
import datetime
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "demo"))
from demo import COMPANY, DATA, IPO, PASS, Demo, Failed, canonical  # noqa: E402

ROWS = 2500


class BlackBox(Demo):
    seen = {}  # exit code -> what it was seen for
    node = None

    def bring_up(self):
        """One node is enough here: what is seen is the programs."""
        self.say("知识产权局的节点启动", "The IP office's node comes up")
        shutil.rmtree(self.dir, ignore_errors=True)
        self.dir.mkdir(parents=True)
        node = self.dir / "node"
        self.must("qinglud", "init", "--dir", node, "--member", "ip-office.example", "--party", IPO, "--name",
                  "示例市知识产权局", "--role", "IPO:50", "--kdf", "interactive", passphrase=True)
        config = (node / "qinglud.toml").read_text()
        port = self.options.port
        for old, new in (("port = 7180", f"port = {port}"), ("requests_per_second = 20.0", "requests_per_second = 0.0")):
            if old not in config:
                raise Failed(f"the configuration template has no {old}")
            config = config.replace(old, new)
        (node / "qinglud.toml").write_text(config)
        created = json.loads(self.must("qinglud", "network", "create", "--dir", node, "--origin", "demo.example/qinglu",
                                       "--rule-pack", DATA / "rulepack-1.json", "--json"))
        self.note(f"{created['ledger_id']}  {created['fingerprint']}")
        descriptor, write = os.pipe()
        os.write(write, PASS)
        os.close(write)
        self.log = open(self.dir / "node.log", "w+")
        self.node = subprocess.Popen([str(self.bin / "qinglud"), "run", "--dir", str(node), "--passphrase-fd", str(descriptor)],
                                     stdout=self.log, stderr=self.log, pass_fds=[descriptor], env=self.env)
        os.close(descriptor)
        for _ in range(600):
            lines = (self.dir / "node.log").read_text()
            if self.node.poll() is not None:
                raise Failed(f"the node did not start:\n{lines}")
            if '"event":"serving"' in lines:
                break
            time.sleep(0.05)
        else:
            raise Failed("the node did not serve within 30 s")
        self.address = json.loads(lines.splitlines()[0])["address"]
        self.env["QINGLU_NODE"] = self.address
        self.must("qinglu", "trust", "pin", node / "genesis.json", "-o", self.dir / "trust.json")
        self.must("qinglu", "key", "import", node / "keys/record.key", "--party", IPO, "--key-id", "k1")

    def tables(self):
        for path in sorted((DATA / "tables").glob("*.json")):
            self.file("table", "publish", "--from", path, "--role", "GOV")

    def stop(self):
        if self.node and self.node.poll() is None:
            self.node.send_signal(signal.SIGTERM)
            try:
                self.node.wait(20)
            except subprocess.TimeoutExpired:
                self.node.kill()
        return self.node.returncode if self.node else None

    def expect(self, code, what, *arguments, program="qinglu", env=None, passphrase=False):
        """Runs a command that must end with `code`; its process result."""
        kept = self.env
        self.env = {**kept, **(env or {})}
        try:
            done = self.run(program, *arguments, passphrase=passphrase)
        finally:
            self.env = kept
        if done.returncode != code:
            raise Failed(f"{what}: expected {code}, got {done.returncode}\n{' '.join(map(str, arguments))}\n{done.stdout}{done.stderr}")
        self.seen.setdefault(code, what)
        self.note(f"{code:4}  {what}")
        return done

    def restart(self):
        """Starts the node of this directory again on the same address."""
        config = self.dir / "node/qinglud.toml"
        config.write_text(config.read_text().replace("port = 0", f"port = {self.address.rsplit(':', 1)[1]}"))
        descriptor, write = os.pipe()
        os.write(write, PASS)
        os.close(write)
        log = self.dir / "node.log"
        log.unlink(missing_ok=True)
        self.log = open(log, "w+")
        self.node = subprocess.Popen([str(self.bin / "qinglud"), "run", "--dir", str(self.dir / "node"), "--passphrase-fd", str(descriptor)],
                                     stdout=self.log, stderr=self.log, pass_fds=[descriptor], env=self.env)
        os.close(descriptor)
        for _ in range(600):
            if '"event":"serving"' in log.read_text():
                return
            if self.node.poll() is not None:
                break
            time.sleep(0.05)
        raise Failed(f"the node did not start again:\n{log.read_text()}")

    def party(self, uscc="91500112MAQL000116"):
        return ["party", "register", "--kind", "ORG", "--name", "示例公司", "--uscc", uscc, "--region", "50", "--synthetic", "true"]

    # --- the cases ---
    def resubmission(self):
        self.say("重复提交：同一编号，日志不增", "F61: the same entry again has the same id, and nothing new is logged")
        entry = self.dir / "party.entry.json"
        self.expect(0, "a record is signed for later", *self.party(), "--sign-only", "-o", entry, "--key", IPO, passphrase=True)
        first = json.loads(self.expect(0, "a record becomes final", "record", "submit", entry, "--json").stdout)
        size = json.loads(self.must("qinglu", "status", "--json"))["log_size"]
        second = json.loads(self.expect(0, "submitting it again is harmless", "record", "submit", entry, "--json").stdout)
        if first["id"] != second["id"] or not second["verified"] or second["state"] != "final":
            raise Failed(f"the second answer differs: {first} {second}")
        if json.loads(self.must("qinglu", "status", "--json"))["log_size"] != size:
            raise Failed("the second submission was logged")
        self.record = first["id"]

    def views(self):
        self.say("每个视图都标明合成数据", "Every view marks synthetic data")
        for what, arguments in (("record show", ["record", "show", self.record]), ("party show", ["party", "show", COMPANY]),
                                ("record ls", ["record", "ls", COMPANY])):
            text = self.expect(0, what, *arguments, "--lang", "en").stdout
            if "synthetic data" not in text:
                raise Failed(f"{what} does not mark synthetic data:\n{text}")
        numbers = json.loads(self.expect(0, "stat show", "stat", "show", "PATENTS", "--from", "2026-01", "--until", "2026-12", "--json").stdout)
        if numbers["result"] or not numbers["result_hash"].startswith("sha256:"):
            raise Failed(f"no patent is on the ledger, and the statistics say {numbers}")
        self.expect(2, "a month that is none", "stat", "show", "PATENTS", "--from", "2026-13", "--until", "2026-12")
        self.expect(5, "a group that is none", "stat", "show", "WEATHER", "--from", "2026-01", "--until", "2026-12")
        path = self.dir / "party.qinglu.json"
        self.expect(0, "evidence is exported", "evidence", "export", self.record, "-o", path)
        if "synthetic data" not in self.expect(0, "evidence verifies", "evidence", "verify", path, "--lang", "en").stdout:
            raise Failed("the evidence text does not mark synthetic data")
        self.expect(0, "verified with a warning", "evidence", "verify", path, "--now", 1)
        self.expect(11, "the same with --strict", "evidence", "verify", path, "--now", 1, "--strict")
        self.expect(7, "an existing file is left alone", "evidence", "export", self.record, "-o", path)

    def openings(self):
        self.say("保密字段交节点保存；删除后由节点签名确认", "A node keeps a confidential field, shows it to its signer, and signs that it has erased it")
        some = "sha256:" + "a" * 64
        made = self.expect(0, "a deposit with a confidential operator", "evidence", "deposit", "--digest", f"sha256={some}", "--size", "1",
                           "--media", "text/plain", "--source", "a letter", "--method", "photo", "--tool", f"name=camera,ver=1,hash={some}",
                           "--private", "operator=Li Lei", "--captured-at", "2020-01-01T01:00:00Z", "--clock-source", "NTSC", "--clock-offset-ms", "0",
                           "--env-check-hash", some, "--custody", f"party={IPO},from=2020-01-01T01:00:00Z", "--role", "IPO", "--json", passphrase=True)
        record = json.loads(made.stdout)["id"]
        kept = self.dir / "state/openings" / (record.replace(":", "-") + ".json")
        self.expect(5, "nothing is kept yet", "openings", "read", record, "-o", self.dir / "none.json", passphrase=True)
        self.expect(0, "openings are left with the node", "openings", "keep", kept)
        self.expect(0, "their signer asks for them", "openings", "read", record, "-o", self.dir / "read.json", passphrase=True)
        if (self.dir / "read.json").read_bytes() != kept.read_bytes():
            raise Failed("the node shows other openings than were left with it")
        if any(b"Li Lei" in path.read_bytes() for path in (self.dir / "node").rglob("*") if path.is_file()):
            raise Failed("the operator's name stands in the open in the node's directory")
        commitment = json.loads(self.must("qinglu", "record", "show", record, "--json"))["entry"]["body"]["data"]["operator_commit"]
        today = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=8)).date()
        notice = json.loads(self.expect(0, "a notice of erasure", "privacy", "erase-notice", "--subject-commit", commitment, "--fields",
                                        f"record={record},field=operator_commit", "--basis", "PIPL 47", "--date", str(today), "--role", "GOV",
                                        "--json", passphrase=True).stdout)["id"]
        said = json.loads(self.expect(0, "the member has acknowledged it", "privacy", "erased", notice, "--json").stdout)
        if [each["state"] for each in said["members"]] != ["erased"] or list((self.dir / "node/openings").glob("*.key")):
            raise Failed(f"the erasure is not complete: {said}")
        self.expect(4, "what is erased is kept no more", "openings", "keep", kept)
        self.expect(5, "and shown to nobody", "openings", "read", record, "-o", self.dir / "none.json", passphrase=True)
        self.expect(5, "a record that is no notice has no erasure", "privacy", "erased", record)
        proof = self.dir / "erased.qinglu.json"
        self.expect(0, "evidence of the record", "evidence", "export", record, "-o", proof)
        facts = json.loads(self.expect(0, "it verifies, and says what was erased", "evidence", "verify", proof, "--json").stdout)["facts"]
        if [each["notice"] for each in facts["records"][0]["erased"]] != [notice]:
            raise Failed(f"the evidence does not say that the field was erased: {facts['records'][0]}")
        self.expect(4, "an erased field is disclosed by nobody", "evidence", "disclose", proof, "--openings", kept, "--field", "operator",
                    "-o", self.dir / "disclosed.json")

    def past(self):
        self.say("由节点存储导出截至任一高度的证据", "Evidence as of any height, from the node's own store, beside the running node")
        early, now = self.dir / "early.qinglu.json", self.dir / "now.qinglu.json"
        asked = ["evidence", "--dir", self.dir / "node", "--claim", "absence", "--subject", COMPANY]
        self.expect(0, "qinglud evidence: absent at height 1", *asked, "--as-of", "1", "-o", early, program="qinglud")
        facts = json.loads(self.expect(0, "the verifier agrees", "evidence", "verify", early, "--json").stdout)["facts"]
        if facts["as_of"]["height"] != 1:
            raise Failed(f"the evidence is not as of height 1: {facts['as_of']}")
        self.expect(7, "qinglud evidence: not absent now", *asked, "-o", now, program="qinglud")
        self.expect(7, "a file that is there is kept", *asked, "--as-of", "1", "-o", early, program="qinglud")
        self.expect(5, "a height of the future", *asked, "--as-of", "1000000", "-o", now, program="qinglud")
        self.expect(2, "a claim that is none", "evidence", "--dir", self.dir / "node", "--claim", "truth", "-o", now, program="qinglud")

    def trust(self):
        self.say("信任：没有、不同、缺失", "Trust: none, of another ledger, missing")
        none = {"QINGLU_TRUST": ""}
        self.expect(3, "final without a trust file is undecided", "record", "show", self.record, env=none)
        self.expect(0, "the node's word when it is asked for", "record", "show", self.record, "--unverified", env=none)
        other = self.dir / "other"
        self.must("qinglud", "init", "--dir", other, "--member", "ip-office.example", "--party", IPO, "--name", "x", "--role", "IPO:50",
                  "--kdf", "interactive", passphrase=True)
        self.must("qinglud", "network", "create", "--dir", other, "--origin", "demo.example/qinglu", "--rule-pack",
                  pathlib.Path(__file__).resolve().parents[1] / "data/rulepack-1.json", "--json")
        self.must("qinglu", "trust", "pin", other / "genesis.json", "-o", self.dir / "other.json")
        done = self.expect(1, "a node of another ledger is refuted", "record", "show", self.record, "--json", "--trust", self.dir / "other.json")
        self.expect(1, "nothing is signed for another ledger", *self.party("91500000QL0001033J"), "--key", IPO, "--trust",
                    self.dir / "other.json", passphrase=True)
        if json.loads(done.stdout)["verified"]:
            raise Failed("a refuted record claims to be verified")
        self.expect(5, "a trust file that is named must be there", "record", "show", self.record, "--trust", self.dir / "none.json")

    def refused(self):
        self.say("拒绝与用法", "Refusals and wrong use")
        self.expect(6, "the rules refuse", *self.party("91500112MAQL000117"), "--key", IPO, passphrase=True)
        self.expect(7, "the state has moved", *self.party(), "--key", IPO, passphrase=True)
        self.expect(5, "an unknown record", "record", "show", "sha256:" + "0" * 64)
        self.expect(2, "an unknown command", "patnt")
        self.expect(2, "no terminal to confirm on", *self.party("91500000QL0001033J"), "--key", IPO)
        self.expect(4, "no passphrase and no terminal", *self.party("91500000QL0001033J"), "--key", IPO, "--yes")
        self.expect(78, "an unknown profile", "status", "--profile", "nobody")

    def rollback(self):
        self.say("节点换成旧副本：以 10 结束，两份签名留作证据", "An older copy of the ledger is served: 10, both signed heads are kept")
        self.stop()
        old = self.dir / "node.old"
        shutil.copytree(self.dir / "node", old)
        self.restart()
        self.expect(0, "the log grows", *self.party("91500000QL0001033J"), "--key", IPO, passphrase=True)
        self.stop()
        shutil.rmtree(self.dir / "node")
        old.rename(self.dir / "node")
        self.expect(8, "no node", "record", "show", self.record)
        self.restart()
        done = self.expect(10, "an older copy is a rollback", "record", "show", self.record, "--json", "--timeout", "1s")
        proof = json.loads(pathlib.Path(json.loads(done.stdout)["proof"]).read_text())
        if len(proof["notes"]) != 2 or not all("demo.example/qinglu\n" in note for note in proof["notes"]):
            raise Failed(f"the proof does not hold both heads: {proof}")
        self.expect(0, "a script without state does not notice", "record", "show", self.record, "--no-state")
        # From here on the older copy is the ledger.
        shutil.rmtree(self.dir / "state/seen")

    def interrupted_import(self):
        self.say("导入中途被杀，续传后每件恰好一次", "An import is killed in the middle; resumed, each right is filed exactly once")
        rows = self.dir / "rows.jsonl"
        rows.write_text("".join(canonical({
            "guid": "x", "publicationReferenceDocumentNumber": str(7_000_000 + n), "kindCode": ["B1"], "type": "USPAT",
            "datePublished": "2008-01-01T00:00:00Z", "inventionTitle": "x" * 1900, "assigneeName": ["Example Inc."]}) + "\n"
            for n in range(ROWS)))
        journal = self.dir / "journal"
        command = ["patent", "import", rows, "--journal", journal, "--key", IPO, "--json"]
        descriptor, write = os.pipe()
        os.write(write, PASS)
        os.close(write)
        killed = subprocess.Popen([str(self.bin / "qinglu"), *map(str, command), "--yes", "--passphrase-fd", str(descriptor)],
                                  env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, pass_fds=[descriptor])
        os.close(descriptor)
        while not list(journal.glob("0001.[bd]*[he]")) and killed.poll() is None:
            time.sleep(0.001)
        killed.kill()
        if killed.wait() != -signal.SIGKILL:
            raise Failed("the import ended before it could be killed")
        self.note(f"killed with {sorted(path.name for path in journal.iterdir())}")
        self.expect(7, "an earlier import is not mixed up with a new one", *command, passphrase=True)
        report = json.loads(self.expect(0, "the import goes on", *command, "--resume", passphrase=True).stdout)
        if report["states"] != {"final": ROWS}:
            raise Failed(f"rows are missing: {report}")
        for n in range(0, ROWS, 61):
            listed = json.loads(self.must("qinglu", "record", "ls", f"fpat:US/{7_000_000 + n}-B1", "--json"))
            if listed["count"] != 1:
                raise Failed(f"row {n} was filed {listed['count']} times")
        # Every entry of the log is accounted for: one per row, one manifest per batch that was taken.
        batches = len(list(journal.glob("*.done")))
        status = json.loads(self.must("qinglu", "status", "--json"))
        records = status["log_size"] - status["height"] - 2
        if records != self.records_before + ROWS + batches:
            raise Failed(f"{records} records after {self.records_before}, {ROWS} rows in {batches} batches")

    def count_records(self):
        status = json.loads(self.must("qinglu", "status", "--json"))
        self.records_before = status["log_size"] - status["height"] - 2

    def silent_node(self):
        self.say("不表态的节点", "A node that does not decide, and one that does not answer")
        box = self

        class Silent(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self, status, body):
                data = canonical(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                with contextlib.suppress(OSError):  # an interrupted client is gone
                    self.wfile.write(data)

            def do_GET(self):
                if self.path.startswith("/v1/records"):
                    box.asked.set()
                    box.release.wait()
                self.answer(200, {"ledger_id": box.ledger_id, "rule_pack": 1})

            def do_POST(self):
                entry = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.answer(202, {"id": "sha256:" + hashlib.sha256(canonical(entry["body"]).encode()).hexdigest(), "pursued": True,
                                  "state": "pending"})

            def log_message(self, *_):
                pass

        self.asked, self.release = threading.Event(), threading.Event()
        self.ledger_id = json.loads(self.must("qinglu", "status", "--json"))["ledger_id"]
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Silent)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        env = {"QINGLU_NODE": f"http://127.0.0.1:{server.server_port}"}
        self.expect(9, "still pending when the time is over", "record", "submit", self.dir / "party.entry.json", env=env)
        self.expect(0, "pending is enough where no more is asked", "record", "submit", self.dir / "party.entry.json", "--wait", "pending", env=env)
        waiting = subprocess.Popen([str(self.bin / "qinglu"), "record", "show", self.record], env={**self.env, **env},
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.asked.wait(30)
        waiting.send_signal(signal.SIGINT)
        code = waiting.wait(30)
        self.release.set()
        server.shutdown()
        if code != 130:
            raise Failed(f"an interrupt ended with {code}")
        self.seen[130] = "an interrupt"

    def all_codes(self):
        # 12 is qinglud's (tests/node), 70 is for exceptions that must not happen.
        missing = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 78, 130} - set(self.seen)
        if missing:
            raise Failed(f"exit codes never seen: {sorted(missing)}")

    def tell(self):
        try:
            for step in (self.bring_up, self.tables, self.resubmission, self.views, self.openings, self.past, self.trust, self.refused, self.rollback,
                         self.count_records, self.interrupted_import, self.silent_node, self.all_codes):
                step()
            if self.stop() != 0:
                raise Failed(f"the node ended with {self.node.returncode}")
            return True
        except Failed as problem:
            print(f"\nFAILED: {problem}", file=sys.stderr)
            return False
        finally:
            self.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--dir", required=True)
    options = parser.parse_args()
    options.exit, options.json, options.lang, options.port = True, False, "en", 0
    sys.exit(0 if BlackBox(options).tell() else 1)

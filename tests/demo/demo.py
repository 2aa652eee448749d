#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The demonstration behind ./demo: one node, real patents, end to end, through the programs alone."""
import argparse
import hashlib
import json
import os
import pathlib
import secrets
import shutil
import signal
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data"
PASS = b"demo passphrase\n"
IPO = "org:11500000QL000009XA"
EXCHANGE = "org:91500000QL0001033J"
COMPANY = "org:91500112MAQL000116"
AGENCY = "org:91350100M000100Y43"


class Failed(Exception):
    pass


class Demo:
    def __init__(self, options):
        self.options = options
        self.bin = pathlib.Path(options.bin).resolve()
        self.dir = pathlib.Path(options.dir).resolve()
        self.zh = (options.lang or os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("zh")
        self.started = time.monotonic()
        self.node = None
        self.refusals = []
        self.evidence = []
        self.tamper_exit = None
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("QINGLU_")}
        self.env.update(QINGLU_KEYS=str(self.dir / "keys"), QINGLU_STATE=str(self.dir / "state"),
                        QINGLU_LANG="zh" if self.zh else "en", QINGLU_TRUST=str(self.dir / "trust.json"),
                        XDG_CONFIG_HOME=str(self.dir / "config"))

    # --- talking ---
    def say(self, zh, en):
        if not self.options.json:
            print(f"[{time.monotonic() - self.started:6.1f} s] {zh if self.zh else en}", flush=True)

    def note(self, text):
        if not self.options.json:
            print(f"           {text}", flush=True)

    # --- programs ---
    def run(self, program, *arguments, passphrase=False, stdin=None):
        command = [str(self.bin / program), *map(str, arguments)]
        descriptor = None
        if passphrase:
            descriptor, write = os.pipe()
            os.write(write, PASS)
            os.close(write)
            command += ["--passphrase-fd", str(descriptor)]
            if program == "qinglu":
                command.append("--yes")
        try:
            return subprocess.run(command, env=self.env, input=stdin, capture_output=True, text=True,
                                  pass_fds=[descriptor] if passphrase else [], timeout=300)
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def must(self, program, *arguments, passphrase=False):
        done = self.run(program, *arguments, passphrase=passphrase)
        if done.returncode != 0:
            raise Failed(f"{program} {' '.join(map(str, arguments))}\nexit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def qinglu(self, *arguments, key=IPO):
        """A command that signs as `key`; its JSON document."""
        return json.loads(self.must("qinglu", *arguments, "--key", key, "--json", passphrase=True))

    def file(self, *arguments, key=IPO):
        answer = self.qinglu(*arguments, key=key)
        if answer.get("state") != "final" or not answer.get("verified"):
            raise Failed(f"{' '.join(map(str, arguments))}: {answer.get('state')}")
        return answer["id"]

    def refuse(self, code, *arguments, key=IPO):
        """The act must be refused with `code`; its sentence and article are shown."""
        done = self.run("qinglu", *arguments, "--key", key, "--json", passphrase=True)
        answer = json.loads(done.stdout or "{}")
        codes = [error["code"] for error in answer.get("errors", [])]
        if done.returncode not in (4, 6, 7) or code not in codes:
            raise Failed(f"{' '.join(map(str, arguments))}: expected {code}, got {codes or done.stdout + done.stderr}")
        error = next(e for e in answer["errors"] if e["code"] == code)
        language = "zh" if self.zh else "en"
        basis = error.get("basis", {})
        self.refusals.append(code)
        self.note(f"{code}  ({basis.get('law')} {basis.get('article')})  {error['text'][language]}")

    # --- helpers of the story ---
    def draft(self, name, data, facts, key, role, **envelope):
        """Canonical body of a record, drafted by the command line without asking the node."""
        path = self.dir / "draft.json"
        path.write_text(canonical(data))
        arguments = ["record", "draft", name, "--from", path, "--submitter", key, "--role", role,
                     "--ledger-id", facts["ledger_id"], "--pack", facts["rule_pack"]]
        for flag, value in envelope.items():
            arguments += ["--" + flag.replace("_", "-"), value]
        text = self.must("qinglu", *arguments).strip()
        body = json.loads(text)["body"]
        return canonical(body)

    def batch(self, bodies, key=IPO):
        path = self.dir / "batch.bodies"
        path.write_text("\n".join(bodies) + "\n")
        signed = self.dir / "batch.signed"
        self.must("qinglu", "batch", "sign", path, "-o", signed, "--force", "--key", key, passphrase=True)
        answer = json.loads(self.must("qinglu", "batch", "submit", signed, "--json"))
        if answer.get("state") != "final" or not answer.get("verified"):
            raise Failed(f"batch: {answer}")
        return ["sha256:" + hashlib.sha256(body.encode()).hexdigest() for body in bodies]

    # --- the story ---
    def bring_up(self):
        self.say("知识产权局的节点启动：密钥、创世文件、规则包",
                 "The IP office's node comes up: keys, genesis document, rule pack")
        if self.dir.exists() and any(self.dir.iterdir()):
            if not (self.dir / "node" / "qinglud.toml").exists() and self.dir != ROOT / "build/demo":
                raise Failed(f"{self.dir} is not empty and holds no earlier demo")
            shutil.rmtree(self.dir)
        self.dir.mkdir(parents=True, exist_ok=True)
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
        self.say("发布代码表：专利局代码、绿色分类、节假日、年费", "Tables are published: offices, green classes, holidays, fees")
        for path in sorted((DATA / "tables").glob("*.json")):
            self.file("table", "publish", "--from", path, "--role", "GOV")
            self.note(path.stem)

    def members(self):
        self.say("成员入链：交易所、企业、代理机构，各有自己的密钥", "Members are enrolled: exchange, company, agency, each with its own key")
        members = [(EXCHANGE, "示例技术交易所", []), (COMPANY, "示例环保科技有限公司", []),
                   (AGENCY, "示例专利代理机构", ["--agency-code", "50999"])]
        for party, name, more in members:
            self.file("party", "register", "--kind", "ORG", "--name", name, "--uscc", party[4:], "--region", "50",
                      "--synthetic", "true", *more)
            self.must("qinglu", "key", "new", "--party", party, "--key-id", "k1", "--kdf", "interactive", passphrase=True)
            pub = json.loads(self.must("qinglu", "key", "show", party, "--json"))["pub"]
            # The registrar and the new key sign the same body: a first key proves that its owner holds it.
            entry = self.dir / "key.entry.json"
            self.must("qinglu", "key", "add", "--party", party, "--key-id", "k1", "--pub", pub, "--suite", "1", "--draft",
                      "--submitter", IPO, "--signer", IPO, "--signer", party, "-o", entry, "--force", "--key", IPO)
            for signer in (IPO, party):
                self.must("qinglu", "record", "sign", entry, "--key", signer, passphrase=True)
            self.must("qinglu", "record", "submit", entry)
            self.note(f"{name}  {party}")
        self.file("role", "grant", "--party", EXCHANGE, "--role", "EXCH", "--scope", "region=50", "--from", "2026-01-01",
                  "--record-role", "GOV")
        entry = self.dir / "mandate.entry.json"
        self.must("qinglu", "mandate", "grant", "--principal", COMPANY, "--agent", AGENCY, "--powers", "ALL", "--from",
                  "2022-01-01", "--draft", "--submitter", COMPANY, "--role", "PARTY", "-o", entry, "--force", "--key", COMPANY)
        for signer in (COMPANY, AGENCY):
            self.must("qinglu", "record", "sign", entry, "--key", signer, passphrase=True)
        self.must("qinglu", "record", "submit", entry)

    def foreign(self):
        self.say("导入数百件真实美国专利，按分类自动标注绿色技术", "Hundreds of real US patents are imported and green-tagged from their classes")
        files = [DATA / "uspto" / name for name in ("ppubs_biblio.jsonl", "US11646472B2.xml", "ipg130416.small.xml")]
        report = self.qinglu("patent", "import", "--green", *files)
        self.imported = report["states"].get("final", 0)
        self.note(", ".join(f"{state} {count}" for state, count in sorted(report["states"].items())) + f", green tags {report['green_tags']}")
        if self.imported < 300 or report["green_tags"] < 15 or sum(report["states"].values()) != report["rows"]:
            raise Failed(f"the import is incomplete: {report}")

    def chinese(self):
        self.say("合成的中国专利：从提交承诺到授权、年费、终止与恢复", "Synthetic Chinese patents: from commitment to grant, annuity, lapse and restoration")
        status = json.loads(self.must("qinglu", "status", "--json"))
        facts = {"ledger_id": status["ledger_id"], "rule_pack": status["rule_pack"]}
        self.lives = []
        commits, bodies = [], []
        for n in range(10):
            title, salt = f"一种余热回收装置（示例{n + 1}）", secrets.token_hex(32)
            life = {"app_no": app_no(f"2022102345{n:02d}"), "title": title, "salt": salt,
                    "title_commit": commitment("title", salt, title),
                    "applicant_commit": commitment("applicant", salt, [COMPANY])}
            life["key"] = "pat:" + life["app_no"]
            commits.append(self.draft("patent.commit", {
                "type": "INV", "doc_commit": "sha256:" + secrets.token_hex(32), "applicant_commit": life["applicant_commit"],
                "synthetic": True}, facts, AGENCY, "AGENT"))
            self.lives.append(life)
        for life, record in zip(self.lives, self.batch(commits, AGENCY)):
            life["commit"] = record
        self.note("patent.commit × 10")
        # The first life goes step by step at the command line, the others as one batch per step.
        for n, life in enumerate(self.lives):
            life["steps"] = self.steps(life, n)
        first = self.lives[0]
        for name, data in first["steps"]:
            path = self.dir / "data.json"
            path.write_text(canonical(data))
            family, act = name.split(".")
            record = self.file(family, act.replace("_", "-"), "--from", path)
            first.setdefault("records", {})[name] = record
            self.note(name)
        accepts = []
        for life in self.lives[1:]:
            # Subjects of the acceptance follow from the commit, so these drafts ask the node.
            path = self.dir / "data.json"
            path.write_text(canonical(life["steps"][0][1]))
            text = self.must("qinglu", "record", "draft", "patent.accept", "--from", path, "--submitter", IPO)
            accepts.append(canonical(json.loads(text)["body"]))
        self.batch(accepts)
        for life in self.lives[1:]:
            for name, data in life["steps"][1:]:
                bodies.append(self.draft(name, data, facts, IPO, "IPO"))
        self.members_of_batch = self.batch(bodies)
        self.note(f"batch × {len(bodies)}")
        for life, expected in ((self.lives[0], "GRANTED"), (self.lives[1], "GRANTED")):
            row = json.loads(self.must("qinglu", "patent", "show", life["key"], "--json"))
            if row["row"]["status"] != expected or not row["synthetic"]:
                raise Failed(f"{life['key']} is {row['row']['status']}, synthetic {row['synthetic']}")
        self.note(f"patent.show {self.lives[0]['key']}: {row['derived']['status']}")
        for view in (["patent", "show", first["key"]], ["record", "ls", first["key"]], ["record", "show", first["records"]["patent.grant"]],
                     ["party", "show", COMPANY]):
            if ("合成数据" if self.zh else "synthetic data") not in self.must("qinglu", *view):
                raise Failed(f"{view} does not mark synthetic data")

    def steps(self, life, n):
        """The office's records of one invention filed on 2022-05-10; the first lapses and is restored."""
        pat, number = {"pat": life["key"]}, f"{115000001 + n}"
        inventors = ["sha256:" + "e" * 64]
        opening = {"commit": life["title_commit"], "name": "title", "salt": life["salt"], "value": life["title"]}
        steps = [
            ("patent.accept", {"app_no": life["app_no"], "applicant_count": 1, "commit_ref": life["commit"],
                               "filing_date": "2022-05-10", "title_commit": life["title_commit"], "type": "INV", "synthetic": True}),
            ("patent.prelim_result", {**pat, "date": "2022-08-01", "kind": "PASSED"}),
            ("patent.publish", {**pat, "abstract_hash": "sha256:" + "b" * 64, "applicants": [COMPANY], "inventors": inventors,
                                "ipc": ["F27D17/00"], "openings": [opening], "pub_date": "2023-11-14",
                                "pub_no": f"CN{number}A", "title": life["title"]}),
            ("patent.exam_request", {**pat, "date": "2023-12-01", "entered_date": "2023-12-15"}),
            ("patent.grant_notice", {**pat, "date": "2024-05-06"}),
            ("patent.grant", {**pat, "claim_count": 9, "claims_hash": "sha256:" + "c" * 64, "first_annuity_year": 3,
                              "grant_date": "2024-06-21", "grant_no": f"CN{number}B", "inventors": inventors,
                              "ipc": ["F27D17/00"], "kind": "B", "owners": [{"party": COMPANY}]}),
        ]
        if n == 0:
            steps += [
                ("patent.lapse", {**pat, "announce_date": "2026-01-09", "as_of": "2025-05-10", "cause": "ANNUITY_UNPAID"}),
                ("patent.restore", {**pat, "basis": "JUST_CAUSE", "decision_date": "2026-03-02", "request_date": "2026-02-10"}),
            ]
        else:
            steps += [("annuity.paid", {**pat, "amount": {"fen": 120000}, "paid_date": "2025-04-20", "year": 4}),
                      ("annuity.paid", {**pat, "amount": {"fen": 120000}, "paid_date": "2026-04-20", "year": 5})]
        return steps

    def illegal(self):
        self.say("违法操作一一被拒，并给出条文", "Illegal acts are tried and refused with their articles")
        granted, commit = self.lives[1]["key"], self.lives[0]["title_commit"]
        # A dry run finds all problems at once and files nothing.
        size = json.loads(self.must("qinglu", "status", "--json"))["log_size"]
        dry = self.qinglu("annuity", "paid", "--pat", granted, "--year", "6", "--paid-date", "2026-05-06", "--amount", "120000fen",
                          "--dry-run", "node")
        if dry.get("state") != "acceptable" or json.loads(self.must("qinglu", "status", "--json"))["log_size"] != size:
            raise Failed(f"the dry run: {dry}")
        self.note(f"annuity.paid --dry-run node: {dry['state']}")
        accept = ["patent", "accept", "--type", "INV", "--filing-date", "2026-11-20", "--applicant-count", "1",
                  "--title-commit", commit]
        self.refuse("APP_NO_CHECK_DIGIT", *accept, "--app-no", "2026101234560")
        self.refuse("APP_NO_TYPE_MISMATCH", *accept[:3], "UM", *accept[4:], "--app-no", "202610123456X")
        self.refuse("APP_NO_EXISTS", *accept, "--app-no", self.lives[0]["app_no"])
        self.refuse("ANNUITY_DUPLICATE", "annuity", "paid", "--pat", granted, "--year", "4", "--paid-date", "2025-04-21",
                    "--amount", "120000fen")
        self.refuse("FUTURE_EVENT_DATE", "patent", "office-action", "--pat", granted, "--date", "2999-01-01", "--kind",
                    "EXAMINATION")
        self.refuse("GREEN_CODE_UNKNOWN", "patent", "green-tag", "--pat", granted, "--scheme", "CPC-Y02", "--codes", "Y99Z",
                    "--by", "AUTO", "--evidence", commit)
        self.refuse("SUBJECT_NOT_FOUND", "patent", "expire", "--pat", "pat:" + app_no("202310000001"), "--date", "2026-01-01")
        self.refuse("ROLE_NOT_PERMITTED", *accept, "--app-no", "202610123456X", "--role", "IPO", key=EXCHANGE)
        self.refuse("QUORUM_MISSING", "role", "grant", "--party", AGENCY, "--role", "IPO", "--from", "2026-01-01",
                    "--scope", "region=50", "--record-role", "GOV", key=AGENCY)
        self.refuse("USCC_INVALID", "party", "register", "--kind", "ORG", "--name", "某公司", "--uscc", "91500112MAQL000117",
                    "--region", "50")
        self.refuse("PARTY_EXISTS", "party", "register", "--kind", "ORG", "--name", "某公司", "--uscc", COMPANY[4:],
                    "--region", "50")

    def prove(self):
        self.say("把记录证明成文件并离线验证", "Records are proved to files and verified offline")
        wanted = [("grant", self.lives[0]["records"]["patent.grant"]), ("restore", self.lives[0]["records"]["patent.restore"]),
                  ("accept", self.lives[0]["records"]["patent.accept"]), ("batch-member", self.members_of_batch[3])]
        for name, record in wanted:
            path = self.dir / "evidence" / f"{name}.qinglu.json"
            self.must("qinglu", "evidence", "export", record, "-o", path)
            for program, arguments in (("qinglu", ["evidence", "verify", path]),
                                       ("qinglu-verify", [path, "--trust", self.dir / "trust.json"])):
                done = self.run(program, *arguments)
                if done.returncode != 0:
                    raise Failed(f"{program} {path}: exit {done.returncode}\n{done.stdout}{done.stderr}")
            self.evidence.append({"file": str(path), "claim": "record", "exit": done.returncode})
            self.note(f"{path.name}: {path.stat().st_size} bytes, exit 0")

    def tamper(self):
        self.say("改动记录中的一个字节，验证指出问题", "One byte of a record is changed, and the verification says what is wrong")
        import base64
        source = self.dir / "evidence/grant.qinglu.json"
        file = json.loads(source.read_text())
        entry = base64.b64decode(file["records"][0]["entry"])
        forged = entry.replace(b'"claim_count":9', b'"claim_count":8')
        if forged == entry:
            raise Failed("the record has no claim count to forge")
        file["records"][0]["entry"] = base64.b64encode(forged).decode()
        path = self.dir / "evidence/forged.qinglu.json"
        path.write_text(canonical(file))
        done = self.run("qinglu", "evidence", "verify", path, "--json")
        report = json.loads(done.stdout)
        self.tamper_exit = done.returncode
        self.evidence.append({"file": str(path), "claim": "record", "exit": done.returncode})
        failed = [c["code"] for c in report["checks"] if not c.get("ok", True)] if "checks" in report else [done.stdout[:200]]
        self.note(f"exit {done.returncode}: {', '.join(failed)}")
        if done.returncode != 1:
            raise Failed(f"the forged file was not refuted: exit {done.returncode}\n{done.stdout}")

    def summary(self):
        status = json.loads(self.must("qinglu", "status", "--json"))
        # Seals and the genesis document are entries too, and so are batch manifests.
        self.records_final = status["log_size"] - status["height"] - 2
        self.seconds = round(time.monotonic() - self.started, 1)
        if self.options.json:
            return
        rows = [("账本 / ledger", status["ledger_id"]), ("高度 / height", status["height"]),
                ("最终记录 / records final", self.records_final), ("真实美国专利 / real US patents", self.imported),
                ("拒绝 / refusals", len(self.refusals)), ("证据文件 / evidence files", len(self.evidence)),
                ("用时 / seconds", self.seconds)]
        print("\n" + "\n".join(f"  {label:<34}{value}" for label, value in rows))

    def commands(self):
        life = self.lives[0]
        print(f"\n  {self.address}   ({'按 Ctrl-C 结束' if self.zh else 'Ctrl-C ends'})\n")
        print("  " + "\n  ".join([
            f"export QINGLU_NODE={self.address} QINGLU_KEYS={self.dir}/keys QINGLU_STATE={self.dir}/state QINGLU_TRUST={self.dir}/trust.json",
            f"export PATH={self.bin}:$PATH", "qinglu status --why", f"qinglu patent show {life['key']}",
            "qinglu foreign show fpat:US/11646472-B2", f"qinglu record show {life['records']['patent.grant']}",
            f"qinglu-verify {self.dir}/evidence/grant.qinglu.json --trust {self.dir}/trust.json --explain",
            "qinglu patent accept --help"]), flush=True)

    def stop(self):
        if self.node and self.node.poll() is None:
            self.node.send_signal(signal.SIGTERM)
            try:
                self.node.wait(20)
            except subprocess.TimeoutExpired:
                self.node.kill()
        return self.node.returncode if self.node else None

    def tell(self):
        """Runs the whole story; True when every step did what it should."""
        try:
            for step in (self.bring_up, self.tables, self.members, self.foreign, self.chinese, self.illegal, self.prove,
                         self.tamper, self.summary):
                step()
            if not self.options.exit:
                self.commands()
                self.node.wait()
            ended = self.stop()
            if ended != 0:
                raise Failed(f"the node ended with {ended}")
            return True
        except KeyboardInterrupt:
            return self.stop() == 0
        except Failed as problem:
            print(f"\nFAILED / 失败: {problem}", file=sys.stderr)
            return False
        finally:
            self.stop()


def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def commitment(name, salt, value):
    """SHA-256(0x05 ‖ u16 len name ‖ name ‖ salt ‖ u32 len value ‖ value): docs/formats/record.md."""
    text = canonical(value).encode()
    data = b"\x05" + len(name).to_bytes(2, "big") + name.encode() + bytes.fromhex(salt) + len(text).to_bytes(4, "big") + text
    return "sha256:" + hashlib.sha256(data).hexdigest()


def app_no(twelve):
    total = sum(int(digit) * weight for digit, weight in zip(twelve, [2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5]))
    return twelve + ("X" if total % 11 == 10 else str(total % 11))


def main():
    parser = argparse.ArgumentParser(prog="demo", description="Qinglu at work")
    parser.add_argument("--exit", action="store_true", help="run unattended, stop the node, exit 0 only if all went well")
    parser.add_argument("--json", action="store_true", help="a machine-readable summary as the last line")
    parser.add_argument("--dir", default=str(ROOT / "build/demo"), help="where ledger and evidence files go")
    parser.add_argument("--lang", choices=["zh", "en"])
    parser.add_argument("--port", type=int, default=0, help="port of the node; 0: any free one")
    parser.add_argument("--bin", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.exit = options.exit or options.json
    demo = Demo(options)
    good = demo.tell()
    if options.json:
        print(canonical({"institutions": 1, "records_final": getattr(demo, "records_final", 0),
                         "refusals_tried": demo.refusals, "evidence": demo.evidence, "tamper_exit": demo.tamper_exit,
                         "seconds": getattr(demo, "seconds", 0), "ok": good}))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

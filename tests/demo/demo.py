#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The demonstration behind ./demo: four institutions, real patents, end to end, through the programs alone."""
import argparse
import base64
import datetime
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

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from ports import consecutive_ports  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data"
PASS = b"demo passphrase\n"
IPO = "org:11500000QL000009XA"
EXCHANGE = "org:91500000QL0001033J"
COURT_1 = "court-1.example"
COURT_2 = "court-2.example"
COMPANY = "org:91500112MAQL000116"
AGENCY = "org:91350100M000100Y43"
RIVAL = "org:91500112MAQL000217"


class Failed(Exception):
    pass


class Node:
    """One institution's node."""

    def __init__(self, directory, member, party, port):
        self.dir, self.member, self.party = directory, member, party
        self.address = f"http://127.0.0.1:{port}"
        self.process = None

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None


class Demo:
    def __init__(self, options):
        self.options = options
        self.bin = pathlib.Path(options.bin).resolve()
        self.dir = pathlib.Path(options.dir).resolve()
        self.zh = (options.lang or os.environ.get("LC_ALL") or os.environ.get("LANG") or "").startswith("zh")
        self.started = time.monotonic()
        self.nodes = {}
        self.refusals = []
        self.evidence = []
        self.tamper_exit = None
        self.named = []
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
    def run(self, program, *arguments, passphrase=False, stdin=None, at=None):
        env = self.env if at is None else {**self.env, "QINGLU_NODE": self.nodes[at].address}
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
            return subprocess.run(command, env=env, input=stdin, capture_output=True, text=True,
                                  pass_fds=[descriptor] if passphrase else [], timeout=300)
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def must(self, program, *arguments, passphrase=False, at=None):
        done = self.run(program, *arguments, passphrase=passphrase, at=at)
        if done.returncode != 0:
            raise Failed(f"{program} {' '.join(map(str, arguments))}\nexit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def qinglu(self, *arguments, key=IPO, at=None):
        """A command that signs as `key`, at the institution `at` (else the office); its JSON document."""
        return json.loads(self.must("qinglu", *arguments, "--key", key, "--json", passphrase=True, at=at))

    def file(self, *arguments, key=IPO, at=None):
        answer = self.qinglu(*arguments, key=key, at=at)
        if answer.get("state") != "final" or not answer.get("verified"):
            raise Failed(f"{' '.join(map(str, arguments))}: {answer.get('state')}")
        return answer["id"]

    def entry_of(self, signers, *arguments):
        """A record that several sign, one after the other, each with its own key."""
        entry = self.dir / "several.entry.json"
        self.must("qinglu", *arguments, "--draft", "--submitter", signers[0], *(word for s in signers for word in ("--signer", s)),
                  "-o", entry, "--force", "--key", signers[0])
        for signer in signers:
            self.must("qinglu", "record", "sign", entry, "--key", signer, passphrase=True)
        return entry

    def signed_by(self, signers, *arguments):
        return json.loads(self.must("qinglu", "record", "submit", self.entry_of(signers, *arguments), "--json"))

    def refuse(self, code, *arguments, key=IPO, at=None):
        """The act must be refused with `code`; its sentence and article are shown."""
        self.refused(code, self.run("qinglu", *arguments, "--key", key, "--json", passphrase=True, at=at), arguments)

    def refused(self, code, done, arguments):
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

    def batch(self, bodies, key=IPO, at=None):
        path = self.dir / "batch.bodies"
        path.write_text("\n".join(bodies) + "\n")
        signed = self.dir / "batch.signed"
        self.must("qinglu", "batch", "sign", path, "-o", signed, "--force", "--key", key, passphrase=True)
        answer = json.loads(self.must("qinglu", "batch", "submit", signed, "--json", at=at))
        if answer.get("state") != "final" or not answer.get("verified"):
            raise Failed(f"batch: {answer}")
        return ["sha256:" + hashlib.sha256(body.encode()).hexdigest() for body in bodies]

    # --- the institutions ---
    def start(self, member, program=("qinglud", "run")):
        node = self.nodes[member]
        descriptor, write = os.pipe()
        os.write(write, PASS)
        os.close(write)
        log = open(node.dir / "run.log", "w", encoding="utf-8")
        node.process = subprocess.Popen([str(self.bin / program[0]), *program[1:], "--dir", str(node.dir), "--passphrase-fd",
                                         str(descriptor)], stdout=log, stderr=log, pass_fds=[descriptor], env=self.env)
        os.close(descriptor)
        log.close()

    def serves(self, member):
        node = self.nodes[member]
        said = (node.dir / "run.log").read_text(encoding="utf-8")
        if not node.running:
            raise Failed(f"the node of {member} did not start:\n{said}")
        return '"event":"serving"' in said

    def until(self, what, seen):
        """Waits for `seen()`; nothing here is judged by the clock."""
        end = time.monotonic() + 180
        while not seen():
            if time.monotonic() > end:
                raise Failed(f"waited in vain: {what}")
            time.sleep(0.05)

    def status(self, member):
        return json.loads(self.must("qinglu", "status", "--json", at=member))

    def why(self, member):
        """`qinglu status --why` at an institution, its lines shown that say something of members."""
        said = self.must("qinglu", "status", "--why", "--unverified", at=member)
        self.note("$ qinglu status --why")
        for line in said.splitlines():
            if any(word in line for word in ("example", "故障", "fail", "法定", "quorum")):
                self.note("  " + line.strip())
        return said

    def same(self, members=None):
        """All hold the same: waits for one height, then log and state roots must be equal."""
        members = members or list(self.nodes)
        heads = {}

        def level():
            heads.update({member: self.status(member) for member in members})
            return len({head["height"] for head in heads.values()}) == 1
        self.until("one height everywhere", level)
        if len({(head["log_root"], head["state_root"]) for head in heads.values()}) != 1:
            raise Failed(f"the institutions differ: {heads}")
        return heads[members[0]]

    # --- the story ---
    def bring_up(self):
        self.say("四个机构各自启动节点：知识产权局、交易所、两个法院；四票中三票即为法定数",
                 "Four institutions bring up their nodes: IP office, exchange, two courts; three of four votes decide")
        if self.dir.exists() and any(self.dir.iterdir()):
            if not any((self.dir / earlier).exists() for earlier in ("net", "node/qinglud.toml")) and self.dir != ROOT / "build/demo":
                raise Failed(f"{self.dir} is not empty and holds no earlier demo")
            shutil.rmtree(self.dir)
        self.dir.mkdir(parents=True, exist_ok=True)
        peers = consecutive_ports(8)
        http = self.options.port or peers + 4
        created = json.loads(self.must("qinglud", "network", "create", "--dir", self.dir / "net", "--nodes", 4, "--origin",
                                       "demo.example/qinglu", "--rule-pack", DATA / "rulepack-1.json", "--peer-port", peers,
                                       "--http-port", http, "--kdf", "interactive", "--json", passphrase=True))
        self.note(f"{created['ledger_id']}  {created['fingerprint']}")
        for place, path in enumerate(map(pathlib.Path, created["joined"])):
            party = json.loads((path / "identity.json").read_text())["statement"]["party"]
            self.nodes[path.name] = Node(path, path.name, party["id"], http + place)
            config = (path / "qinglud.toml").read_text()
            for old, new in (("requests_per_second = 20.0", "requests_per_second = 0.0"),
                             ("submissions_per_second = 10.0", "submissions_per_second = 0.0")):
                if old not in config:
                    raise Failed(f"the configuration template has no {old}")
                config = config.replace(old, new)
            (path / "qinglud.toml").write_text(config)
            self.start(path.name)
            self.note(f"{path.name:<20} {self.nodes[path.name].address}  {party['name']}")
        self.office, self.exchange = list(self.nodes)[:2]
        self.env["QINGLU_NODE"] = self.nodes[self.office].address
        for member in self.nodes:
            self.until(f"{member} serves", lambda member=member: self.serves(member))
        self.must("qinglu", "trust", "pin", self.dir / "net/genesis.json", "-o", self.dir / "trust.json")
        for node in self.nodes.values():
            self.must("qinglu", "key", "import", node.dir / "keys/record.key", "--party", node.party, "--key-id", "k1")
        def all_there(member):
            done = self.run("qinglu", "status", "--json", at=member)  # fails until a quorum has cosigned the genesis
            return done.returncode == 0 and all(other["connected"] for other in json.loads(done.stdout)["members"])
        for member in self.nodes:
            self.until(f"{member} sees all others", lambda member=member: all_there(member))

    def tables(self):
        self.say("理事会（三个机构会签）发布绿色分类体系、节假日与快审时限，知识产权局发布专利局代码、绿色分类、年费",
                 "The council, three institutions signing, publishes schemes, holidays and clocks; the office publishes offices, classes, fees")
        for path in sorted((DATA / "tables").glob("*.json")):
            if path.stem in ("FASTTRACK_CLOCKS", "GREEN_SCHEMES", "HOLIDAYS"):
                self.signed_by([IPO, EXCHANGE, self.nodes[COURT_1].party], "table", "publish", "--from", path, "--role", "GOV")
            else:
                self.file("table", "publish", "--from", path, "--role", "IPO")
            self.note(path.stem)

    def members(self):
        self.say("成员入链：交易所登记企业，知识产权局登记代理机构，各有自己的密钥",
                 "Members are enrolled: the exchange registers a company, the office an agency, each with its own key")
        members = [(COMPANY, "示例环保科技有限公司", EXCHANGE, "EXCH", self.exchange, []),
                   (RIVAL, "示例能源股份有限公司", EXCHANGE, "EXCH", self.exchange, []),
                   (AGENCY, "示例专利代理机构", IPO, "IPO", self.office, ["--agency-code", "50999"])]
        for party, name, registrar, role, at, more in members:
            self.file("party", "register", "--kind", "ORG", "--name", name, "--uscc", party[4:], "--region", "50",
                      "--synthetic", "true", *more, "--role", role, key=registrar, at=at)
            self.must("qinglu", "key", "new", "--party", party, "--key-id", "k1", "--kdf", "interactive", passphrase=True)
            pub = json.loads(self.must("qinglu", "key", "show", party, "--json"))["pub"]
            # The registrar and the new key sign the same body: a first key proves that its owner holds it.
            self.same()
            self.signed_by([registrar, party], "key", "add", "--party", party, "--key-id", "k1", "--pub", pub, "--suite", "1",
                           "--role", role)
            self.note(f"{name}  {party}")
        self.signed_by([IPO, EXCHANGE, self.nodes[COURT_1].party], "role", "grant", "--party", EXCHANGE, "--role", "EXCH", "--scope",
                       "region=51", "--from", "2026-01-01", "--record-role", "GOV")
        self.signed_by([COMPANY, AGENCY], "mandate", "grant", "--principal", COMPANY, "--agent", AGENCY, "--powers", "ALL", "--from",
                       "2022-01-01", "--role", "PARTY")
        self.same()

    def foreign(self):
        self.say("导入数百件真实美国专利，按分类自动标注绿色技术", "Hundreds of real US patents are imported and green-tagged from their classes")
        files = [DATA / "uspto" / name for name in ("ppubs_biblio.jsonl", "US11646472B2.xml", "ipg130416.small.xml")]
        report = self.qinglu("patent", "import", "--green", *files)
        self.imported = report["states"].get("final", 0)
        self.note(", ".join(f"{state} {count}" for state, count in sorted(report["states"].items())) + f", green tags {report['green_tags']}")
        if self.imported < 300 or report["green_tags"] < 15 or sum(report["states"].values()) != report["rows"]:
            raise Failed(f"the import is incomplete: {report}")
        recorded = self.qinglu("patent", "import", DATA / "uspto/assignments.xml", "--event-map", DATA / "tables/FOREIGN_EVENT_MAP.json")
        titles = recorded["events"]["titles"]
        if set(recorded["states"]) - {"duplicate", "exists", "final"} or titles["follow"] + titles["flagged"] < 90:
            raise Failed(f"the recorded events are incomplete: {recorded}")
        self.note(f"foreign.event: {titles['follow']} chains of title follow, {titles['flagged']} flagged; "
                  f"liens {titles['liens_open']} open, {titles['liens_released']} released")
        right = "fpat:US/8789601-B2"
        self.note(f"$ qinglu foreign title {right}")
        for line in self.must("qinglu", "foreign", "title", right).splitlines():
            self.note("  " + line)

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
        for life, record in zip(self.lives, self.batch(commits, AGENCY, at=self.exchange)):
            life["commit"] = record
        self.same()
        self.note(f"patent.commit × 10 @ {self.exchange}")
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
        self.refuse("APP_NO_TYPE_MISMATCH", *accept[:3], "UM", *accept[4:], "--app-no", "202610123456X", at=COURT_1)
        self.refuse("APP_NO_EXISTS", *accept, "--app-no", self.lives[0]["app_no"])
        self.refuse("ANNUITY_DUPLICATE", "annuity", "paid", "--pat", granted, "--year", "4", "--paid-date", "2025-04-21",
                    "--amount", "120000fen")
        self.refuse("FUTURE_EVENT_DATE", "patent", "office-action", "--pat", granted, "--date", "2999-01-01", "--kind",
                    "EXAMINATION")
        self.refuse("GREEN_CODE_UNKNOWN", "patent", "green-tag", "--pat", granted, "--scheme", "CPC-Y02", "--codes", "Y99Z",
                    "--by", "AUTO", "--evidence", commit)
        self.refuse("SUBJECT_NOT_FOUND", "patent", "expire", "--pat", "pat:" + app_no("202310000001"), "--date", "2026-01-01")
        self.refuse("ROLE_NOT_PERMITTED", *accept, "--app-no", "202610123456X", "--role", "IPO", key=EXCHANGE,
                    at=self.exchange)
        self.refuse("QUORUM_MISSING", "role", "grant", "--party", AGENCY, "--role", "IPO", "--from", "2026-01-01",
                    "--scope", "region=50", "--record-role", "GOV", key=AGENCY, at=COURT_2)
        self.refuse("USCC_INVALID", "party", "register", "--kind", "ORG", "--name", "某公司", "--uscc", "91500112MAQL000117",
                    "--region", "50")
        self.refuse("PARTY_EXISTS", "party", "register", "--kind", "ORG", "--name", "某公司", "--uscc", COMPANY[4:],
                    "--region", "50")

    def rights(self):
        self.say("许可、冲突、质押：重叠的独占许可和未经质权人同意的转移被拒",
                 "Licences and pledges: an overlapping exclusive licence and a transfer without the pledgee are refused")
        life, day = self.lives[1], "2026-11-20"
        path = self.dir / "data.json"

        def contract(local, territory):
            number = life["app_no"]
            path.write_text(canonical({
                "ctr": f"ctr:{COMPANY[4:]}/{local}", "kind": "LIC-P", "title": "余热回收装置专利实施许可合同", "sign_date": day,
                "effective_date": "2026-12-01", "text_commit": "sha256:" + secrets.token_hex(32),
                "parties": [{"party": COMPANY, "side": "LICENSOR"}, {"party": AGENCY, "side": "LICENSEE"}],
                "rights": [{"deal": "LICENSE", "license_kind": "EXCL", "pat": life["key"],
                            "patent_data": {"app_no": "CN" + number, "filing_date": "2022-05-10", "holders": [COMPANY],
                                            "patent_no": "ZL" + number, "title": life["title"], "valid_to": "2042-05-09"},
                            "scope": {"fields": ["F27D17"], "from": "2026-12-01", "manner": ["MAKE", "SELL", "USE"],
                                      "territory": [territory], "to": "2031-11-30"}}]}))
            return [COMPANY, AGENCY], "contract", "sign", "--from", path, "--role", "PARTY"

        def refused(code, signers, *arguments):
            entry = self.entry_of(signers, *arguments)
            self.refused(code, self.run("qinglu", "record", "submit", entry, "--json"), arguments)

        signers, *arguments = contract("L-1", "50")
        answer = self.signed_by(signers, *arguments, "--private", 'entry_fee={"fen":30000000}', "--private", "price_terms=半年一付")
        self.licence = answer["id"]
        self.note(f"contract.sign EXCL 50 F27D17  {life['key']}  " + ("入门费、价款条款只入承诺" if self.zh else "fee and terms enter as commitments"))
        refused("LICENSE_OVERLAP", *contract("L-2", "5001"))  # 50 covers 5001
        self.signed_by(*contract("L-3", "51"))
        self.note("contract.sign EXCL 51 F27D17")
        path.write_text(canonical({"claim": {"amount": {"fen": 300000000}, "from": day, "kind": "LOAN", "to": "2028-11-19"}, "date": day,
                                   "patents": [life["key"]], "pledgee": [EXCHANGE], "pledgor": [COMPANY], "reg_no": "Y2026500000001"}))
        self.signed_by([IPO, COMPANY, EXCHANGE], "pledge", "register", "--from", path, "--role", "IPO")
        self.note("pledge.register Y2026500000001")
        refused("PLEDGEE_CONSENT_MISSING", [IPO, COMPANY, AGENCY], "transfer", "register", "--pat", life["key"], "--date", day, "--basis",
                "MERGER", "--announce-no", "CN2026-47", "--from", COMPANY, "--to", "party=" + AGENCY, "--role", "IPO")

    def filed(self, signers, name, data, role):
        """An act of several signers from its data; the first submits. Its id."""
        path = self.dir / "data.json"
        path.write_text(canonical(data))
        family, act = name.split(".")
        entry = self.entry_of(signers, family, act.replace("_", "-"), "--record-from", path, "--role", role)
        answer = json.loads(self.must("qinglu", "record", "submit", entry, "--json"))
        if answer.get("state") != "final" or not answer.get("verified"):
            raise Failed(f"{name}: {answer.get('state')}")
        return answer["id"]

    def auction(self):
        self.say("拍卖：挂牌公示负担，成交结果由出价推出；成交、合同与登记相互印证",
                 "An auction: the listing shows every burden, the winner follows from the bids; deal, contract and register bear each other out")
        life, listing = self.lives[3], {"listing": f"lst:{EXCHANGE[4:]}/2026-A1"}
        now = datetime.datetime.now(datetime.timezone.utc)
        today = now.astimezone(datetime.timezone(datetime.timedelta(hours=8))).date()

        def moment(seconds):
            return (now + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")

        self.filed([EXCHANGE, COMPANY], "market.list", {
            **listing, "deal_kinds": ["TRANSFER"], "from": str(today), "pat": life["key"], "price": {"min": {"fen": 50000000}, "mode": "AUCTION"},
            "seller": [COMPANY], "snapshot_size": self.status(self.office)["log_size"], "to": str(today + datetime.timedelta(days=30)),
            "venue": "ONLINE"}, "EXCH")
        self.note(f"market.list  {life['key']}")
        salt, reserve = secrets.token_hex(32), {"fen": 55000000}
        auction = {**listing, "auction": self.filed([EXCHANGE], "auction.open", {
            **listing, "deposit": {"fen": 1000000}, "end": moment(30), "kind": "ENGLISH", "reserve_commit": commitment("reserve", salt, reserve),
            "rules_hash": "sha256:" + "d" * 64, "start": moment(4), "step": {"fen": 1000000}}, "EXCH")}
        deposits = {bidder: self.filed([EXCHANGE], "settlement.pay", {
            **auction, "amount_commit": "sha256:" + secrets.token_hex(32), "date": str(today), "escrow": True, "payer": bidder}, "EXCH")
            for bidder in (RIVAL, AGENCY)}
        self.note("auction.open, settlement.pay × 2")

        def bid(bidder, fen):
            return {**auction, "amount": {"fen": fen}, "bidder_pseudonym": "N-" + bidder[-4:], "deposit_ref": deposits[bidder]}

        def refused(code, signers, name, data, role):
            path = self.dir / "data.json"
            path.write_text(canonical(data))
            family, act = name.split(".")
            entry = self.entry_of(signers, family, act, "--record-from", path, "--role", role)
            self.refused(code, self.run("qinglu", "record", "submit", entry, "--json"), [name])

        time.sleep(max(0.0, 4.5 - (datetime.datetime.now(datetime.timezone.utc) - now).total_seconds()))
        for bidder, fen in ((RIVAL, 50000000), (AGENCY, 56000000), (RIVAL, 60000000)):
            self.filed([bidder], "auction.bid", bid(bidder, fen), "PARTY")
            self.note(f"auction.bid  {fen // 100} CNY  {bidder}")
        refused("BID_TOO_LOW", [AGENCY], "auction.bid", bid(AGENCY, 60500000), "PARTY")
        close = {**auction, "price": {"fen": 60000000}, "reserve_open": {"amount": reserve, "salt": salt}, "winner": RIVAL}
        time.sleep(max(0.0, 30.5 - (datetime.datetime.now(datetime.timezone.utc) - now).total_seconds()))
        refused("AUCTION_RESULT_MISMATCH", [EXCHANGE], "auction.close", {**close, "winner": AGENCY}, "EXCH")
        closed = self.filed([EXCHANGE], "auction.close", close, "EXCH")
        self.note(f"auction.close  600000 CNY  {RIVAL}")
        contract = {"ctr": f"ctr:{COMPANY[4:]}/T-1"}
        self.filed([COMPANY, RIVAL], "contract.sign", {
            **contract, **listing, "amount": close["price"], "effective_date": str(today), "kind": "TRF-P", "price_method": "AUCTION",
            "parties": [{"party": COMPANY, "side": "ASSIGNOR"}, {"party": RIVAL, "side": "ASSIGNEE"}],
            "rights": [{"deal": "TRANSFER", "pat": life["key"], "patent_data": {
                "app_no": "CN" + life["app_no"], "filing_date": "2022-05-10", "holders": [COMPANY], "patent_no": "ZL" + life["app_no"],
                "title": life["title"]}}],
            "sign_date": str(today), "tech_amount": close["price"], "text_commit": "sha256:" + secrets.token_hex(32), "title": "余热回收装置专利权转让合同"}, "PARTY")
        deal = self.filed([EXCHANGE, COMPANY, RIVAL], "deal.confirm", {
            **contract, **listing, "agreed_by": closed, "buyer": [RIVAL], "date": str(today), "fees": {"fen": 600000}, "price": close["price"],
            "seller": [COMPANY]}, "EXCH")
        self.filed([IPO, COMPANY, RIVAL], "transfer.register", {
            **contract, "announce_no": "CN2026-49", "basis": "CONTRACT", "date": str(today), "deal": deal, "from": [COMPANY], "pat": life["key"],
            "to": [{"party": RIVAL}]}, "IPO")
        owners = json.loads(self.must("qinglu", "patent", "show", life["key"], "--json"))["row"]["owners"]
        if [owner["party"] for owner in owners] != [RIVAL]:
            raise Failed(f"{life['key']} belongs to {owners}")
        self.note(f"contract.sign, deal.confirm, transfer.register  {life['key']} → {RIVAL}")

    def lawsuit(self):
        self.say("侵权案件：起诉只是主张，生效判决才是认定；保全期间不得转让，解除后可以",
                 "An infringement case: the complaint is an allegation, only the effective judgment a finding; a preservation blocks transfer")
        life, court = self.lives[2], self.nodes[COURT_1].party
        case = {"case": f"case:{court[4:]}/2026-17"}
        claims = [{"claims": [1, 2], "pat": life["key"]}]
        def court_act(name, data):
            self.filed([court], name, data, "COURT")
            self.note(f"{name}  {data.get('date', '')}")

        def served(*parties, on):
            return [{"date": on, "mode": "ELECTRONIC", "party": party} for party in sorted(parties)]

        def listed(subject):
            page = json.loads(self.must("qinglu", "record", "ls", subject, "--category", "2", "--json"))
            return [item["type"] for item in page["items"]]

        self.filed([COMPANY], "case.file", {
            **case, "acts": ["MAKE", "SELL"], "asserted_claims": claims, "body": court, "case_no": "（2026）渝01民初17号", "claimants": [COMPANY],
            "first_act": "2025-03-01", "last_act": "2025-09-30", "pats": [life["key"]], "place": "500112", "respondents": [AGENCY],
            "route": "CIVIL", "standing": "OWNER"}, "PARTY")
        self.note("case.file  （2026）渝01民初17号")
        court_act("case.accept", {**case, "date": "2026-03-06", "served": served(AGENCY, on="2026-03-10")})
        today = datetime.datetime.now(datetime.timezone(datetime.timedelta(hours=8))).date()
        since, until, eve = (str(today + datetime.timedelta(days=days)) for days in (-30, 120, -1))
        order = self.filed([court], "preserve.order", {
            "court": court, "kind": "PROPERTY", "order_no": "（2026）渝01财保5号", "requested_from": since, "requested_until": until,
            "target": life["key"]}, "COURT")
        self.filed([IPO], "preserve.receive", {"from": since, "order": order, "received_at": since, "until": until}, "IPO")
        self.note(f"preserve.order, preserve.receive  … {until}")
        transfer = ["transfer", "register", "--pat", life["key"], "--date", str(today), "--basis", "MERGER", "--announce-no", "CN2026-48",
                    "--from", COMPANY, "--to", "party=" + EXCHANGE, "--role", "IPO"]
        blocked = self.entry_of([IPO, COMPANY, EXCHANGE], *transfer)
        self.refused("PATENT_FROZEN", self.run("qinglu", "record", "submit", blocked, "--json"), transfer)
        court_act("case.decide", {
            **case, "date": "2026-06-01", "instance": "FIRST", "orders": ["PAY", "STOP"],
            "outcome": [{**claims[0], "result": "INFRINGED"}], "served": served(COMPANY, AGENCY, on="2026-06-05"),
            "damages": {"expenses": {"fen": 5000000}, "method": "STATUTORY", "total": {"fen": 30000000}}})
        court_act("case.effective", {**case, "date": "2026-07-01"})
        court_act("case.enforce", {**case, "date": "2026-08-03", "status": "APPLIED"})
        court_act("case.enforce", {**case, "date": "2026-10-12", "status": "ENFORCED"})
        row = json.loads(self.must("qinglu", "patent", "show", case["case"], "--json"))
        if row["row"]["status"] != "ENFORCED":
            raise Failed(f"{case['case']} is {row['row']['status']}")
        release = self.filed([court], "preserve.release", {"date": eve, "order": order, "reason": "判决已执行完毕"}, "COURT")
        self.filed([IPO], "preserve.receive", {"order": release, "received_at": eve}, "IPO")
        self.signed_by([IPO, COMPANY, EXCHANGE], *transfer)
        self.note(f"preserve.release, transfer.register  {life['key']}")
        for subject, wanted in ((case["case"], "case.effective"), (AGENCY, "case.file")):
            if wanted not in listed(subject):
                raise Failed(f"the history of {subject} lacks {wanted}")
            self.note(f"$ qinglu record ls {subject} --category 2")
            for line in self.must("qinglu", "record", "ls", subject, "--category", "2").splitlines():
                self.note("  " + line)

    def outage(self):
        self.say("法院二的节点被强行终止（kill -9）；其余三个继续记账",
                 "The node of court 2 is killed (kill -9); the other three go on")
        victim = self.nodes[COURT_2]
        victim.process.kill()
        victim.process.wait()
        self.until("the loss is seen", lambda: self.status(self.office)["may_fail"] == 0)
        said = self.why(self.office)
        if COURT_2 not in said:
            raise Failed(f"status --why does not name {COURT_2}:\n{said}")
        rest = [member for member in self.nodes if member != COURT_2]
        for n, at in enumerate(rest):
            record = self.file("annuity", "paid", "--pat", self.lives[n + 1]["key"], "--year", "6", "--paid-date", "2026-05-06",
                               "--amount", "120000fen", at=at)
            self.note(f"annuity.paid {self.lives[n + 1]['key']} @ {at}: final")
        self.during_outage = record
        self.export("during-outage", record, self.office, {COURT_2})
        height = self.same(rest)["height"]
        self.say("法院二恢复，补上缺失的区块", "Court 2 comes back and catches up")
        self.start(COURT_2)
        self.until(f"{COURT_2} serves", lambda: self.serves(COURT_2))
        head = self.same()
        if head["height"] < height:
            raise Failed(f"height {head['height']} after {height}")
        if json.loads(self.must("qinglu", "record", "show", record, "--json", at=COURT_2)).get("state") != "final":
            raise Failed(f"{record} is not final at {COURT_2}")
        self.note(("四个状态根相同" if self.zh else "four equal state roots") + f": height {head['height']}  {head['state_root']}")

    def prove(self):
        self.say("把记录、状态、历史与不存在证明成文件并离线验证",
                 "Records, states, histories and absences are proved to files and verified offline")
        wanted = [("grant", self.lives[0]["records"]["patent.grant"]), ("restore", self.lives[0]["records"]["patent.restore"]),
                  ("accept", self.lives[0]["records"]["patent.accept"]), ("batch-member", self.members_of_batch[3])]
        for (name, record), at in zip(wanted, self.nodes):
            self.export(name, record, at)
        first, second = self.lives[0]["key"], self.lives[1]["key"]
        for name, claim, *arguments in (
                ("clear-title", "state-value", second, "--question", "clear-title"),
                ("encumbrances", "history", second, "--question", "encumbrances"),
                ("status-history", "history", first, "--question", "status-history"),
                ("unencumbered", "absence", first, "--question", "unencumbered"),
                ("no-infringement", "absence", EXCHANGE, "--question", "infringement-history"),
                ("title-as-of-20", "state-value", first, "--question", "clear-title", "--as-of", "20"),
                ("nothing-since", "absence", first, "--claim", "absence", "--since", self.status(self.office)["height"] - 1),
                ("consistency", "consistency", "--claim", "consistency", "--since", "20")):
            self.claim(name, claim, arguments)
        self.disclose()

    def claim(self, name, claim, arguments):
        """The evidence of a claim about a subject; verified by both programs."""
        path = self.dir / "evidence" / f"{name}.qinglu.json"
        self.must("qinglu", "evidence", "export", *arguments, "-o", path)
        facts = self.verified(path)["facts"]
        if facts["claim"] != claim:
            raise Failed(f"{path} claims {facts['claim']}, not {claim}")
        told = {"history": lambda: f"{sum(each['count'] for each in facts['lists'])} records", "absence": lambda: "none",
                "state-value": lambda: facts["row"]["value"]["status"], "consistency": lambda: f"{facts['older'][0]['size']} -> {facts['size']}"}[claim]()
        self.evidence.append({"file": str(path), "claim": claim, "exit": 0})
        self.note(f"{path.name}: {claim}, {told}, {path.stat().st_size} bytes, exit 0")

    def verified(self, path):
        """What both verifiers say of a file, the same; its report for people lies beside it."""
        said = []
        page = path.with_name(path.name.replace(".qinglu.json", ".report.html"))
        for program, arguments in (("qinglu", ["evidence", "verify", path, "--json"]),
                                   ("qinglu-verify", [path, "--trust", self.dir / "trust.json", "--json", "--report", page])):
            done = self.run(program, *arguments)
            if done.returncode != 0:
                raise Failed(f"{program} {path}: exit {done.returncode}\n{done.stdout}{done.stderr}")
            said.append(json.loads(done.stdout))
        if said[0]["facts"] != said[1]["facts"]:
            raise Failed(f"{path}: the two programs state different facts")
        if said[1]["file_sha256"] not in page.read_text():
            raise Failed(f"{page} does not name the file it is about")
        return said[1]

    def disclose(self):
        """Of the licence's two confidential fields one is shown."""
        source, path = (self.dir / "evidence" / f"{name}.qinglu.json" for name in ("licence", "licence-entry-fee"))
        self.must("qinglu", "evidence", "export", self.licence, "-o", source)
        self.must("qinglu", "evidence", "disclose", source, "--openings", self.dir / "state/openings" / (self.licence.replace(":", "-") + ".json"),
                  "--field", "entry_fee", "-o", path)
        shown = self.verified(path)["facts"]["records"][0]["disclosed"]
        if shown != [{"name": "entry_fee", "value": {"fen": 30000000}}] or "半年一付" in path.read_text():
            raise Failed(f"{path} discloses {shown}")
        self.evidence.append({"file": str(path), "claim": "record", "exit": 0})
        self.note(f"{path.name}: entry_fee {shown[0]['value']}, " + ("其他保密字段不见" if self.zh else "and nothing of the other field"))

    def export(self, name, record, at, without=frozenset()):
        """The evidence of a record, from the node `at`; verified by both programs."""
        path = self.dir / "evidence" / f"{name}.qinglu.json"
        self.must("qinglu", "evidence", "export", record, "-o", path, at=at)
        cosigners = [each["name"] for each in self.verified(path)["facts"]["cosigners"]]
        if len(cosigners) < 3 or without & set(cosigners):
            raise Failed(f"{path} is cosigned by {cosigners}")
        self.evidence.append({"file": str(path), "claim": "record", "exit": 0})
        self.note(f"{path.name} @ {at}: {path.stat().st_size} bytes, exit 0, "
                  + ("联署 " if self.zh else "cosigned by ") + ", ".join(name.split(".")[0] for name in cosigners))

    def tamper(self):
        self.say("改动记录中的一个字节，验证指出问题", "One byte of a record is changed, and the verification says what is wrong")
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

    def liar(self):
        self.say("法院二换成说谎的节点（仅供测试的程序）：同一视图公证两个不同的区块",
                 "Court 2 is replaced by a node that lies (a test program): it notarizes two blocks in one view")
        victim = self.nodes[COURT_2]
        if self.end(victim) != 0:
            raise Failed(f"the node of {COURT_2} ended with {victim.process.returncode}")
        self.start(COURT_2, ("test_adversary", "--lie", "notarize-two"))
        self.until(f"{COURT_2} serves", lambda: self.serves(COURT_2))
        honest = [member for member in self.nodes if member != COURT_2]
        self.until("the liar is connected", lambda: all(self.status(member)["may_fail"] == 1 for member in honest))
        lives = iter(self.lives[4:])
        found = []
        while not found:
            life = next(lives, None)
            if life is None:
                raise Failed("nobody named the liar")
            self.file("annuity", "paid", "--pat", life["key"], "--year", "6", "--paid-date", "2026-05-06", "--amount", "120000fen")
            self.same(honest)
            found = [path for member in honest for path in sorted((self.nodes[member].dir / "evidence").glob("*.json"))]
        self.why(next(member for member in honest if (self.nodes[member].dir / "evidence").exists()))
        for path in found:
            said = json.loads(path.read_text())
            done = self.run("qinglu-verify", path, "--trust", self.dir / "trust.json", "--json")
            if done.returncode != 0 or said["member"] != COURT_2:
                raise Failed(f"{path} names {said['member']}: exit {done.returncode}\n{done.stdout}{done.stderr}")
            self.named.append({"code": said["code"], "exit": done.returncode, "file": str(path), "member": said["member"]})
        self.note(f"$ qinglu-verify {found[0].relative_to(self.dir)} --trust trust.json")
        for line in self.must("qinglu-verify", found[0], "--trust", self.dir / "trust.json", "--lang", "zh" if self.zh else "en").splitlines():
            self.note("  " + line.replace(str(found[0]) + ": ", ""))
        self.say("账本未分叉；诚实的节点取代说谎的节点", "The ledger did not split; an honest node takes the liar's place")
        victim.process.kill()
        victim.process.wait()
        self.start(COURT_2)
        self.until(f"{COURT_2} serves", lambda: self.serves(COURT_2))
        head = self.same()
        self.note(("四个状态根相同" if self.zh else "four equal state roots") + f": height {head['height']}  {head['state_root']}")

    def page(self):
        """A page to open: every evidence file with its claim and its report, and the verifier in the browser where it is built."""
        folder = self.dir / "evidence"
        shutil.copy(self.dir / "trust.json", folder / "trust.json")
        verifier = self.bin.parent / "share/verify.html"
        if verifier.exists():
            shutil.copy(verifier, folder / "verify.html")
        rows = []
        for each in self.evidence:
            file = pathlib.Path(each["file"])
            report = file.with_name(file.name.replace(".qinglu.json", ".report.html"))
            digest = hashlib.sha256(file.read_bytes()).hexdigest()
            verdict = "已验证 / verified" if each["exit"] == 0 else "不成立 / refuted"
            link = f'<a href="{report.name}">报告 / report</a>' if report.exists() else "—"
            rows.append(f'<tr><td><a href="{file.name}" download>{file.name}</a><td>{each["claim"]}<td>{verdict}<td>{link}<td><code>{digest}</code>')
        hint = ('<p><a href="verify.html">verify.html</a>: 把文件拖入页面，离线验证 / drop a file, verified offline; trust.json: <code>trust.json</code>' if verifier.exists()
                else "<p>浏览器中的验证页未构建：.ci/install browser，再以 cmake 构建 verify_html / the verifier's page is not built: .ci/install browser, then the target verify_html")
        (folder / "index.html").write_text(f"""<!doctype html><html lang="zh"><meta charset="utf-8"><title>青录证据 / Qinglu evidence</title>
<style>body{{font:15px/1.5 sans-serif;margin:2em auto;max-width:75em}}td,th{{text-align:left;padding:.2em .8em;border-bottom:1px solid #ccc}}code{{font-size:80%}}</style>
<h1>青录证据 / Qinglu evidence</h1>{hint}
<p><code>qinglu-verify FILE --trust trust.json</code>
<table><tr><th>文件 / file<th>声明 / claim<th>验证 / verdict<th>报告 / report<th>SHA-256
{chr(10).join(rows)}</table></html>
""")
        self.note(f"{folder / 'index.html'}")

    def summary(self):
        status = json.loads(self.must("qinglu", "status", "--json"))
        # Seals and the genesis document are entries too, and so are batch manifests.
        self.records_final = status["log_size"] - status["height"] - 2
        self.seconds = round(time.monotonic() - self.started, 1)
        if self.options.json:
            return
        rows = [("账本 / ledger", status["ledger_id"]), ("机构 / institutions", len(self.nodes)), ("高度 / height", status["height"]),
                ("最终记录 / records final", self.records_final), ("真实美国专利 / real US patents", self.imported),
                ("拒绝 / refusals", len(self.refusals)), ("证据文件 / evidence files", len(self.evidence)), ("指认说谎者 / files that name the liar", len(self.named)),
                ("用时 / seconds", self.seconds)]
        print("\n" + "\n".join(f"  {label:<34}{value}" for label, value in rows))

    def commands(self):
        life = self.lives[0]
        print(f"\n  {', '.join(node.address for node in self.nodes.values())}   ({'按 Ctrl-C 结束' if self.zh else 'Ctrl-C ends'})\n")
        print("  " + "\n  ".join([
            f"export QINGLU_NODE={self.env['QINGLU_NODE']} QINGLU_KEYS={self.dir}/keys QINGLU_STATE={self.dir}/state QINGLU_TRUST={self.dir}/trust.json",
            f"export PATH={self.bin}:$PATH", "qinglu status --why", f"qinglu patent show {life['key']}",
            "qinglu foreign show fpat:US/11646472-B2", f"qinglu record show {life['records']['patent.grant']}",
            f"qinglu-verify {self.dir}/evidence/grant.qinglu.json --trust {self.dir}/trust.json --explain",
            "qinglu patent accept --help"]), flush=True)

    @staticmethod
    def end(node):
        """A controlled stop; the exit code."""
        if node.running:
            node.process.send_signal(signal.SIGTERM)
            try:
                node.process.wait(60)
            except subprocess.TimeoutExpired:
                node.process.kill()
                node.process.wait()
        return node.process.returncode if node.process else 0

    def stop(self):
        """Ends all nodes; those that did not end well."""
        return {node.member: code for node in self.nodes.values() if (code := self.end(node)) != 0}

    def tell(self):
        """Runs the whole story; True when every step did what it should."""
        try:
            for step in (self.bring_up, self.tables, self.members, self.foreign, self.chinese, self.illegal, self.rights, self.auction, self.lawsuit, self.outage, self.prove,
                         self.tamper, self.liar, self.page, self.summary):
                step()
            if not self.options.exit:
                self.commands()
                for node in self.nodes.values():
                    node.process.wait()
            if ended := self.stop():
                raise Failed(f"nodes ended with {ended}")
            return True
        except KeyboardInterrupt:
            return not self.stop()
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
    parser.add_argument("--exit", action="store_true", help="run unattended, stop the nodes, exit 0 only if all went well")
    parser.add_argument("--json", action="store_true", help="a machine-readable summary as the last line")
    parser.add_argument("--dir", default=str(ROOT / "build/demo"), help="where ledger and evidence files go")
    parser.add_argument("--lang", choices=["zh", "en"])
    parser.add_argument("--port", type=int, default=0, help="HTTP port of the first node, the others follow; 0: any free ones")
    parser.add_argument("--bin", required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.exit = options.exit or options.json
    demo = Demo(options)
    good = demo.tell()
    if options.json:
        print(canonical({"institutions": len(demo.nodes), "contradictions": demo.named,
                         "records_final": getattr(demo, "records_final", 0),
                         "refusals_tried": demo.refusals, "evidence": demo.evidence, "tamper_exit": demo.tamper_exit,
                         "seconds": getattr(demo, "seconds", 0), "ok": good}))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

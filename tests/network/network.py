# SPDX-License-Identifier: Apache-2.0
"""A network of real nodes on this machine, made by `qinglud network create`, with breakable links between them."""
import hashlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent), str(pathlib.Path(__file__).resolve().parents[1] / "support")]
from fault_proxy import Control  # noqa: E402
from ports import consecutive_ports, free_ports  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
RULE_PACK = HERE.parent / "data/rulepack-1.json"
PASS = b"network passphrase\n"
PATIENCE = 120  # seconds until a test gives up; no figure is judged


def until(what, seen, patience=PATIENCE):
    """Waits for `seen()` to be true and returns what it is."""
    end = time.monotonic() + patience
    while True:
        value = seen()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited in vain: {what}")
        time.sleep(0.05)


class Node:
    """One member: its directory, its ports, and its process while it runs."""

    def __init__(self, network, name):
        self.network, self.name = network, name
        self.dir = network.dir / "net" / name
        self.process, self.starts = None, 0
        self.program = ["qinglud", "run"]
        identity = json.loads((self.dir / "identity.json").read_text())["statement"]
        self.party = identity["party"]["id"]

    @property
    def running(self):
        return self.process is not None and self.process.poll() is None

    def start(self, wait=True, preexec=None):
        descriptor, write = os.pipe()
        os.write(write, PASS)
        os.close(write)
        self.starts += 1
        log = open(self.dir / f"run-{self.starts}.log", "w+", encoding="utf-8")
        self.process = subprocess.Popen(
            [str(self.network.bin / self.program[0]), *self.program[1:], "--dir", str(self.dir), "--passphrase-fd", str(descriptor)],
            stdout=log, stderr=log, pass_fds=[descriptor], env=self.network.env, preexec_fn=preexec)
        os.close(descriptor)
        log.close()
        if wait:
            until(f"{self.name} serves", lambda: self.serves() or not self.running)
            if not self.running:
                raise AssertionError(f"{self.name} did not start:\n{self.said()}")

    def becomes_adversary(self, *options):
        """From its next start on it is the test program that lies, or has another clock."""
        self.program = ["test_adversary", *options]

    def becomes_honest(self):
        self.program = ["qinglud", "run"]

    def said(self):
        return (self.dir / f"run-{self.starts}.log").read_text(encoding="utf-8")

    def serves(self):
        return '"event":"serving"' in self.said()

    def _signal(self, number):
        self.process.send_signal(number)

    def stop(self):
        """A controlled stop; the exit code."""
        self._signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)

    def kill(self):
        self._signal(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def pause(self):
        self._signal(signal.SIGSTOP)

    def resume(self):
        self._signal(signal.SIGCONT)

    def request(self, method, path, body=None, timeout=20):
        """(status, body); (None, reason) when there is no answer."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.http_port}{path}", data=body, method=method,
                                         headers={"Content-Type": "application/json"} if body is not None else {})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as problem:
            with problem:
                return problem.code, problem.read()
        except (OSError, http.client.HTTPException) as problem:
            return None, str(problem).encode()

    def get(self, path, timeout=20):
        status, body = self.request("GET", path, timeout=timeout)
        return json.loads(body) if status == 200 else None

    def status(self):
        return self.get("/v1/status") or {}

    def height(self):
        return self.status().get("height", -1)

    def state_of(self, record):
        return (self.get(f"/v1/records/{record}") or {}).get("state")

    def submit(self, entry, wait="none", timeout="10s"):
        """Hands a record in. `final`, `pending`, `refused …`, or None: no answer, so its fate is unknown."""
        status, body = self.request("POST", f"/v1/records?wait={wait}&timeout={timeout}", entry, timeout=30)
        if status in (200, 202):
            return json.loads(body)["state"]
        return None if status is None or status in (429, 503) else f"refused {json.loads(body).get('code')}"


class Network:
    """`with Network(bin, dir, 4) as net:` makes the network; nothing runs yet."""

    def __init__(self, binaries, directory, n, proxied=True, create=()):
        self.create = create  # more options of `network create`
        self.bin, self.dir, self.n, self.proxied = pathlib.Path(binaries).resolve(), pathlib.Path(directory).resolve(), n, proxied
        shutil.rmtree(self.dir, ignore_errors=True)
        self.dir.mkdir(parents=True)
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("QINGLU_")}
        self.env.update(QINGLU_LANG="en", QINGLU_KEYS=str(self.dir / "keys"), QINGLU_STATE=str(self.dir / "state"),
                        QINGLU_TRUST=str(self.dir / "trust.json"), XDG_CONFIG_HOME=str(self.dir / "config"))
        self.proxy = self.link = None
        self.acknowledged, self.offered, self.serial = set(), {}, 0

    def __enter__(self):
        try:
            self._create()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for node in getattr(self, "nodes", []):
            if node.running:
                node.kill()
        if self.link:
            self.link.close()
        if self.proxy:
            self.proxy.kill()
            self.proxy.wait()
            self.proxy.stdout.close()

    # --- making it ---
    def run(self, program, *arguments, secret=False):
        command, descriptors = [str(self.bin / program), *map(str, arguments)], []
        if secret:
            descriptor, write = os.pipe()
            os.write(write, PASS)
            os.close(write)
            command += ["--passphrase-fd", str(descriptor)] + (["--yes"] if program == "qinglu" else [])
            descriptors.append(descriptor)
        try:
            done = subprocess.run(command, env=self.env, capture_output=True, text=True, pass_fds=descriptors, timeout=300)
        finally:
            for descriptor in descriptors:
                os.close(descriptor)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}\nexit {done.returncode}\n{done.stdout}{done.stderr}")
        return done.stdout

    def _create(self):
        """The set names the proxy's doors for everybody; each node dials the doors that are its own."""
        base = consecutive_ports(self.n)
        made = json.loads(self.run("qinglud", "network", "create", "--dir", self.dir / "net", "--nodes", self.n, "--origin",
                                   "test.example/qinglu", "--rule-pack", RULE_PACK, "--peer-port", base, "--http-port", 0,
                                   "--kdf", "interactive", "--json", *self.create, secret=True))
        self.ledger_id, self.quorum, self.may_fail = made["ledger_id"], made["quorum"], made["may_fail"]
        self.nodes = [Node(self, pathlib.Path(path).name) for path in made["joined"]]
        self.by_name = {node.name: node for node in self.nodes}
        doors = {member["member"]: int(member["address"].rsplit(":", 1)[1]) for member in made["members"]}
        ports = free_ports(2 * self.n + self.n * self.n)
        for node in self.nodes:
            node.http_port = ports.pop()
            node.peer_port = ports.pop() if self.proxied else doors[node.name]
        entries = []
        for node in self.nodes:
            addresses = []
            for other in self.nodes:
                if other is not node:
                    door = ports.pop()
                    entries.append({"listen": door, "dialer": node.name, "acceptor": other.name, "target": other.peer_port})
                    addresses.append(f'"{other.name}" = "127.0.0.1:{door}"')
            changes = [("port = 0", f"port = {node.http_port}"), ("requests_per_second = 20.0", "requests_per_second = 0.0"),
                       ("submissions_per_second = 10.0", "submissions_per_second = 0.0"),
                       ('# listen = "0.0.0.0:7280"', f'listen = "127.0.0.1:{node.peer_port}"'),
                       ("ping_ms = 5000", "ping_ms = 500"), ("silence_ms = 20000", "silence_ms = 3000"),
                       ("connect_ms = 10000", "connect_ms = 3000"), ("handshake_ms = 10000", "handshake_ms = 3000"),
                       ("retry_max_ms = 10000", "retry_max_ms = 1000")]
            if self.proxied and addresses:
                changes.append(('# addresses = { "exchange.example" = "10.0.0.5:7280" }', "addresses = { " + ", ".join(addresses) + " }"))
            self.configure(node, *changes)
        if self.proxied and self.n > 1:
            (self.dir / "entries.json").write_text(json.dumps(entries))
            self.proxy = subprocess.Popen([sys.executable, str(HERE / "fault_proxy.py"), str(self.dir / "entries.json")],
                                          stdout=subprocess.PIPE, text=True)
            self.link = Control(int(self.proxy.stdout.readline().split()[1]))
        self.run("qinglu", "trust", "pin", self.dir / "net/genesis.json", "-o", self.dir / "trust.json")
        for node in self.nodes:
            self.run("qinglu", "key", "import", node.dir / "keys/record.key", "--party", node.party, "--key-id", "k1")

    @staticmethod
    def configure(node, *changes):
        path = node.dir / "qinglud.toml"
        text = path.read_text(encoding="utf-8")
        for old, new in changes:
            if old not in text:
                raise AssertionError(f"the configuration of {node.name} has no {old}")
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")

    def start(self, nodes=None):
        for node in nodes or self.nodes:
            node.start(wait=False)
        for node in nodes or self.nodes:
            until(f"{node.name} serves", lambda node=node: node.serves() or not node.running)
            if not node.running:
                raise AssertionError(f"{node.name} did not start:\n{node.said()}")

    # --- breaking it ---
    def partition(self, *groups):
        """Nodes of different groups do not reach each other."""
        place = {node.name: k for k, group in enumerate(groups) for node in group}
        for a in self.nodes:
            for b in self.nodes:
                if a is not b and place[a.name] != place[b.name]:
                    self.link("link", a.name, b.name, "cut")

    def isolate(self, node):
        self.partition([node], [other for other in self.nodes if other is not node])

    def heal(self):
        self.link("pass")

    # --- using it ---
    def entries(self, count, party=None):
        """Signed commitments to applications, made without any node, so that they can be handed to any."""
        party = party or self.nodes[0].party
        made = []
        for _ in range(count):
            self.serial += 1
            path = self.dir / f"entry-{self.serial}.json"
            commitment = "sha256:" + hashlib.sha256(f"{party} {self.serial}".encode()).hexdigest()
            self.run("qinglu", "patent", "commit", "--type", "INV", "--doc-commit", commitment, "--applicant-commit", commitment,
                     "--synthetic", "true", "--role", "PARTY", "--submitter", party, "--signer", party, "--draft", "--ledger-id",
                     self.ledger_id, "--pack", 1, "-o", path)
            self.run("qinglu", "record", "sign", path, "--key", party, secret=True)
            made.append(path.read_bytes().strip())
        return made

    @staticmethod
    def id_of(entry):
        """SHA-256 of the body, which the entry holds in its canonical form."""
        body = json.dumps(json.loads(entry)["body"], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return "sha256:" + hashlib.sha256(body.encode()).hexdigest()

    def submit(self, entry, node, wait="none", timeout="10s"):
        """Hands in, and remembers what was promised: a receipt for `pending`, for ever for `final`."""
        record = self.id_of(entry)
        self.offered[record] = entry
        state = node.submit(entry, wait, timeout)
        if state in ("pending", "final"):
            self.acknowledged.add(record)
        return state

    def becomes_final(self, entry, node):
        """Hands in again and again, as a client does, until the node says `final`."""
        until(f"{self.id_of(entry)} is final at {node.name}", lambda: self.submit(entry, node, "final", "2s") == "final")

    def agree(self, nodes=None):
        """Every record that was acknowledged is final on every node, and all states are the same."""
        nodes = nodes or [node for node in self.nodes if node.running]
        for record in sorted(self.acknowledged):
            for node in nodes:
                until(f"{record} is final at {node.name}", lambda: node.state_of(record) == "final")
        until("one height", lambda: len({node.height() for node in nodes}) == 1)
        heads = {(s["height"], s["log_size"], s["log_root"], s["state_root"]) for s in (node.status() for node in nodes)}
        if len(heads) != 1:
            raise AssertionError(f"the nodes differ: {sorted(heads)}")
        return heads.pop()

    def same_prefix(self, nodes=None):
        """No two nodes hold different blocks at one height; holds at every moment, healed or not."""
        nodes = nodes or [node for node in self.nodes if node.running]
        for height in range(1, min(node.height() for node in nodes) + 1):
            blocks = {json.dumps((node.get(f"/v1/blocks/{height}") or {}).get("seal"), sort_keys=True) for node in nodes}
            if len(blocks) != 1:
                raise AssertionError(f"a fork at height {height}: {blocks}")

    def evidence(self, nodes=None):
        """What the nodes keep of contradictions: (code, member) to the files that say so; each is checked offline."""
        found = {}
        for node in nodes or self.nodes:
            for path in sorted((node.dir / "evidence").glob("*.json")):
                said = json.loads(path.read_text(encoding="utf-8"))
                found.setdefault((said["code"], said["member"]), []).append(path)
        return found

    def why(self, node):
        return self.run("qinglu", "status", "--why", "--unverified", "--node", f"http://127.0.0.1:{node.http_port}", "--lang", "en")

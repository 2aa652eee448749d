#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An institution comes into the next epoch with other keys, by the commands that operators type (docs/operate/network.md)."""
import argparse
import hashlib
import json
import pathlib
import sys
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from demo.demo import COURT_1, COURT_2, EXCHANGE, IPO, Demo, Failed  # noqa: E402

LEAD = 10  # of the genesis document


def canonical(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


class SetChange(Demo):
    version = 0

    def validators(self):
        with urllib.request.urlopen(self.nodes[self.office].address + "/v1/validators") as answer:
            return answer.read()

    def one_more(self):
        """A table of the council: a record that needs nothing but its quorum."""
        self.version += 1
        rows = [{"code": f"v{self.version}"}]
        data = {"effective_from": "2026-01-01", "hash": "sha256:" + hashlib.sha256(canonical(rows).encode()).hexdigest(),
                "name": "TRIAL", "part": 1, "parts": 1, "rows": rows, "version": self.version}
        path = self.dir / "trial.json"
        path.write_text(canonical(data))
        self.council("table", "publish", "--from", path)

    def council(self, *arguments):
        self.signed_by([IPO, EXCHANGE, self.nodes[COURT_1].party], *arguments, "--role", "GOV", "--unverified")

    def change(self):
        self.say("法院二换钥：变更集合、证明持有、会签、就绪", "Court 2 changes its keys: change, proofs, the council signs, members are ready")
        court = self.nodes[COURT_2]
        former = (court.dir / "keys/vote.key").read_bytes()
        self.must("qinglud", "network", "rotate-keys", "--dir", court.dir, "--kdf", "interactive", passphrase=True)
        self.end(court)
        self.start(COURT_2)
        self.until("court 2 serves again", lambda: self.serves(COURT_2))
        present = self.dir / "set.json"
        present.write_bytes(self.validators())
        data = self.dir / "change.json"
        from_height = self.status(self.office)["height"] + LEAD + 3
        self.must("qinglud", "network", "change", "--dir", self.nodes[self.office].dir, "--validators", present, "--identity",
                  court.dir / "keys-next/identity.json", "--from-height", from_height, "-o", data)
        self.must("qinglud", "network", "prove", "--dir", court.dir, "--validators", present, "--change", data, passphrase=True)
        self.council("validator", "change", "--from", data)
        scheduled = json.loads(self.validators())["scheduled"]
        for member, node in self.nodes.items():
            head = self.status(self.office)
            self.signed_by([node.party], "validator", "ready", "--epoch", 2, "--set-hash", scheduled["set_hash"], "--member", member,
                           "--party", node.party, "--size", head["log_size"], "--root", head["log_root"], "--role", "PARTY",
                           "--unverified")
        while self.status(self.office)["height"] < from_height - 1:
            self.one_more()
        if self.status(self.office)["epoch"] != 1:
            raise Failed("the epoch ended before its height")
        self.one_more()
        for member in self.nodes:
            self.until(f"{member} is in epoch 2", lambda member=member: json.loads(
                self.must("qinglu", "status", "--json", "--unverified", at=member))["epoch"] == 2)
        self.until("the next keys are in their place", lambda: not (court.dir / "keys-next").exists())
        if (court.dir / "keys/vote.key").read_bytes() == former:
            raise Failed("the former vote key is still there")

    def lose_another(self):
        self.say("再停一个法院：没有法院二的新票就没有法定数", "The other court stops: without court 2's new vote there is no quorum")
        self.end(self.nodes[COURT_1])
        self.one_more()
        self.end(self.nodes[COURT_2])
        self.start(COURT_2)
        self.until("court 2 serves with its new keys alone", lambda: self.serves(COURT_2))
        self.one_more()

    def same_trust(self):
        self.say("同一信任文件跨届有效：客户端沿集合链前行", "The same trust file works across the change: the client follows the chain of sets")
        # Court 1 is down: of genesis' keys only two cosign, the third is court 2's new one.
        for expected in (2, 2):
            if json.loads(self.must("qinglu", "status", "--json", at=self.office))["epoch"] != expected:
                raise Failed("a verified read of another epoch")
        seen = list(self.dir.rglob("seen/*.set.json"))
        if len(seen) != 1 or json.loads(seen[0].read_text())["epoch"] != 2:
            raise Failed(f"the set that was followed is not remembered: {seen}")

    def status(self, member):
        return json.loads(self.must("qinglu", "status", "--json", "--unverified", at=member))

    def tell(self):
        try:
            for step in (self.bring_up, self.change, self.lose_another, self.same_trust):
                step()
            return True
        except Failed as failed:
            print(f"FAILED: {failed}", file=sys.stderr)
            return False
        finally:
            self.stop()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--dir", required=True)
    parser.add_argument("--lang")
    options = parser.parse_args()
    options.port, options.exit, options.json = 0, True, False
    sys.exit(0 if SetChange(options).tell() else 1)

# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium and one page in it, over DevTools' pipe: JSON messages that end with NUL on the descriptors 3
and 4. Python's standard library alone."""
import base64
import json
import os
import select
import subprocess
import time

FLAGS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-pipe", "--lang=en-US"]
PATIENCE = 60  # seconds for one answer; the machine may be busy


class Chromium:
    """`with Chromium(program, folder) as page:` every call of DevTools by its name, every event in `events`."""

    def __init__(self, program, folder):
        self.events, self.answers, self.count, self.rest, self.session = [], {}, 0, b"", None
        there, self.out = os.pipe()
        self.into, back = os.pipe()

        def descriptors():
            # First out of the way, so that neither overwrites the other.
            one, other = os.dup(there), os.dup(back)
            os.dup2(one, 3)
            os.dup2(other, 4)

        self.process = subprocess.Popen([program, *FLAGS, f"--user-data-dir={folder}", "about:blank"], close_fds=False, preexec_fn=descriptors,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(there)
        os.close(back)

    def __enter__(self):
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Network", "Runtime", "Log", "DOM"):
            self.call(domain + ".enable")
        return self

    def __exit__(self, *_):
        self.session = None
        try:
            self.call("Browser.close")
        except (OSError, TimeoutError):
            self.process.kill()
        self.process.wait()
        os.close(self.out)
        os.close(self.into)

    def receive(self, until):
        while b"\0" not in self.rest:
            if not select.select([self.into], [], [], max(0, until - time.monotonic()))[0]:
                raise TimeoutError("Chromium does not answer")
            got = os.read(self.into, 1 << 20)
            if not got:
                raise OSError("Chromium has ended")
            self.rest += got
        message, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(message)
        if "id" in message:
            self.answers[message["id"]] = message
        else:
            self.events.append(message)

    def call(self, method, **parameters):
        self.count += 1
        message = {"id": self.count, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        message = json.dumps(message).encode() + b"\0"
        while message:
            message = message[os.write(self.out, message):]
        until = time.monotonic() + PATIENCE
        while self.count not in self.answers:
            self.receive(until)
        answer = self.answers.pop(self.count)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        return answer["result"]

    def open(self, url):
        self.events.clear()
        self.call("Page.navigate", url=url)
        until = time.monotonic() + PATIENCE
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.receive(until)

    def run(self, expression):
        """The value of an expression, awaited if it is a promise."""
        answer = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{expression}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def choose(self, element, *paths):
        """As a person chooses files in the dialogue of an <input>."""
        handle = self.call("Runtime.evaluate", expression=f"document.getElementById({json.dumps(element)})")["result"]["objectId"]
        self.call("DOM.setFileInputFiles", files=[str(path) for path in paths], objectId=handle)

    def drop(self, element, *paths):
        x, y = self.run(f"(() => {{ const e = document.getElementById({json.dumps(element)}); e.scrollIntoView();"
                        "const b = e.getBoundingClientRect(); return [b.x + b.width / 2, b.y + b.height / 2]; })()")
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", "drop"):
            self.call("Input.dispatchDragEvent", type=kind, x=x, y=y, data=data)

    def press(self, key, code):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, text="\r" if key == "Enter" else "")

    def screenshot(self, path):
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(shot))

    def complaints(self):
        """What a console would show: exceptions, and what the page's own policy forbade."""
        return [event["params"] for event in self.events
                if event["method"] in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")]

    def requests(self):
        return [event["params"]["request"]["url"] for event in self.events if event["method"] == "Network.requestWillBeSent"]

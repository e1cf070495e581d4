"""The pages of `trainer report` in Chromium: they play, the line moves, and the blind game is played once.

Usage: python tests/hosts/browser.py chromium PAGE [--asks]

With --asks the page must ask which one is the person; without, it must not.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

# What a slow machine may need for one step, in seconds.
PATIENCE = 20

# The loudest sample of one note of each sound, rendered without a sound card.
LOUDEST = """(async () => {
  const peaks = [];
  for (const sound of [KEYS, BASS, DRUMS]) {
    const context = new OfflineAudioContext(1, 22050, 44100);
    strike(context, context.destination, { key: 40, velocity: 90, duration: 300, sound }, 0);
    const samples = (await context.startRendering()).getChannelData(0);
    peaks.push(samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
  }
  return peaks;
})()"""
NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('no storage'); } });"


class Browser:
    """Chromium, driven through its debugging pipe: JSON that ends in a zero byte."""

    def __init__(self, program, profile):
        self.to_read, to_write = os.pipe()
        from_read, self.from_write = os.pipe()

        def ends():
            # Chromium reads descriptor 3 and writes 4; pipes may have these numbers already.
            read, write = os.dup(from_read), os.dup(to_write)
            os.dup2(read, 3)
            os.dup2(write, 4)

        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
                   "--window-size=1000,900", f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank"]
        self.process = subprocess.Popen([program, *options], close_fds=False, preexec_fn=ends,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(from_read)
        os.close(to_write)
        self.number, self.session, self.rest, self.complaints = 0, None, b"", []
        page = next(target for target in self.ask("Target.getTargets")["targetInfos"] if target["type"] == "page")
        attached = self.ask("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self.session = attached["sessionId"]
        for domain in ["Page", "Runtime", "Log"]:
            self.ask(f"{domain}.enable")

    def ask(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.from_write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.hear()
            if answer.get("id") == self.number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return answer["result"]

    def hear(self):
        while b"\0" not in self.rest:
            more = os.read(self.to_read, 1 << 16)
            assert more, "Chromium is gone"
            self.rest += more
        line, self.rest = self.rest.split(b"\0", 1)
        message = json.loads(line)
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            self.complaints.append(parameters["exceptionDetails"])
        elif method == "Runtime.consoleAPICalled" and parameters["type"] == "error":
            self.complaints.append(parameters["args"])
        elif method == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.complaints.append(parameters["entry"])
        return message

    def value(self, expression):
        result = self.ask("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, f"{expression}: {result['exceptionDetails']}"
        return result["result"].get("value")

    def wait(self, expression, what):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            if self.value(expression):
                return
            time.sleep(0.05)
        raise AssertionError(f"not within {PATIENCE} s: {what}")

    def open(self, page):
        self.ask("Page.navigate", url=page.resolve().as_uri())
        self.wait("document.readyState === 'complete'", f"{page} is open")

    def click(self, selector):
        """With the mouse, as a person does: only that may begin sound."""
        place = self.value(f"""(() => {{
          const found = document.querySelector({json.dumps(selector)});
          found.scrollIntoView({{ block: "center" }});
          const box = found.getBoundingClientRect();
          return [box.left + box.width / 2, box.top + box.height / 2];
        }})()""")
        for kind in ["mousePressed", "mouseReleased"]:
            self.ask("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1], button="left", clickCount=1)

    def press_enter(self):
        for kind in ["keyDown", "keyUp"]:
            self.ask("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r", windowsVirtualKeyCode=13)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(timeout=PATIENCE)


def plays(browser, place):
    """The first button there plays and stops, by mouse and by key."""
    line = f"Number(document.querySelector('{place} .now').getAttribute('x1'))"
    button = f"document.querySelector('{place} .play')"
    browser.click(f"{place} .play")
    browser.wait("audio?.state === 'running'", "sound runs")
    browser.wait(f"{line} > 1", "the line moves")
    before = browser.value(line)
    browser.wait(f"{line} > {before}", "the line moves on")
    assert browser.value(f"{button}.textContent") == "Stop"
    browser.click(f"{place} .play")
    browser.wait(f"{button}.textContent === 'Play' && {line} === 0", "it stops")
    browser.value(f"{button}.focus()")
    browser.press_enter()
    browser.wait(f"{button}.textContent === 'Stop' && {line} > 1", "it plays by key")
    browser.press_enter()
    browser.wait(f"playing === null && {line} === 0", "it stops by key")


def compares(browser):
    """Another answer goes on from where the one before was."""
    place = "[data-music='0']"
    takes = browser.value(f"document.querySelectorAll(\"{place} .take\").length")
    if takes:
        browser.click(f"{place} .answer")
        browser.click(f"{place} .take:last-of-type")
        chosen = browser.value(f"document.querySelector(\"{place} .take:last-of-type\").getAttribute('aria-pressed')")
        assert chosen == "true"
        browser.wait("playing.now() > playing.player.music.turn", "the other answer goes on")
        browser.value("stop()")
    return takes


def game(browser):
    """One round, whichever is right; the page counts it and asks again."""
    plays(browser, "#which .side")
    hidden = browser.value("document.querySelectorAll('#which .hidden').length")
    told = browser.value("document.getElementById('which').textContent")
    assert hidden == 2 and not any(name in told for name in ["Segue", "people"]), told
    before, rights = (browser.value(f"score.read().{number}") for number in ["asked", "right"])
    browser.click("#which .guess")
    browser.wait("document.querySelector('#which .next') !== null", "it says who it was")
    said = browser.value("document.getElementById('which').textContent")
    right = browser.value("score.read().right")
    assert ("Right" in said) == (right == rights + 1) and "the person" in said and "Segue" in said, said
    assert browser.value("score.read().asked") == before + 1
    # The button for the next one has the focus.
    browser.press_enter()
    browser.wait("document.querySelectorAll('#which .hidden').length === 2", "it asks again")


def main():
    program, page, asks = sys.argv[1], pathlib.Path(sys.argv[2]), "--asks" in sys.argv
    # Its helpers may still write while they end.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile, Browser(program, profile) as browser:
        browser.open(page)
        peaks = browser.value(LOUDEST)
        assert all(0.01 < peak < 1 for peak in peaks), f"peaks of keys, bass and drums: {peaks}"
        plays(browser, "[data-music]")
        takes = compares(browser)
        assert browser.value("document.getElementById('which') !== null") == asks
        if asks:
            assert takes > 4, f"only {takes} answers to compare"
            game(browser)
            browser.open(page)
            assert browser.value("score.read().asked") == 1, "the score is forgotten"
            browser.ask("Page.addScriptToEvaluateOnNewDocument", source=NO_STORAGE)
            browser.open(page)
            game(browser)
        assert not browser.complaints, browser.complaints
    print(f"{page}: plays" + (", compares and asks" if asks else ""))


if __name__ == "__main__":
    main()

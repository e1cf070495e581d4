"""The built VST3's editor in Ardour's own window: opened, played to in every mode, looked at.

Usage: python tests/hosts/ardour_window.py target/bundled/Segue.vst3 FOLDER [PART...]

Writes one picture a mode into the folder; with parts, such as Bass and Drums, one of a duet with that band. Needs Ardour 7, jackd, PyPI's JACK-Client, and of Debian's packages xvfb, openbox,
xdotool, x11-utils and imagemagick. Display, folders and JACK server are its own. ardour_window.lua makes the session.
"""

import os
import re
import subprocess
import sys
import tempfile
import time

import jack
from ardour_home import BLOCK, RATE, START, Child, private_environment, scan
from ardour_player import open_player

SCREEN = (1440, 1000)
MODES = ["answer", "trade", "continue", "duet"]
# Where the large buttons lie in the editor: their row, the margins, what stands to the right of them, and a place in each that has
# no letters, from its left edge.
ROW, MARGIN, LENGTH, BARE = 71, 12, 175, 12
# The button that shows the help and hides it: from the right and from the top.
HELP = (127, 27)
# The button that shows the strips, from the left and from the top.
BAND = (249, 487)
# Red, green and blue of what is chosen.
CHOSEN, UNLIKE = (67, 75, 90), 20
# Keys of a phrase in eighths at 120 BPM; then it is listened for so many seconds.
PHRASE, EIGHTH, LISTEN = [60, 64, 67, 72, 71, 67, 69, 65, 62, 65, 67, 60], 0.25, 3
# More colours than that are in smoothed text.
COLOURS = 24

ENGINE = """<?xml version="1.0" encoding="UTF-8"?>
<Ardour><Config><Option name="try-autostart-engine" value="1"/></Config><Extra><AudioMIDISetup><EngineStates>
<State backend="JACK" driver="" device="" input-device="" output-device="" sample-rate="48000" buffer-size="512" n-periods="2"
 input-latency="0" output-latency="0" lm-input="" lm-output="" active="1" use-buffered-io="0" midi-option="" lru="1">
<MIDIDevices/></State></EngineStates></AudioMIDISetup></Extra></Ardour>
"""


class Typist:
    """Who sits at the display."""

    def __init__(self, environment):
        self.environment = environment

    def run(self, *command):
        return subprocess.run(command, env=self.environment, check=True, timeout=START, text=True, stdout=subprocess.PIPE).stdout

    def editor(self):
        """Left, top, width and height of the editor on the screen; nothing while there is none."""
        tree = self.run("xwininfo", "-root", "-tree")
        found = re.search(r'"Segue": \(\)  (\d+)x(\d+)\+\S+  \+(\d+)\+(\d+)', tree)
        return found and tuple(int(found[number]) for number in (3, 4, 1, 2))

    def click(self, x, y):
        # As slowly as a machine without a graphics card draws; and away, since where it lies it shows a tooltip.
        self.run("xdotool", "mousemove", str(x), str(y), "sleep", "0.3", "mousedown", "1", "sleep", "0.3", "mouseup", "1",
                 "sleep", "0.3", "mousemove", *(str(side - 1) for side in SCREEN))

    def colours(self, path, editor):
        """How many are in the editor, as a picture of the screen that is taken now shows it."""
        self.run("import", "-window", "root", path)
        left, top, width, height = editor
        return int(self.run("convert", path, "-crop", f"{width}x{height}+{left}+{top}", "-format", "%k", "info:"))

    def colour(self, path, x, y):
        told = self.run("convert", path, "-format", f"%[fx:int(255*p{{{x},{y}}}.r)] %[fx:int(255*p{{{x},{y}}}.g)] "
                        f"%[fx:int(255*p{{{x},{y}}}.b)]", "info:")
        return tuple(map(int, told.split()))


def with_open_window(session):
    """Marks the plugin's window as open, as Ardour's user interface does when it saves."""
    with open(session, encoding="utf-8") as file:
        text = file.read()
    route = re.search(r'<Route [^>]*id="(\d+)" name="Played"', text)[1]
    processor = re.search(r'<Processor id="(\d+)" name="Segue"', text)[1]
    window = f'<Window name="P-{route}-{processor}" visible="1" x-off="440" y-off="220" custom-ui="1"/>'
    assert "<Extra>" not in text, "the new session remembers windows already"
    with open(session, "w", encoding="utf-8") as file:
        file.write(text.replace("</Session>", f"<Extra><UI>{window}</UI></Extra></Session>"))


def play(player):
    """The phrase, from now."""
    step = round(EIGHTH * RATE)
    begun = player.now + RATE // 10
    player.plan = [event for number, key in enumerate(PHRASE) for event in (
        (begun + number * step, bytes([0x90, key, 90])), (begun + number * step + step * 4 // 5, bytes([0x80, key, 0])))]
    player.begun = begun
    player.heard = []
    while player.plan:
        assert player.failure is None, f"the player fell: {player.failure!r}"
        time.sleep(0.05)


def look(typist, player, folder, band):
    """Each mode in turn, or the duet with a band: its button, a phrase, a picture."""
    until = time.monotonic() + 2 * START
    while not (editor := typist.editor()):
        assert time.monotonic() < until, "Ardour does not open the editor"
        time.sleep(0.5)
    time.sleep(2)
    editor = left, top, width, height = typist.editor()
    shown = os.path.join(folder, "ardour-help.png")
    while typist.colours(shown, editor) < COLOURS or typist.editor() != editor:
        assert time.monotonic() < until, f"{shown}: the editor shows nothing"
        time.sleep(1)
        # Ardour moves its window to where it was.
        editor = left, top, width, height = typist.editor()
    print(f"Ardour's window holds an editor of {width} x {height}")
    typist.click(left + width - HELP[0], top + HELP[1])
    if band:
        time.sleep(1)
        typist.click(left + BAND[0], top + BAND[1])
    typist.run("xdotool", "search", "--name", "segue - Ardour", "windowactivate", "--sync", "key", "space")
    typist.run("xdotool", "search", "--name", "Played: Segue", "windowactivate", "--sync")
    step = (width - 2 * MARGIN - LENGTH) // len(MODES)
    buttons = [left + MARGIN + number * step for number in range(len(MODES))]
    for number, mode in enumerate(MODES):
        if band and mode != "duet":
            continue
        typist.click(buttons[number] + step // 2, top + ROW)
        play(player)
        if band:
            # It comes in on a bar line after the first note, and is to be seen playing along.
            again = player.heard
            play(player)
            player.heard = again + player.heard
        else:
            time.sleep(LISTEN)
        path = os.path.join(folder, f"ardour-{'band' if band else mode}.png")
        colours = typist.colours(path, editor)
        assert colours > COLOURS, f"{path}: {colours} colours are no editor"
        for other, button in enumerate(buttons):
            seen = typist.colour(path, button + BARE, top + ROW)
            chosen = all(abs(one - two) < UNLIKE for one, two in zip(seen, CHOSEN))
            assert chosen == (other == number), f"{path}: the button of {MODES[other]} is {seen}"
        ours = sum(1 for _, status, _, velocity in player.heard if status in range(0x91, 0xA0) and velocity > 0)
        assert ours > 0, f"no note of ours in {mode}"
        typist.run("convert", path, "-trim", "+repage", path)
        print(f"{path}: {colours} colours, {ours} notes of ours")


def main(bundle, folder, *band):
    jack.set_error_function(lambda _: None)
    jack.set_info_function(lambda _: None)
    server, display = f"segue-{os.getpid()}", f":{os.getpid() % 10000 + 100}"
    os.makedirs(folder, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        log = lambda name: os.path.join(scratch, name)
        environment = {**private_environment(scratch, bundle, server), "DISPLAY": display, "NO_AT_BRIDGE": "1"}
        scan(environment)
        config = os.path.join(environment["XDG_CONFIG_HOME"], "ardour7")
        os.makedirs(config, exist_ok=True)
        # What tells Ardour that its user is not new.
        with open(os.path.join(config, ".a7"), "w", encoding="utf-8"):
            pass
        with open(os.path.join(config, "config"), "w", encoding="utf-8") as file:
            file.write(ENGINE)
        session = os.path.join(scratch, "session")
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ardour_window.lua")
        subprocess.run(["ardour7-lua", script, session, "segue", *band], env=environment, check=True, timeout=START,
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        session = os.path.join(session, "segue.ardour")
        with_open_window(session)
        jackd = f"jackd -n {server} -r -S -t 3000 --port-max 256 -d dummy -r {RATE} -p {BLOCK}".split()
        screen = f"{SCREEN[0]}x{SCREEN[1]}x24"
        with (Child(["Xvfb", display, "-screen", "0", screen], environment, log("x")), Child(jackd, environment, log("jackd"))):
            player = open_player(server, None)
            with (Child(["openbox"], environment, log("wm")), Child(["ardour", "-n", session], environment, log("ardour"))):
                until = time.monotonic() + START
                while not player.get_ports("ardour:Played/midi_in 1"):
                    assert time.monotonic() < until, f"Ardour does not begin: {open(log('ardour'), encoding='utf-8').read()}"
                    time.sleep(0.5)
                player.activate()
                player.connect(player.out, "ardour:Played/midi_in 1")
                player.connect("ardour:Played/midi_out 1", player.heard_from)
                look(Typist(environment), player, folder, band)
            player.deactivate()
            player.close()


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])

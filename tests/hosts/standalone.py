"""`segue play` under JACK's dummy driver: a phrase sent to its MIDI port is answered in its own time, and heard; what comes to its
port for other tracks is not answered.

Usage: python tests/hosts/standalone.py target/release/segue

Needs jackd and PyPI's JACK-Client. Nobody's JACK is touched: the server is our own. Built with `--features standalone`.
"""

import array
import os
import signal
import subprocess
import sys
import tempfile
import time

import jack
from ardour_home import Broken, Child
from ardour_player import live_notes, on

RATE, BLOCK = 48_000, 256
TEMPO = 110.0
BEAT = RATE * 60 / TEMPO
# Sixteenths are the default; between a line and a note lies the rounding of both to samples.
GRID, ROUNDING = BEAT / 4, 1
PLAYER, SEGUE, DRUMS = 0, 1, 9
# On beats of the clock: (key, velocity). Each is held for half a beat.
PHRASE = [(60, 90), (64, 84), (67, 88), (72, 96)]
# A drum machine's bar, a key a beat; and on the player's channel a line that is not the player's. Velocities that are nobody else's.
KIT, LINE, STRUCK = [36, 38, 36, 38], [48, 52, 55, 52], 71
# The defaults in beats: a patience of one, an answer of two bars.
PATIENCE, ANSWER = 1, 8
# A click begins with a sine of 1000 or 1500 Hz at a level of 0.3, so that its second sample is loud; without it, silence is silence.
CLICK, SILENCE = 0.02, 1e-4
# Seconds: generous, for a machine with other work.
START, TURN, END = 30, 60, 20


class Ears(jack.Client):
    """Plays what is planned into Segue, and writes down what comes out. Time is in samples of the cycles run so far."""

    def __init__(self, server):
        super().__init__("ears", servername=server, no_start_server=True, use_exact_name=True)
        self.keys = self.midi_outports.register("keys")
        self.drums = self.midi_outports.register("drums")
        self.notes = self.midi_inports.register("notes")
        self.sound = self.inports.register("sound")
        self.now, self.plan, self.beside, self.heard, self.failure = 0, [], [], [], None
        self.recorded = array.array("f")
        self.set_process_callback(self.cycle)

    def cycle(self, frames):
        try:
            for port, plan in [(self.keys, self.plan), (self.drums, self.beside)]:
                if port is None:
                    continue
                port.clear_buffer()
                while plan and plan[0][0] < self.now + frames:
                    at, message = plan.pop(0)
                    port.write_midi_event(max(0, at - self.now), message)
            for offset, message in self.notes.incoming_midi_events():
                self.heard.append((self.now + offset, *bytes(message)))
            self.recorded.frombytes(bytes(self.sound.get_buffer()))
            self.now += frames
        except Exception as error:  # The callback may not fall; the main thread says why.
            self.failure = self.failure or error

    def join(self):
        """Listens to Segue's sound from here on; it has found the MIDI ports by itself."""
        self.connect("Segue:left", "ears:sound")

    def unplug(self):
        """The drum machine goes, with whatever it holds."""
        port, self.drums = self.drums, None
        # A cycle may still be at it.
        time.sleep(0.1)
        port.unregister()

    def wait(self, until, segue):
        """Until that sample."""
        end = time.monotonic() + TURN
        while self.now < until:
            assert self.failure is None, f"the ears fell: {self.failure!r}"
            assert segue.process.poll() is None, f"segue ended with {segue.process.returncode}"
            assert time.monotonic() < end, f"{self.now} of {until} samples in {TURN} s"
            time.sleep(0.05)

    def loudest(self, begin, end):
        return max(map(abs, self.recorded[int(begin):int(end)]), default=0.0)

    def clicks(self, begin, end):
        """Where silence ends, the sample before included: a sine begins with zero."""
        found, quiet = [], 0
        for at in range(int(begin), int(end)):
            if abs(self.recorded[at]) > CLICK and quiet > RATE // 10:
                found.append(at - 1)
            quiet = 0 if abs(self.recorded[at]) > SILENCE else quiet + 1
        return found


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def said(segue, part, seconds=START):
    """Waits for a line that holds this."""
    until, lines = time.monotonic() + seconds, []
    while True:
        try:
            line = segue.line(max(0.1, until - time.monotonic()))
        except Broken as broken:
            raise AssertionError(f"{part!r} was not said: {broken}; but {lines}") from broken
        lines.append(line)
        if part in line:
            return line


def play(segue, *options):
    return [segue, "play", "--no-window", *options]


# Ports of ours, named by a part of their names.
WIRED = ["--midi-in", "EARS:keys", "--tracks-in", "ears:DRUM", "--midi-out", "ears:no"]


def ears(server):
    until = time.monotonic() + START
    while True:
        try:
            return Ears(server)
        except jack.JackOpenError:
            expect(time.monotonic() < until, "jackd does not answer")
            time.sleep(0.2)


def phrase(begin, beat=BEAT):
    """The phrase from a beat on, as a plan, and when its last key comes up."""
    plan = []
    for number, (key, velocity) in enumerate(PHRASE):
        at = round(begin + number * beat)
        plan += [(at, bytes([0x90 | PLAYER, key, velocity])), (round(at + beat / 2), bytes([0x80 | PLAYER, key, 0]))]
    return plan, plan[-1][0]


def others(begin, beats):
    """What comes to the port for other tracks: drums, and on the player's own channel a line."""
    plan = []
    for number in range(beats):
        at, up = round(begin + number * BEAT), round(begin + (number + 0.5) * BEAT)
        for channel, keys in [(DRUMS, KIT), (PLAYER, LINE)]:
            key = keys[number % len(keys)]
            plan += [(at, bytes([0x90 | channel, key, STRUCK])), (up, bytes([0x80 | channel, key, 0]))]
    return sorted(plan)


def check_nothing(segue, environment):
    """Neither JACK nor ALSA nor a window: it says so, with the ways out."""
    nothing = {**environment, "JACK_DEFAULT_SERVER": "nobody", "ALSA_CONFIG_PATH": os.devnull}
    ended = subprocess.run(play(segue), env=nothing, timeout=START, text=True, capture_output=True)
    expect(ended.returncode == 1, f"without anything it ended with {ended.returncode}")
    for part in ["JACK: no server is running", "ALSA: no sound card", "MIDI: ", "neither sound, nor MIDI, nor a window"]:
        expect(part in ended.stderr, f"{part!r} is not said: {ended.stderr!r}")
    expect("ALSA lib" not in ended.stderr, f"ALSA's library talks: {ended.stderr!r}")


def check_answer(child, listener):
    """The clock clicks evenly; the phrase on its beats is answered on its lines; and without clicks the answer is heard."""
    said(child, "sound: JACK")
    said(child, "MIDI: other tracks come from ears:drums")
    said(child, "MIDI: listening to ears:keys")
    listener.join()
    begun = listener.now
    listener.wait(begun + 5 * BEAT, child)
    clicks = listener.clicks(begun, listener.now - BLOCK)
    expect(len(clicks) >= 4, f"{len(clicks)} clicks in 5 beats")
    first = clicks[0]
    off = max(abs(click - first - round((click - first) / BEAT) * BEAT) for click in clicks)
    expect(off <= ROUNDING, f"clicks at {clicks}, up to {off:.2f} samples off the beat")
    counts = []
    for clicking in [True, False]:
        if not clicking:
            child.tell("m")
            said(child, "metronome off")
        listener.heard.clear()
        # On the beat after the next.
        begin = first + (int((listener.now - first) / BEAT) + 2) * BEAT
        listener.plan, up = phrase(begin)
        end = up + (PATIENCE + ANSWER + 2) * BEAT
        listener.wait(end, child)
        notes = live_notes(list(listener.heard))
        expect([note.key for note in on(PLAYER, notes)] == [key for key, _ in PHRASE], "the phrase is not passed through")
        answer = on(SEGUE, notes)
        expect(len(answer) >= 2, f"{len(answer)} notes answer")
        for note in answer:
            line = first + round((note.onset - first) / GRID) * GRID
            expect(abs(note.onset - line) <= ROUNDING, f"{note} is {note.onset - line:.2f} samples off its line")
            late = (note.onset - up) / BEAT
            expect(PATIENCE - 0.05 <= late <= PATIENCE + 1 + ANSWER, f"{note} comes {late:.2f} beats after the phrase")
        counts.append(len(answer))
        if not clicking:
            loud = listener.loudest(answer[0].onset, answer[-1].onset + BEAT)
            expect(loud > 0.01, f"the answer is silent: {loud}")
    return len(clicks), counts


def check_tracks(child, listener):
    """Other tracks alone are neither answered nor passed on, on whatever channel; beside a phrase they neither hold its answer up
    nor come out; and a drum machine that is unplugged and comes back is heard again."""
    listener.heard.clear()
    begin = listener.now + BEAT
    listener.beside += others(begin, 8)
    listener.wait(begin + (8 + PATIENCE + 4) * BEAT, child)
    expect(not listener.heard, f"other tracks alone: {listener.heard}")
    begin = listener.now + BEAT
    # They go on all the while.
    listener.beside += others(begin - BEAT / 2, len(PHRASE) + PATIENCE + ANSWER)
    listener.plan, up = phrase(begin)
    listener.wait(up + (PATIENCE + ANSWER + 2) * BEAT, child)
    notes = live_notes(list(listener.heard))
    expect([note.key for note in on(PLAYER, notes)] == [key for key, _ in PHRASE], f"of the player's: {on(PLAYER, notes)}")
    answer = on(SEGUE, notes)
    expect({note.channel for note in notes} == {PLAYER, SEGUE}, f"besides player and Segue: {notes}")
    late = (answer[0].onset - up) / BEAT
    expect(PATIENCE - 0.05 <= late <= PATIENCE + ANSWER / 2, f"the answer comes {late:.2f} beats after the phrase")
    listener.heard.clear()
    listener.beside += [(listener.now + BLOCK, bytes([0x90 | PLAYER, 60, STRUCK]))]
    listener.wait(listener.now + BEAT, child)
    listener.unplug()
    said(child, "ears:drums is gone")
    listener.drums = listener.midi_outports.register("drums")
    said(child, "MIDI: other tracks come from ears:drums")
    listener.wait(listener.now + BEAT, child)
    expect(not listener.heard, f"of what was held: {listener.heard}")
    return len(answer)


def check_end(child, listener):
    """Ctrl-C in the middle of an answer: what sounds ends, and so does the program."""
    listener.heard.clear()
    listener.plan, up = phrase(listener.now + BEAT)
    until = time.monotonic() + TURN
    while True:
        sounding = [note for note in on(SEGUE, live_notes(list(listener.heard), True)) if note.length == 0]
        if listener.now > up + PATIENCE * BEAT and sounding:
            break
        expect(time.monotonic() < until, "no note of an answer sounds")
        time.sleep(0.005)
    child.process.send_signal(signal.SIGINT)
    code = child.process.wait(END)
    expect(code == 0, f"after Ctrl-C it ended with {code}")
    live_notes(list(listener.heard))
    return len(sounding)


def check_taps(segue, environment, server, log):
    """A bar of taps on a key: the clock goes from the fifth beat on, at their tempo. The key is not heard."""
    beat = RATE * 60 // 125
    with ears(server) as listener:
        listener.activate()
        with Child(play(segue, "--tap", "note:21", *WIRED), environment, log) as child:
            said(child, "MIDI: listening to ears:keys")
            listener.join()
            child.tell("m")
            said(child, "playing, metronome on")
            child.tell("s")
            said(child, "stopped, metronome on")
            taps = [listener.now + 4 * BLOCK + 7 + number * beat for number in range(4)]
            listener.plan = [(at + up, bytes([0x90, 21, 0 if up else 100])) for at in taps for up in [0, beat // 2]]
            said(child, "125 BPM, 4/4, playing")
            listener.wait(taps[-1] + 5 * beat, child)
            clicks = listener.clicks(taps[-1] - beat, listener.now - BLOCK)
            # What goes round through two programs comes back a block later.
            expected = [taps[-1] + number * beat + BLOCK for number in [1, 2, 3]]
            expect(clicks[:3] == expected, f"taps at {taps}, clicks at {clicks}, not {expected}")
            expect(not listener.heard, f"taps are heard: {listener.heard}")
            child.tell("q")
            expect(child.process.wait(END) == 0, f"after q it ended with {child.process.returncode}")
        listener.deactivate()


def check_loss(segue, environment, jackd, scratch):
    """The server goes and comes back; the instrument stays."""
    with Child(jackd, environment, os.path.join(scratch, "jackd2.log")) as server:
        ears(environment["JACK_DEFAULT_SERVER"]).close()
        with Child(play(segue, "--audio", "jack"), environment, os.path.join(scratch, "lost.log")) as child:
            said(child, "sound: JACK")
            server.process.terminate()
            server.process.wait(END)
            said(child, "goes on without sound")
            with Child(jackd, environment, os.path.join(scratch, "jackd3.log")):
                said(child, "sound: JACK")
                child.process.terminate()
                code = child.process.wait(END)
                expect(code == 0, f"after it came back it ended with {code}")


def main(segue):
    server = f"segue-{os.getpid()}"
    # Synchronous, so that a late cycle is waited for and every client sees every cycle.
    jackd = f"jackd -n {server} -r -S -t 3000 -d dummy -r {RATE} -p {BLOCK}".split()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        environment = {
            **os.environ, "HOME": scratch, "XDG_DATA_HOME": os.path.join(scratch, "data"), "JACK_DEFAULT_SERVER": server,
            "JACK_NO_START_SERVER": "1", "JACK_NO_AUDIO_RESERVATION": "1",
        }
        try:
            check_nothing(segue, environment)
            print("standalone: without JACK and ALSA it says what is missing")
            with Child(jackd, environment, os.path.join(scratch, "jackd.log")):
                options = ["--tempo", str(TEMPO), "--metronome", *WIRED]
                with ears(server) as listener:
                    listener.activate()
                    with Child(play(segue, *options), environment, os.path.join(scratch, "segue.log")) as child:
                        clicks, counts = check_answer(child, listener)
                        print(f"standalone: {clicks} clicks on the beat; answers of {counts} notes on its lines, and heard")
                        count = check_tracks(child, listener)
                        print(f"standalone: other tracks alone are not answered; a phrase beside them is, with {count} notes")
                        sounding = check_end(child, listener)
                        print(f"standalone: Ctrl-C ends {sounding} sounding notes and the program")
                    listener.deactivate()
                check_taps(segue, environment, server, os.path.join(scratch, "taps.log"))
                print("standalone: four taps start the clock on the fifth beat, to the sample")
            check_loss(segue, environment, jackd, scratch)
            print("standalone: a server that goes and comes back does not end it")
        except BaseException:
            for name in sorted(os.listdir(scratch)):
                if name.endswith(".log"):
                    with open(os.path.join(scratch, name), encoding="utf-8") as log:
                        print(f"-- {name}\n{log.read()}", file=sys.stderr)
            raise


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

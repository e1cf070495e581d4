"""The built VST3 in Ardour: a phrase played live through JACK goes in, what Ardour records of it and of the answer is read.

Usage: python tests/hosts/ardour.py target/bundled/Segue.vst3

Needs Ardour 7, jackd and PyPI's JACK-Client. Nobody's Ardour and nobody's JACK is touched: both get folders and a server of
their own. ardour.lua is the session.
"""

import glob
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import typing

import jack

PLAYER, SEGUE = 0, 1
RATE, BLOCK = 48_000, 512
# Ardour's own; and one at which a beat is no whole number of samples, where it is also stopped, started and sent back.
TEMPO, ODD_TEMPO = 120.0, 97.3
# MIDI clock.
PULSES = 24
# On beats of the song: (key, velocity). Each is held for half a beat.
PHRASE = [(60, 90), (64, 84), (67, 88), (72, 96)]
# The defaults in beats: a patience of one, as the phrase's own spacing is; an answer of two bars; sixteenths.
PATIENCE, ANSWER, GRID = 1, 8, 1 / 4
# Ardour 7.3 counts musical time in ticks of 1/1920 beat. It tells plugins the position of a block rounded to a tick, and keeps
# whole ticks of what it records.
TICKS = 1920
# Between a line of the grid and our note lies the rounding of both to samples; and where a tick is no whole number of samples,
# up to half a tick, the same for all of our notes.
ROUNDING = 1
# What moves by a fraction of a tick shows in whole ticks as none or one.
RECORDED = 1
# Ardour's own start falls over now and then (see ardour.lua); what happens after it has begun to roll is never tried again.
STARTS = 3
# Seconds: generous, for a machine with other work.
START, ROLL, CYCLES, END = 60, 30, 120, 30


class Beat:
    """What follows from a tempo, in samples, which need not be whole."""

    def __init__(self, bpm):
        self.bpm, self.beat = bpm, RATE * 60 / bpm
        self.held, self.grid, self.tick = round(self.beat / 2), self.beat * GRID, self.beat / TICKS


class Note(typing.NamedTuple):
    """Time is in samples live, in ticks as recorded."""

    channel: int
    key: int
    velocity: int
    onset: int
    length: int


class Broken(Exception):
    """A process ended, or said nothing in time."""


class Stumbled(Exception):
    """Ardour's own clock was not even, or lay elsewhere than its song: one start in four under load, and tried again."""


class Player(jack.Client):
    """Follows Ardour's MIDI clock, plays the phrase on four beats, and writes down what comes out. Time is in samples of
    the cycles run so far, which late cycles do not stretch."""

    def __init__(self, server, beat):
        super().__init__("player", servername=server, no_start_server=True, use_exact_name=True)
        self.out = self.midi_outports.register("out")
        self.heard_from = self.midi_inports.register("in")
        self.clock = self.midi_inports.register("clock")
        self.beat, self.now, self.failure = beat, 0, None
        self.again()
        self.set_process_callback(self.cycle)

    def again(self):
        """Begins anew, with the clock's next pulse."""
        self.pulses, self.heard, self.plan, self.begun = [], [], [], None

    def cycle(self, frames):
        try:
            self.out.clear_buffer()
            for offset, message in self.clock.incoming_midi_events():
                status = bytes(message)[0]
                if status == 0xF8:
                    self.pulses.append(self.now + offset)
            for offset, message in self.heard_from.incoming_midi_events():
                self.heard.append((self.now + offset, *bytes(message)))
            self.schedule()
            while self.plan and self.plan[0][0] < self.now + frames:
                at, message = self.plan.pop(0)
                self.out.write_midi_event(at - self.now, message)
            self.now += frames
        except Exception as error:  # The callback may not fall; the main thread says why.
            self.failure = self.failure or error

    def schedule(self):
        """Once two beats have gone by: the phrase, from the next beat that lies ahead."""
        if self.begun is not None or len(self.pulses) <= 2 * PULSES:
            return
        last = (len(self.pulses) - 1) // PULSES
        begun = self.pulses[last * PULSES] + round(2 * self.beat.beat)
        for number, (key, velocity) in enumerate(PHRASE):
            at = begun + round(number * self.beat.beat)
            off = at + self.beat.held
            self.plan += [(at, bytes([0x90 | PLAYER, key, velocity])), (off, bytes([0x80 | PLAYER, key, 0]))]
        self.begun = begun

    def over(self, beats):
        """So many beats after the phrase."""
        return self.begun is not None and self.now > self.begun + (len(PHRASE) + beats) * self.beat.beat


class Child:
    """A process of ours with a log, and lines that can be waited for. It ends with the block that began it, and where this
    script is killed, with it."""

    def __init__(self, command, environment, log):
        self.log = open(log, "w", encoding="utf-8")
        self.process = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", *command], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=self.log, text=True, errors="replace")
        self.lines = queue.Queue()
        self.name = os.path.basename(command[0])
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            self.log.write(line)
            self.lines.put(line.rstrip("\n"))
        self.lines.put(None)

    def line(self, seconds):
        """The next line of its standard output."""
        try:
            line = self.lines.get(timeout=seconds)
        except queue.Empty:
            raise Broken(f"{self.name} said nothing for {seconds} s") from None
        if line is None:
            raise Broken(f"{self.name} ended with {self.process.wait(END)}")
        return line

    def said(self, word, seconds):
        """Waits for a line of the session script; returns those before it as lists of fields."""
        fields, until = [], time.monotonic() + seconds
        while True:
            line = self.line(max(0.0, until - time.monotonic()))
            if line.startswith("segue\t"):
                fields.append(line.split("\t")[1:])
                if fields[-1][0] == word:
                    return fields[:-1]

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.process.wait()
        self.reader.join()
        self.process.stdout.close()
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        self.log.close()


def private_environment(scratch, bundle, server):
    """Folders and a JACK server of our own, and Segue as the only plugin from outside."""
    folders = {name: os.path.join(scratch, name) for name in ["home", "config", "cache", "data", "run", "vst3", "none"]}
    for folder in folders.values():
        os.mkdir(folder, 0o700)
    os.symlink(os.path.abspath(bundle), os.path.join(folders["vst3"], os.path.basename(bundle)))
    return {
        **os.environ, "HOME": folders["home"], "XDG_CONFIG_HOME": folders["config"], "XDG_CACHE_HOME": folders["cache"],
        "XDG_DATA_HOME": folders["data"], "XDG_RUNTIME_DIR": folders["run"], "VST3_PATH": folders["vst3"],
        "LV2_PATH": folders["none"], "LADSPA_PATH": folders["none"], "JACK_DEFAULT_SERVER": server,
        "JACK_NO_START_SERVER": "1",
    }


def scan(environment):
    """Writes the plugin into Ardour's cache; Ardour without a screen only reads it."""
    scanners = glob.glob("/usr/lib/ardour*/ardour-vst3-scanner")
    assert scanners, "there is no ardour-vst3-scanner"
    environment = {**environment, "LD_LIBRARY_PATH": os.path.dirname(scanners[0])}
    command = [scanners[0], "-f", *glob.glob(os.path.join(environment["VST3_PATH"], "*.vst3"))]
    scanned = subprocess.run(
        command, env=environment, timeout=START, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert scanned.returncode == 0 and "Segue" in scanned.stdout, f"Ardour's scanner: {scanned.stdout}"


def open_player(server, beat):
    """The player, as soon as the server answers."""
    until = time.monotonic() + ROLL
    while True:
        try:
            return Player(server, beat)
        except jack.JackOpenError as error:
            if time.monotonic() > until:
                raise Broken("jackd does not answer") from error
            time.sleep(0.2)


def perform(environment, scratch, server, beat):
    """One session, checked: (the number of recorded notes, that of our answers' notes, the farthest from the grid)."""
    # Synchronous, so that a late cycle is waited for and every client sees every cycle.
    jackd = f"jackd -n {server} -r -S -t 3000 --port-max 256 -d dummy -r {RATE} -p {BLOCK}".split()
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ardour.lua")
    session = os.path.join(scratch, "session")
    shutil.rmtree(session, ignore_errors=True)
    with Child(jackd, environment, os.path.join(scratch, "jackd.log")):
        player = open_player(server, beat)
        try:
            command = ["ardour7-lua", script, session, str(beat.bpm)]
            with Child(command, environment, os.path.join(scratch, "ardour.log")) as ardour:
                ardour.said("ready", START)
                player.activate()
                player.connect(player.out, "ardour:Played/midi_in 1")
                player.connect("ardour:Played/midi_out 1", player.heard_from)
                player.connect("ardour:MIDI Clock out", player.clock)
                ardour.tell("roll")
                ardour.said("rolling", ROLL)
                return listen(player, ardour)
        finally:
            player.deactivate()
            player.close()


def listen(player, ardour):
    """From here on Ardour rolls, and what goes wrong is a failure of the check."""
    over = PATIENCE + ANSWER + 2
    wait(player, ardour, over)
    ardour.tell("stop")
    try:
        said = ardour.said("done", END)
        steps = [later - earlier for earlier, later in zip(player.pulses, player.pulses[1:])]
        if any(abs(step - player.beat.beat / PULSES) > player.beat.tick for step in steps):
            raise Stumbled("its clock is uneven")
        live, answer, farthest = check_live(player, player.pulses[:: int(PULSES * GRID)])
        recorded = [Note(*map(int, fields)) for word, *fields in said if word == "note"]
        check_recorded(recorded, live)
        if player.beat.bpm == TEMPO:
            return len(recorded), answer, farthest

        # Again from where it stopped; where that lies between two beats, only the clock's pulses tell.
        player.again()
        ardour.tell("again")
        ardour.said("rolling", ROLL)
        wait(player, ardour, over)
        more = check_live(player, player.pulses)
        # Back to the start while it answers: what sounded ends, and the next phrase is answered.
        player.again()
        wait(player, ardour, PATIENCE + ANSWER // 2)
        ardour.tell("back")
        ardour.said("located", ROLL)
        time.sleep(1)
        sounding = [note for note in live_notes(player.heard, True) if note.length == 0]
        assert not sounding, f"after a jump {sounding} sound on"
        player.again()
        wait(player, ardour, over)
        after = check_live(player, player.pulses)
        ardour.tell("stop")
        ardour.said("done", END)
        assert ardour.process.wait(END) == 0, f"Ardour ended with {ardour.process.returncode}"
    except (Broken, subprocess.TimeoutExpired) as broken:
        raise AssertionError(f"after the stop: {broken}") from broken
    return len(recorded), answer + more[1] + after[1], max(farthest, more[2], after[2])


def wait(player, ardour, beats):
    """Until so many beats after the player's phrase."""
    until = time.monotonic() + CYCLES
    while not player.over(beats):
        assert player.failure is None, f"the player fell: {player.failure!r}"
        assert ardour.process.poll() is None, f"Ardour ended with {ardour.process.returncode} while it rolled"
        assert time.monotonic() < until, f"{len(player.pulses)} pulses of Ardour's clock in {CYCLES} s"
        time.sleep(0.1)


def live_notes(heard, unended=False):
    """The notes that came out; every on must have its off, unless those without one are asked for, with no length."""
    sounding, notes = {}, []
    for at, status, *rest in heard:
        if status & 0xE0 != 0x80:
            continue
        channel, key, velocity = status & 0x0F, *rest
        if status & 0xF0 == 0x90 and velocity > 0:
            assert (channel, key) not in sounding, f"key {key} begins at {at} while it sounds"
            sounding[channel, key] = Note(channel, key, velocity, at, 0)
        else:
            assert (channel, key) in sounding, f"key {key} ends at {at} without having begun"
            begun = sounding.pop((channel, key))
            notes.append(begun._replace(length=at - begun.onset))
    assert unended or not sounding, f"keys {sorted(sounding)} never end"
    return sorted(notes + list(sounding.values()), key=lambda note: note.onset)


def on(channel, notes):
    return [note for note in notes if note.channel == channel]


def check_live(player, lines):
    """What came out through JACK, to the sample: (all notes, how many are ours, how far ours lie from Ardour's lines)."""
    beat, notes = player.beat, live_notes(player.heard)
    passed = on(PLAYER, notes)
    assert [note[1:3] + note[4:] for note in passed] == [(*played, beat.held) for played in PHRASE], passed
    delays = {note.onset - (player.begun + round(number * beat.beat)) for number, note in enumerate(passed)}
    assert len(delays) == 1, f"what is passed through is late by {sorted(delays)} samples"

    answer = on(SEGUE, notes)
    assert answer, "no note answers"
    # One grid for all of them: they lie apart as the tempo says, to the sample.
    first = answer[0].onset
    apart = [(note.onset - first + beat.grid / 2) % beat.grid - beat.grid / 2 for note in answer]
    assert max(apart) - min(apart) <= ROUNDING, f"our notes are off their own grid by {min(apart)} to {max(apart)} samples"
    # And it is Ardour's, whose word for it are the pulses of its clock.
    offsets = {note.onset - min(lines, key=lambda line: abs(line - note.onset)) for note in answer}
    farthest = max(map(abs, offsets))
    assert max(offsets) - min(offsets) <= 2 * ROUNDING, f"our notes lie now {min(offsets)}, now {max(offsets)} samples off"
    if farthest > ROUNDING + beat.tick / 2:
        raise Stumbled(f"our notes lie {sorted(offsets)} samples from its clock")
    released = passed[-1].onset + beat.held
    for note in answer:
        late = (note.onset - released) / beat.beat - PATIENCE
        assert -BLOCK / beat.beat <= late < GRID + ANSWER, f"an onset {late} beats after the patience"
    return notes, len(answer), farthest


def check_recorded(recorded, live):
    """What Ardour kept: the same notes, on one grid."""
    recorded = sorted(recorded, key=lambda note: note.onset)
    # As sets: where a key is struck again on the very tick it ended, Ardour makes one of the two notes begin elsewhere.
    told = [sorted(note[:3] for note in on(channel, notes)) for notes in (recorded, live) for channel in (PLAYER, SEGUE)]
    assert told[:2] == told[2:], f"recorded {told[:2]}, heard {told[2:]}"
    assert len(recorded) == len(live), f"{len(recorded)} notes are recorded, {len(live)} were heard"
    for note in recorded:
        assert note.length > 0, f"key {note.key} is recorded with a length of {note.length} ticks"
    # Recording shifts everything by Ardour's idea of the latency: one offset for all notes of a channel, not none.
    for channel, step in [(PLAYER, TICKS), (SEGUE, int(TICKS * GRID))]:
        first = on(channel, recorded)[0].onset
        offsets = [(note.onset - first + step // 2) % step - step // 2 for note in on(channel, recorded)]
        assert max(offsets) - min(offsets) <= RECORDED, f"channel {channel + 1} is recorded off its grid by {offsets} ticks"


def main(bundle):
    jack.set_error_function(lambda _: None)
    jack.set_info_function(lambda _: None)
    server = f"segue-{os.getpid()}"
    with tempfile.TemporaryDirectory() as scratch:
        environment = private_environment(scratch, bundle, server)
        scan(environment)
        for bpm in [TEMPO, ODD_TEMPO]:
            recorded, ours, farthest = attempt(environment, scratch, server, Beat(bpm))
            print(f"Ardour, {bpm} BPM: {recorded} notes recorded, {ours} of ours heard, "
                  f"{farthest} samples from its grid at most, and all alike")


def attempt(environment, scratch, server, beat):
    """A session; again where Ardour's own start falls over."""
    try:
        for start in range(1, STARTS + 1):
            try:
                return perform(environment, scratch, server, beat)
            except (Broken, Stumbled) as broken:
                print(f"Ardour, start {start}: {broken}")
                if start == STARTS:
                    raise
    except (AssertionError, Broken, Stumbled):
        for log in ["jackd.log", "ardour.log"]:
            with open(os.path.join(scratch, log), encoding="utf-8") as lines:
                print(f"{log}:\n{''.join(lines.readlines()[-30:])}", file=sys.stderr)
        raise
    return None


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

"""Who plays to Segue in Ardour, through JACK, and hears what comes out."""

import time
import typing

import jack
from ardour_home import RATE, Broken

PLAYER, SEGUE, BASS, DRUMS = 0, 1, 2, 9
# MIDI clock.
PULSES = 24
# On beats of the song: (key, velocity). Each is held for half a beat.
PHRASE = [(60, 90), (64, 84), (67, 88), (72, 96)]
# Sixteenths, in beats: the default.
GRID = 1 / 4
# Ardour 7.3 counts musical time in ticks of 1/1920 beat. It tells plugins the position of a block rounded to a tick, and keeps
# whole ticks of what it records.
TICKS = 1920
# Seconds: generous, for a machine with other work.
ROLL, CYCLES = 30, 120


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

"""The built VST3 in Ardour: a phrase played live through JACK goes in, what Ardour records of it and of the answer is read. Then the
song loops, its mode is automated, and it is stopped, started and sent back, at last with a bass and a drummer, of whom each is
recorded on a track of its own.

Usage: python tests/hosts/ardour.py target/bundled/Segue.vst3

Needs Ardour 7, jackd and PyPI's JACK-Client. Nobody's Ardour and nobody's JACK is touched: both get folders and a server of
their own. ardour.lua is the session.
"""

import glob
import os
import shutil
import subprocess
import sys
import tempfile
import time

import jack
import midi_file
from ardour_home import BLOCK, END, RATE, START, Broken, Child, private_environment, scan
from ardour_player import (
    BASS, DRUMS, GRID, PHRASE, PLAYER, PULSES, ROLL, SEGUE, TICKS, Beat, Note, live_notes, on, open_player, wait)

# Ardour's own, where it also loops and where the mode is automated; and one at which a beat is no whole number of samples, where
# it is also stopped, started and sent back, and a band plays.
TEMPO, ODD_TEMPO = 120.0, 97.3
# The defaults in beats: a patience of one, as the phrase's own spacing is; an answer of two bars.
PATIENCE, ANSWER = 1, 8
# How long is listened after a phrase. The loop of ardour.lua, and when its automation changes the mode. All in beats.
OVER = PATIENCE + ANSWER + 2
LOOP, UNTIL = 8, 20
# A bar; and after how many beats a duet has ended: two bars after the last note, to a bar line.
BAR, BAND_OVER = 4, 18
# Between a line of the grid and our note lies the rounding of both to samples; and where a tick is no whole number of samples,
# up to half a tick, the same for all of our notes.
ROUNDING = 1
# What moves by a fraction of a tick shows in whole ticks as none or one.
RECORDED = 1
# Ardour's own start falls over now and then (see ardour.lua); what happens after it has begun to roll is never tried again.
STARTS = 3


class Stumbled(Exception):
    """Ardour's own clock was not even, or lay elsewhere than its song: one start in four under load, and tried again."""


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
                ardour.tell("record")
                ardour.said("rolling", ROLL)
                return listen(player, ardour)
        finally:
            player.deactivate()
            player.close()


def listen(player, ardour):
    """From here on Ardour rolls, and what goes wrong is a failure of the check."""
    wait(player, ardour, OVER)
    ardour.tell("keep")
    try:
        said = ardour.said("done", END)
        steps = [later - earlier for earlier, later in zip(player.pulses, player.pulses[1:])]
        if any(abs(step - player.beat.beat / PULSES) > player.beat.tick for step in steps):
            raise Stumbled("its clock is uneven")
        live, answer, farthest = check_live(player, player.pulses[:: int(PULSES * GRID)])
        recorded = [Note(*map(int, fields)) for word, *fields in said if word == "note"]
        check_recorded(recorded, live)
        more = [loop, automate] if player.beat.bpm == TEMPO else [again, band]
        checked = [check(player, ardour) for check in more]
        ardour.tell("quit")
        assert ardour.process.wait(END) == 0, f"Ardour ended with {ardour.process.returncode}"
    except (Broken, subprocess.TimeoutExpired) as broken:
        raise AssertionError(f"after the stop: {broken}") from broken
    return len(recorded), answer + sum(ours for ours, _ in checked), max([farthest, *(far for _, far in checked)])


def again(player, ardour):
    """Once more from where it stopped, where only the clock's pulses tell whether that is between two beats; and then from the
    start in the middle of the answer: what sounded ends, and the next phrase is answered."""
    player.again()
    ardour.tell("roll")
    ardour.said("rolling", ROLL)
    wait(player, ardour, OVER)
    more = check_live(player, player.pulses)
    player.again()
    wait(player, ardour, PATIENCE + ANSWER // 2)
    ardour.tell("back")
    ardour.said("located", ROLL)
    time.sleep(1)
    sounding = [note for note in live_notes(player.heard, True) if note.length == 0]
    assert not sounding, f"after a jump {sounding} sound on"
    player.again()
    wait(player, ardour, OVER)
    after = check_live(player, player.pulses)
    ardour.tell("stop")
    ardour.said("stopped", END)
    return more[1] + after[1], max(more[2], after[2])


def loop(player, ardour):
    """Two bars round and round, the phrase and its answer across the wraps."""
    player.again()
    ardour.tell("loop")
    ardour.said("rolling", ROLL)
    wait(player, ardour, OVER)
    # Ardour's MIDI clock stumbles where the loop begins anew; its song does not.
    pulse = player.beat.beat / PULSES
    lines = [player.pulses[0] + round(number * pulse) for number in range(int((player.now - player.pulses[0]) / pulse))]
    _, ours, farthest = check_live(player, lines)
    ardour.tell("stop")
    ended = int(ardour.said("stopped", END)[-1][1])
    rolled = (player.now - player.pulses[0]) / player.beat.beat
    assert rolled > 2 * LOOP and ended <= (LOOP + 1) * player.beat.beat, f"{rolled} beats of a loop end at sample {ended}"
    return ours, farthest


def automate(player, ardour):
    """The mode's automation says continue, which without a latch only listens, and from a bar on answer."""
    player.again()
    ardour.tell("automate")
    ardour.said("rolling", ROLL)
    wait(player, ardour, UNTIL)
    early = on(SEGUE, live_notes(player.heard))
    assert not early, f"in a mode that waits for its latch: {early}"
    player.again()
    wait(player, ardour, OVER)
    _, ours, farthest = check_live(player, player.pulses)
    ardour.tell("stop")
    ardour.said("stopped", END)
    return ours, farthest


def band(player, ardour):
    """In a duet with bass and drums: both come in on a bar line after the first note, play on, and end; and the file of either's
    track has that part and nothing else."""
    player.again()
    ardour.tell("band")
    ardour.said("rolling", ROLL)
    wait(player, ardour, BAND_OVER)
    checked = [check_live(player, player.pulses, channel) for channel in (BASS, DRUMS)]
    # Where its song's bars lie Ardour's clock does not say: it counts beats.
    came = {round(on(channel, notes)[0].onset - player.begun) for channel, (notes, *_) in zip((BASS, DRUMS), checked)}
    assert max(came) - min(came) <= ROUNDING and 0 < min(came) <= BAR * player.beat.beat + 1, f"they come in {came} samples after the player"
    # A bass may hold a root for a bar.
    assert checked[0][1] > 1 and checked[1][1] > 4, f"{[ours for _, ours, _ in checked]} notes"
    assert {note.channel for note in checked[0][0]} == {PLAYER, BASS, DRUMS}
    ardour.tell("parts")
    folder = ardour.said("done", END)[-1][1]
    for name, channel in [("Bass", BASS), ("Drums", DRUMS)]:
        # Ardour numbers its takes, and makes files for some that nothing is recorded into.
        files = sorted(glob.glob(os.path.join(folder, "interchange", "*", "midifiles", f"*{name}-*.mid")))
        files = [path for path in files if midi_file.read(path)[1]]
        assert len(files) == 1, f"of {name} there are {files}"
        check_part(files[0], channel, on(channel, checked[0][0]))
    print(f"Ardour, {player.beat.bpm} BPM: bass and drums are recorded on a track each")
    return sum(ours for _, ours, _ in checked), max(farthest for *_, farthest in checked)


def check_live(player, lines, channel=SEGUE):
    """What came out through JACK, to the sample: (all notes, how many are ours, how far ours lie from Ardour's lines)."""
    beat, notes = player.beat, live_notes(player.heard)
    passed = on(PLAYER, notes)
    assert [note[1:3] + note[4:] for note in passed] == [(*played, beat.held) for played in PHRASE], passed
    delays = {note.onset - (player.begun + round(number * beat.beat)) for number, note in enumerate(passed)}
    assert len(delays) == 1, f"what is passed through is late by {sorted(delays)} samples"

    answer = on(channel, notes)
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
    for note in answer if channel == SEGUE else []:
        late = (note.onset - released) / beat.beat - PATIENCE
        assert -BLOCK / beat.beat <= late < GRID + ANSWER, f"an onset {late} beats after the patience"
    return notes, len(answer), farthest


def check_part(path, channel, live):
    """The file of a part's track: its notes as they were heard, each with its off, on one grid; nothing of another channel."""
    division, messages = midi_file.read(path)
    strangers = [message for message in messages if message[1] & 0x0F != channel]
    assert not strangers, f"{path}: {strangers} are not on channel {channel + 1}"
    notes = live_notes(messages)
    assert [note.key for note in notes if note.length <= 0] == [], f"{path}: {notes}"
    told = [sorted((note.key, note.velocity) for note in each) for each in (notes, live)]
    assert told[0] == told[1], f"{path}: {told[0]}, heard {told[1]}"
    # The file counts finer than what Ardour keeps.
    check_grid(notes, int(division * GRID), RECORDED * division // TICKS)


def check_grid(notes, step, most=RECORDED):
    """Recording shifts everything by Ardour's idea of the latency: one offset for all notes of a channel, not none."""
    first = notes[0].onset
    offsets = [(note.onset - first + step // 2) % step - step // 2 for note in notes]
    assert max(offsets) - min(offsets) <= most, f"channel {notes[0].channel + 1} is recorded off its grid by {offsets} ticks"


def check_recorded(recorded, live):
    """What Ardour kept: the same notes, on one grid."""
    recorded = sorted(recorded, key=lambda note: note.onset)
    # As sets: where a key is struck again on the very tick it ended, Ardour makes one of the two notes begin elsewhere.
    told = [sorted(note[:3] for note in on(channel, notes)) for notes in (recorded, live) for channel in (PLAYER, SEGUE)]
    assert told[:2] == told[2:], f"recorded {told[:2]}, heard {told[2:]}"
    assert len(recorded) == len(live), f"{len(recorded)} notes are recorded, {len(live)} were heard"
    for note in recorded:
        assert note.length > 0, f"key {note.key} is recorded with a length of {note.length} ticks"
    for channel, step in [(PLAYER, TICKS), (SEGUE, int(TICKS * GRID))]:
        check_grid(on(channel, recorded), step)


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

"""The built VST3 in JUCE's host, through minihost: a phrase in tempo goes in, an answer in time must come out.

Usage: python tests/hosts/juce.py target/bundled/Segue.vst3
"""

import sys
import threading

import minihost

BLOCK = 512
PLAYER, SEGUE, BASS, DRUMS = 0, 1, 2, 9
# (onset, length, key) in beats: two bars in C.
PHRASE = [(0, 0.5, 60), (0.5, 0.5, 62), (1, 1, 64), (2, 0.5, 67), (2.5, 0.5, 65), (3, 1, 64), (4, 0.5, 62),
          (4.5, 0.5, 64), (5, 1, 65), (6, 1.5, 60)]
RELEASED = 7.5
# The defaults: a patience of one beat, an answer of two bars on sixteenths.
PATIENCE, ANSWER, GRID = 1.0, 8.0, 0.25
# Half a sample is the rounding to samples; the rest is the rounding of positions to parts of a beat.
ROUNDING = 0.55
# Two hands for four bars: a chord on each half, and a tune; (onset, length, key) in beats.
CHORDS = [(57, 60, 64), (53, 57, 60), (55, 60, 64), (55, 59, 62)]
TUNE = [(76, 72, 74, 76), (77, 76, 72, 69), (72, 74, 76, 79), (74, 71, 67, 71)]
TWO_HANDS = [(4 * bar + half, 1.5, key) for bar, chord in enumerate(CHORDS) for half in (0, 2) for key in chord]
TWO_HANDS += [(4 * bar + beat, 0.75, key) for bar, tune in enumerate(TUNE) for beat, key in enumerate(tune)]
# What the preset "Trio" sets, as JUCE has it: from 0 to 1.
TRIO = {"Mode": 1.0, "Length": 3 / 15, "Bass": 1.0, "Drums": 1.0}
# How often how many pairs of instances die in a row.
STORMS, STORM = 2, 15


def open_plugin(path, rate):
    """An instance that renders offline, so that a slow machine gets the same answer."""
    # JUCE tells a plugin this only with another sample rate, and nice-plug 0.4.2 hands on what was told before: the plugin
    # sees for itself that it is rendered.
    plugin = minihost.Plugin(path, sample_rate=rate, max_block_size=BLOCK, in_channels=0, out_channels=2)
    plugin.non_realtime = True
    return plugin


def perform(plugin, bpm, rate, beats, phrase=PHRASE):
    """Plays a phrase from the song's start: (events as (sample, status, first, second), peak after the phrase)."""
    samples_a_beat = 60.0 / bpm * rate
    played = []
    for onset, length, key in phrase:
        played.append((round(onset * samples_a_beat), 0x90 | PLAYER, key, 90))
        played.append((round((onset + length) * samples_a_beat), 0x80 | PLAYER, key, 0))
    # Ends first, so that a repeated key ends before it begins again.
    played.sort(key=lambda event: (event[0], event[1] & 0xF0))

    silence, sound = minihost.AudioBuffer(2, BLOCK), minihost.AudioBuffer(2, BLOCK)
    heard, peak, now = [], 0.0, 0
    while now < beats * samples_a_beat:
        plugin.set_transport(bpm=bpm, position_samples=now, position_beats=now / samples_a_beat, is_playing=True)
        block = [(at - now, *message) for at, *message in played if now <= at < now + BLOCK]
        for offset, status, first, second in plugin.process_midi(silence, sound, block):
            heard.append((now + offset, status, first, second))
        if now > (RELEASED + PATIENCE) * samples_a_beat:
            peak = max(peak, sound.magnitude())
        now += BLOCK
    return heard, peak


def answer_of(heard, channel=SEGUE):
    """The notes on a channel of Segue's as (on, off, key); every on must have its off."""
    assert heard == sorted(heard, key=lambda event: event[0]), "the events are not in the order of their samples"
    sounding, notes = {}, []
    for sample, status, key, velocity in heard:
        if status & 0x0F != channel or status & 0xE0 != 0x80:
            continue
        if status & 0xF0 == 0x90 and velocity > 0:
            assert key not in sounding, f"key {key} begins at {sample} while it sounds"
            sounding[key] = sample
        else:
            assert key in sounding, f"key {key} ends at {sample} without having begun"
            notes.append((sounding.pop(key), sample, key))
    assert not sounding, f"keys {sorted(sounding)} never end"
    return sorted(notes)


def check_answer(plugin, bpm, rate):
    samples_a_beat = 60.0 / bpm * rate
    heard, peak = perform(plugin, bpm, rate, 20.0)
    notes = answer_of(heard)
    assert len(notes) >= 2, f"{len(notes)} notes answer at {bpm} BPM, {rate} Hz"
    for on, _, key in notes:
        line = samples_a_beat * GRID
        error = abs(on / line - round(on / line)) * line
        assert error <= ROUNDING, f"key {key} at sample {on} is {error:.2f} samples off the grid"
        beat = on / samples_a_beat
        assert RELEASED + PATIENCE - 0.01 <= beat < RELEASED + PATIENCE + GRID + ANSWER, f"an onset at beat {beat}"
    assert peak > 0.001, "the answer is silent"
    return notes


def check_band(path, bpm, rate):
    """Bass and drums behind two hands: from the second bar on, on the grid, each on its channel, to an end."""
    plugin = open_plugin(path, rate)
    numbers = {plugin.get_param_info(index)["name"]: index for index in range(plugin.num_params)}
    for name, value in TRIO.items():
        plugin.set_param(numbers[name], value)
    samples_a_beat = 60.0 / bpm * rate
    heard, _ = perform(plugin, bpm, rate, 44.0, TWO_HANDS)
    channels = {status & 0x0F for _, status, _, _ in heard if status & 0xF0 == 0x90}
    assert channels == {PLAYER, BASS, DRUMS}, f"notes on channels {sorted(channels)}"
    counts = []
    for channel in (BASS, DRUMS):
        notes = answer_of(heard, channel)
        counts.append(len(notes))
        line = samples_a_beat * GRID
        for on, _, key in notes:
            error = abs(on / line - round(on / line)) * line
            assert error <= ROUNDING, f"key {key} on channel {channel + 1} is {error:.2f} samples off the grid"
        bars = sorted({int(on / samples_a_beat / 4 + 0.01) for on, _, _ in notes})
        # Four bars are played to the band, and it stays for four more, to a bar line.
        assert bars[0] == 1 and 4 <= bars[-1] <= 8, f"channel {channel + 1} plays in bars {bars}"
    plugin.close()
    return counts


def instance(path, rate=48_000):
    return minihost.Plugin(path, sample_rate=rate, max_block_size=BLOCK, in_channels=0, out_channels=2)


def elsewhere(act, *arguments):
    """On a thread of its own, as hosts process audio and load projects."""
    thread = threading.Thread(target=act, args=arguments)
    thread.start()
    thread.join()


def one_block(plugin):
    silence, sound = minihost.AudioBuffer(2, BLOCK), minihost.AudioBuffer(2, BLOCK)
    plugin.process_midi(silence, sound, [])


def change_and_play(plugin):
    plugin.set_param(0, 0.0)
    elsewhere(one_block, plugin)


def change_elsewhere(plugin):
    elsewhere(plugin.set_param, 0, 0.0)
    elsewhere(plugin.set_param, 0, 1.0)


def load_elsewhere(plugin):
    elsewhere(plugin.set_state, plugin.get_state())


def reset_and_play(plugin):
    plugin.non_realtime = True
    elsewhere(one_block, plugin)
    plugin.reset()
    change_and_play(plugin)
    plugin.non_realtime = False


# What is done to an instance right before it dies, as when a user tries and deletes.
LAST_ACTS = {
    "a change in the last block": change_and_play,
    "a change on another thread": change_elsewhere,
    "a state loaded on another thread": load_elsewhere,
    "a bounce and a reset": reset_and_play,
    "nothing": lambda plugin: None,
}


def storm(path, act):
    """Instances that die right after that, with one that stays, and with their neighbours in between.

    On Linux the framework's task for a change may outlive the instance, and the host aborted with the last one: six storms of ten
    ended so without what plugin/src/host/worker_workaround.rs does.
    """
    kept = instance(path)
    for _ in range(STORM):
        first, second = instance(path), instance(path)
        act(first)
        act(second)
        first.close()
        second.close()
    kept.close()
    # The framework notices what went wrong only when the last instance closes.
    instance(path).close()


def check_controllers(path):
    """What Ardour does with a session: every parameter that stands for a MIDI controller, at once, at its rest of 0.5."""
    rate = 48_000
    plugin = open_plugin(path, rate)
    names = [plugin.get_param_info(index)["name"] for index in range(plugin.num_params)]
    hidden = [index for index, name in enumerate(names) if name.startswith("MIDI Ch.")]
    assert len(hidden) == 16 * 130, f"{len(hidden)} hidden parameters"
    plain, _ = perform(open_plugin(path, rate), 120.0, rate, 20.0)
    for index in hidden:
        # JUCE passes on what differs from what it knows.
        plugin.set_param(index, 0.25)
        plugin.set_param(index, 0.5)
    flooded, _ = perform(plugin, 120.0, rate, 20.0)
    assert flooded == plain, "controllers at rest changed what came out"
    plugin.close()
    for value in [0.0, 1.0]:
        plugin = open_plugin(path, rate)
        for index in hidden:
            plugin.set_param(index, value)
        heard, _ = perform(plugin, 120.0, rate, 20.0)
        answer_of(heard)
        plugin.close()


def main(path):
    for bpm, rate in [(120.0, 48_000.0), (97.0, 44_100.0)]:
        plugin = open_plugin(path, rate)
        notes = check_answer(plugin, bpm, rate)
        print(f"JUCE, {bpm} BPM, {rate:.0f} Hz: {len(notes)} notes, all on the grid")

        # A project saved and loaded again: the same values, the same state, the same answer.
        kept, values = plugin.get_state(), plugin.morph_capture()
        other = open_plugin(path, rate)
        other.set_state(kept)
        assert other.morph_capture() == values, "the parameters are not those that were kept"
        assert check_answer(other, bpm, rate) == notes, "another answer after loading the state"

        # Either instance may die first.
        dead, left = (plugin, other) if bpm == 120.0 else (other, plugin)
        dead.close()
        check_answer(left, bpm, rate)
        left.close()
    print("JUCE: state goes round, instances die in either order")
    bass, drums = check_band(path, 100.0, 48_000.0)
    print(f"JUCE: a trio of {bass} notes of bass and {drums} of drums, all on the grid")
    check_controllers(path)
    print("JUCE: 2,080 controllers at once do nothing")
    for name, act in LAST_ACTS.items():
        for _ in range(STORMS):
            storm(path, act)
        print(f"JUCE: {STORMS} times {2 * STORM} instances die after {name}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

"""The built VST3 in DawDreamer, which renders offline: bounces are the same bytes in every run, and on the grid where the tempo moves.

Usage: python tests/hosts/bounces.py target/bundled/Segue.vst3
"""

import sys

import dawdreamer
import numpy

RATE = 48_000
# (onset, length, key) in beats: two bars in C.
PHRASE = [(0, 0.5, 60), (0.5, 0.5, 62), (1, 1, 64), (2, 0.5, 67), (2.5, 0.5, 65), (3, 1, 64), (4, 0.5, 62),
          (4.5, 0.5, 64), (5, 1, 65), (6, 1.5, 60)]
RELEASED, BEATS, GRID = 7.5, 20, 0.25
# Samples that other blocks make differ by the rounding of the sound's own attack: -94 dB, and far from a note that is another.
ROUNDING = 2e-5
# DawDreamer tells the tempo once a block, and its notes come on its own lines: an onset's distance from a line, in seconds.
NEAR = 0.001
# Ticks a beat of a tempo that moves.
PPQN = 960


def bounce(path, block, tempo, alone):
    """What is heard, left and right; `alone` without the player's own notes. `tempo` is a number, or one a tick."""
    engine = dawdreamer.RenderEngine(RATE, block)
    plugin = engine.make_plugin_processor("segue", path)
    if alone:
        (level,) = [it["index"] for it in plugin.get_parameters_description() if it["name"] == "Your level"]
        plugin.set_parameter(level, 0.0)
    moves = not numpy.isscalar(tempo)
    for onset, length, key in PHRASE:
        # In seconds, where they can be: DawDreamer rounds beats to samples otherwise at every block size.
        scale = 1.0 if moves else 60.0 / tempo
        plugin.add_midi_note(key, 90, onset * scale, length * scale, beats=moves)
    engine.load_graph([(plugin, [])])
    if moves:
        engine.set_bpm(tempo, ppqn=PPQN)
    else:
        engine.set_bpm(tempo)
    engine.render(BEATS, beats=True)
    return engine.get_audio()


def peak_after(audio, samples):
    return float(numpy.abs(audio[:, int(samples):]).max())


def check_steady(path):
    samples_a_beat = RATE * 60.0 / 120.0
    first = bounce(path, 512, 120.0, alone=False)
    assert peak_after(first, (RELEASED + 1) * samples_a_beat) > 0.001, "the answer is silent"
    for block in [512, 64, 2048]:
        one, other = (bounce(path, block, 120.0, alone=False) for _ in range(2))
        assert one.tobytes() == other.tobytes(), f"two bounces in blocks of {block} differ"
        both = min(one.shape[1], first.shape[1])
        error = float(numpy.abs(one[:, :both] - first[:, :both]).max())
        assert error <= ROUNDING, f"blocks of {block} are {error} away from blocks of 512"
        print(f"DawDreamer, blocks of {block}: twice the same bytes; {error:.1e} from blocks of 512")


def check_ramp(path):
    tempo = numpy.linspace(90.0, 150.0, BEATS * PPQN)
    # Seconds at each tick.
    clock = numpy.concatenate([[0.0], numpy.cumsum(60.0 / tempo / PPQN)])
    for block in [64, 256]:
        one, other = (bounce(path, block, tempo, alone=True) for _ in range(2))
        assert one.tobytes() == other.tobytes(), f"two bounces of a ramp in blocks of {block} differ"
        heard = numpy.flatnonzero(numpy.abs(one).max(axis=0))
        assert len(heard) > RATE, "the answer on a ramp is silent"
        began = heard[0] / RATE
        lines = numpy.interp(numpy.arange(0, BEATS, GRID) * PPQN, numpy.arange(len(clock)), clock)
        error = float(numpy.abs(lines - began).min())
        assert began > numpy.interp(RELEASED * PPQN, numpy.arange(len(clock)), clock), "an answer before the phrase ended"
        assert error <= NEAR + block / RATE, f"the answer begins {1000 * error:.2f} ms from a line of the grid"
        print(f"DawDreamer, 90 to 150 BPM, blocks of {block}: twice the same bytes; it begins {1000 * error:.2f} ms off the grid")


def main(path):
    check_steady(path)
    check_ramp(path)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])

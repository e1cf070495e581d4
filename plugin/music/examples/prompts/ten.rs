//! The prompts of the sampled answers, ten kinds of music at the keyboard; all our own.

use segue_music::Meter;

use super::phrase::Phrase;
use super::touch::Touch;

const THREE: Meter = Meter { numerator: 3, denominator: 4 };

/// All of them.
pub const TEN: [Phrase; 10] = [
    Phrase {
        name: "01-two-voices",
        bpm: 112.0,
        meter: THREE,
        parts: 2,
        touch: Touch::Even,
        right: "F5:2 A5:1 G5:1 F5:1 E5:1 | D5:2 G5:2 F5:2 | E5:2 F5:1 G5:1 E5:1 C5:1 | F5:4 C5:2",
        left: "F3:2 F4:2 E4:2 | D4:2 A#3:2 G3:2 | C4:2 A#3:2 C4:2 | A3:2 G3:2 F3:2",
    },
    Phrase {
        name: "02-broken-chords",
        bpm: 126.0,
        meter: Meter::COMMON,
        parts: 4,
        touch: Touch::Even,
        right: "E5:6 F5:2 G5:4 E5:4 | D5:3 E5:1 F5:4 D5:8 | C5:6 D5:2 E5:4 A5:4 | G5:3 F5:1 E5:2 D5:2 C5:8",
        left: "C4:2 G4:2 E4:2 G4:2 C4:2 G4:2 E4:2 G4:2 | B3:2 G4:2 F4:2 G4:2 B3:2 G4:2 F4:2 G4:2 | \
               C4:2 G4:2 E4:2 G4:2 A3:2 E4:2 C4:2 E4:2 | B3:2 G4:2 F4:2 G4:2 C4:2 G4:2 E4:2 G4:2",
    },
    Phrase {
        name: "03-waltz",
        bpm: 150.0,
        meter: THREE,
        parts: 2,
        touch: Touch::Even,
        right: "E5:4 D5:1 C5:1 | B4:3 C5:1 A4:2 | D5:4 C5:1 B4:1 | G#4:6",
        left: "A2:2 E3+A3+C4:2 E3+A3+C4:2 | A2:2 E3+A3+C4:2 E3+A3+C4:2 | D3:2 F3+A3+D4:2 F3+A3+D4:2 | \
               E3:2 G#3+B3+D4:2 G#3+B3+D4:2",
    },
    Phrase {
        name: "04-walking-bass",
        bpm: 138.0,
        meter: Meter::COMMON,
        parts: 3,
        touch: Touch::Even,
        right: "-:2 C5:1 D5:2 F5:1 A5:2 G5:1 F5:3 | D5:2 C5:1 A4:3 -:2 C5:1 D#5:2 E5:1 | \
                F5:2 E5:1 F5:2 A5:1 C6:3 A5:3 | G5:2 F5:1 D5:2 C5:1 F5:3 -:3",
        left: "F2:3 A2:3 C3:3 D3:3 | D2:3 F2:3 A2:3 F2:3 | G2:3 A#2:3 D3:3 B2:3 | C3:3 G2:3 F2:3 C3:3",
    },
    Phrase {
        name: "05-chorale",
        bpm: 72.0,
        meter: Meter::COMMON,
        parts: 1,
        touch: Touch::Even,
        right: "D4+G4:1 D4+A4:1 D4+A#4:1 D#4+C5:1 | F4+D5:2 F4+C5:1 F4+A#4:1 | \
                D#4+C5:1 D4+A#4:1 D#4+A4:1 D4+G4:1 | D4+F#4:2 D4+G4:2",
        left: "G2+A#3:1 F#2+A3:1 G2+G3:1 C3+G3:1 | A#2+A#3:2 F2+A3:1 A#2+A#3:1 | \
               C3+G3:1 A#2+G3:1 A2+C4:1 G2+A#3:1 | D3+A3:2 G2+A#3:2",
    },
    Phrase {
        name: "06-melody",
        bpm: 168.0,
        meter: Meter { numerator: 6, denominator: 8 },
        parts: 2,
        touch: Touch::Even,
        right: "D5:2 E5:1 F5:2 D5:1 | A4:2 B4:1 C5:3 | D5:1 E5:1 F5:1 G5:2 E5:1 | F5:1 E5:1 C5:1 D5:3",
        left: "",
    },
    Phrase {
        name: "07-ballad",
        bpm: 66.0,
        meter: Meter::COMMON,
        parts: 4,
        touch: Touch::Free,
        right: "E5:8 D5:4 C5:4 | C5:6 A4:2 -:4 C5:4 | G5:8 E5:4 D5:4 | D5:6 B4:2 -:8",
        left: "A2:2 E3:2 A3:2 B3:2 C4:2 B3:2 A3:2 E3:2 | F2:2 C3:2 F3:2 G3:2 A3:2 G3:2 F3:2 C3:2 | \
               C3:2 G3:2 C4:2 D4:2 E4:2 D4:2 C4:2 G3:2 | G2:2 D3:2 G3:2 A3:2 B3:2 A3:2 G3:2 D3:2",
    },
    Phrase {
        name: "08-blues-riff",
        bpm: 104.0,
        meter: Meter::COMMON,
        parts: 3,
        touch: Touch::Even,
        right: "E4:2 G4:1 G#4:2 B4:1 D5:2 C#5:1 B4:3 | -:2 G4:1 G#4:2 E4:1 -:6 | \
                E4:2 G4:1 G#4:2 B4:1 E5:2 D5:1 B4:3 | A4:2 A#4:1 A4:2 G4:1 E4:6",
        left: "E2+B2:2 E2+B2:1 E2+C#3:2 E2+C#3:1 E2+D3:2 E2+D3:1 E2+C#3:2 E2+C#3:1 | \
               E2+B2:2 E2+B2:1 E2+C#3:2 E2+C#3:1 E2+D3:2 E2+D3:1 E2+C#3:2 E2+C#3:1 | \
               E2+B2:2 E2+B2:1 E2+C#3:2 E2+C#3:1 E2+D3:2 E2+D3:1 E2+C#3:2 E2+C#3:1 | \
               E2+B2:2 E2+B2:1 E2+C#3:2 E2+C#3:1 E2+D3:2 E2+D3:1 E2+C#3:2 E2+C#3:1",
    },
    Phrase {
        name: "09-tango",
        bpm: 116.0,
        meter: Meter::COMMON,
        parts: 2,
        touch: Touch::Even,
        right: "-:2 A4:1 A#4:1 A4:1 G4:1 F4:2 | F4:1 G4:1 A4:4 D5:2 | C#5:3 D5:1 E5:2 G4:2 | F4:3 E4:1 D4:4",
        left: "D3:3 A3:1 D4:2 A3:2 | D3:3 A3:1 D4:2 A3:2 | A2:3 E3:1 C#4:2 E3:2 | D3:3 A3:1 F3:2 A3:2",
    },
    Phrase {
        name: "10-rubato",
        bpm: 60.0,
        meter: Meter::COMMON,
        parts: 3,
        touch: Touch::Free,
        right: "B4:6 E5:3 G#5:3 | F#5:4 E5:2 C#5:6 | D#5:3 F#5:2 A5:1 B5:3 A5:3 | G#5:9 -:3",
        left: "E2:1 B2:1 G#3:1 B3:1 G#3:1 B2:1 E2:1 B2:1 G#3:1 B3:1 G#3:1 B2:1 | \
               A2:1 E3:1 A3:1 C#4:1 A3:1 E3:1 F#2:1 C#3:1 A3:1 C#4:1 A3:1 C#3:1 | \
               B2:1 F#3:1 A3:1 D#4:1 A3:1 F#3:1 B2:1 F#3:1 A3:1 D#4:1 A3:1 F#3:1 | \
               E2:1 B2:1 G#3:1 B3:1 G#3:1 B2:1 E2:6",
    },
];

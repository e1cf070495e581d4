//! The phrases that `install` tries: three openings of works in the public domain, written out here
//! by hand; the blues is our own.

use segue_music::Meter;

use super::phrase::Phrase;
use super::touch::Touch;

/// All of them.
pub const KNOWN: [Phrase; 4] = [
    // Christian Petzold, Minuet in G, long thought Bach's (BWV Anh. 114), before 1725.
    Phrase {
        name: "minuet",
        bpm: 116.0,
        meter: Meter { numerator: 3, denominator: 4 },
        parts: 2,
        touch: Touch::Even,
        right: "D5:2 G4:1 A4:1 B4:1 C5:1 | D5:2 G4:2 G4:2 | E5:2 C5:1 D5:1 E5:1 F#5:1 | G5:2 G4:2 G4:2",
        left: "G3+B3+D4:4 A3:2 | B3:6 | C4:6 | B3:6",
    },
    // Ludwig van Beethoven, Symphony No. 9, 1824; chords in their simplest form.
    Phrase {
        name: "ode",
        bpm: 108.0,
        meter: Meter::COMMON,
        parts: 2,
        touch: Touch::Even,
        right: "F#4:2 F#4:2 G4:2 A4:2 | A4:2 G4:2 F#4:2 E4:2 | D4:2 D4:2 E4:2 F#4:2 | F#4:3 E4:1 E4:4",
        left: "D3+F#3+A3:8 | A2+E3+G3:8 | D3+F#3+A3:8 | A2+D3+F#3:4 A2+C#3+G3:4",
    },
    // Scott Joplin, The Entertainer, 1902: the four bars before the theme, and the two notes that
    // lead into it.
    Phrase {
        name: "entertainer",
        bpm: 76.0,
        meter: Meter { numerator: 2, denominator: 4 },
        parts: 4,
        touch: Touch::Even,
        right: "D5+D6:1 E5+E6:1 C5+C6:1 A4+A5:2 B4+B5:1 G4+G5:2 | D4+D5:1 E4+E5:1 C4+C5:1 A3+A4:2 B3+B4:1 G3+G4:2 | \
                D3+D4:1 E3+E4:1 C3+C4:1 A2+A3:2 B2+B3:1 A2+A3:1 G#2+G#3:1 | G2+G3:2 -:2 G4+B4+F5:2 D5:1 D#5:1",
        left: "-:8 | -:8 | -:8 | -:4 G2+G3:2 -:2",
    },
    // Our own: a shuffle in A, a third of a beat the shortest note.
    Phrase {
        name: "blues",
        bpm: 96.0,
        meter: Meter::COMMON,
        parts: 3,
        touch: Touch::Even,
        right: "A4:2 C5:1 D5:2 D#5:1 D5:2 C5:1 A4:3 | -:2 G4:1 A4:3 C5+E5:2 C5+E5:1 -:3 | \
                A4:2 C5:1 D5:2 D#5:1 D5:2 F#5:1 E5:3 | -:2 D5:1 C5:2 A4:1 G4:2 A4:1 A4:3",
        left: "A2:3 C#3:3 E3:3 F#3:3 | G3:3 F#3:3 E3:3 C#3:3 | D3:3 F#3:3 A3:3 B3:3 | A2:3 C#3:3 E3:3 A2:3",
    },
];

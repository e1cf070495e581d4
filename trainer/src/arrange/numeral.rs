//! Roman numerals: chords by their degree in a key.

use anyhow::{Context as _, Result, bail, ensure};

use super::chord::{Chord, Quality};

/// A chord in the key of C from a numeral: `ii7`, `bVII`, `V7/vi` (of another degree), `#ivo7`
/// (diminished), `viih` (half diminished), `I/3` (its third in the bass). Lower case is minor.
///
/// # Errors
/// Says which numeral makes no chord.
pub fn parse(text: &str) -> Result<Chord> {
    if let Some((head, tail)) = text.split_once('/') {
        let chord = parse(head)?;
        return Ok(match tail.parse::<i32>() {
            Ok(degree) => {
                let tone = match degree {
                    2 => 2,
                    3 => chord.third(),
                    4 => 5,
                    5 => chord.fifth(),
                    7 => chord.seventh(),
                    _ => {
                        bail!("{text:?} has no chord tone {degree} for its bass; 2, 3, 4, 5 and 7 are known")
                    }
                };
                Chord { bass: Some((chord.root + tone).rem_euclid(12)), ..chord }
            }
            Err(_) => chord.up(parse(tail)?.root),
        });
    }
    let bare = text.trim_start_matches(['b', '#']);
    let shift: i32 =
        text[..text.len() - bare.len()].chars().map(|sign| if sign == 'b' { -1 } else { 1 }).sum();
    let length = bare.len() - bare.trim_start_matches(['I', 'V', 'i', 'v']).len();
    let (degree, rest) = bare.split_at(length);
    let root = match degree.to_uppercase().as_str() {
        "I" => 0,
        "II" => 2,
        "III" => 4,
        "IV" => 5,
        "V" => 7,
        "VI" => 9,
        "VII" => 11,
        _ => bail!("{text:?} is no roman numeral"),
    };
    let minor = degree.chars().all(char::is_lowercase);
    ensure!(minor || degree.chars().all(char::is_uppercase), "{text:?} mixes upper and lower case");
    let symbol = match (minor, rest) {
        (true, "") => "m",
        (true, "7") => "m7",
        (true, "9") => "m9",
        (true, "6") => "m6",
        (true, "11") => "m11",
        (true, "o") => "dim",
        (true, "o7") => "dim7",
        (true, "h") => "m7b5",
        (true, "add9") => "madd9",
        (true, "maj7") => "mmaj7",
        (false, "+") => "aug",
        (false, "+7") => "aug7",
        (false, other) => other,
        (true, other) => bail!("{text:?} ends in {other:?}, which no minor chord is called"),
    };
    let quality = Quality::of(symbol)
        .with_context(|| format!("{text:?} ends in {rest:?}, which no chord is called"))?;
    Ok(Chord::new(root + shift, quality))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_are_chords() {
        for (numeral, chord) in [
            ("I", "C"),
            ("ii7", "Dm7"),
            ("bVII", "Bb"),
            ("V7/vi", "E7"),
            ("V7/V", "D7"),
            ("#ivo7", "F#dim7"),
            ("viih", "Bm7b5"),
            ("I/3", "C/E"),
            ("V/3", "G/B"),
            ("i/5", "Cm/G"),
            ("bIIImaj7", "Ebmaj7"),
            ("V7#9", "G7#9"),
            ("Vsus4", "Gsus4"),
            ("IVadd9", "Fadd9"),
        ] {
            assert_eq!(parse(numeral).unwrap().to_string(), chord, "{numeral}");
        }
        for wrong in ["", "VIII", "H7", "iV", "Imaj8", "iisus9", "I/6", "V7/x"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}

//! Labels: what the window says in words.

use segue_music::{PitchClasses, Scale};
use segue_realtime::between::meters::Doing;
use segue_realtime::between::settings::Mode;

use super::panels::Panel;
use crate::params::text::NAMES;

/// What a mode does.
pub fn meaning(mode: Mode, bars: u8) -> String {
    let bars = plural(f32::from(bars), "bar");
    match mode {
        Mode::Answer => "answers when you stop".to_owned(),
        Mode::Trade => format!("{bars} you, {bars} Segue"),
        Mode::Continue => "plays on while latched".to_owned(),
        Mode::Duet => "plays along with you".to_owned(),
    }
}

/// The name of a mode.
pub fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Answer => "Answer",
        Mode::Trade => "Trade",
        Mode::Continue => "Continue",
        Mode::Duet => "Duet",
    }
}

/// A length in bars, to a tenth unless it is close to a whole number.
pub fn bars(bars: f64) -> String {
    let whole = bars.round();
    if (bars - whole).abs() < 0.15 && whole >= 1.0 {
        plural(whole as f32, "bar")
    } else {
        format!("{:.1} bars", bars.max(0.1))
    }
}

/// What to do first in a mode.
pub fn invitation(mode: Mode) -> &'static str {
    match mode {
        Mode::Answer => "Play a phrase and stop: Segue answers.",
        Mode::Trade => "Play: your first note begins your turn.",
        Mode::Continue => "Play, then switch the latch on: Segue takes over.",
        Mode::Duet => "Play: Segue plays along.",
    }
}

/// The state with its count: the bars that Segue still plays, or the beats until it comes in or
/// until the player's turn ends.
pub fn doing(doing: Doing, mode: Mode, bars: f32, beats: f32) -> String {
    let count = beats.ceil().max(1.0);
    match doing {
        Doing::Loading => "waiting for its model".to_owned(),
        Doing::Listening => "listening".to_owned(),
        Doing::Hearing if mode == Mode::Continue => "hears you, latch to hand over".to_owned(),
        Doing::Hearing => "hears you".to_owned(),
        Doing::Waiting => format!("comes in in {}", plural(count, "beat")),
        // It lasts as long as the latch holds.
        Doing::Answering if mode == Mode::Continue => "playing on from you".to_owned(),
        Doing::Answering if bars >= 1.0 => format!("playing, {} left", plural(bars.ceil(), "bar")),
        Doing::Answering => format!("playing, {} left", plural(count, "beat")),
        Doing::YourTurn if bars > 1.0 => format!("your turn, {} left", plural(bars.ceil(), "bar")),
        Doing::YourTurn => format!("your turn, Segue in {}", plural(count, "beat")),
        Doing::Alongside => "playing along".to_owned(),
        Doing::Resting => "resting".to_owned(),
        Doing::Off => "off".to_owned(),
        Doing::Failed => "passing notes through".to_owned(),
    }
}

/// The lag. Below the lead it is not audible.
pub fn lag(milliseconds: f32) -> String {
    format!("lag {} ms", milliseconds.round().max(0.0))
}

/// The scale that is heard; `None` if all twelve pitch classes are.
pub fn scale(classes: PitchClasses) -> Option<String> {
    if classes == PitchClasses::ALL {
        return None;
    }
    // Relative scales share their notes, so one name stands for both. Common scales come first.
    let known = [Scale::Major, Scale::HarmonicMinor, Scale::MelodicMinor].into_iter();
    let mut known = known.flat_map(|scale| (0..12).map(move |root| (root, scale)));
    let name = |class: usize| NAMES[class % 12];
    Some(match known.find(|&(root, scale)| PitchClasses::of(root, scale) == classes) {
        Some((root, scale)) => format!("{} {}", name(usize::from(root)), scale.name()),
        None => {
            let names =
                (0..12u8).filter(|&class| classes.contains(class)).map(|class| name(usize::from(class)));
            names.collect::<Vec<_>>().join(" ")
        }
    })
}

/// Names the panels that are open but do not fit; `None` if all fit.
pub fn no_room(panels: &[Panel]) -> Option<String> {
    let (last, others) = panels.split_last()?;
    let others: Vec<_> = others.iter().map(|panel| panel.name()).collect();
    let names = match others.as_slice() {
        [] => last.name().to_owned(),
        _ => format!("{} and {}", others.join(", "), last.name()),
    };
    Some(format!("No room for {names} here: click a name to swap, fold another, or make the window larger."))
}

fn plural(count: f32, what: &str) -> String {
    if count == 1.0 { format!("1 {what}") } else { format!("{count} {what}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_read_as_sentences() {
        for (state, mode, bars, beats, expected) in [
            (Doing::Answering, Mode::Answer, 1.3, 5.2, "playing, 2 bars left"),
            (Doing::Answering, Mode::Continue, 4095.0, 16380.0, "playing on from you"),
            (Doing::Answering, Mode::Answer, 1.0, 4.0, "playing, 1 bar left"),
            (Doing::Answering, Mode::Answer, 0.3, 1.2, "playing, 2 beats left"),
            (Doing::Waiting, Mode::Answer, 0.2, 0.8, "comes in in 1 beat"),
            (Doing::YourTurn, Mode::Trade, 1.8, 7.2, "your turn, 2 bars left"),
            (Doing::YourTurn, Mode::Trade, 0.7, 2.8, "your turn, Segue in 3 beats"),
            (Doing::Listening, Mode::Duet, 0.0, 0.0, "listening"),
            (Doing::Hearing, Mode::Answer, 0.0, 0.0, "hears you"),
            (Doing::Hearing, Mode::Continue, 0.0, 0.0, "hears you, latch to hand over"),
        ] {
            assert_eq!(doing(state, mode, bars, beats), expected);
        }
        assert_eq!(meaning(Mode::Trade, 1), "1 bar you, 1 bar Segue");
        assert_eq!(lag(2.6), "lag 3 ms");
        assert_eq!(no_room(&[]), None);
        for (panels, names) in [
            (&[Panel::Keys][..], "No room for Keyboard here"),
            (&[Panel::When, Panel::Sound], "No room for When and Sound here"),
            (&[Panel::When, Panel::What, Panel::Sound], "No room for When, What and Sound here"),
        ] {
            let said = no_room(panels).expect("something has no room");
            assert!(said.starts_with(names), "{said}");
        }
        for (length, expected) in
            [(2.0, "2 bars"), (1.9, "2 bars"), (0.95, "1 bar"), (1.5, "1.5 bars"), (0.0, "0.1 bars")]
        {
            assert_eq!(bars(length), expected);
        }
        assert_eq!(scale(PitchClasses::ALL), None);
        assert_eq!(scale(PitchClasses::of(2, Scale::Dorian)).as_deref(), Some("C major"));
        assert_eq!(scale(PitchClasses::of(9, Scale::HarmonicMinor)).as_deref(), Some("A harmonic minor"));
        assert_eq!(scale(PitchClasses::of(0, Scale::MajorPentatonic)).as_deref(), Some("C D E G A"));
    }
}

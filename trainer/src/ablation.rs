//! Parts of the model that a training does without, to see what they are worth.

use std::ops::Range;

use anyhow::Result;
use candle_core::Tensor;
use clap::ValueEnum;
use segue_model::{Facts, Field};
use segue_network::Network;

/// A part of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The heads that copy from what was played.
    Copying,
    /// How long notes are.
    Durations,
    /// Which keys sound.
    Sounding,
    /// Where in the bar a step lies.
    Metre,
    /// Which pitch classes were heard lately.
    Recent,
    /// The style.
    Style,
    /// Which bar of the form it is, and how much of a turn is left.
    Form,
    /// What was played some bars before.
    Lookback,
    /// Which harmony is to be expected.
    Expected,
}

impl Part {
    fn facts(self) -> Option<Facts> {
        match self {
            Self::Copying => None,
            Self::Durations => Some(Facts::Durations),
            Self::Sounding => Some(Facts::Sounding),
            Self::Metre => Some(Facts::Metre),
            Self::Recent => Some(Facts::Recent),
            Self::Style => Some(Facts::Style),
            Self::Form => Some(Facts::Form),
            Self::Lookback => Some(Facts::Lookback),
            Self::Expected => Some(Facts::Expected),
        }
    }

    /// Sets the numbers of the part to zero, so that it has no effect. Done after every step of the
    /// optimizer, they never learn.
    pub fn silence(self, network: &Network) -> Result<()> {
        match self.facts() {
            Some(facts) => {
                zero(network, "steps", &facts.rows(network.vocabulary()))?;
                let rows = facts.target_rows(network.vocabulary());
                let fields = Field::of_model(network.config());
                fields.iter().try_for_each(|field| zero(network, &format!("{}.asked", field.name()), &rows))
            }
            None => Field::ALL.into_iter().try_for_each(|field| {
                zero_all(network, &format!("{}.gate", field.name()))?;
                zero_all(network, &format!("{}.gate.bias", field.name()))
            }),
        }
    }
}

fn zero_all(network: &Network, name: &str) -> Result<()> {
    let var = &network.variables()[name];
    Ok(var.set(&var.zeros_like()?)?)
}

fn zero(network: &Network, name: &str, rows: &[Range<usize>]) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let var = &network.variables()[name];
    let (_, dim) = var.dims2()?;
    let mut numbers = var.flatten_all()?.to_vec1::<f32>()?;
    for rows in rows {
        numbers[rows.start * dim..rows.end * dim].fill(0.0);
    }
    Ok(var.set(&Tensor::from_vec(numbers, var.shape(), var.device())?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use segue_model::{Config, Sequence};
    use segue_music::{Context, ContextNote, Meter, Role, Tokenizer};
    use segue_network::Batch;

    /// The logits of the onset after eighty notes.
    fn onset_logits(network: &Network, context: &Context) -> Vec<f32> {
        let sequence = Sequence::of(&Tokenizer::new(), context, |_| true);
        let batch = Batch::new(&[sequence], network.config(), network.vocabulary());
        let onset = &network.logits(&batch).unwrap()[Field::Gap as usize];
        onset.get(onset.dim(0).unwrap() - 1).unwrap().to_vec1().unwrap()
    }

    fn context(change: impl Fn(usize, &mut ContextNote), more: impl Fn(&mut Context)) -> Context {
        let mut context = Context::new();
        for place in 0..80 {
            let onset = 12 * place as i64;
            let role = if place % 3 == 0 { Role::Segue } else { Role::Player };
            // One key that is struck but once.
            let key = if place == 40 { 30 } else { 60 + (place * 5 % 12) as u8 };
            let mut note = ContextNote {
                onset,
                key,
                velocity: Some(80),
                end: Some(onset + 10),
                shown: Some(10),
                role,
                part: None,
            };
            change(place, &mut note);
            context.hear(note);
        }
        more(&mut context);
        context
    }

    #[test]
    fn a_silenced_part_says_nothing() {
        let plain = context(|_, _| (), |_| ());
        // (what is silenced, music that differs in it alone)
        let cases: [(&[Part], Context); 6] = [
            (
                &[Part::Durations],
                context(|place, note| note.shown = note.shown.filter(|_| place != 78), |_| ()),
            ),
            (
                &[Part::Durations, Part::Sounding],
                context(
                    |place, note| note.end = note.end.map(|end| if place == 40 { end + 1500 } else { end }),
                    |_| (),
                ),
            ),
            // A metre also tells how far back a bar is.
            (
                &[Part::Metre, Part::Lookback],
                context(|_, _| (), |context| _ = context.meter(0, Some(Meter::COMMON))),
            ),
            (
                &[Part::Metre, Part::Lookback, Part::Form],
                context(
                    |_, _| (),
                    |context| {
                        context.meter(0, Some(Meter::COMMON));
                        context.form(0);
                    },
                ),
            ),
            // Further back than the trunk sees, with no effect on the shares of pitch classes.
            (&[Part::Recent], context(|place, note| note.key += u8::from(place == 20), |_| ())),
            (&[Part::Style], context(|_, _| (), |context| _ = context.style(0, Some(3)))),
        ];
        for (parts, other) in cases {
            let network = Network::random(&Config::tiny(), 3).unwrap();
            Part::Copying.silence(&network).unwrap();
            assert_ne!(onset_logits(&network, &plain), onset_logits(&network, &other), "{parts:?} is told");
            parts.iter().for_each(|part| part.silence(&network).unwrap());
            assert_eq!(onset_logits(&network, &plain), onset_logits(&network, &other), "{parts:?} is not");
        }
    }

    #[test]
    fn without_copying_what_was_played_is_seen_by_the_trunk_alone() {
        let config = Config { window: 4, ..Config::tiny() };
        let network = Network::random(&config, 3).unwrap();
        // Further back than the trunk sees; its effect on the shares of pitch classes stays the
        // same.
        let (plain, other) =
            (context(|_, _| (), |_| ()), context(|place, note| note.onset += i64::from(place == 60), |_| ()));
        assert_ne!(onset_logits(&network, &plain), onset_logits(&network, &other));
        Part::Copying.silence(&network).unwrap();
        assert_eq!(onset_logits(&network, &plain), onset_logits(&network, &other));
    }
}

//! How much one continuation is preferred to another, and what follows for their gradients.
//!
//! Direct preference optimisation (Rafailov et al. 2023, arXiv 2305.18290): against the model of
//! the round's beginning, people's continuation is to have got likelier by more than the model's
//! own. Likelihoods are means over notes, so that a long answer weighs no more than a short one
//! (Meng et al. 2024, arXiv 2405.14734), and people's keeps a pull of its own, without which both
//! get less likely (Pang et al. 2024, arXiv 2404.19733).

/// Nats a note of one pair: people's and the model's own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Nats {
    /// Of people's continuation.
    pub people: f64,
    /// Of the model's own.
    pub own: f64,
}

/// What is preferred how strongly.
#[derive(Clone, Copy, Debug)]
pub struct Preference {
    /// How fast preference grows with the nats a note that are won.
    pub strength: f64,
    /// The weight of people's own nats.
    pub anchor: f64,
}

/// What one pair amounts to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// Nats a note by which people's got likelier than the model's own; above zero is right.
    pub margin: f64,
    /// The loss, in nats: ln 2 where nothing was learned yet.
    pub loss: f64,
    /// The slope of loss and anchor along people's nats a note, and along the model's own.
    pub slopes: [f64; 2],
}

impl Preference {
    /// Of a pair, from its nats at the round's beginning and now.
    pub fn judge(&self, before: Nats, now: Nats) -> Verdict {
        let margin = (before.people - now.people) - (before.own - now.own);
        let scaled = self.strength * margin;
        // ln(1 + e^-x), without overflow.
        let loss = (-scaled).max(0.0) + (-scaled.abs()).exp().ln_1p();
        let wrong = 1.0 / (1.0 + scaled.exp());
        Verdict { margin, loss, slopes: [self.strength * wrong + self.anchor, -self.strength * wrong] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: Nats = Nats { people: 4.0, own: 2.0 };

    #[test]
    fn it_prefers_what_people_played() {
        let preference = Preference { strength: 10.0, anchor: 0.0 };
        let same = preference.judge(BEFORE, BEFORE);
        assert!((same.loss - std::f64::consts::LN_2).abs() < 1e-12 && same.margin == 0.0);
        assert_eq!(same.slopes, [5.0, -5.0]);
        // (people's nats now, the model's own) -> the margin
        for (people, own, margin) in [(3.5, 2.0, 0.5), (4.0, 2.5, 0.5), (4.5, 2.0, -0.5), (4.5, 3.5, 1.0)] {
            let verdict = preference.judge(BEFORE, Nats { people, own });
            assert!((verdict.margin - margin).abs() < 1e-12);
            assert_eq!(verdict.loss < same.loss, margin > 0.0, "{people} {own}");
            assert!(verdict.slopes[0] >= 0.0 && verdict.slopes[1] <= 0.0);
        }
        let certain = preference.judge(BEFORE, Nats { people: -1e6, own: 1e6 });
        assert!(certain.loss >= 0.0 && certain.loss < 1e-9 && certain.slopes == [0.0, -0.0]);
        let lost = preference.judge(BEFORE, Nats { people: 1e3, own: 0.0 });
        assert!(lost.loss.is_finite() && lost.slopes == [10.0, -10.0]);
    }

    #[test]
    fn slopes_are_those_of_the_loss() {
        let preference = Preference { strength: 3.0, anchor: 0.25 };
        let loss = |now: Nats| preference.judge(BEFORE, now).loss + 0.25 * now.people;
        let (now, step) = (Nats { people: 3.8, own: 2.1 }, 1e-6);
        let along = |more: Nats, less: Nats| (loss(more) - loss(less)) / (2.0 * step);
        let people = |by: f64| Nats { people: now.people + by, ..now };
        let own = |by: f64| Nats { own: now.own + by, ..now };
        let found = [along(people(step), people(-step)), along(own(step), own(-step))];
        let said = preference.judge(BEFORE, now).slopes;
        assert!(
            found.iter().zip(said).all(|(found, said)| (found - said).abs() < 1e-6),
            "{found:?} {said:?}"
        );
    }
}

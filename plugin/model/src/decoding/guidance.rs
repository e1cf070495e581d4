//! Near the end of a turn, what a model says there is set against what it says far from any end.
//!
//! A model that has learned how turns end leans to it only a little, as most of what it knows of a
//! place is what was played before. The difference counts twice here: classifier-free guidance
//! (Ho and Salimans 2022, arXiv 2207.12598), where *far from the end* stands for the unconditioned.
//!
//! Onsets and durations are guided, which is where endings are; guided keys wander off. On 96 ends
//! of unseen pop, two seeds, a classifier tells Segue 6's answers from people's by structure with
//! an AUC of .87 (.90 without) and by density with .82 (.84). Counted four times, the difference
//! overshoots: by the arc, .92 where it is .81. Weights that have not learned ends play no better
//! for it.

use segue_music::Context;

use crate::decoding::cache::KvCache;
use crate::decoding::decoder::Decoder;
use crate::decoding::model::Model;
use crate::decoding::query::HeadQuery;
use crate::shape::parameters::Field;
use crate::shape::target::{Left, Target};

/// How often the difference counts once more.
const STRENGTH: f32 = 1.0;
/// How many bars before its end a turn is guided.
const BARS: i64 = 2;

impl Decoder {
    /// The logits of a field as [`Decoder::logits`]; of onsets and durations guided to the end of a
    /// turn, where that is near and the model has learned ends. Bands have an end of their own. The
    /// heads are computed twice then, the trunk is not.
    pub fn guided_logits(
        &mut self,
        model: &Model,
        cache: &KvCache,
        context: &Context,
        field: Field,
        query: &HeadQuery,
    ) -> &mut [f32] {
        let Target { left, parts, .. } = query.target;
        let is_near = left.is_some_and(|left| left.is_within(BARS));
        let is_guided = matches!(field, Field::Gap | Field::Duration) && parts.is_empty();
        if !model.config().ends || !is_near || !is_guided {
            return self.logits(model, cache, context, field, query);
        }
        let far = HeadQuery { target: Target { left: Some(Left::FAR), ..query.target }, ..*query };
        let far = self.logits(model, cache, context, field, &far).to_vec();
        let near = self.logits(model, cache, context, field, query);
        near.iter_mut().zip(far).for_each(|(near, far)| *near += STRENGTH * (*near - far));
        near
    }
}

#[cfg(test)]
mod tests {
    use segue_music::{Beats, ContextNote, Part, PartSet, Role};

    use super::*;
    use crate::shape::checkpoint::Checkpoint;
    use crate::shape::config::Config;

    #[test]
    fn near_the_end_of_a_turn_the_difference_counts_twice() {
        let bar = Beats::ONE.times(4);
        let drums: PartSet = [Part::Drums].into_iter().collect();
        let (none, two, three) = (None, Some(Left::of(bar.times(2), bar)), Some(Left::of(bar.times(3), bar)));
        // (whether ends are learned, what is left, the parts asked for, whether it is guided)
        for (ends, left, parts, guided) in [
            (true, two, PartSet::NONE, true),
            (true, Some(Left::of(Beats::ONE, bar)), PartSet::NONE, true),
            (true, three, PartSet::NONE, false),
            (true, none, PartSet::NONE, false),
            (true, two, drums, false),
            (false, two, PartSet::NONE, false),
        ] {
            let config = Config { ends, ..Config::tiny_ensemble() };
            let model = Model::from_checkpoint(Checkpoint::random(&config, 3)).unwrap();
            let (mut cache, mut decoder) = (KvCache::new(&model), Decoder::new(&model));
            let mut context = Context::new();
            for beat in 0..8 {
                context.hear(ContextNote::held(48 * beat, 60, 80, Role::Player));
                decoder.append(&model, &mut cache, &context);
            }
            let target = Target { left, parts, ..Target::next_of(Role::Segue) };
            let query = HeadQuery::new(target);
            let far = HeadQuery::new(Target { left: Some(Left::FAR), ..target });
            for field in Field::WITH_PART {
                let mut ask = |query| decoder.logits(&model, &cache, &context, field, query).to_vec();
                let (plain, far) = (ask(&query), ask(&far));
                let asked = decoder.guided_logits(&model, &cache, &context, field, &query).to_vec();
                let guided = guided && matches!(field, Field::Gap | Field::Duration);
                let doubled = |(near, far): (&f32, &f32)| near + STRENGTH * (near - far);
                let expected: Vec<f32> =
                    if guided { plain.iter().zip(&far).map(doubled).collect() } else { plain.clone() };
                assert_eq!(asked, expected, "{ends} {left:?} {parts:?} {}", field.name());
                assert!(!guided || asked != plain, "{left:?} {}", field.name());
            }
        }
    }
}

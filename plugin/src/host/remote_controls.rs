//! Pages of eight for controllers with eight knobs (CLAP).

use nice_plug::prelude::{RemoteControlsContext, RemoteControlsPage, RemoteControlsSection};
use segue_music::Part;

use crate::params::SegueParams;
use crate::params::band::label;

/// Declares the pages: what is turned while playing first, then the window's groups. Not on them
/// are the bypass, which has a button of its own, and the triggers, which are learnt.
pub fn declare(params: &SegueParams, context: &mut impl RemoteControlsContext) {
    let (when, what, tone) = (&params.when, &params.what, &params.tone);
    context.add_section("Segue", |section| {
        section.add_page("Together", |page| {
            page.add_param(&params.mode);
            page.add_param(&when.length);
            page.add_param(&when.latch);
            page.add_param(&when.patience);
            page.add_param(&what.temperature);
            page.add_param(&what.density);
            page.add_param(&tone.level);
            page.add_param(&tone.segue_level);
        });
        section.add_page("When", |page| {
            page.add_param(&params.on);
            page.add_param(&when.length);
            page.add_param(&when.latch);
            page.add_param(&when.patience);
            page.add_param(&when.grid);
            page.add_param(&when.quantise);
            page.add_param(&when.yields);
            page.add_param(&when.entry);
        });
        section.add_page("What", |page| {
            page.add_param(&what.style);
            page.add_param(&what.temperature);
            page.add_param(&what.density);
            page.add_param(&what.scale);
            page.add_param(&what.root);
            page.add_param(&what.top_p);
            page.add_param(&what.polyphony);
            page.add_param(&what.seed);
        });
        section.add_page("Range", |page| {
            page.add_param(&what.key_low);
            page.add_param(&what.key_high);
            page.add_param(&what.velocity_low);
            page.add_param(&what.velocity_high);
        });
        section.add_page("Sound", |page| {
            page.add_param(&tone.level);
            page.add_param(&tone.segue_level);
            page.add_param(&tone.channel);
            page.add_param(&tone.player);
            page.add_param(&tone.pass);
            page.add_param(&tone.follow_pedal);
        });
    });
    context.add_section("Band", |section| {
        for part in Part::ALL {
            let strip = params.band.strip(part);
            section.add_page(label(part), |page| {
                page.add_param(&strip.plays);
                page.add_param(&strip.level);
                page.add_param(&strip.mute);
                page.add_param(&strip.solo);
                page.add_param(&strip.channel);
                page.add_param(&strip.key_low);
                page.add_param(&strip.key_high);
                page.add_param(&strip.density);
            });
        }
    });
}

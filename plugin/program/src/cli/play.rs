//! `segue play` and `segue devices`.

use anyhow::Result;
use clap::Args;
use segue::between::settings::Trigger;
use segue_music::{Meter, Tempo};

use crate::standalone::{self, AudioRequest, DeviceRequest, PlayOptions, WantedInputs, meter, tempo};

/// How to play.
#[derive(Args, Debug)]
pub struct Play {
    /// List the devices, and end.
    #[arg(long)]
    list: bool,
    /// Where the sound goes: jack, none, or a part of the name of a sound card. By default JACK if
    /// it is running, else the system's default.
    #[arg(long, value_name = "NAME")]
    audio: Option<String>,
    /// Block size of a sound card, in samples: fewer answer sooner, more are safer.
    #[arg(long, value_name = "SAMPLES", value_parser = clap::value_parser!(u32).range(16..=8192))]
    frames: Option<u32>,
    /// The keyboard: a part of its name. By default the first one.
    #[arg(long, value_name = "NAME")]
    midi_in: Option<String>,
    /// Other tracks, such as a drum machine: a part of a device's name. Whatever comes from it, on
    /// any channel, is heard as parts (channel 10 is drums, others go by program change or by the
    /// channels of the strips) and never taken for yours, answered or passed on; its start and stop
    /// are the clock's. Other programs find the port tracks_in.
    #[arg(long, value_name = "NAME")]
    tracks_in: Option<String>,
    /// Where Segue's notes go, besides its own MIDI port: a part of a name.
    #[arg(long, value_name = "NAME")]
    midi_out: Option<String>,
    /// Quarter notes a minute. The clock plays from the start.
    #[arg(long, value_name = "BPM", value_parser = tempo)]
    tempo: Option<Tempo>,
    /// The metre.
    #[arg(long, value_name = "N/M", value_parser = meter)]
    meter: Option<Meter>,
    /// Turn the metronome on from the start.
    #[arg(long)]
    metronome: bool,
    /// How to play together: a part of the name of a preset, as in the window's list.
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// A key or a pedal that taps the tempo: note:21 or cc:80, on any channel.
    #[arg(long, value_name = "WHAT", value_parser = trigger)]
    tap: Option<Trigger>,
    /// Play without the window.
    #[arg(long)]
    no_window: bool,
}

fn trigger(text: &str) -> Result<Trigger, String> {
    let number = |text: &str| text.parse().ok().filter(|number: &u8| *number < 128);
    let trigger = match text.split_once(':') {
        Some(("note", key)) => number(key).map(Trigger::Note),
        Some(("cc", controller)) => number(controller).map(Trigger::Control),
        _ => None,
    };
    trigger.ok_or_else(|| "a key such as note:21, or a controller such as cc:80".to_owned())
}

/// Lists every device.
pub fn devices() {
    println!("{}", standalone::device_list());
}

/// Plays until the player ends it.
pub fn run(arguments: &Play) -> Result<()> {
    if arguments.list {
        devices();
        return Ok(());
    }
    let audio = match arguments.audio.as_deref() {
        None => AudioRequest::Any,
        Some("jack") => AudioRequest::Jack,
        Some("none") => AudioRequest::None,
        Some(name) => AudioRequest::Named(name.to_owned()),
    };
    standalone::play(PlayOptions {
        devices: DeviceRequest {
            audio,
            frames: arguments.frames,
            inputs: WantedInputs { keyboard: arguments.midi_in.clone(), tracks: arguments.tracks_in.clone() },
            midi_out: arguments.midi_out.clone(),
        },
        tempo: arguments.tempo,
        meter: arguments.meter,
        metronome: arguments.metronome,
        preset: arguments.preset.clone(),
        tap: arguments.tap,
        window: !arguments.no_window,
    })
}

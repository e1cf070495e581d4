//! The system's sound card: ALSA, CoreAudio or WASAPI, through `cpal`.

use std::sync::Arc;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{
    BufferSize, Device, ErrorKind, FromSample, I24, SampleFormat, SizedSample, Stream, StreamConfig,
    SupportedBufferSize, SupportedStreamConfig,
};

use super::choice::choose;
use super::driver::{Health, NoSound, Shared};
use super::hush::hush;
use super::wire::{Outlet, Wire};

/// Samples a block where nobody says: 5 ms at 48 kHz.
const FRAMES: u32 = 256;

/// Samples that are made at once; a longer block is made in parts.
const PART: usize = 4096;

/// What to do where there is no sound card.
const WAY_OUT: &str = if cfg!(target_os = "linux") {
    "plug one in, or install your sound server's plugin for ALSA (pipewire-alsa, or libasound2-plugins for PulseAudio)"
} else {
    "plug one in, or choose one in the system's settings"
};

/// A stream that plays.
pub struct System {
    health: Arc<Health>,
    name: String,
    /// Held for its life alone.
    _stream: Stream,
}

/// MIDI has ports of its own here.
struct Nowhere;

impl Outlet for Nowhere {
    fn send(&mut self, _wire: Wire) -> bool {
        true
    }
}

/// The names of what makes sound.
pub fn names() -> Vec<String> {
    outputs().iter().map(Device::to_string).collect()
}

/// ALSA's own nowhere is no sound card.
fn outputs() -> Vec<Device> {
    hush();
    let sounds = |device: &Device| device.id().is_ok_and(|id| id.id() != "null");
    let outputs = cpal::default_host().output_devices();
    outputs.map(|devices| devices.filter(sounds).collect()).unwrap_or_default()
}

/// What the system calls its sound.
pub const fn kind() -> &'static str {
    if cfg!(target_os = "linux") {
        "ALSA"
    } else if cfg!(target_os = "macos") {
        "CoreAudio"
    } else if cfg!(target_os = "windows") {
        "WASAPI"
    } else {
        "the system"
    }
}

fn missing(what: impl std::fmt::Display, way_out: &str) -> NoSound {
    NoSound::Missing(vec![format!("{}: {what}; {way_out}", kind())])
}

impl System {
    /// Opens a device, or the default.
    pub fn open(wanted: Option<&str>, instrument: &Shared, frames: Option<u32>) -> Result<Self, NoSound> {
        hush();
        let device = match wanted {
            Some(wanted) => {
                let outputs = outputs();
                let names: Vec<_> = outputs.iter().map(Device::to_string).collect();
                let chosen = choose("audio output", &names, wanted)?;
                outputs.into_iter().nth(chosen)
            }
            None => cpal::default_host().default_output_device(),
        };
        let none = || missing("no sound card is found", WAY_OUT);
        let device = device.ok_or_else(none)?;
        let supported = device.default_output_config().map_err(|error| match error.kind() {
            ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => none(),
            _ => missing(error, "choose another with --audio"),
        })?;
        let rate = supported.sample_rate();
        instrument.lock().activate(rate as f32);
        let health = Arc::new(Health::default());
        let stream = open_stream(&device, &supported, instrument, &health, frames)
            .map_err(|error| missing(error, "choose another with --audio, or close what uses it"))?;
        stream.play().map_err(|error| missing(error, "choose another with --audio"))?;
        Ok(Self { health, name: format!("{}: {device}, {rate} Hz", kind()), _stream: stream })
    }

    /// How it is.
    pub fn health(&self) -> &Health {
        &self.health
    }

    /// What it is, for the player.
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn open_stream(
    device: &Device,
    supported: &SupportedStreamConfig,
    instrument: &Shared,
    health: &Arc<Health>,
    frames: Option<u32>,
) -> Result<Stream, cpal::Error> {
    let mut config = supported.config();
    if let SupportedBufferSize::Range { min, max } = *supported.buffer_size() {
        config.buffer_size = BufferSize::Fixed(frames.unwrap_or(FRAMES).clamp(min, max));
    }
    let open = |config: StreamConfig| {
        let (instrument, health) = (instrument.clone(), health.clone());
        match supported.sample_format() {
            SampleFormat::F32 => stream::<f32>(device, config, instrument, health),
            SampleFormat::F64 => stream::<f64>(device, config, instrument, health),
            SampleFormat::I16 => stream::<i16>(device, config, instrument, health),
            SampleFormat::I24 => stream::<I24>(device, config, instrument, health),
            SampleFormat::I32 => stream::<i32>(device, config, instrument, health),
            SampleFormat::U8 => stream::<u8>(device, config, instrument, health),
            SampleFormat::U16 => stream::<u16>(device, config, instrument, health),
            _ => Err(ErrorKind::UnsupportedConfig.into()),
        }
    };
    // What a card says of its buffers need not be true.
    open(config).or_else(|_| open(supported.config()))
}

fn stream<T: SizedSample + FromSample<f32>>(
    device: &Device,
    config: StreamConfig,
    instrument: Shared,
    health: Arc<Health>,
) -> Result<Stream, cpal::Error> {
    let channels = usize::from(config.channels).max(1);
    let (mut left, mut right) = (vec![0.0; PART], vec![0.0; PART]);
    let called = health.clone();
    let play = move |samples: &mut [T], _: &cpal::OutputCallbackInfo| {
        called.call();
        for part in samples.chunks_mut(PART * channels) {
            let frames = part.len() / channels;
            let (left, right) = (&mut left[..frames], &mut right[..frames]);
            left.fill(0.0);
            right.fill(0.0);
            if let Some(mut instrument) = instrument.try_lock() {
                instrument.play(std::iter::empty(), left, right, &mut Nowhere);
            }
            for (frame, (&left, &right)) in part.chunks_mut(channels).zip(left.iter().zip(right.iter())) {
                spread(frame, left, right);
            }
        }
    };
    let ails = move |error: cpal::Error| match error.kind() {
        ErrorKind::Xrun => health.drop_out(),
        // It plays on.
        ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
        _ => health.lose(),
    };
    device.build_output_stream(config, play, ails, None)
}

/// Onto as many channels as the card has: one gets both, more than two get nothing beyond them.
fn spread<T: SizedSample + FromSample<f32>>(frame: &mut [T], left: f32, right: f32) {
    match frame {
        [] => {}
        [mono] => *mono = T::from_sample(0.5 * (left + right)),
        [first, second, rest @ ..] => {
            *first = T::from_sample(left);
            *second = T::from_sample(right);
            rest.fill(T::EQUILIBRIUM);
        }
    }
}

//! The system's sound card: ALSA, CoreAudio or WASAPI, through `cpal`.

use std::sync::Arc;

use cpal::traits::{DeviceTrait, HostTrait, StreamTrait};
use cpal::{
    BufferSize, Device, ErrorKind, FromSample, I24, SampleFormat, SizedSample, Stream, StreamConfig,
    SupportedBufferSize, SupportedStreamConfig,
};

use super::driver::{AudioError, DriverHealth, SharedInstrument};
use crate::standalone::alsa_errors::mute_alsa_errors;
use crate::standalone::device_name::choose;
use crate::standalone::midi::message::NullSink;

/// The default block size in samples: 5 ms at 48 kHz.
const FRAMES: u32 = 256;

/// The most samples that are rendered at once. A longer block is rendered in parts.
const PART: usize = 4096;

/// What to do if there is no sound card.
const WAY_OUT: &str = if cfg!(target_os = "linux") {
    "plug one in, or install your sound server's plugin for ALSA (pipewire-alsa, or libasound2-plugins for PulseAudio)"
} else {
    "plug one in, or choose one in the system's settings"
};

/// The name of the system's audio.
pub const SYSTEM: &str = if cfg!(target_os = "linux") {
    "ALSA"
} else if cfg!(target_os = "macos") {
    "CoreAudio"
} else if cfg!(target_os = "windows") {
    "WASAPI"
} else {
    "the system"
};

/// An open output stream.
pub struct SoundCard {
    health: Arc<DriverHealth>,
    name: String,
    /// Only kept open.
    _stream: Stream,
}

/// The names of the output devices.
pub fn names() -> Vec<String> {
    outputs().iter().map(Device::to_string).collect()
}

/// The output devices, without ALSA's null device.
fn outputs() -> Vec<Device> {
    mute_alsa_errors();
    let is_real = |device: &Device| device.id().is_ok_and(|id| id.id() != "null");
    let outputs = cpal::default_host().output_devices();
    outputs.map(|devices| devices.filter(is_real).collect()).unwrap_or_default()
}

fn unavailable(what: impl std::fmt::Display, way_out: &str) -> AudioError {
    AudioError::Unavailable(vec![format!("{SYSTEM}: {what}; {way_out}")])
}

impl SoundCard {
    /// Opens the device with that part in its name, or the default. `frames` is the wanted block
    /// size, in samples.
    ///
    /// # Errors
    /// No device has that name, or it cannot be opened.
    pub fn open(
        wanted: Option<&str>,
        instrument: &SharedInstrument,
        frames: Option<u32>,
    ) -> Result<Self, AudioError> {
        mute_alsa_errors();
        let device = match wanted {
            Some(wanted) => {
                let outputs = outputs();
                let names: Vec<_> = outputs.iter().map(Device::to_string).collect();
                let chosen = choose("audio output", &names, wanted)?;
                outputs.into_iter().nth(chosen)
            }
            None => cpal::default_host().default_output_device(),
        };
        let none = || unavailable("no sound card is found", WAY_OUT);
        let device = device.ok_or_else(none)?;
        let supported = device.default_output_config().map_err(|error| match error.kind() {
            ErrorKind::DeviceNotAvailable | ErrorKind::HostUnavailable => none(),
            _ => unavailable(error, "choose another with --audio"),
        })?;
        let sample_rate = supported.sample_rate();
        instrument.lock().activate(sample_rate as f32);
        let health = Arc::new(DriverHealth::default());
        let stream = open_stream(&device, &supported, instrument, &health, frames);
        let stream = stream
            .map_err(|error| unavailable(error, "choose another with --audio, or close what uses it"))?;
        stream.play().map_err(|error| unavailable(error, "choose another with --audio"))?;
        let name = format!("{SYSTEM}: {device}, {sample_rate} Hz");
        Ok(Self { health, name, _stream: stream })
    }

    /// What its callbacks report.
    pub fn health(&self) -> &DriverHealth {
        &self.health
    }

    /// Its name, for the player.
    pub fn name(&self) -> &str {
        &self.name
    }
}

fn open_stream(
    device: &Device,
    supported: &SupportedStreamConfig,
    instrument: &SharedInstrument,
    health: &Arc<DriverHealth>,
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
    // Some cards refuse block sizes that they claim to support: then take their own.
    open(config).or_else(|_| open(supported.config()))
}

fn stream<T: SizedSample + FromSample<f32>>(
    device: &Device,
    config: StreamConfig,
    instrument: SharedInstrument,
    health: Arc<DriverHealth>,
) -> Result<Stream, cpal::Error> {
    let channels = usize::from(config.channels).max(1);
    let (mut left, mut right) = (vec![0.0; PART], vec![0.0; PART]);
    let counted = health.clone();
    let play = move |samples: &mut [T], _: &cpal::OutputCallbackInfo| {
        counted.count_callback();
        for part in samples.chunks_mut(PART * channels) {
            let frames = part.len() / channels;
            let (left, right) = (&mut left[..frames], &mut right[..frames]);
            left.fill(0.0);
            right.fill(0.0);
            if let Some(mut instrument) = instrument.try_lock() {
                instrument.play(std::iter::empty(), left, right, &mut NullSink);
            }
            let frames = part.chunks_mut(channels);
            for (frame, (&left, &right)) in frames.zip(left.iter().zip(right.iter())) {
                write_frame(frame, left, right);
            }
        }
    };
    let on_error = move |error: cpal::Error| match error.kind() {
        ErrorKind::Xrun => health.count_dropout(),
        // The stream goes on.
        ErrorKind::DeviceChanged | ErrorKind::RealtimeDenied => {}
        _ => health.set_lost(),
    };
    device.build_output_stream(config, play, on_error, None)
}

/// Writes a stereo sample to a card's channels: mixed if there is one, silence beyond two.
fn write_frame<T: SizedSample + FromSample<f32>>(frame: &mut [T], left: f32, right: f32) {
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

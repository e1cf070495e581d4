//! A VST3 stream of bytes in memory: a plugin's state as a host keeps it.

#![allow(clippy::unnecessary_cast, reason = "C's enumerations are signed on Windows and unsigned elsewhere")]

use std::cell::RefCell;
use std::ffi::c_void;

use vst3::Class;
use vst3::Steinberg::IBStream_::IStreamSeekMode_::{kIBSeekCur, kIBSeekEnd, kIBSeekSet};
use vst3::Steinberg::{IBStream, IBStreamTrait, int32, int64, kInvalidArgument, kResultOk, tresult};

/// Bytes, and the place where the next are read or written.
#[derive(Default)]
pub struct Stream(RefCell<(Vec<u8>, usize)>);

impl Stream {
    /// A stream to be read from its start.
    pub fn of(bytes: &[u8]) -> Self {
        Self(RefCell::new((bytes.to_vec(), 0)))
    }

    /// All that is in it.
    pub fn bytes(&self) -> Vec<u8> {
        self.0.borrow().0.clone()
    }
}

impl Class for Stream {
    type Interfaces = (IBStream,);
}

impl IBStreamTrait for Stream {
    unsafe fn read(&self, buffer: *mut c_void, wanted: int32, read: *mut int32) -> tresult {
        let (bytes, place) = &mut *self.0.borrow_mut();
        let count = usize::try_from(wanted).unwrap_or(0).min(bytes.len().saturating_sub(*place));
        // SAFETY: the caller's buffer has room for `wanted` bytes, at least `count`, of which the
        // stream has so many left; `read` is null or the caller's to be written.
        unsafe {
            std::ptr::copy_nonoverlapping(
                bytes.as_ptr().add((*place).min(bytes.len())),
                buffer.cast(),
                count,
            );
            if let Some(read) = read.as_mut() {
                *read = count as int32;
            }
        }
        *place += count;
        kResultOk
    }

    unsafe fn write(&self, buffer: *mut c_void, count: int32, written: *mut int32) -> tresult {
        let (bytes, place) = &mut *self.0.borrow_mut();
        let Ok(count) = usize::try_from(count) else { return kInvalidArgument };
        bytes.resize(bytes.len().max(*place + count), 0);
        // SAFETY: the caller's buffer holds `count` bytes, for which room was just made; `written`
        // is null or the caller's to be written.
        unsafe {
            std::ptr::copy_nonoverlapping(buffer.cast::<u8>(), bytes.as_mut_ptr().add(*place), count);
            if let Some(written) = written.as_mut() {
                *written = count as int32;
            }
        }
        *place += count;
        kResultOk
    }

    unsafe fn seek(&self, offset: int64, mode: int32, result: *mut int64) -> tresult {
        let (bytes, place) = &mut *self.0.borrow_mut();
        let base = match mode as u32 {
            mode if mode == kIBSeekSet as u32 => 0,
            mode if mode == kIBSeekCur as u32 => *place,
            mode if mode == kIBSeekEnd as u32 => bytes.len(),
            _ => return kInvalidArgument,
        };
        let Ok(to) = usize::try_from(base as i64 + offset) else { return kInvalidArgument };
        *place = to;
        // SAFETY: `result` is null or the caller's to be written.
        if let Some(result) = unsafe { result.as_mut() } {
            *result = to as int64;
        }
        kResultOk
    }

    unsafe fn tell(&self, place: *mut int64) -> tresult {
        // SAFETY: `place` is null or the caller's to be written.
        match unsafe { place.as_mut() } {
            Some(told) => {
                *told = self.0.borrow().1 as int64;
                kResultOk
            }
            None => kInvalidArgument,
        }
    }
}

//! A window of Windows, for a plugin's editor to be in.

use std::ptr::{null, null_mut};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use windows_sys::Win32::Foundation::HWND;
use windows_sys::Win32::UI::WindowsAndMessaging::{
    CreateWindowExW, DestroyWindow, DispatchMessageW, MSG, PM_REMOVE, PeekMessageW, TranslateMessage,
    WS_POPUP, WS_VISIBLE,
};

/// How often it looks for messages.
const PAUSE: Duration = Duration::from_millis(5);

/// A window of ours, at the upper left; it goes with this value.
pub struct Frame(HWND);

impl Frame {
    /// Opens one.
    ///
    /// # Errors
    /// Where the system gives none.
    pub fn open((width, height): (i32, i32)) -> Result<Self> {
        // A class that every program has.
        let class: Vec<u16> = "STATIC\0".encode_utf16().collect();
        let (none, look) = (null_mut(), WS_POPUP | WS_VISIBLE);
        // SAFETY: the class ends with zero, and the rest is plain numbers.
        let window = unsafe {
            CreateWindowExW(0, class.as_ptr(), null(), look, 0, 0, width, height, none, none, none, null())
        };
        ensure!(!window.is_null(), "the system gives no window");
        Ok(Self(window))
    }

    /// Its handle, of which Windows uses 32 bits.
    pub fn id(&self) -> u32 {
        self.0 as usize as u32
    }

    /// Hands out messages for so long, as a program does whose window is open.
    pub fn run(&self, time: Duration) {
        let began = Instant::now();
        while began.elapsed() < time {
            // SAFETY: plain data, for which zeros are a value, and ours to be written.
            unsafe {
                let mut message: MSG = std::mem::zeroed();
                while PeekMessageW(&mut message, null_mut(), 0, 0, PM_REMOVE) != 0 {
                    TranslateMessage(&message);
                    DispatchMessageW(&message);
                }
            }
            sleep(PAUSE);
        }
    }
}

impl Drop for Frame {
    fn drop(&mut self) {
        // SAFETY: it is ours, and goes once.
        unsafe { DestroyWindow(self.0) };
    }
}

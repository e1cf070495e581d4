//! Events and parameter changes in VST3's words: the lists that a host lends the plugin for one
//! block.

#![allow(clippy::unnecessary_cast, reason = "C's enumerations are signed on Windows and unsigned elsewhere")]

use std::cell::RefCell;

use bundler::{Event, Message};
use vst3::Steinberg::Vst::Event_::EventTypes_::{kLegacyMIDICCOutEvent, kNoteOffEvent, kNoteOnEvent};
use vst3::Steinberg::Vst::{
    Event as RawEvent, Event__type0, IEventList, IEventListTrait, IParamValueQueue, IParamValueQueueTrait,
    IParameterChanges, IParameterChangesTrait, NoteOffEvent, NoteOnEvent, ParamID, ParamValue,
};
use vst3::Steinberg::{int32, kInvalidArgument, kNotImplemented, kResultOk, tresult};
use vst3::{Class, ComWrapper};

/// More events than a plugin gives in a block: the list must not grow while it is lent.
const ROOM: usize = 8192;

/// The notes of a block, sent or given.
pub struct EventList(RefCell<Vec<RawEvent>>);

impl Default for EventList {
    fn default() -> Self {
        Self(RefCell::new(Vec::with_capacity(ROOM)))
    }
}

impl EventList {
    /// Forgets all.
    pub fn clear(&self) {
        self.0.borrow_mut().clear();
    }

    /// Appends a note; what is no note goes another way in VST3.
    pub fn push(&self, event: &Event) {
        let (kind, field) = match event.message {
            Message::On { channel, key, velocity } => (
                kNoteOnEvent,
                Event__type0 {
                    noteOn: NoteOnEvent {
                        channel: channel.into(),
                        pitch: key.into(),
                        tuning: 0.0,
                        velocity: f32::from(velocity) / 127.0,
                        length: 0,
                        noteId: -1,
                    },
                },
            ),
            Message::Off { channel, key } => (
                kNoteOffEvent,
                Event__type0 {
                    noteOff: NoteOffEvent {
                        channel: channel.into(),
                        pitch: key.into(),
                        velocity: 0.0,
                        noteId: -1,
                        tuning: 0.0,
                    },
                },
            ),
            Message::Control { .. } | Message::Parameter { .. } => return,
        };
        self.0.borrow_mut().push(RawEvent {
            busIndex: 0,
            sampleOffset: event.sample as int32,
            ppqPosition: 0.0,
            flags: 0,
            r#type: kind as u16,
            __field0: field,
        });
    }

    /// The notes and controllers in the order in which they were added.
    pub fn heard(&self) -> Vec<Event> {
        self.0.borrow().iter().filter_map(heard).collect()
    }
}

/// One event that the plugin sent.
fn heard(event: &RawEvent) -> Option<Event> {
    let byte = |value: i16| u8::try_from(value).ok();
    // SAFETY: each field of the union is read only where the event's type says that it is the one
    // written.
    let message = unsafe {
        match u32::from(event.r#type) {
            kind if kind == kNoteOnEvent as u32 => {
                let note = event.__field0.noteOn;
                let velocity = (note.velocity * 127.0).round().clamp(1.0, 127.0) as u8;
                Message::On { channel: byte(note.channel)?, key: byte(note.pitch)?, velocity }
            }
            kind if kind == kNoteOffEvent as u32 => {
                let note = event.__field0.noteOff;
                Message::Off { channel: byte(note.channel)?, key: byte(note.pitch)? }
            }
            kind if kind == kLegacyMIDICCOutEvent as u32 => {
                let midi = event.__field0.midiCCOut;
                let (channel, value) = (byte(midi.channel.into())?, byte(midi.value.into())?);
                // 128 and above are VST3's own: pressure, bend and program.
                Message::Control { channel, controller: midi.controlNumber, value }
            }
            _ => return None,
        }
    };
    Some(Event { sample: u64::try_from(event.sampleOffset).ok()?, message })
}

impl Class for EventList {
    type Interfaces = (IEventList,);
}

impl IEventListTrait for EventList {
    unsafe fn getEventCount(&self) -> int32 {
        self.0.borrow().len() as int32
    }

    unsafe fn getEvent(&self, index: int32, event: *mut RawEvent) -> tresult {
        // SAFETY: `event` is null or the caller's to be written.
        match (usize::try_from(index).ok().and_then(|index| self.0.borrow().get(index).copied()), unsafe {
            event.as_mut()
        }) {
            (Some(found), Some(event)) => {
                *event = found;
                kResultOk
            }
            _ => kInvalidArgument,
        }
    }

    unsafe fn addEvent(&self, event: *mut RawEvent) -> tresult {
        // SAFETY: `event` is null or a whole event of the caller's.
        match unsafe { event.as_ref() } {
            Some(event) => {
                self.0.borrow_mut().push(*event);
                kResultOk
            }
            None => kInvalidArgument,
        }
    }
}

/// The changes of one parameter in a block.
pub struct ParamQueue {
    id: ParamID,
    points: Vec<(int32, ParamValue)>,
}

impl Class for ParamQueue {
    type Interfaces = (IParamValueQueue,);
}

impl IParamValueQueueTrait for ParamQueue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id
    }

    unsafe fn getPointCount(&self) -> int32 {
        self.points.len() as int32
    }

    unsafe fn getPoint(&self, index: int32, offset: *mut int32, value: *mut ParamValue) -> tresult {
        let Some(&(at, to)) = usize::try_from(index).ok().and_then(|index| self.points.get(index)) else {
            return kInvalidArgument;
        };
        // SAFETY: both are the caller's to be written, as the interface demands.
        unsafe {
            *offset = at;
            *value = to;
        }
        kResultOk
    }

    unsafe fn addPoint(&self, _offset: int32, _value: ParamValue, _index: *mut int32) -> tresult {
        kNotImplemented
    }
}

/// All parameter changes of a block.
#[derive(Default)]
pub struct ParamChanges(Vec<ComWrapper<ParamQueue>>);

impl ParamChanges {
    /// Groups changes, in time order, by parameter.
    pub fn of(changes: &[(ParamID, int32, ParamValue)]) -> Self {
        let mut queues: Vec<ParamQueue> = Vec::new();
        for &(id, at, value) in changes {
            match queues.iter_mut().find(|queue| queue.id == id) {
                Some(queue) => queue.points.push((at, value)),
                None => queues.push(ParamQueue { id, points: vec![(at, value)] }),
            }
        }
        Self(queues.into_iter().map(ComWrapper::new).collect())
    }
}

impl Class for ParamChanges {
    type Interfaces = (IParameterChanges,);
}

impl IParameterChangesTrait for ParamChanges {
    unsafe fn getParameterCount(&self) -> int32 {
        self.0.len() as int32
    }

    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        let queue = usize::try_from(index).ok().and_then(|index| self.0.get(index));
        // The interface lends the pointer without a reference; the queue lives as long as this
        // list.
        queue
            .and_then(|queue| queue.as_com_ref::<IParamValueQueue>())
            .map_or(std::ptr::null_mut(), |queue| queue.as_ptr())
    }

    unsafe fn addParameterData(&self, _id: *const ParamID, _index: *mut int32) -> *mut IParamValueQueue {
        std::ptr::null_mut()
    }
}

//! The host's song: where it truly is, and what the host says of it at the start of each block.

use segue::audio::clock::Transport;
use segue_music::Meter;

/// Whether the song goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It plays.
    Plays,
    /// It stands; the host still tells where.
    Stands,
    /// The host tells nothing at all.
    Absent,
}

/// What no host should say, and some do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Nonsense {
    /// Another tempo than the one it runs at: zero, negative, not a number.
    Tempo(f64),
    /// Another song position: not a number, or beyond all music.
    Position(f64),
}

/// A song in a host.
#[derive(Clone, Debug)]
pub struct Song {
    /// Whether it plays.
    pub state: State,
    /// Quarter notes since its start; negative in a preroll.
    pub at: f64,
    /// Quarter notes a minute.
    pub tempo: f64,
    /// A ramp: this many beats a minute more each second, for this many seconds.
    pub ramp: Option<(f64, f64)>,
    /// The metre; bars begin at multiples of a bar.
    pub meter: Meter,
    /// From where to where it loops.
    pub cycle: Option<(f64, f64)>,
    /// What the host says instead of the truth.
    pub nonsense: Option<Nonsense>,
    /// Whether the host also tells where the bar began.
    pub tells_bar: bool,
    /// Whether blocks reach over the loop's end, as in some hosts; otherwise they are cut there.
    pub straddles: bool,
    /// Whether the host tells its loop where blocks reach over its end.
    pub tells_cycle: bool,
}

impl Song {
    /// From its start, in common time.
    pub fn new(tempo: f64) -> Self {
        Self {
            state: State::Plays,
            at: 0.0,
            tempo,
            ramp: None,
            meter: Meter::COMMON,
            cycle: None,
            nonsense: None,
            tells_bar: false,
            straddles: false,
            tells_cycle: false,
        }
    }

    /// What the host says at the start of a block.
    pub fn transport(&self) -> Transport {
        if self.state == State::Absent {
            return Transport::default();
        }
        let (mut tempo, mut at) = (self.tempo, self.at);
        match self.nonsense {
            Some(Nonsense::Tempo(other)) => tempo = other,
            Some(Nonsense::Position(other)) => at = other,
            None => {}
        }
        let bar = self.tells_bar.then(|| (self.at / self.bar()).floor() * self.bar());
        let playing = self.state == State::Plays;
        let meter = Some(self.meter);
        let cycle = self.cycle.filter(|_| self.straddles && self.tells_cycle);
        Transport { playing, tempo: Some(tempo), meter, song: Some(at), bar, cycle, ..Transport::default() }
    }

    /// Where the song goes back within a block that begins here: the samples from its start, and
    /// where the song is then.
    pub fn wraps(&self, frames: usize, rate: f64) -> Vec<(usize, f64)> {
        let (mut wraps, mut song, mut before) = (Vec::new(), self.at, 0);
        let Some((from, to)) = self.cycle.filter(|_| self.straddles && self.state == State::Plays) else {
            return wraps;
        };
        let beats = self.tempo / 60.0 / rate;
        while song < to {
            let exact = (to - song) / beats;
            let left = (exact - 1e-6).ceil() as usize;
            if left == 0 || before + left >= frames {
                break;
            }
            before += left;
            song = from + (left as f64 - exact).max(0.0) * beats;
            wraps.push((before, song));
        }
        wraps
    }

    /// The position of a sample of a block that begins here.
    pub fn place_of(&self, time: u32, rate: f64) -> f64 {
        let rounds = self.wraps(time as usize + 1, rate).len() as f64;
        let round = self.cycle.map_or(0.0, |(from, to)| to - from);
        self.position_in(f64::from(time) / rate) - rounds * round
    }

    /// Quarter notes in a bar.
    pub fn bar(&self) -> f64 {
        self.meter.bar().as_f64()
    }

    /// Whether what the host says is the truth, and goes on.
    pub fn is_told(&self) -> bool {
        self.state == State::Plays && self.nonsense.is_none()
    }

    /// The tempo this many seconds from here.
    pub fn tempo_in(&self, seconds: f64) -> f64 {
        self.tempo + self.ramp.map_or(0.0, |(slope, _)| slope * seconds)
    }

    /// The position this many seconds from here, where nothing interferes.
    pub fn position_in(&self, seconds: f64) -> f64 {
        match self.state {
            State::Plays => self.at + (self.tempo + self.tempo_in(seconds)) / 2.0 * seconds / 60.0,
            _ => self.at,
        }
    }

    /// How many seconds from here a position is, at this tempo.
    pub fn seconds_to(&self, at: f64) -> f64 {
        (at - self.at) * 60.0 / self.tempo
    }

    /// Time passes; a ramp ends with the block it ends in. Returns whether the song went back to
    /// the start of its loop.
    pub fn advance(&mut self, seconds: f64) -> bool {
        let was = self.at;
        self.at = self.position_in(seconds);
        self.tempo = self.tempo_in(seconds);
        self.ramp = self.ramp.map(|(slope, left)| (slope, left - seconds)).filter(|(_, left)| *left > 0.0);
        let Some((from, to)) = self.cycle else { return false };
        // A playhead behind the loop's end goes on: so do hosts.
        let wraps = self.state == State::Plays && was < to && self.at >= to - 1e-9;
        if wraps {
            self.at = from + (self.at - to).max(0.0) % (to - from);
        }
        wraps
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ramp_is_integrated_and_a_loop_goes_back() {
        let mut song = Song::new(60.0);
        song.ramp = Some((60.0, 1.0));
        for _ in 0..1000 {
            song.advance(0.001);
        }
        // From 60 to 120 within a second: 1.5 beats.
        assert!((song.at - 1.5).abs() < 1e-9 && (song.tempo - 120.0).abs() < 1e-6, "{song:?}");
        song.ramp = None;
        song.cycle = Some((1.0, 2.0));
        assert!(song.advance(0.3));
        assert!((song.at - 1.1).abs() < 1e-6, "{}", song.at);
        song.state = State::Stands;
        assert!(!song.advance(1.0));
    }

    #[test]
    fn blocks_reach_over_a_loops_end_as_often_as_it_is_short() {
        // A loop of a hundredth of a beat, at 60 and 1,000 samples a second: ten samples.
        let mut song = Song::new(60.0);
        song.cycle = Some((4.0, 4.01));
        song.at = 4.005;
        assert!(song.wraps(100, 1000.0).is_empty(), "a host that cuts there");
        song.straddles = true;
        let wraps = song.wraps(30, 1000.0);
        assert_eq!(wraps.iter().map(|(before, _)| *before).collect::<Vec<_>>(), [5, 15, 25]);
        assert!(wraps.iter().all(|(_, song)| (song - 4.0).abs() < 1e-9));
        for (time, place) in [(0, 4.005), (4, 4.009), (5, 4.0), (14, 4.009), (15, 4.0), (29, 4.004)] {
            assert!((song.place_of(time, 1000.0) - place).abs() < 1e-9, "{time}");
        }
    }
}

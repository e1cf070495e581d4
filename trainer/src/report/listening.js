// Plays the music of the page: a moving line over a piano roll, sound from a few oscillators, and
// the question which of two is the person.
"use strict";

// Numbers of a note in the page: onset, duration (ms), key, velocity, sound.
const NUMBERS = 5;
const [KEYS, BASS, DRUMS] = [0, 1, 2];
// Notes are handed to the audio thread so long before they sound (ms). A page in the background gets
// one turn a second.
const AHEAD = 1500;
const TURN = 100;
const SVG = "http://www.w3.org/2000/svg";
// Of a roll: its width, of a semitone, above and below.
const WIDTH = 900;
const SEMITONE = 3;
const MARGIN = 8;
const SCORE = "segue-report-which-is-the-person";

function notesOf(numbers) {
  const notes = [];
  for (let at = 0; at < numbers.length; at += NUMBERS) {
    const [onset, duration, key, velocity, sound] = numbers.slice(at, at + NUMBERS);
    notes.push({ onset, duration, key, velocity, sound });
  }
  return notes;
}

function element(name, attributes = {}, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}

function drawn(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// ---- Sound

// White noise for drums, one second, once for each context.
const noises = new WeakMap();
function noise(context) {
  if (!noises.has(context)) {
    const buffer = context.createBuffer(1, context.sampleRate, context.sampleRate);
    const samples = buffer.getChannelData(0);
    for (let at = 0; at < samples.length; at++) samples[at] = 2 * Math.random() - 1;
    noises.set(context, buffer);
  }
  return noises.get(context);
}

// A gain that rises at once and dies away; `half` is the time in which it falls to about a third.
function envelope(context, output, when, loud, half, until) {
  const gain = context.createGain();
  gain.gain.setValueAtTime(0, when);
  gain.gain.linearRampToValueAtTime(loud, when + 0.004);
  gain.gain.setTargetAtTime(0, when + 0.004, half);
  // The damper.
  gain.gain.setTargetAtTime(0, until, 0.05);
  gain.connect(output);
  return gain;
}

function oscillator(context, output, type, frequency, when, until) {
  const source = context.createOscillator();
  source.type = type;
  source.frequency.setValueAtTime(frequency, when);
  source.connect(output);
  source.start(when);
  source.stop(until);
  return source;
}

function hiss(context, output, type, frequency, when, until) {
  const filter = context.createBiquadFilter();
  filter.type = type;
  filter.frequency.value = frequency;
  filter.connect(output);
  const source = context.createBufferSource();
  source.buffer = noise(context);
  source.connect(filter);
  source.start(when, 0, until - when);
}

// A drum by its General MIDI key.
function drum(context, output, key, loud, when) {
  if (key === 35 || key === 36) {
    const gain = envelope(context, output, when, 1.6 * loud, 0.08, when + 0.3);
    oscillator(context, gain, "sine", 130, when, when + 0.5).frequency.exponentialRampToValueAtTime(45, when + 0.1);
  } else if (key >= 37 && key <= 40) {
    const gain = envelope(context, output, when, loud, 0.07, when + 0.2);
    hiss(context, gain, "bandpass", 2000, when, when + 0.4);
    oscillator(context, gain, "triangle", 190, when, when + 0.4);
  } else if ([41, 43, 45, 47, 48, 50].includes(key)) {
    const gain = envelope(context, output, when, loud, 0.1, when + 0.3);
    oscillator(context, gain, "sine", 60 + 8 * (key - 35), when, when + 0.5);
  } else {
    // Cymbals ring, a closed hi-hat and the rest do not.
    const length = [46, 49, 51, 52, 53, 55, 57, 59].includes(key) ? 0.2 : 0.03;
    hiss(context, envelope(context, output, when, 0.5 * loud, length, when + 3 * length), "highpass", 7000, when,
      when + 5 * length);
  }
}

// One note, at a time of the context.
function strike(context, output, note, when) {
  const loud = 0.2 * (note.velocity / 127) ** 1.5;
  if (note.sound === DRUMS) {
    drum(context, output, note.key, loud, when);
    return;
  }
  const frequency = 440 * 2 ** ((note.key - 69) / 12);
  const until = when + Math.max(note.duration / 1000, 0.05);
  const end = until + 0.4;
  if (note.sound === BASS) {
    const gain = envelope(context, output, when, 1.5 * loud, 1.2, until);
    oscillator(context, gain, "sine", frequency, when, end);
    const second = context.createGain();
    second.gain.value = 0.3;
    second.connect(gain);
    oscillator(context, second, "triangle", frequency, when, end);
    return;
  }
  // A string: bright when struck, then duller; high ones die sooner.
  const half = 1.6 * 2 ** ((48 - note.key) / 24);
  const filter = context.createBiquadFilter();
  filter.type = "lowpass";
  filter.frequency.setValueAtTime(Math.min(frequency * (2 + note.velocity / 16), 14000), when);
  filter.frequency.setTargetAtTime(frequency * 1.5, when, half / 4);
  filter.connect(envelope(context, output, when, loud, half, until));
  oscillator(context, filter, "sawtooth", frequency, when, end);
  oscillator(context, filter, "triangle", frequency * 1.002, when, end);
}

// ---- Playing

// Made by the first click: browsers allow no sound before.
let audio = null;
// What sounds: there is never more than one.
let playing = null;

function stop() {
  if (!playing) return;
  const { player, output, turns, frame } = playing;
  playing = null;
  clearInterval(turns);
  cancelAnimationFrame(frame);
  output.disconnect();
  player.stopped();
}

function play(player, from) {
  stop();
  audio ??= new AudioContext();
  audio.resume();
  // Chords of ten notes must not clip.
  const output = audio.createDynamicsCompressor();
  output.connect(audio.destination);
  const began = audio.currentTime + 0.1 - from / 1000;
  const left = player.notes.filter((note) => note.onset >= from);
  const now = () => 1000 * (audio.currentTime - began);
  const feed = () => {
    while (left.length > 0 && left[0].onset < now() + AHEAD) {
      const note = left.shift();
      strike(audio, output, note, Math.max(began + note.onset / 1000, audio.currentTime));
    }
  };
  const move = () => {
    player.move(now());
    if (now() > player.music.end + 400) stop();
    else playing.frame = requestAnimationFrame(move);
  };
  playing = { player, output, now, turns: setInterval(feed, TURN), frame: 0 };
  feed();
  player.started();
  move();
}

// A piano roll with its buttons. `takes` are those that may be chosen; `colour` hides whose they are.
class Player {
  constructor(place, music, takes, colour = "") {
    this.music = music;
    this.takes = takes;
    this.colour = colour;
    this.at = 0;
    const row = element("p", { class: "buttons" });
    this.button = element("button", { type: "button", class: "play" }, "Play");
    this.button.onclick = () => (this.sounds() ? stop() : play(this, 0));
    const answer = element("button", { type: "button", class: "answer" }, "Play from the answer on");
    answer.onclick = () => play(this, music.turn);
    row.append(this.button, answer);
    this.choices = takes.length < 2 ? [] : takes.map((take) => {
      const choice = element("button", { type: "button", class: "take" }, take.who);
      choice.onclick = () => this.choose(take);
      return choice;
    });
    row.append(...this.choices);
    this.roll = element("div");
    // A place in the roll plays from there.
    this.roll.onclick = (event) => {
      const box = this.roll.getBoundingClientRect();
      play(this, (music.end * (event.clientX - box.left)) / box.width);
    };
    place.append(row, this.roll);
    this.choose(takes[0]);
  }

  sounds() {
    return playing?.player === this;
  }

  // Another goes on from where the one before was.
  choose(take) {
    const at = this.sounds() ? playing.now() : null;
    stop();
    this.take = take;
    this.answer = notesOf(take.notes);
    this.prompt = notesOf(this.music.prompt);
    this.notes = [...this.prompt, ...this.answer].sort((one, other) => one.onset - other.onset);
    this.choices.forEach((choice, place) => choice.setAttribute("aria-pressed", this.takes[place] === take));
    this.draw();
    if (at !== null) play(this, Math.max(at, 0));
  }

  draw() {
    const { music, prompt, answer } = this;
    // Drums have no pitch: they stand below.
    const pitched = this.takes.flatMap((take) => notesOf(take.notes)).concat(prompt).filter((note) => note.sound !== DRUMS);
    const keys = pitched.map((note) => note.key);
    const [low, high] = keys.length === 0 ? [60, 60] : [Math.min(...keys), Math.max(...keys)];
    const drums = this.notes.some((note) => note.sound === DRUMS) ? 8 * SEMITONE : 0;
    const height = 2 * MARGIN + (high - low) * SEMITONE + drums;
    const x = (time) => ((Math.min(time, music.end) / music.end) * WIDTH).toFixed(1);
    const y = (note) => note.sound === DRUMS ? height - MARGIN - (note.key % 6) * SEMITONE : MARGIN + (high - note.key) * SEMITONE;
    const strokes = (notes) => notes.map((note) => {
      // A pixel of air before the next.
      const width = x(note.onset + (note.sound === DRUMS ? 40 : note.duration)) - x(note.onset) - 1;
      return `M${x(note.onset)} ${y(note)}h${Math.max(width, 2).toFixed(1)}`;
    }).join("");
    const whose = this.colour || (this.take.who === "Segue" ? "segue" : "other");
    const roll = drawn("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "roll", role: "img",
      "aria-label": `piano roll of ${music.name}` });
    this.line = drawn("line", { class: "now", y1: 0, y2: height });
    roll.append(
      drawn("path", { class: "bars", d: music.bars.map((bar) => `M${x(bar)} 0V${height}`).join("") }),
      drawn("path", { class: "you", d: strokes(prompt), "stroke-width": SEMITONE }),
      drawn("path", { class: whose, d: strokes(answer), "stroke-width": SEMITONE }),
      this.line);
    this.roll.replaceChildren(roll);
    this.move(0);
  }

  move(at) {
    const x = (Math.max(0, Math.min(at, this.music.end)) / this.music.end) * WIDTH;
    this.line.setAttribute("x1", x);
    this.line.setAttribute("x2", x);
  }

  started() {
    this.button.textContent = "Stop";
  }

  stopped() {
    this.button.textContent = "Play";
    this.move(0);
  }
}

// ---- Which one is the person?

// Kept by the browser where it may; else until the page is left.
const score = {
  kept: { right: 0, asked: 0 },
  read() {
    try {
      const kept = JSON.parse(localStorage.getItem(SCORE));
      if (Number.isInteger(kept?.right) && Number.isInteger(kept?.asked)) this.kept = kept;
    } catch {}
    return this.kept;
  },
  write(kept) {
    this.kept = kept;
    try {
      localStorage.setItem(SCORE, JSON.stringify(kept));
    } catch {}
  },
};

class Game {
  constructor(place, music) {
    this.pieces = music.filter(({ takes }) => ["Segue", "people"].every((who) => takes.some((take) => take.who === who)));
    this.place = place;
    this.order = [];
    this.next();
  }

  next() {
    stop();
    // Every piece comes once before one comes again.
    if (this.order.length === 0) this.order = this.pieces.map((piece) => ({ piece, by: Math.random() })).sort((one, other) => one.by - other.by);
    const { piece } = this.order.pop();
    const pair = ["Segue", "people"].map((who) => piece.takes.find((take) => take.who === who));
    if (Math.random() < 0.5) pair.reverse();
    this.place.replaceChildren();
    const parts = pair.map((take, number) => {
      const name = "AB"[number];
      const part = element("div", { class: "side" });
      part.append(element("h4", {}, name));
      const player = new Player(part, { ...piece, name }, [take], "hidden");
      const guess = element("button", { type: "button", class: "guess" }, `${name} is the person`);
      guess.onclick = () => this.answer(piece, parts, take);
      player.button.parentElement.append(guess);
      this.place.append(part);
      return { take, player, guess };
    });
    this.said = element("p", { role: "status", class: "said" }, this.counted());
    this.place.append(this.said);
  }

  answer(piece, parts, chosen) {
    const right = chosen.who === "people";
    const { right: before, asked } = score.read();
    score.write({ right: before + (right ? 1 : 0), asked: asked + 1 });
    for (const { take, player, guess } of parts) {
      guess.replaceWith(element("b", {}, take.who === "people" ? "the person" : take.who));
      // The piano roll tells now, too.
      player.colour = "";
      if (!player.sounds()) player.draw();
    }
    this.said.textContent = `${right ? "Right" : "Wrong"}. It was ${piece.name}. ${this.counted()} `;
    const next = element("button", { type: "button", class: "next" }, "Next");
    next.onclick = () => {
      this.next();
      this.place.querySelector("button").focus();
    };
    const again = element("button", { type: "button", class: "again" }, "Count from zero");
    again.onclick = () => {
      score.write({ right: 0, asked: 0 });
      next.click();
    };
    this.said.append(next, again);
    next.focus();
  }

  counted() {
    const { right, asked } = score.read();
    return asked === 0 ? "" : `${right} of ${asked} right; by chance it would be ${asked / 2}.`;
  }
}

const music = JSON.parse(document.getElementById("music").textContent);
for (const place of document.querySelectorAll("[data-music]")) {
  const piece = music[Number(place.dataset.music)];
  new Player(place, piece, piece.takes);
}
const asked = document.getElementById("which");
if (asked) new Game(asked, music);

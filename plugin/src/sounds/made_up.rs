//! A tiny SoundFont for tests, made of nothing but numbers: a sine that loops, and a click that
//! does not.

/// Samples of one period of the sine.
const PERIOD: usize = 100;

/// How many are played a second: 440 Hz at key 69.
const RATE: u32 = 44_000;

/// Which sound a preset has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// A sine that loops until its key comes up.
    Sine,
    /// The same with a loop of this many samples.
    Loop(u32),
    /// A click.
    Click,
}

/// A SoundFont of these presets: bank, program, lowest and highest key, sound.
pub fn font(presets: &[(u16, u16, u8, u8, Sound)]) -> Vec<u8> {
    let sine = |at: usize| (at as f64 / PERIOD as f64 * std::f64::consts::TAU).sin();
    let mut samples: Vec<i16> = (0..20 * PERIOD).map(|at| (16_000.0 * sine(at)) as i16).collect();
    samples.extend([0; 46]);
    let click = samples.len() as u32;
    samples.extend((0..400).map(|at| ((400 - at) * 40 * (1 - 2 * (at / 7 % 2))) as i16));
    samples.extend([0; 46]);
    let smpl: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();

    let (mut phdr, mut pbag, mut pgen) = (Vec::new(), Vec::new(), Vec::new());
    let (mut inst, mut ibag, mut igen, mut shdr) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (index, &(bank, program, low, high, sound)) in presets.iter().enumerate() {
        let index = index as u16;
        phdr.extend(name(&format!("preset {index}")));
        [program, bank, index].iter().for_each(|it| phdr.extend(it.to_le_bytes()));
        phdr.extend([0; 12]);
        pbag.extend([index.to_le_bytes(), [0, 0]].concat());
        pgen.extend(generator(41, index));
        inst.extend(name(&format!("instrument {index}")));
        inst.extend(index.to_le_bytes());
        // Keys, release of 0.1 s, loop or not, and the sample at the end.
        ibag.extend([(index * 4).to_le_bytes(), [0, 0]].concat());
        igen.extend(generator(43, u16::from_le_bytes([low, high])));
        igen.extend(generator(38, -3986i16 as u16));
        igen.extend(generator(54, if sound == Sound::Click { 0 } else { 1 }));
        igen.extend(generator(53, index));
        let (from, to, begin, end) = match sound {
            Sound::Sine => (0, 20 * PERIOD as u32, 2 * PERIOD as u32, 18 * PERIOD as u32),
            Sound::Loop(length) => (0, 20 * PERIOD as u32, 200, 200 + length),
            Sound::Click => (click, click + 400, click, click + 1),
        };
        shdr.extend(name(&format!("sample {index}")));
        [from, to, begin, end, RATE].iter().for_each(|it| shdr.extend(it.to_le_bytes()));
        shdr.extend([69, 0, 0, 0, 1, 0]);
    }
    let count = presets.len() as u16;
    phdr.extend([name("EOP"), [0, 0, 0, 0].to_vec(), count.to_le_bytes().to_vec(), vec![0; 12]].concat());
    pbag.extend([count.to_le_bytes(), [0, 0]].concat());
    pgen.extend([0; 4]);
    inst.extend([name("EOI"), count.to_le_bytes().to_vec()].concat());
    ibag.extend([(count * 4).to_le_bytes(), [0, 0]].concat());
    igen.extend([0; 4]);
    shdr.extend([name("EOS"), vec![0; 26]].concat());

    let info = [chunk("ifil", &[2, 0, 1, 0]), chunk("isng", b"EMU8000\0"), chunk("INAM", b"tiny\0\0")];
    let none = vec![0; 10];
    let pdta = [
        ("phdr", phdr),
        ("pbag", pbag),
        ("pmod", none.clone()),
        ("pgen", pgen),
        ("inst", inst),
        ("ibag", ibag),
        ("imod", none),
        ("igen", igen),
        ("shdr", shdr),
    ];
    let pdta: Vec<u8> = pdta.iter().flat_map(|(tag, bytes)| chunk(tag, bytes)).collect();
    let body = [
        b"sfbk".to_vec(),
        chunk("LIST", &[b"INFO".to_vec(), info.concat()].concat()),
        chunk("LIST", &[b"sdta".to_vec(), chunk("smpl", &smpl)].concat()),
        chunk("LIST", &[b"pdta".to_vec(), pdta].concat()),
    ];
    chunk("RIFF", &body.concat())
}

/// Keys, a bass and drums.
pub fn band() -> Vec<u8> {
    font(&[(0, 0, 0, 127, Sound::Sine), (0, 33, 0, 127, Sound::Sine), (128, 0, 35, 81, Sound::Click)])
}

fn chunk(tag: &str, bytes: &[u8]) -> Vec<u8> {
    [tag.as_bytes(), &(bytes.len() as u32).to_le_bytes(), bytes].concat()
}

fn generator(kind: u16, value: u16) -> [u8; 4] {
    let [[a, b], [c, d]] = [kind.to_le_bytes(), value.to_le_bytes()];
    [a, b, c, d]
}

/// Twenty bytes.
fn name(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    bytes.resize(20, 0);
    bytes
}

//! How often each symbol came after each context.

/// Taken off every count and given to the shorter context (Ney, Essen and Kneser 1994).
const DISCOUNT: f64 = 0.6;

/// Counts by 64-bit hashes of contexts, in one flat table of 13 bytes an entry; no notes are kept.
/// Two contexts with one hash would share their counts: among 20 million entries, a chance of one
/// in 100,000.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The hash of a context, or of a context with a symbol; zero where the slot is free.
    hashes: Vec<u64>,
    /// How often it came.
    counts: Vec<u32>,
    /// Of a context: how many different symbols came after it.
    kinds: Vec<u8>,
    used: usize,
}

/// Mixes a value into a hash (the finalizer of MurmurHash3 over a running product); never zero.
pub fn mix(hash: u64, value: u64) -> u64 {
    let mut h = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ value.wrapping_add(0x2545_f491_4f6c_dd1d);
    h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h = (h ^ (h >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    (h ^ (h >> 33)) | 1
}

fn with(context: u64, symbol: usize) -> u64 {
    mix(context, symbol as u64 + 0x1_0000)
}

impl Table {
    fn slot(&self, hash: u64) -> usize {
        let mask = self.hashes.len() - 1;
        let mut slot = (hash >> 20) as usize & mask;
        while self.hashes[slot] != 0 && self.hashes[slot] != hash {
            slot = (slot + 1) & mask;
        }
        slot
    }

    fn count(&self, hash: u64) -> u32 {
        if self.hashes.is_empty() { 0 } else { self.counts[self.slot(hash)] }
    }

    fn add(&mut self, hash: u64) -> usize {
        if 4 * (self.used + 1) > 3 * self.hashes.len() {
            self.grow();
        }
        let slot = self.slot(hash);
        if self.hashes[slot] == 0 {
            self.hashes[slot] = hash;
            self.used += 1;
        }
        self.counts[slot] += 1;
        slot
    }

    fn grow(&mut self) {
        let size = (2 * self.hashes.len()).max(1 << 12);
        let old = std::mem::replace(
            self,
            Self { hashes: vec![0; size], counts: vec![0; size], kinds: vec![0; size], used: self.used },
        );
        for (place, &hash) in old.hashes.iter().enumerate().filter(|&(_, &hash)| hash != 0) {
            let slot = self.slot(hash);
            (self.hashes[slot], self.counts[slot], self.kinds[slot]) =
                (hash, old.counts[place], old.kinds[place]);
        }
    }

    /// Whether the context came before.
    pub fn knows(&self, context: u64) -> bool {
        self.count(context) > 0
    }

    /// The probability of a symbol after a context, given its probability after the shorter one,
    /// which is returned where the context was never seen.
    pub fn probability(&self, context: u64, symbol: usize, shorter: f64) -> f64 {
        if self.hashes.is_empty() {
            return shorter;
        }
        let slot = self.slot(context);
        let all = f64::from(self.counts[slot]);
        if all == 0.0 {
            return shorter;
        }
        let came = f64::from(self.count(with(context, symbol)));
        ((came - DISCOUNT).max(0.0) + DISCOUNT * f64::from(self.kinds[slot]) * shorter) / all
    }

    /// Counts a symbol after contexts from the shortest to the longest. The first that was never
    /// seen is added, but none longer than it: most long contexts come once. Contexts shorter than
    /// the longest that knew the symbol are left alone, so that they count in how many ways it is
    /// reached (Kneser and Ney 1995).
    pub fn learn(&mut self, contexts: &[u64], symbol: usize) {
        let known = contexts.iter().take_while(|&&context| self.knows(context)).count();
        let reached = (known + 1).min(contexts.len());
        for &context in contexts[..reached].iter().rev() {
            let pair = self.add(with(context, symbol));
            let new = self.counts[pair] == 1;
            let slot = self.add(context);
            if !new {
                break;
            }
            self.kinds[slot] = self.kinds[slot].saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn probabilities_after_a_context_sum_to_one() {
        let mut table = Table::default();
        let contexts = |a: u64, b: u64| [mix(1, 0), mix(2, a), mix(mix(3, a), b)];
        let symbol = |place: u64| (place * place % 7 + place / 50) as usize;
        for place in 2..200 {
            table.learn(&contexts(place % 5, place % 3), symbol(place));
        }
        for (a, b) in [(0, 0), (1, 2), (4, 1), (9, 9)] {
            let sum: f64 = (0..12)
                .map(|symbol| {
                    let shorter = contexts(a, b)
                        .iter()
                        .fold(1.0 / 12.0, |shorter, &context| table.probability(context, symbol, shorter));
                    assert!(shorter > 0.0, "{symbol} is impossible");
                    shorter
                })
                .sum();
            assert!((sum - 1.0).abs() < 1e-12, "{a} {b}: {sum}");
        }
    }

    #[test]
    fn what_it_learned_is_likely() {
        let mut table = Table::default();
        let context = [mix(1, 0), mix(2, 7)];
        for _ in 0..20 {
            table.learn(&context, 3);
        }
        let likely = table.probability(context[1], 3, 0.1);
        assert!(likely > 0.9 && table.probability(context[1], 4, 0.1) < 0.01, "{likely}");
        assert!(table.knows(context[1]) && !table.knows(mix(2, 8)));
    }
}

//! Random draws that repeat: each is keyed by a seed, the step, and its number, never by a global generator.
//!
//! Two runs with the same seed see the same masks, on any number of threads, and a recomputation sees the masks of
//! the first computation, because it starts from the same stored numbers.

use etude_tensor::{Error, Result};
use smallvec::SmallVec;

/// The key of one random draw. Equal keys give equal numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct DrawKey {
    /// The layer's own seed, or else the tape's.
    pub seed: u64,
    /// The training step.
    pub step: u64,
    /// How many draws under this seed came before it in this step.
    pub number: u64,
}

impl DrawKey {
    /// One number that stands for the key, to seed a generator with. Each part passes through a full mixing step
    /// (the finalizer of SplitMix64), so that neighbouring keys give unrelated seeds.
    pub fn to_seed(self) -> u64 {
        [self.seed, self.step, self.number]
            .into_iter()
            .fold(0, |state, part| {
                mix(state ^ part.wrapping_add(0x9E37_79B9_7F4A_7C15))
            })
    }
}

/// The finalizer of SplitMix64 (Steele, Lea and Flood, 2014): a bijection in which each input bit flips about half of
/// the output bits.
fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// Where the draws of a tape stand: the seed, the step, and how many draws each seed has had in this step.
///
/// A copy of it replays: a tape made with [`Tape::replaying`](crate::Tape::replaying) hands out the same keys again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draws {
    seed: Option<u64>,
    step: u64,
    counts: SmallVec<[(u64, u64); 2]>,
}

impl Draws {
    /// The start of step 0. Without a seed only layers that have their own can draw.
    pub fn new(seed: Option<u64>) -> Self {
        Draws {
            seed,
            step: 0,
            counts: SmallVec::new(),
        }
    }

    /// The tape's seed.
    pub fn seed(&self) -> Option<u64> {
        self.seed
    }

    /// The training step.
    pub fn step(&self) -> u64 {
        self.step
    }

    /// Goes to the start of the given step.
    pub fn go_to_step(&mut self, step: u64) {
        self.step = step;
        self.counts.clear();
    }

    /// The key of the next draw. Draws are counted for each seed by itself, so that a layer with a seed of its own
    /// draws the same whatever stands before it.
    ///
    /// # Errors
    /// If neither the layer nor the tape has a seed.
    pub fn next_key(&mut self, layer_seed: Option<u64>) -> Result<DrawKey> {
        let Some(seed) = layer_seed.or(self.seed) else {
            return Err(Error::graph(
                "draw",
                "this tape has no seed to draw random numbers from; use Tape::training(seed), or give the layer a seed of its own",
            ));
        };
        let place = self.counts.iter().position(|&(counted, _)| counted == seed);
        let place = place.unwrap_or_else(|| {
            self.counts.push((seed, 0));
            self.counts.len() - 1
        });
        let number = self.counts[place].1;
        self.counts[place].1 += 1;
        Ok(DrawKey {
            seed,
            step: self.step,
            number,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layers_own_seed_is_counted_by_itself() -> Result<()> {
        let mut draws = Draws::new(Some(1));
        let start = draws.clone();
        let first = draws.next_key(None)?;
        let own = draws.next_key(Some(7))?;
        let second = draws.next_key(None)?;
        assert_eq!((first.number, own.number, second.number), (0, 0, 1));
        assert_eq!(
            start.clone().next_key(Some(7))?,
            own,
            "a draw before it changes nothing"
        );
        let seeds = [first, own, second].map(DrawKey::to_seed);
        assert!(seeds[0] != seeds[1] && seeds[1] != seeds[2] && seeds[0] != seeds[2]);
        draws.go_to_step(1);
        assert_ne!(draws.next_key(None)?.to_seed(), first.to_seed());
        Ok(())
    }

    #[test]
    fn without_a_seed_a_draw_is_an_error() {
        let err = Draws::new(None).next_key(None).unwrap_err();
        assert!(err.to_string().contains("Tape::training(seed)"), "{err}");
    }
}

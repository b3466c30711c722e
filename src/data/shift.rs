//! Images moved by up to a pixel: the cheapest way to more examples.

use super::Examples;
use crate::tensor::Rng;
use crate::{Error, Result, Tensor};

/// Moves each image of a batch by a whole number of pixels, up or down and sideways, each from `-most` to `most`
/// with equal chance. What comes in from outside the image is 0.
///
/// What is drawn depends on the seed, the epoch and the example's number alone.
#[derive(Clone, Debug)]
pub struct Shift {
    most: u32,
    seed: u64,
}

impl Shift {
    /// Moves by up to `most` pixels, drawn under `seed`.
    pub fn new(most: u32, seed: u64) -> Self {
        Shift { most, seed }
    }

    /// Whether inputs of this shape are images that can be moved.
    pub(super) fn check(&self, shape: &[usize]) -> Result<()> {
        if shape.len() == 4 {
            return Ok(());
        }
        let message = format!(
            "inputs of shape {shape:?} can't be shifted; expected images [n, height, width, channels]"
        );
        Err(Error::shape("data", message))
    }

    /// The batch with its images moved; `numbers` are its examples' numbers among all.
    pub(super) fn apply(&self, batch: &Examples, numbers: &[usize], epoch: u64) -> Examples {
        let shape = batch.inputs().shape();
        let &[_, height, width, channels] = shape else {
            unreachable!("checked when the shift was asked for");
        };
        let images = batch.inputs().to_vec();
        let mut moved = vec![0.0; images.len()];
        for (image, &number) in numbers.iter().enumerate() {
            let (down, right) = self.draw(number, epoch);
            let pixel = |y, x| ((image * height + y) * width + x) * channels;
            for y in 0..height {
                for x in 0..width {
                    let (from_y, from_x) =
                        (y.wrapping_add_signed(-down), x.wrapping_add_signed(-right));
                    if from_y < height && from_x < width {
                        let from = &images[pixel(from_y, from_x)..][..channels];
                        moved[pixel(y, x)..][..channels].copy_from_slice(from);
                    }
                }
            }
        }
        let moved = Tensor::from_slice(shape, &moved).expect("as many pixels as before");
        Examples::new(moved, batch.labels().clone()).expect("as many images as before")
    }

    /// How far an example moves in an epoch.
    fn draw(&self, number: usize, epoch: u64) -> (isize, isize) {
        // Number 0 is the order's, see `Batches`.
        let mut rng = Rng::from_key(self.seed, epoch, number as u64 + 1);
        let most = i64::from(self.most);
        let moves = Tensor::randint([2], -most..most + 1, &mut rng);
        match moves.expect("a range with a number in it").to_vec()[..] {
            [down, right] => (down as isize, right as isize),
            _ => unreachable!("two numbers"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Batches;
    use std::collections::BTreeSet;

    /// Images of 3×3 with two channels, in each the number 1 and 2 in the middle.
    fn dots(count: usize) -> Examples {
        let mut pixels = vec![0.0; count * 18];
        for image in pixels.chunks_mut(18) {
            image[8..10].copy_from_slice(&[1.0, 2.0]);
        }
        let inputs = Tensor::from_slice([count, 3, 3, 2], &pixels).unwrap();
        Examples::new(inputs, Tensor::zeros([count])).unwrap()
    }

    /// Where the dot of each image is.
    fn places(batches: &Batches, epoch: u64) -> Vec<Vec<usize>> {
        let images = batches
            .epoch(epoch)
            .flat_map(|batch| batch.inputs().to_vec());
        let images: Vec<f32> = images.collect();
        let ink = |image: &[f32]| (0..18).filter(|&i| image[i] != 0.0).collect();
        images.chunks(18).map(ink).collect()
    }

    #[test]
    fn each_of_the_nine_moves_happens() {
        let examples = dots(200);
        let batches = Batches::new(&examples, 32).unwrap();
        let batches = batches.shifted(Shift::new(1, 3)).unwrap();
        let seen: BTreeSet<Vec<usize>> = places(&batches, 0).into_iter().collect();
        let expected: BTreeSet<Vec<usize>> =
            (0..9).map(|pixel| vec![2 * pixel, 2 * pixel + 1]).collect();
        assert_eq!(seen, expected);
    }

    #[test]
    fn moves_depend_on_seed_epoch_and_example_alone() {
        let examples = dots(50);
        let shifted = |size, seed| {
            let batches = Batches::new(&examples, size).unwrap();
            batches.shifted(Shift::new(1, seed)).unwrap()
        };
        assert_eq!(places(&shifted(7, 3), 5), places(&shifted(50, 3), 5));
        assert_ne!(places(&shifted(7, 3), 5), places(&shifted(7, 3), 6));
        assert_ne!(places(&shifted(7, 3), 5), places(&shifted(7, 4), 5));
    }

    #[test]
    fn a_move_out_of_the_image_leaves_it_empty() {
        let examples = dots(20);
        let batches = Batches::new(&examples, 20).unwrap();
        let far = batches.clone().shifted(Shift::new(1_000_000, 0)).unwrap();
        assert!(places(&far, 0).iter().all(Vec::is_empty));
        let none = batches.shifted(Shift::new(0, 0)).unwrap();
        assert_eq!(none.epoch(0).next().unwrap().inputs(), examples.inputs());
    }

    #[test]
    fn only_images_can_be_moved() {
        let examples = Examples::new(Tensor::zeros([2, 5]), Tensor::zeros([2])).unwrap();
        let err = Batches::new(&examples, 1)
            .unwrap()
            .shifted(Shift::new(1, 0))
            .unwrap_err();
        assert_eq!(
            err.to_string(),
            "data: inputs of shape [2, 5] can't be shifted; expected images [n, height, width, channels]"
        );
    }
}

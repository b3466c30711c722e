//! The one driver behind every elementwise operation.
//!
//! The kernels want slices; tensors come with any strides. The driver cuts the output into fixed chunks, splits them
//! over threads, and gives the kernel, stretch by stretch, either a slice of the operand itself, or one number (an axis
//! of stride 0), or a small gathered block where an operand jumps through memory. The named operations beside this file
//! (`exp.rs`, `add.rs`, …) are one line each on top of it.

use crate::kernels::maps::{self, Binary, Operand, Unary};
use crate::kernels::parallel::{Work, for_each_chunk};
use crate::layout::Layout;
use crate::storage::Storage;
use crate::walk::{Walk, gather};
use crate::{Element, Float, Result, Shape, Tensor};

/// Elements of output a chunk: fixed, so that the split never depends on the number of threads.
const CHUNK: usize = 16 << 10;

/// Elements gathered at a time from operands that jump: two such blocks stay in the first-level cache.
const BLOCK: usize = 256;

/// Below this row length, rows are gathered into blocks, as one kernel call a row would cost more than the copy.
const SHORT_ROW: usize = 24;

/// Runs `kernel(a, b, out)` over two views of the shape of `out`, which is row-major.
///
/// `cost` is the kernel's nanoseconds an element, from which is decided whether a second thread pays.
pub(crate) fn zip<A: Element, B: Element, Y: Element>(
    (a, a_layout): (&[A], &Layout),
    (b, b_layout): (&[B], &Layout),
    out: &mut [Y],
    cost: f64,
    kernel: impl Fn(Operand<'_, A>, Operand<'_, B>, &mut [Y]) + Sync,
) {
    let walk = Walk::new([a_layout, b_layout]);
    let [a_step, b_step] = walk.inner_steps();
    let easy = |step: isize| step == 0 || step == 1;
    let direct = easy(a_step)
        && easy(b_step)
        && (walk.row_len() >= SHORT_ROW || walk.row_len() == out.len());
    let work = Work::per_element(out.len(), cost);
    for_each_chunk(out, CHUNK, work, |index, out| {
        let from = index * CHUNK;
        if direct {
            walk.segments(from, from + out.len(), |[a_at, b_at], at, len| {
                let a = stretch(a, a_at, a_step, len);
                let b = stretch(b, b_at, b_step, len);
                kernel(a, b, &mut out[at..at + len]);
            });
            return;
        }
        let (mut a_block, mut b_block) = ([A::default(); BLOCK], [B::default(); BLOCK]);
        for (number, out) in out.chunks_mut(BLOCK).enumerate() {
            let from = from + number * BLOCK;
            walk.segments(from, from + out.len(), |[a_at, b_at], at, len| {
                gather(a, a_at, a_step, &mut a_block[at..at + len]);
                gather(b, b_at, b_step, &mut b_block[at..at + len]);
            });
            let len = out.len();
            kernel(
                Operand::Slice(&a_block[..len]),
                Operand::Slice(&b_block[..len]),
                out,
            );
        }
    });
}

/// Runs `kernel(y, b)`, which writes into its first argument, over row-major `y` and a view of the same shape.
pub(crate) fn zip_in_place<Y: Element, B: Element>(
    y: &mut [Y],
    (b, b_layout): (&[B], &Layout),
    cost: f64,
    kernel: impl Fn(&mut [Y], Operand<'_, B>) + Sync,
) {
    let walk = Walk::new([&Layout::contiguous(b_layout.shape().clone()), b_layout]);
    let [_, step] = walk.inner_steps();
    let direct =
        (step == 0 || step == 1) && (walk.row_len() >= SHORT_ROW || walk.row_len() == y.len());
    let work = Work::per_element(y.len(), cost);
    for_each_chunk(y, CHUNK, work, |index, y| {
        let from = index * CHUNK;
        if direct {
            walk.segments(from, from + y.len(), |[_, place], at, len| {
                kernel(&mut y[at..at + len], stretch(b, place, step, len));
            });
            return;
        }
        let mut block = [B::default(); BLOCK];
        for (number, y) in y.chunks_mut(BLOCK).enumerate() {
            let from = from + number * BLOCK;
            walk.segments(from, from + y.len(), |[_, place], at, len| {
                gather(b, place, step, &mut block[at..at + len]);
            });
            let len = y.len();
            kernel(y, Operand::Slice(&block[..len]));
        }
    });
}

/// `len` elements with step 1, or the one that a step of 0 repeats.
fn stretch<T: Copy>(buffer: &[T], place: usize, step: isize, len: usize) -> Operand<'_, T> {
    match step {
        0 => Operand::Scalar(buffer[place]),
        _ => Operand::Slice(&buffer[place..place + len]),
    }
}

impl<T: Float> Tensor<T> {
    /// `y = f(x)` element by element, for the function f that `op` names; NaN as [its method](Tensor) says.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::maps::Unary};
    ///
    /// assert_eq!(Tensor::from([3.0_f32, -2.0]).unary(Unary::Square).to_vec(), [9.0, 4.0]);
    /// ```
    #[must_use]
    pub fn unary(&self, op: Unary) -> Self {
        let shape = Shape::from(self.shape());
        let Some(x) = self.as_slice() else {
            return self.copied().into_unary(op);
        };
        Tensor::build(shape, |y| maps::unary(op, x, y))
    }

    /// [`unary`](Tensor::unary), `y = f(x)`, for a tensor that isn't needed any more: writes into its storage if nobody else uses it.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::maps::Unary};
    ///
    /// let x = Tensor::from([3.0_f32, -2.0]);
    /// let memory = x.storage_id();
    /// let y = x.into_unary(Unary::Square);
    /// assert_eq!(y.to_vec(), [9.0, 4.0]);
    /// assert_eq!(y.storage_id(), memory);
    /// ```
    #[must_use]
    pub fn into_unary(mut self, op: Unary) -> Self {
        if self.is_contiguous() && !self.is_unique() {
            return self.unary(op);
        }
        maps::unary_in_place(op, self.make_mut());
        self
    }

    /// `y = f(a, b)` element by element, for the function f that `op` names; NaN as [its method](Tensor) says. Shapes broadcast.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::maps::Binary};
    ///
    /// let (a, b) = (Tensor::from([3.0_f32, 4.0]), Tensor::scalar(2.0));
    /// assert_eq!(a.binary(Binary::Sub, &b)?.to_vec(), [1.0, 2.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast, or the result is larger than memory.
    pub fn binary(&self, op: Binary, other: &Self) -> Result<Self> {
        if self.same_shape(other)
            && let (Some(a), Some(b)) = (self.as_slice(), other.as_slice())
        {
            let (a, b) = (Operand::Slice(a), Operand::Slice(b));
            let y = Storage::build(self.layout().shape(), |y| maps::binary(op, a, b, y));
            return Ok(Tensor::from_storage(y));
        }
        self.binary_broadcast(op, other)
    }

    /// [`binary`](Tensor::binary) for operands of any shapes and strides.
    fn binary_broadcast(&self, op: Binary, other: &Self) -> Result<Self> {
        let shape = Shape::broadcast(op.name(), self.shape(), other.shape())?;
        shape.check_fits(op.name(), size_of::<T>())?;
        let a = self.layout().broadcast_to(op.name(), &shape)?;
        let b = other.layout().broadcast_to(op.name(), &shape)?;
        Ok(Tensor::build(shape, |y| {
            zip(
                (self.buffer(), &a),
                (other.buffer(), &b),
                y,
                op.nanoseconds(),
                |a, b, y| T::binary(op, a, b, y),
            );
        }))
    }

    /// [`binary`](Tensor::binary), `y = f(a, b)`, for a left operand that isn't needed any more: writes into its storage if nobody
    /// else uses it and the result has its shape.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::maps::Binary};
    ///
    /// let a = Tensor::from([3.0_f32, 4.0]);
    /// let memory = a.storage_id();
    /// let y = a.into_binary(Binary::Sub, &Tensor::scalar(2.0))?;
    /// assert_eq!(y.to_vec(), [1.0, 2.0]);
    /// assert_eq!(y.storage_id(), memory);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If the shapes don't broadcast.
    pub fn into_binary(mut self, op: Binary, other: &Self) -> Result<Self> {
        let written = self.write_beside(other, |y, b| {
            maps::binary_in_place(op, y, Operand::Slice(b));
        });
        if written {
            return Ok(self);
        }
        let fits = self.is_contiguous()
            && self.is_unique()
            && Shape::broadcast(op.name(), self.shape(), other.shape())?[..] == *self.shape();
        if !fits {
            return self.binary(op, other);
        }
        self.binary_in_place(op, other)?;
        Ok(self)
    }

    /// `self ← f(self, other)`, as [`binary`](Tensor::binary); `other` broadcasts to the shape of `self`.
    ///
    /// ```
    /// use etude_tensor::{Tensor, kernels::maps::Binary};
    ///
    /// let mut a = Tensor::from([3.0_f32, 4.0]);
    /// a.binary_in_place(Binary::Maximum, &Tensor::scalar(3.5))?;
    /// assert_eq!(a.to_vec(), [3.5, 4.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `other` doesn't broadcast to the shape of `self`.
    pub fn binary_in_place(&mut self, op: Binary, other: &Self) -> Result<()> {
        if self.same_shape(other)
            && let Some(b) = other.as_slice()
        {
            maps::binary_in_place(op, self.make_mut(), Operand::Slice(b));
            return Ok(());
        }
        self.binary_in_place_broadcast(op, other)
    }

    /// [`binary_in_place`](Tensor::binary_in_place) for an operand of any shape and strides.
    fn binary_in_place_broadcast(&mut self, op: Binary, other: &Self) -> Result<()> {
        let layout = other
            .layout()
            .broadcast_to(op.name(), self.layout().shape())?;
        zip_in_place(
            self.make_mut(),
            (other.buffer(), &layout),
            op.nanoseconds(),
            |y, b| T::binary_in_place(op, y, b),
        );
        Ok(())
    }

    /// `self ← self + factor · other`, the step of every optimizer and of every accumulation; `other` broadcasts to
    /// the shape of `self`. A NaN in either stays, also for a factor of 0.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let mut x = Tensor::from([1.0_f32, 2.0]);
    /// x.scaled_add(-0.5, &Tensor::from([2.0, 2.0]))?;
    /// assert_eq!(x.to_vec(), [0.0, 1.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    ///
    /// # Errors
    /// If `other` doesn't broadcast to the shape of `self`.
    pub fn scaled_add(&mut self, factor: f64, other: &Self) -> Result<()> {
        let factor = T::from_f64(factor);
        if self.same_shape(other)
            && let Some(x) = other.as_slice()
        {
            maps::scaled_add(factor, x, self.make_mut());
            return Ok(());
        }
        let layout = other
            .layout()
            .broadcast_to("scaled_add", self.layout().shape())?;
        let cost = Binary::Add.nanoseconds();
        zip_in_place(
            self.make_mut(),
            (other.buffer(), &layout),
            cost,
            |y, x| match x {
                Operand::Slice(x) => T::scaled_add(factor, x, y),
                Operand::Scalar(x) => {
                    T::binary_in_place(Binary::Add, y, Operand::Scalar(factor * x))
                }
            },
        );
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernels::parallel;

    fn numbers(shape: &[usize]) -> Tensor<f64> {
        let values: Vec<f64> = (0..shape.iter().product())
            .map(|i| ((i * 7 + 3) % 11) as f64 - 5.0)
            .collect();
        Tensor::from_slice(shape, &values).unwrap()
    }

    /// Views of one shape in every layout: row-major, transposed, with gaps, backwards, repeated.
    fn views(rows: usize, cols: usize) -> Vec<Tensor<f64>> {
        let turned = numbers(&[cols, rows]);
        let wide = numbers(&[rows, 2 * cols + 1]);
        let row = numbers(&[1, cols]);
        let column = numbers(&[rows, 1]);
        let shape = Shape::from([rows, cols]);
        vec![
            numbers(&[rows, cols]),
            turned.view(turned.layout().permute(&[1, 0])),
            wide.view(wide.layout().range(1, 1, cols, 2)),
            wide.view(wide.layout().range(1, cols - 1, cols, -1)),
            row.view(row.layout().broadcast_to("", &shape).unwrap()),
            column.view(column.layout().broadcast_to("", &shape).unwrap()),
        ]
    }

    #[test]
    fn every_pair_of_layouts_adds_like_its_elements() {
        for (rows, cols) in [(3, 5), (2, 40), (70, 300)] {
            for a in views(rows, cols) {
                for b in views(rows, cols) {
                    let expected: Vec<f64> = a
                        .to_vec()
                        .iter()
                        .zip(b.to_vec())
                        .map(|(a, b)| a - b)
                        .collect();
                    assert_eq!(a.binary(Binary::Sub, &b).unwrap().to_vec(), expected);
                    assert_eq!(
                        a.clone().into_binary(Binary::Sub, &b).unwrap().to_vec(),
                        expected
                    );
                    let mut copy = a.copied();
                    copy.binary_in_place(Binary::Sub, &b).unwrap();
                    assert_eq!(copy.to_vec(), expected);
                    let mut copy = a.copied();
                    copy.scaled_add(-1.0, &b).unwrap();
                    assert_eq!(copy.to_vec(), expected);
                }
                let expected: Vec<f64> = a.to_vec().iter().map(|a| a * a).collect();
                assert_eq!(a.unary(Unary::Square).to_vec(), expected);
                assert_eq!(a.clone().into_unary(Unary::Square).to_vec(), expected);
            }
        }
    }

    #[test]
    fn ranks_differ_and_sizes_may_be_zero() {
        let a = numbers(&[2, 1, 3]);
        assert_eq!(
            a.binary(Binary::Add, &numbers(&[4, 1])).unwrap().shape(),
            [2, 4, 3]
        );
        assert_eq!(
            a.binary(Binary::Add, &Tensor::scalar(1.0)).unwrap().shape(),
            [2, 1, 3]
        );
        assert_eq!(
            numbers(&[0, 3])
                .binary(Binary::Add, &numbers(&[3]))
                .unwrap()
                .shape(),
            [0, 3]
        );
    }

    #[test]
    fn sums_that_no_memory_holds_are_errors() {
        let (a, b) = (numbers(&[1 << 22, 1]), numbers(&[1, 1 << 22]));
        assert_eq!(
            a.into_binary(Binary::Add, &b).unwrap_err().to_string(),
            "add: a tensor of shape [4194304, 4194304] doesn't fit into memory"
        );
    }

    #[test]
    fn writing_into_a_clone_leaves_the_original() {
        let a = numbers(&[4]);
        let mut b = a.clone();
        b.scaled_add(1.0, &a).unwrap();
        assert_eq!(a, numbers(&[4]));
        assert!(!b.shares_storage(&a));
    }

    #[test]
    fn the_same_bits_on_any_number_of_threads() {
        let run = |threads| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| {
                let turned = numbers(&[700, 300]);
                let a = turned.view(turned.layout().permute(&[1, 0]));
                (&a.exp() * &numbers(&[300, 700])).to_vec()
            })
        };
        let alone = run(1);
        assert_eq!(run(2), alone);
        assert_eq!(run(5), alone);
        let work = parallel::Work::per_element(alone.len(), 1.0);
        assert!(
            work > parallel::Work::nanoseconds(100_000.0),
            "large enough to be split"
        );
    }
}

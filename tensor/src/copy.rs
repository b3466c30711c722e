//! Strided copies: the elements of any view in row-major order, and back into any view.
//!
//! Three ways, by what the view looks like in memory. Rows without gaps are moved whole. A view that is transposed (one
//! of its slower axes is the one without gaps) goes through small tiles: a tile is read along the memory of the
//! view, turned block by block, and written along the memory of the copy, so that each line of cache is fetched once. All else goes element by
//! element.

use crate::kernels::parallel::{Work, for_each_chunk, rows_per_chunk};
use crate::layout::Layout;
use crate::walk::{Walk, gather};
use crate::{Element, Tensor};

/// Elements that one thread copies at a time.
const CHUNK: usize = 1 << 14;
/// Sizes of a tile: along the view's memory, and along the copy's. Every line of the view is on a page of its own if rows are long, so that it pays to take
/// several lines of cache from each.
const ALONG: usize = 64;
const ACROSS: usize = 32;
/// Side of the blocks that a tile is filled by: each is turned in registers.
const SIDE: usize = 4;

/// Writes the elements of `x` into `out` in row-major order.
pub(crate) fn copy<T: Element>(x: &Tensor<T>, out: &mut [T]) {
    let walk = Walk::new([x.layout()]);
    let buffer = x.buffer();
    match Transposed::new(&walk, out.len()) {
        Some(transposed) => transposed.copy(buffer, out),
        None => {
            let [step] = walk.inner_steps();
            let work = Work::per_element(out.len(), if step.abs() <= 1 { 0.3 } else { 1.0 });
            for_each_chunk(out, CHUNK, work, |index, out| {
                let from = index * CHUNK;
                walk.segments(from, from + out.len(), |[place], at, len| {
                    gather(buffer, place, step, &mut out[at..at + len])
                });
            });
        }
    }
}

/// A view whose memory runs without gaps along axis `unit`, not along the last one.
struct Transposed<'a> {
    sizes: &'a [usize],
    steps: &'a [[isize; 1]],
    start: usize,
    unit: usize,
}

impl<'a> Transposed<'a> {
    /// `None` if the view isn't transposed, or too small for tiles to pay.
    fn new(walk: &'a Walk<1>, elements: usize) -> Option<Self> {
        let (sizes, steps, [start]) = walk.axes();
        let unit = steps.iter().position(|&[step]| step == 1)?;
        let last = sizes.len() - 1;
        let pays = unit < last && sizes[unit] >= 2 * SIDE && elements >= 512;
        pays.then_some(Transposed {
            sizes,
            steps,
            start,
            unit,
        })
    }

    /// Where the element at the flat `index` over `axes` lies, from the first one on.
    fn distance(&self, axes: std::ops::Range<usize>, mut index: usize) -> isize {
        let mut distance = 0;
        for axis in axes.rev() {
            distance += (index % self.sizes[axis]) as isize * self.steps[axis][0];
            index /= self.sizes[axis];
        }
        distance
    }

    fn copy<T: Element>(&self, buffer: &[T], out: &mut [T]) {
        // The output is [slower axes…, unit, behind…]; a band is some rows of `unit` for one index of the slower axes.
        let behind: usize = self.sizes[self.unit + 1..].iter().product();
        let block = self.sizes[self.unit] * behind;
        let slower = out.len() / block;
        let work = Work::per_element(out.len(), 0.7);
        let place = |index| {
            self.start
                .wrapping_add_signed(self.distance(0..self.unit, index))
        };
        if slower > 1 && block <= CHUNK * 4 {
            let blocks = (CHUNK / block).max(1);
            for_each_chunk(out, blocks * block, work, |index, out| {
                for (i, out) in out.chunks_mut(block).enumerate() {
                    self.band(buffer, place(index * blocks + i), out, behind);
                }
            });
        } else {
            let rows = ALONG * (CHUNK / (ALONG * behind)).max(1);
            for (i, out) in out.chunks_mut(block).enumerate() {
                for_each_chunk(out, rows * behind, work, |index, out| {
                    self.band(buffer, place(i) + index * rows, out, behind);
                });
            }
        }
    }

    /// The rows of the copy from the one on that begins at `place`, as many as `out` holds, each `behind` long.
    fn band<T: Element>(&self, buffer: &[T], place: usize, out: &mut [T], behind: usize) {
        let last = self.sizes.len() - 1;
        let (columns, step) = (self.sizes[last], self.steps[last][0]);
        let mut tile = [T::default(); ALONG * ACROSS];
        for (band, out) in out.chunks_mut(ALONG * behind).enumerate() {
            let rows = out.len() / behind;
            for middle in 0..behind / columns {
                let begin = (place + band * ALONG)
                    .wrapping_add_signed(self.distance(self.unit + 1..last, middle));
                for column in (0..columns).step_by(ACROSS) {
                    let width = ACROSS.min(columns - column);
                    let line = |j: usize| {
                        let from = begin.wrapping_add_signed((column + j) as isize * step);
                        &buffer[from..from + rows]
                    };
                    fill(&mut tile, rows, width, line);
                    let at = middle * columns + column;
                    for (out, tile) in out.chunks_mut(behind).zip(tile.chunks(ACROSS)) {
                        out[at..at + width].copy_from_slice(&tile[..width]);
                    }
                }
            }
        }
    }
}

/// Turns lines `0..width` of a view, each `rows` long, into columns of the tile.
#[inline(always)]
fn fill<'a, T: Element>(
    tile: &mut [T; ALONG * ACROSS],
    rows: usize,
    width: usize,
    line: impl Fn(usize) -> &'a [T],
) {
    let whole = rows - rows % SIDE;
    for j in (0..width).step_by(SIDE) {
        let mut turned = 0;
        if j + SIDE <= width {
            let lines: [&[T]; SIDE] = std::array::from_fn(|k| line(j + k));
            for i in (0..whole).step_by(SIDE) {
                let block: [[T; SIDE]; SIDE] =
                    lines.map(|line| std::array::from_fn(|k| line[i..i + SIDE][k]));
                for k in 0..SIDE {
                    let row: [T; SIDE] = block.map(|line| line[k]);
                    tile[(i + k) * ACROSS + j..][..SIDE].copy_from_slice(&row);
                }
            }
            turned = whole;
        }
        // The margins.
        for j in j..width.min(j + SIDE) {
            for (i, &value) in line(j).iter().enumerate().skip(turned) {
                tile[i * ACROSS + j] = value;
            }
        }
    }
}

/// Calls `write(place, value)` for each element of `region`, with its place in `out` and the element of `source` that belongs there. `region` and
/// `source` have the same shape. A place that shows up several times gets its elements in row-major order.
pub(crate) fn write<T: Element>(
    out: &mut [T],
    region: &Layout,
    source: &Tensor<T>,
    write: impl Fn(&mut T, T) + Sync,
) {
    let apart = match source.elements() {
        0..=CHUNK => None,
        _ => Apart::new(region),
    };
    let Some(Apart { axis, stride, span }) = apart else {
        return write_in_order(out, region, source, write);
    };
    let size = region.shape()[axis];
    let count = rows_per_chunk(source.elements() / size, CHUNK);
    let (begin, length) = (region.offset(), (size - 1) * stride + span);
    let work = Work::per_element(source.elements(), 0.5);
    for_each_chunk(
        &mut out[begin..begin + length],
        count * stride,
        work,
        |index, out| {
            let from = index * count;
            let count = count.min(size - from);
            let region = region.range(axis, from, count, 1);
            let region = Layout::strided(region.shape().clone(), region.strides(), 0);
            let source = source.view(source.layout().range(axis, from, count, 1));
            write_in_order(out, &region, &source, &write);
        },
    );
}

/// An axis of a region along which each index has a stretch of memory of its own.
struct Apart {
    axis: usize,
    /// From one stretch to the next.
    stride: usize,
    /// How long a stretch is, `stride` at most.
    span: usize,
}

impl Apart {
    /// `None` if there is no such axis, or one that is walked backwards.
    fn new(region: &Layout) -> Option<Self> {
        let (shape, strides) = (region.shape(), region.strides());
        let axes = shape.iter().zip(&strides).enumerate();
        let axes = axes.filter(|&(_, (&size, _))| size > 1);
        if axes.clone().any(|(_, (_, &stride))| stride < 0) {
            return None;
        }
        let reach = |(_, (&size, &stride)): (usize, (&usize, &isize))| (size - 1) * stride as usize;
        let all: usize = axes.clone().map(reach).sum();
        let furthest = axes.max_by_key(|&(_, (_, &stride))| stride)?;
        let (axis, (_, &stride)) = furthest;
        let (stride, span) = (stride as usize, all - reach(furthest) + 1);
        (span <= stride).then_some(Apart { axis, stride, span })
    }
}

/// [`write`] on the calling thread.
fn write_in_order<T: Element>(
    out: &mut [T],
    region: &Layout,
    source: &Tensor<T>,
    write: impl Fn(&mut T, T),
) {
    let walk = Walk::new([region, source.layout()]);
    let [to_step, from_step] = walk.inner_steps();
    let buffer = source.buffer();
    walk.segments(0, source.elements(), |[to, from], _, len| {
        if to_step == 1 && from_step == 1 {
            for (y, &x) in out[to..to + len].iter_mut().zip(&buffer[from..from + len]) {
                write(y, x);
            }
        } else {
            let (mut to, mut from) = (to, from);
            for _ in 0..len {
                write(&mut out[to], buffer[from]);
                to = to.wrapping_add_signed(to_step);
                from = from.wrapping_add_signed(from_step);
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The elements by the definition of strides.
    fn naive(x: &Tensor<i64>) -> Vec<i64> {
        let (layout, strides) = (x.layout(), x.strides());
        let mut all = Vec::new();
        for flat in 0..x.elements() {
            let (mut rest, mut place) = (flat, layout.offset() as isize);
            for axis in (0..x.rank()).rev() {
                place += (rest % x.shape()[axis]) as isize * strides[axis];
                rest /= x.shape()[axis];
            }
            all.push(x.buffer()[place as usize]);
        }
        all
    }

    #[test]
    fn regions_are_written_as_in_one_loop() {
        let (n, m) = (70, 300);
        let source = Tensor::arange(1_i64, n * m + 1, 1).unwrap();
        let source = source.reshape([n as usize, m as usize]).unwrap();
        let region = |strides: [isize; 2], offset: usize| {
            let shape = crate::Shape::from([n as usize, m as usize]);
            Layout::strided(shape, strides.into_iter().collect(), offset)
        };
        // Rows, rows with gaps, columns, rows that overlap, backwards, repeated, every place the same.
        for strides in [
            [300, 1],
            [307, 1],
            [1, 71],
            [100, 1],
            [-300, 1],
            [0, 1],
            [300, 0],
            [0, 0],
        ] {
            let offset = if strides[0] < 0 { 69 * 300 } else { 5 };
            let region = region(strides, offset);
            let apart = Apart::new(&region).map(|apart| apart.axis);
            let expected = match strides {
                [300 | 307, _] => Some(0),
                [1, 71] | [0, 1] => Some(1),
                _ => None,
            };
            assert_eq!(apart, expected, "{strides:?}");
            let run = |in_order: bool| {
                let mut out = vec![0_i64; 25_000];
                let add = |y: &mut i64, x: i64| *y = *y * 3 % 1_000_003 + x;
                match in_order {
                    true => write_in_order(&mut out, &region, &source, add),
                    false => write(&mut out, &region, &source, add),
                }
                out
            };
            assert_eq!(run(true), run(false), "{strides:?}");
        }
    }

    #[test]
    fn every_order_of_axes_in_sizes_around_the_tiles() {
        let shapes: [&[usize]; 7] = [
            &[37, 70],
            &[64, 33],
            &[3, 40, 50],
            &[50, 3, 17],
            &[5, 4, 20, 19],
            &[2, 130, 140],
            &[3, 300, 310],
        ];
        for shape in shapes {
            let elements = shape.iter().product::<usize>() as i64;
            let x = Tensor::arange(0, elements, 1)
                .unwrap()
                .reshape(shape)
                .unwrap();
            let rank = shape.len();
            for code in 0..rank.pow(rank as u32) {
                let order: Vec<isize> = (0..rank)
                    .map(|i| (code / rank.pow(i as u32) % rank) as isize)
                    .collect();
                let Ok(y) = x.permute(&order) else { continue };
                assert_eq!(y.to_vec(), naive(&y), "{shape:?} {order:?}");
                let y = y.slice(0, 1..).unwrap().flip(-1).unwrap();
                assert_eq!(
                    y.to_vec(),
                    naive(&y),
                    "{shape:?} {order:?} without its first, flipped"
                );
                let y = y.unsqueeze(1).unwrap();
                let wide: Vec<usize> = y
                    .shape()
                    .iter()
                    .map(|&n| if n == 1 { 2 } else { n })
                    .collect();
                let y = y.broadcast_to(wide).unwrap();
                assert_eq!(y.to_vec(), naive(&y), "{shape:?} {order:?} broadcast");
            }
        }
    }
}

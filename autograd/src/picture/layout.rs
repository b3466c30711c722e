//! Where the boxes of a picture stand: rows of a layered drawing (Sugiyama, Tagawa and Toda, 1981).
//!
//! 1. Each node gets a row, below all its inputs. An edge that spans several rows gets a bend in each one between.
//! 2. The order in a row follows the mean place of the neighbours in the row before, sweeping down and up some times.
//! 3. Coordinates: each item is drawn towards its neighbours, as far as the others in its row let it.

use super::graph::{Graph, Kind, shape_text};

/// Sizes in pixels.
pub(super) const BOX_HEIGHT: f64 = 30.0;
pub(super) const CHIP_HEIGHT: f64 = 20.0;
const CHIP_GAP: f64 = 4.0;
const CHIP_TO_BOX: f64 = 18.0;
const ROW_GAP: f64 = 46.0;
const COLUMN_GAP: f64 = 34.0;
const MARGIN: f64 = 28.0;
/// Between the ends of two edges at one box.
const PORT_GAP: f64 = 16.0;
const ORDER_SWEEPS: usize = 12;
const SPREAD_SWEEPS: usize = 61;
/// From the line of an edge to the shape that is written beside it.
pub(super) const SHAPE_GAP: f64 = 7.0;
pub(super) const SHAPE_SIZE: f64 = 11.0;

/// A rectangle by its corners.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Rect {
    pub(super) fn middle(&self) -> (f64, f64) {
        (
            (self.left + self.right) / 2.0,
            (self.top + self.bottom) / 2.0,
        )
    }

    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// The smallest rectangle around both.
    pub(super) fn around(self, other: Rect) -> Rect {
        Rect {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// The rectangle with room on all sides.
    pub(super) fn grown(self, by: f64) -> Rect {
        Rect {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }

    pub(super) fn meets(&self, other: &Rect) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// A place for everything.
#[derive(Debug)]
pub(super) struct Layout {
    /// The box of each node.
    pub(super) boxes: Vec<Rect>,
    /// The boxes of each node's parameters.
    pub(super) chips: Vec<Vec<Rect>>,
    /// The points that each edge runs through, from the box above to the box below.
    pub(super) edges: Vec<Vec<(f64, f64)>>,
    pub(super) width: f64,
    pub(super) height: f64,
}

/// How wide a text is, in a sans-serif font of this size: near enough to make a box around it.
fn text_width(text: &str, size: f64) -> f64 {
    0.58 * size * text.chars().count() as f64
}

/// What stands in a row: a node, or the place where an edge passes.
struct Item {
    node: Option<usize>,
    row: usize,
    /// How far it reaches to the left and right of its middle, where edges meet it.
    left: f64,
    right: f64,
    above: Vec<usize>,
    below: Vec<usize>,
    middle: f64,
}

struct Drawing {
    /// The nodes first, with their own numbers, then the bends.
    items: Vec<Item>,
    /// The items in each row, from left to right.
    rows: Vec<Vec<usize>>,
    /// Each edge as the items it runs through, both ends included.
    edges: Vec<Vec<usize>>,
}

impl Layout {
    pub(super) fn of(graph: &Graph) -> Layout {
        let mut drawing = Drawing::new(graph);
        drawing.order();
        drawing.spread();
        drawing.place(graph)
    }
}

/// The row of each node: below all its inputs, and what has none directly above the first that needs it.
fn rows(graph: &Graph) -> Vec<usize> {
    let mut rows = vec![0; graph.nodes.len()];
    for (number, node) in graph.nodes.iter().enumerate() {
        rows[number] = node
            .inputs
            .iter()
            .map(|&input| rows[input] + 1)
            .max()
            .unwrap_or(0);
    }
    let mut needed = vec![usize::MAX; graph.nodes.len()];
    for (number, node) in graph.nodes.iter().enumerate() {
        for &input in &node.inputs {
            needed[input] = needed[input].min(rows[number]);
        }
    }
    for (number, node) in graph.nodes.iter().enumerate() {
        if node.inputs.is_empty() && needed[number] != usize::MAX {
            rows[number] = needed[number] - 1;
        }
    }
    rows
}

impl Drawing {
    fn new(graph: &Graph) -> Drawing {
        let rows_of = rows(graph);
        let mut drawing = Drawing {
            items: Vec::new(),
            rows: vec![Vec::new(); rows_of.iter().max().map_or(0, |row| row + 1)],
            edges: Vec::new(),
        };
        for (number, node) in graph.nodes.iter().enumerate() {
            let half = box_width(&node.label, node.kind) / 2.0;
            let chips = node.params.iter().map(|param| chip_width(&param.text()));
            let chips = chips.fold(0.0, f64::max);
            let left = if chips > 0.0 {
                half + CHIP_TO_BOX + chips
            } else {
                half
            };
            let shape = node
                .shape
                .as_deref()
                .map_or(0.0, |shape| text_width(&shape_text(shape), SHAPE_SIZE));
            let right = half.max(SHAPE_GAP + shape);
            drawing.push(Some(number), rows_of[number], left.max(right), right);
        }
        for (number, node) in graph.nodes.iter().enumerate() {
            for &input in &node.inputs {
                let mut through = vec![input];
                for row in rows_of[input] + 1..rows_of[number] {
                    through.push(drawing.push(None, row, 0.0, 0.0));
                }
                through.push(number);
                for pair in through.windows(2) {
                    drawing.items[pair[0]].below.push(pair[1]);
                    drawing.items[pair[1]].above.push(pair[0]);
                }
                drawing.edges.push(through);
            }
        }
        drawing
    }

    fn push(&mut self, node: Option<usize>, row: usize, left: f64, right: f64) -> usize {
        let number = self.items.len();
        self.rows[row].push(number);
        self.items.push(Item {
            node,
            row,
            left,
            right,
            above: vec![],
            below: vec![],
            middle: 0.0,
        });
        number
    }

    /// Orders each row by the mean place of the neighbours in the row before, so that few edges cross.
    fn order(&mut self) {
        for sweep in 0..ORDER_SWEEPS {
            let down = sweep % 2 == 0;
            let mut place = vec![0.0; self.items.len()];
            let count = self.rows.len();
            for step in 0..count {
                let row = if down { step } else { count - 1 - step };
                let mut keyed: Vec<(f64, usize)> = Vec::with_capacity(self.rows[row].len());
                for (index, &item) in self.rows[row].iter().enumerate() {
                    let neighbours = self.neighbours(item, down);
                    let mean = mean(neighbours.iter().map(|&neighbour| place[neighbour]));
                    keyed.push((mean.unwrap_or(index as f64), item));
                }
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0)); // stable: ties stay as they were
                self.rows[row] = keyed.into_iter().map(|(_, item)| item).collect();
                for (index, &item) in self.rows[row].iter().enumerate() {
                    place[item] = index as f64;
                }
            }
        }
    }

    fn neighbours(&self, item: usize, above: bool) -> &[usize] {
        if above {
            &self.items[item].above
        } else {
            &self.items[item].below
        }
    }

    /// Gives each item its middle: rows are settled one by one, towards the neighbours above, then those below, in turn.
    fn spread(&mut self) {
        for sweep in 0..SPREAD_SWEEPS {
            let down = sweep % 2 == 0;
            let count = self.rows.len();
            for step in 0..count {
                self.settle(if down { step } else { count - 1 - step }, down);
            }
        }
    }

    /// Settles one row: the places nearest to the wanted ones, in least squares, at which nothing overlaps.
    ///
    /// With the room that each item needs subtracted, "nothing overlaps" is "in ascending order", and the nearest ascending
    /// sequence comes from pooling neighbours that are in the wrong order into their mean (isotonic regression).
    fn settle(&mut self, row: usize, towards_above: bool) {
        let mut offset = 0.0;
        let mut offsets = Vec::new();
        let mut pools: Vec<(f64, f64, usize)> = Vec::new(); // sum of weighted wishes, of weights, number of items
        let row = self.rows[row].clone();
        for (index, &item) in row.iter().enumerate() {
            if index > 0 {
                offset += self.items[row[index - 1]].right + COLUMN_GAP + self.items[item].left;
            }
            offsets.push(offset);
            let wish = self.wish(item, towards_above);
            // An edge that passes wants to pass straight; what has no input gives way.
            let weight = match &self.items[item] {
                Item { node: None, .. } => 4.0,
                source if source.above.is_empty() => 0.02,
                _ => 1.0,
            };
            pools.push((weight * (wish - offset), weight, 1));
            while let [.., (s, w, n), (t, v, m)] = pools[..]
                && s / w > t / v
            {
                pools.truncate(pools.len() - 2);
                pools.push((s + t, w + v, n + m));
            }
        }
        let places = pools
            .iter()
            .flat_map(|&(sum, weight, n)| std::iter::repeat_n(sum / weight, n));
        for ((&item, place), offset) in row.iter().zip(places).zip(offsets) {
            self.items[item].middle = place + offset;
        }
    }

    /// Where an item wants to be: in the middle of its neighbours. Those without inputs of their own don't count where
    /// others do, so that the main line stays straight beside the constants that join it.
    fn wish(&self, item: usize, towards_above: bool) -> f64 {
        let neighbours = self.neighbours(item, towards_above);
        let leading = neighbours
            .iter()
            .filter(|&&neighbour| !self.items[neighbour].above.is_empty());
        let middle = |&neighbour: &usize| self.items[neighbour].middle;
        let leading: Vec<f64> = leading.map(middle).collect();
        mean(leading.into_iter())
            .or_else(|| mean(neighbours.iter().map(middle)))
            .unwrap_or(self.items[item].middle)
    }

    /// Turns middles and rows into rectangles and lines.
    fn place(&self, graph: &Graph) -> Layout {
        let left = self
            .items
            .iter()
            .map(|item| item.middle - item.left)
            .fold(f64::INFINITY, f64::min);
        let right = self.items.iter().map(|item| item.middle + item.right);
        let right = right.fold(f64::NEG_INFINITY, f64::max);
        let shift = if self.items.is_empty() {
            0.0
        } else {
            MARGIN - left
        };

        let (mut tops, mut top) = (Vec::new(), MARGIN);
        for row in &self.rows {
            let chips = row.iter().filter_map(|&item| self.items[item].node);
            let chips = chips
                .map(|node| graph.nodes[node].params.len())
                .max()
                .unwrap_or(0);
            let height = chips_height(chips).max(BOX_HEIGHT);
            tops.push((top, height));
            top += height + ROW_GAP;
        }

        let (mut boxes, mut chips) = (Vec::new(), Vec::new());
        for (item, node) in self.items.iter().zip(&graph.nodes) {
            let (top, height) = tops[item.row];
            let (x, y) = (item.middle + shift, top + height / 2.0);
            let half = (box_width(&node.label, node.kind) / 2.0, BOX_HEIGHT / 2.0);
            boxes.push(Rect {
                left: x - half.0,
                top: y - half.1,
                right: x + half.0,
                bottom: y + half.1,
            });
            let chips_right = x - half.0 - CHIP_TO_BOX;
            let chips_top = y - chips_height(node.params.len()) / 2.0;
            chips.push(
                node.params
                    .iter()
                    .enumerate()
                    .map(|(index, param)| {
                        let top = chips_top + index as f64 * (CHIP_HEIGHT + CHIP_GAP);
                        Rect {
                            left: chips_right - chip_width(&param.text()),
                            top,
                            right: chips_right,
                            bottom: top + CHIP_HEIGHT,
                        }
                    })
                    .collect(),
            );
        }
        let edges = self
            .edges
            .iter()
            .map(|through| self.points(through, &boxes, &tops, shift));
        Layout {
            edges: edges.collect(),
            boxes,
            chips,
            width: if right > left {
                right - left + 2.0 * MARGIN
            } else {
                2.0 * MARGIN
            },
            height: top.max(2.0 * MARGIN),
        }
    }

    /// The points of one edge: a port at the box above, the top and bottom of each bend's row, a port at the box below.
    fn points(
        &self,
        through: &[usize],
        boxes: &[Rect],
        tops: &[(f64, f64)],
        shift: f64,
    ) -> Vec<(f64, f64)> {
        let (&first, &last) = (
            through.first().expect("two ends"),
            through.last().expect("two ends"),
        );
        let before_last = through[through.len() - 2];
        let mut points = vec![(boxes[first].middle().0, boxes[first].bottom)];
        for &bend in &through[1..through.len() - 1] {
            let (x, (top, height)) = (self.items[bend].middle + shift, tops[self.items[bend].row]);
            points.extend([(x, top), (x, top + height)]);
        }
        // Edges that end at one box end side by side, in the order in which they come.
        let above = &self.items[last].above;
        let x = |item: usize| self.items[item].middle;
        let index = above
            .iter()
            .filter(|&&other| x(other) < x(before_last))
            .count();
        let gap = PORT_GAP.min(boxes[last].width() / above.len() as f64);
        let port = (index as f64 - (above.len() - 1) as f64 / 2.0) * gap;
        points.push((boxes[last].middle().0 + port, boxes[last].top));
        points
    }
}

fn mean(values: impl ExactSizeIterator<Item = f64>) -> Option<f64> {
    let count = values.len();
    (count > 0).then(|| values.sum::<f64>() / count as f64)
}

fn box_width(label: &str, kind: Kind) -> f64 {
    match kind {
        Kind::Operation => (text_width(label, 14.0) + 24.0).max(64.0),
        Kind::Variable | Kind::Constant => text_width(label, 13.0) + 24.0,
    }
}

fn chip_width(text: &str) -> f64 {
    text_width(text, 11.0) + 14.0
}

fn chips_height(count: usize) -> f64 {
    (count as f64 * (CHIP_HEIGHT + CHIP_GAP) - CHIP_GAP).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::operation;
    use super::*;

    #[test]
    fn a_chain_is_straight() {
        let nodes = vec![
            operation("a", &[], &[]),
            operation("conv2d", &[0], &["0.weight"]),
            operation("b", &[1], &[]),
        ];
        let layout = Layout::of(&Graph { nodes });
        let middles: Vec<f64> = layout.boxes.iter().map(|b| b.middle().0).collect();
        assert!(
            middles.iter().all(|x| (x - middles[0]).abs() < 1e-9),
            "{middles:?}"
        );
        assert!(layout.boxes[0].bottom < layout.boxes[1].top);
    }

    #[test]
    fn nothing_overlaps_and_everything_is_inside() {
        // A diamond with a long way round, several sources, and parameters.
        let nodes = vec![
            operation("x", &[], &[]),
            operation("left", &[0], &["l.weight", "l.bias"]),
            operation("right", &[0], &["r.weight"]),
            operation("longer_name", &[2], &[]),
            operation("mask", &[], &[]),
            operation("mul", &[3, 4], &[]),
            operation("add", &[1, 5, 0], &[]),
        ];
        let layout = Layout::of(&Graph { nodes });
        let all: Vec<Rect> = layout
            .boxes
            .iter()
            .chain(layout.chips.iter().flatten())
            .copied()
            .collect();
        for (index, a) in all.iter().enumerate() {
            assert!(
                a.left >= 0.0
                    && a.top >= 0.0
                    && a.right <= layout.width
                    && a.bottom <= layout.height
            );
            assert!(all[..index].iter().all(|b| !a.meets(b)), "{index} overlaps");
        }
        // Each edge goes down, from the lower side of one box to the upper side of another.
        for points in &layout.edges {
            assert!(
                points.windows(2).all(|pair| pair[0].1 < pair[1].1),
                "{points:?}"
            );
        }
    }

    #[test]
    fn what_has_no_input_stands_above_what_needs_it() {
        let nodes = vec![
            operation("x", &[], &[]),
            operation("f", &[0], &[]),
            operation("c", &[], &[]),
            operation("g", &[1, 2], &[]),
        ];
        assert_eq!(rows(&Graph { nodes }), [0, 1, 1, 2]);
    }

    #[test]
    fn an_empty_graph_is_a_small_empty_picture() {
        let layout = Layout::of(&Graph::default());
        assert!(layout.width.is_finite() && layout.height.is_finite() && layout.boxes.is_empty());
    }
}

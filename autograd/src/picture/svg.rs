//! The picture as SVG.

use super::graph::{Graph, Kind, shape_text};
use super::layout::{Layout, Rect, SHAPE_GAP, SHAPE_SIZE};
use std::fmt::Write;

const INK: &str = "#333";
const SOFT: &str = "#8a8a8a";
/// The tints of the layers' frames, in turn.
const TINTS: [&str; 6] = [
    "#eaf2fb", "#fdf1e3", "#eaf6ec", "#f6ecf7", "#fbf7dc", "#e6f5f6",
];
/// The room between a frame and what is in it, and above that for the path.
const FRAME: f64 = 11.0;
const FRAME_TITLE: f64 = 11.0;

/// Draws `graph`: frames behind, then edges, then boxes.
pub(super) fn draw(graph: &Graph) -> String {
    let layout = Layout::of(graph);
    let mut svg = String::new();
    header(&mut svg, layout.width, layout.height);
    frames(&mut svg, graph, &layout);
    let (mut turns_left, mut turns_right) = (
        vec![false; graph.nodes.len()],
        vec![false; graph.nodes.len()],
    );
    for (points, from) in layout
        .edges
        .iter()
        .zip(graph.nodes.iter().flat_map(|node| &node.inputs))
    {
        edge(&mut svg, points);
        turns_left[*from] |= points[1].0 < points[0].0 - 1.0;
        turns_right[*from] |= points[1].0 > points[0].0 + 1.0;
    }
    for (number, node) in graph.nodes.iter().enumerate() {
        for (param, chip) in node.params.iter().zip(&layout.chips[number]) {
            arrow_from_chip(&mut svg, chip, &layout.boxes[number]);
            rect(&mut svg, chip, 9.0, "#fffdf5", "#c9a227");
            text(&mut svg, chip.middle(), 11.0, INK, "middle", &param.text());
        }
        let place = &layout.boxes[number];
        let (corner, fill, stroke, size) = match node.kind {
            Kind::Operation => (5.0, "#fff", INK, 14.0),
            Kind::Variable => (15.0, "#fffdf5", "#c9a227", 13.0),
            Kind::Constant => (15.0, "#f2f2f2", SOFT, 13.0),
        };
        rect(&mut svg, place, corner, fill, stroke);
        text(&mut svg, place.middle(), size, INK, "middle", &node.label);
        if let Some(shape) = &node.shape {
            // On the side to which no edge turns.
            let side = if turns_right[number] && !turns_left[number] {
                -1.0
            } else {
                1.0
            };
            let at = (
                place.middle().0 + side * SHAPE_GAP,
                place.bottom + SHAPE_GAP + SHAPE_SIZE / 2.0,
            );
            let anchor = if side > 0.0 { "start" } else { "end" };
            text(&mut svg, at, SHAPE_SIZE, "#666", anchor, &shape_text(shape));
        }
    }
    svg.push_str("</svg>\n");
    svg
}

fn header(svg: &mut String, width: f64, height: f64) {
    let (width, height) = (width.ceil(), height.ceil());
    write(
        svg,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"Helvetica, Arial, sans-serif\">\n\
         <defs><marker id=\"tip\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\">\
         <path d=\"M0 0.5 L8 4 L0 7.5 z\" fill=\"{SOFT}\"/></marker></defs>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
        ),
    );
}

/// A tinted frame around the boxes of each layer, with its path. A constant stands above the operation that uses it, often beside
/// the layer before: where the frame would meet a box of another layer, it leaves the layer's constants out, and if it still would, it
/// is left out itself.
fn frames(svg: &mut String, graph: &Graph, layout: &Layout) {
    let extent = |node: usize| {
        layout.chips[node]
            .iter()
            .fold(layout.boxes[node], |all, chip| all.around(*chip))
    };
    for (index, (path, nodes)) in graph.layers().into_iter().enumerate() {
        let around = |nodes: &mut dyn Iterator<Item = usize>| {
            let mut frame = nodes.map(extent).reduce(Rect::around)?.grown(FRAME);
            frame.top -= FRAME_TITLE;
            Some(frame)
        };
        let is_clear = |frame: &Rect| {
            let mut foreign = (0..graph.nodes.len()).filter(|node| !nodes.contains(node));
            foreign.all(|node| !frame.meets(&extent(node)))
        };
        let computed = |&node: &usize| graph.nodes[node].kind != Kind::Constant;
        let frame = around(&mut nodes.iter().copied()).filter(is_clear);
        let frame = frame.or_else(|| {
            let without_constants = &mut nodes.iter().copied().filter(computed);
            around(without_constants).filter(is_clear)
        });
        let Some(frame) = frame else {
            continue;
        };
        rect(svg, &frame, 9.0, TINTS[index % TINTS.len()], "none");
        text(
            svg,
            (frame.left + FRAME, frame.top + FRAME),
            12.0,
            "#555",
            "start",
            path,
        );
    }
}

/// A curve through the points that leaves and arrives vertically.
fn edge(svg: &mut String, points: &[(f64, f64)]) {
    let mut path = String::new();
    if let Some((x, y)) = points.first() {
        write(&mut path, format_args!("M{x:.1} {y:.1}"));
    }
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        let half = (y0 + y1) / 2.0;
        write(
            &mut path,
            format_args!(" C{x0:.1} {half:.1} {x1:.1} {half:.1} {x1:.1} {y1:.1}"),
        );
    }
    write(
        svg,
        format_args!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{SOFT}\" stroke-width=\"1.4\" marker-end=\"url(#tip)\"/>\n"
        ),
    );
}

fn arrow_from_chip(svg: &mut String, chip: &Rect, to: &Rect) {
    let ((_, y0), (_, y1)) = (chip.middle(), to.middle());
    // Where several parameters meet a box, they meet it at different heights.
    let y1 = y1 + ((y0 - y1) * 0.4).clamp(-0.35 * to.height(), 0.35 * to.height());
    let (x0, x1) = (chip.right, to.left);
    let half = (x0 + x1) / 2.0;
    write(
        svg,
        format_args!(
            "<path d=\"M{x0:.1} {y0:.1} C{half:.1} {y0:.1} {half:.1} {y1:.1} {x1:.1} {y1:.1}\" fill=\"none\" \
         stroke=\"#c9a227\" stroke-width=\"1.2\"/>\n"
        ),
    );
}

fn rect(svg: &mut String, place: &Rect, corner: f64, fill: &str, stroke: &str) {
    let Rect { left, top, .. } = place;
    let (width, height) = (place.width(), place.height());
    write(
        svg,
        format_args!(
            "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" rx=\"{corner}\" fill=\"{fill}\" stroke=\"{stroke}\"/>\n"
        ),
    );
}

fn text(svg: &mut String, (x, y): (f64, f64), size: f64, fill: &str, anchor: &str, content: &str) {
    let y = y + 0.35 * size; // from the middle of the letters to the line they stand on
    let content = content
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    write(
        svg,
        format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" font-size=\"{size}\" fill=\"{fill}\" text-anchor=\"{anchor}\">{content}</text>\n"
        ),
    );
}

fn write(to: &mut String, what: std::fmt::Arguments<'_>) {
    to.write_fmt(what).expect("a string takes everything");
}

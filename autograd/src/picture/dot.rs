//! The picture in DOT, the language of Graphviz, for whoever wants another layout.

use super::graph::{Graph, Kind, shape_text};
use std::fmt::Write;

/// Describes `graph`: layers are clusters, and shapes stand on the edges.
pub(super) fn describe(graph: &Graph) -> String {
    let mut dot = String::from(
        "digraph recording {\n  node [shape=box, fontname=\"Helvetica\"];\n  edge [fontname=\"Helvetica\", fontsize=10];\n",
    );
    let mut line = |text: String| writeln!(dot, "  {text}").expect("a string takes everything");
    for (number, node) in graph.nodes.iter().enumerate() {
        let style = match node.kind {
            Kind::Operation => "",
            Kind::Variable => ", style=\"rounded,filled\", fillcolor=\"#fffdf5\"",
            Kind::Constant => ", style=\"rounded,filled\", fillcolor=\"#f2f2f2\"",
        };
        line(format!("n{number} [label={}{style}];", quoted(&node.label)));
        let shape = |from: usize| graph.nodes[from].shape.as_deref().map(shape_text);
        for &input in &node.inputs {
            let label = quoted(&shape(input).unwrap_or_default());
            line(format!("n{input} -> n{number} [label={label}];"));
        }
        for (index, param) in node.params.iter().enumerate() {
            let (name, label) = (format!("n{number}p{index}"), quoted(&param.text()));
            line(format!(
                "{name} [label={label}, style=\"rounded,filled\", fillcolor=\"#fffdf5\", fontsize=10];"
            ));
            line(format!("{name} -> n{number};"));
        }
    }
    for (index, (path, nodes)) in graph.layers().into_iter().enumerate() {
        let members = nodes.iter().flat_map(|&number| {
            let params = (0..graph.nodes[number].params.len())
                .map(move |index| format!("n{number}p{index}; "));
            std::iter::once(format!("n{number}; ")).chain(params)
        });
        let members: String = members.collect();
        line(format!(
            "subgraph cluster_{index} {{ label={}; {members}}}",
            quoted(path)
        ));
    }
    dot.push_str("}\n");
    dot
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

//! What a picture shows, free of tensors: boxes, what flows between them, and which layer they belong to.

use std::collections::BTreeMap;

/// The operations of a recording in the order in which they ran, so that inputs stand before what is computed from them.
#[derive(Clone, Debug, Default)]
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
}

/// One operation, variable or constant.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) label: String,
    /// The shape of its value; unknown for a constant, of which the recording keeps nothing.
    pub(super) shape: Option<Vec<usize>>,
    /// The numbers of the nodes it is computed from.
    pub(super) inputs: Vec<usize>,
    /// The parameters it is computed from.
    pub(super) params: Vec<Parameter>,
    /// The path of the layer it belongs to, where that is known.
    pub(super) layer: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Operation,
    Variable,
    Constant,
}

/// A parameter, drawn beside each operation that uses it.
#[derive(Clone, Debug)]
pub(super) struct Parameter {
    /// Its path, or nothing where no model has been asked for it.
    pub(super) path: String,
    pub(super) shape: Vec<usize>,
}

impl Parameter {
    /// The path of the layer that it belongs to: everything before the last dot.
    fn layer(&self) -> Option<&str> {
        self.path.rsplit_once('.').map(|(layer, _)| layer)
    }

    /// Its name and shape; in a layer's frame the last part of the path says enough.
    pub(super) fn text(&self) -> String {
        let name = self.path.rsplit('.').next().unwrap_or_default();
        let name = if name.is_empty() { "param" } else { name };
        format!("{name} {}", shape_text(&self.shape))
    }
}

/// A shape as pictures write it; what has no axes is a number.
pub(super) fn shape_text(shape: &[usize]) -> String {
    match shape {
        [] => "scalar".to_string(),
        shape => format!("{shape:?}"),
    }
}

impl Graph {
    /// Finds the layers: an operation belongs to the layer whose parameters it uses; so does everything that ran between
    /// the first and the last such operation of that layer, and what brings several results of one layer together.
    pub(super) fn find_layers(&mut self) {
        let mut spans: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for (number, node) in self.nodes.iter_mut().enumerate() {
            node.layer = node
                .params
                .iter()
                .find_map(Parameter::layer)
                .map(str::to_string);
            if let Some(layer) = &node.layer {
                spans.entry(layer.clone()).or_insert((number, number)).1 = number;
            }
        }
        for (layer, (first, last)) in spans {
            let between = self.nodes.iter_mut().take(last).skip(first);
            for node in between.filter(|node| node.kind == Kind::Operation) {
                node.layer.get_or_insert_with(|| layer.clone());
            }
        }
        for number in 0..self.nodes.len() {
            let node = &self.nodes[number];
            if node.layer.is_none() && node.inputs.len() > 1 {
                let layer_of = |&input: &usize| self.nodes[input].layer.clone();
                let first = layer_of(&node.inputs[0]);
                if node.inputs.iter().all(|input| layer_of(input) == first) {
                    self.nodes[number].layer = first;
                }
            }
        }
    }

    /// The layers with their nodes, in the order in which they first ran.
    pub(super) fn layers(&self) -> Vec<(&str, Vec<usize>)> {
        let mut layers: Vec<(&str, Vec<usize>)> = Vec::new();
        for (number, node) in self.nodes.iter().enumerate() {
            let Some(layer) = node.layer.as_deref() else {
                continue;
            };
            match layers.iter_mut().find(|(path, _)| *path == layer) {
                Some((_, nodes)) => nodes.push(number),
                None => layers.push((layer, vec![number])),
            }
        }
        layers
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// An operation for tests: name, inputs, paths of parameters.
    pub(in crate::picture) fn operation(label: &str, inputs: &[usize], params: &[&str]) -> Node {
        let param = |path: &&str| Parameter {
            path: path.to_string(),
            shape: vec![3],
        };
        Node {
            kind: Kind::Operation,
            label: label.to_string(),
            shape: Some(vec![2, 3]),
            inputs: inputs.to_vec(),
            params: params.iter().map(param).collect(),
            layer: None,
        }
    }

    #[test]
    fn what_runs_between_a_layers_parameters_is_the_layers() {
        let nodes = vec![
            operation("matmul", &[], &["body.0.weight"]),
            operation("reshape", &[0], &[]),
            operation("add", &[1], &["body.0.bias"]),
            operation("relu", &[2], &[]),
            operation("matmul", &[3], &["head.weight"]),
            operation("broadcast_to", &[], &["head.bias"]),
            operation("add", &[4, 5], &[]),
            operation("sum", &[6], &[]),
        ];
        let mut graph = Graph { nodes };
        graph.find_layers();
        assert_eq!(
            graph.layers(),
            [("body.0", vec![0, 1, 2]), ("head", vec![4, 5, 6])]
        );
    }

    #[test]
    fn a_parameter_says_its_name_and_shape() {
        let param = |path: &str, shape: &[usize]| Parameter {
            path: path.into(),
            shape: shape.into(),
        };
        assert_eq!(param("0.weight", &[2, 3]).text(), "weight [2, 3]");
        assert_eq!(param("", &[]).text(), "param scalar");
        assert_eq!(param("scale", &[1]).layer(), None);
    }
}

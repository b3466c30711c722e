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
    /// The path of the scope in which it ran, if one was open.
    pub(super) scope: Option<String>,
    /// The path of the layer it belongs to, where that is known.
    pub(super) layer: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Operation,
    Variable,
    Constant,
}

impl Node {
    /// What stands in front of the scope in the path of the layer whose parameters the node uses: nothing where they agree,
    /// `body` for the scope `2` of the layer `body.2`, where a part of a model numbers its layers and doesn't know what it is
    /// called itself. None where they contradict each other, or one isn't known.
    fn prefix(&self) -> Option<&str> {
        let (layer, scope) = (self.layer.as_deref()?, self.scope.as_deref()?);
        if is_within(layer, scope) {
            return Some("");
        }
        let mut dots = layer.match_indices('.').map(|(at, _)| at);
        let at = dots.find(|&at| is_within(&layer[at + 1..], scope))?;
        Some(&layer[..at])
    }

    /// The number with which the scope begins, where one numbers its layers.
    fn scope_number(&self) -> Option<usize> {
        self.scope.as_deref()?.split('.').next()?.parse().ok()
    }
}

/// Whether a path is the other one, or inside it.
fn is_within(path: &str, outer: &str) -> bool {
    path.strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
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
    /// Finds the layers. In this order, an operation belongs to the layer
    /// 1. whose parameters it uses,
    /// 2. between whose first and last such operation it ran,
    /// 3. in whose scope it ran,
    /// 4. several of whose results it brings together,
    /// 5. whose result it maps element by element, with nothing else than constants: the activation, a dropout.
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
        let scopes = self.scopes();
        for (layer, (first, last)) in spans {
            let between = self.nodes.iter_mut().zip(&scopes).take(last).skip(first);
            for (node, scope) in
                between.filter(|(node, _)| node.kind == Kind::Operation && node.layer.is_none())
            {
                let elsewhere = scope
                    .as_deref()
                    .is_some_and(|scope| !is_within(&layer, scope));
                if !elsewhere {
                    node.layer = Some(layer.clone());
                }
            }
        }
        for (number, scope) in scopes.into_iter().enumerate() {
            let node = &self.nodes[number];
            if node.kind == Kind::Operation && node.layer.is_none() {
                let found = scope.or_else(|| self.layer_of_inputs(node));
                self.nodes[number].layer = found;
            }
        }
        // A constant stands where it is used, a mask inside its layer; but the batch stands before the first layer.
        for number in 0..self.nodes.len() {
            let Node {
                inputs,
                params,
                layer,
                ..
            } = self.nodes[number].clone();
            if params.is_empty() && layer.is_some() {
                for input in inputs {
                    if self.nodes[input].kind == Kind::Constant {
                        self.nodes[input].layer.clone_from(&layer);
                    }
                }
            }
        }
    }

    /// The scope of each node as a path in the model. Parts of a model that number their layers run one after the other, and
    /// each starts at a lower number than the one before ended with; so a node is in the part of those beside it that use
    /// parameters, unless they are in different ones.
    fn scopes(&self) -> Vec<Option<String>> {
        let agree = |node: &Node| match (&node.layer, &node.scope) {
            (Some(layer), Some(scope)) => is_within(layer, scope),
            _ => true,
        };
        if self.nodes.iter().all(agree) {
            return self.nodes.iter().map(|node| node.scope.clone()).collect();
        }
        let mut scopes = vec![None; self.nodes.len()];
        let scoped = (0..self.nodes.len()).filter(|&node| self.nodes[node].scope.is_some());
        let scoped: Vec<usize> = scoped.collect();
        let goes_on = |&a: &usize, &b: &usize| {
            let numbers = self.nodes[a]
                .scope_number()
                .zip(self.nodes[b].scope_number());
            numbers.is_none_or(|(a, b)| a <= b)
        };
        for part in scoped.chunk_by(goes_on) {
            let prefix = |&node: &usize| self.nodes[node].prefix();
            for (place, &number) in part.iter().enumerate() {
                let before = part[..=place].iter().rev().find_map(prefix);
                let behind = part[place..].iter().find_map(prefix);
                let prefix = match (before, behind) {
                    (Some(before), Some(behind)) => Some(before).filter(|_| before == behind),
                    (one, other) => one.or(other),
                };
                let scope = self.nodes[number].scope.as_deref();
                scopes[number] = prefix.zip(scope).map(|(prefix, scope)| match prefix {
                    "" => scope.to_string(),
                    _ => format!("{prefix}.{scope}"),
                });
            }
        }
        scopes
    }

    /// The layer that the inputs of a node belong to, if it brings several of its results together, or maps one.
    fn layer_of_inputs(&self, node: &Node) -> Option<String> {
        let computed = |&&input: &&usize| self.nodes[input].kind != Kind::Constant;
        let mut inputs = node
            .inputs
            .iter()
            .filter(computed)
            .map(|&input| &self.nodes[input]);
        let first = inputs.next()?;
        let mut others = inputs.peekable();
        let belongs = match others.peek() {
            None => first.shape == node.shape,
            Some(_) => others.all(|other| other.layer == first.layer),
        };
        first.layer.clone().filter(|_| belongs)
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
            scope: None,
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
            Node {
                shape: Some(vec![]),
                ..operation("sum", &[6], &[])
            },
        ];
        let mut graph = Graph { nodes };
        graph.find_layers();
        assert_eq!(
            graph.layers(),
            [("body.0", vec![0, 1, 2, 3]), ("head", vec![4, 5, 6])],
            "the activation is its layer's, the sum, which has another shape, is nobody's"
        );
    }

    #[test]
    fn scopes_name_layers_without_parameters_where_they_agree_with_the_paths() {
        let scoped = |mut node: Node, scope: &str| {
            node.scope = Some(scope.to_string());
            node
        };
        let graph = |first: &str| {
            let nodes = vec![
                scoped(operation("conv", &[], &["0.weight"]), first),
                scoped(operation("relu", &[0], &[]), first),
                scoped(operation("max_pool", &[1], &[]), "1"),
            ];
            let mut graph = Graph { nodes };
            graph.find_layers();
            graph
        };
        assert_eq!(graph("0").layers(), [("0", vec![0, 1]), ("1", vec![2])]);
        // A scope that contradicts a path: the pooling, which keeps the shape here, follows its input.
        assert_eq!(graph("5").layers(), [("0", vec![0, 1, 2])]);
    }

    #[test]
    fn parts_that_number_their_layers_are_told_apart() {
        let scoped = |mut node: Node, scope: &str| {
            node.scope = Some(scope.to_string());
            node
        };
        let nodes = vec![
            scoped(operation("conv", &[], &["body.0.weight"]), "0"),
            scoped(operation("max_pool", &[0], &[]), "1"),
            scoped(operation("dropout", &[1], &[]), "2"),
            scoped(operation("reshape", &[2], &[]), "0"),
            scoped(operation("matmul", &[3], &["head.1.weight"]), "1"),
            scoped(operation("dropout", &[4], &[]), "2"),
        ];
        let mut graph = Graph { nodes };
        graph.find_layers();
        let layers: Vec<&str> = graph.layers().into_iter().map(|(path, _)| path).collect();
        assert_eq!(
            layers,
            ["body.0", "body.1", "body.2", "head.0", "head.1", "head.2"]
        );
        // One that might belong to either side belongs to its input, which it maps.
        let nodes = vec![
            scoped(operation("conv", &[], &["body.0.weight"]), "0"),
            scoped(operation("relu", &[0], &[]), "0"),
            scoped(operation("matmul", &[1], &["head.1.weight"]), "1"),
        ];
        let mut graph = Graph { nodes };
        graph.find_layers();
        assert_eq!(
            graph.layers(),
            [("body.0", vec![0, 1]), ("head.1", vec![2])]
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

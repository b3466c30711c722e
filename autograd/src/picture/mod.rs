//! A picture of a recording: what was computed from what, by which layer, in which shapes.
//!
//! Four files, four ideas: `graph` is what there is to show, `layout` where it stands, `svg` and `dot` how it looks.

mod dot;
mod graph;
mod layout;
mod svg;

use crate::node::{NodeNumber, Origin};
use crate::recording::Recording;
use crate::scope::Names;
use crate::{Module, ParamId, Var};
use etude_tensor::file::write_atomically;
use etude_tensor::{Error, Float, Result};
use graph::{Graph, Kind, Parameter};
use std::collections::{BTreeSet, HashMap};
use std::path::Path;

/// More than this nobody can look at.
const MOST_NODES: usize = 2000;

/// A picture of the operations that a value was computed by, as they stand in the recording.
///
/// Boxes are operations, with the shape of what they compute beside the edge that leads on. Parameters stand at the left
/// of the operations that use them. [`named`](Picture::named) gives them their names, and each layer a frame. A value that is not
/// differentiated, like a batch of inputs, is a constant: the recording keeps nothing of it, so it has no shape.
///
/// ```
/// use etude_autograd::{Param, Picture, Tape};
/// use etude_tensor::Tensor;
///
/// let model = vec![Param::new(Tensor::<f32>::ones([3, 2]))];
/// let tape = Tape::new();
/// let x = tape.input(Tensor::ones([4, 3]));
/// let loss = x.matmul(&tape.param(&model[0])?)?.sum(..)?;
///
/// let picture = Picture::of(&loss)?.named(&model);
/// assert!(picture.to_dot().contains("matmul"));
/// assert!(picture.to_svg().contains("[4, 2]"));
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Picture {
    graph: Graph,
    /// Which parameter each [`Parameter`] is: number of the node, number of the parameter there.
    ids: HashMap<(usize, usize), ParamId>,
}

impl Picture {
    /// A picture of what `value` was computed by. Take it before [`backward`](Var::backward), which spends the recording.
    ///
    /// # Errors
    /// If `value` is a constant, of which nothing is recorded, or belongs to a recording that has been spent; or if there are
    /// more operations than anybody could look at (2,000).
    pub fn of<T: Float>(value: &Var<T>) -> Result<Picture> {
        value.tape().check_live("picture", value)?;
        let Some(last) = value.node() else {
            let message = format!(
                "a value of shape {:?} is a constant: nothing of it is recorded",
                value.shape()
            );
            return Err(Error::graph("picture", message));
        };
        let recording = value.tape().recording().borrow();
        let numbers = ancestors(&recording, last);
        if numbers.len() > MOST_NODES {
            let message = format!(
                "{} operations; expected at most {MOST_NODES}",
                numbers.len()
            );
            return Err(Error::value("picture", message));
        }
        let names = value.tape().names().borrow();
        Ok(Picture::of_nodes(&recording, &names, numbers).0)
    }

    /// A picture of these nodes, given in ascending order with everything they depend on, and the places in it of all but the
    /// parameters.
    pub(crate) fn of_nodes<T: Float>(
        recording: &Recording<T>,
        names: &Names,
        numbers: impl IntoIterator<Item = NodeNumber>,
    ) -> (Picture, HashMap<NodeNumber, usize>) {
        let mut picture = Picture {
            graph: Graph::default(),
            ids: HashMap::new(),
        };
        let mut places = HashMap::new();
        for number in numbers {
            let node = recording.node(number);
            if node.param().is_none() {
                let place = picture.add(recording, number, &places);
                picture.graph.nodes[place].scope = names.path(node.scope).map(str::to_string);
                places.insert(number, place);
            }
        }
        picture.graph.find_layers();
        (picture, places)
    }

    /// The operation at a place, and the layer it belongs to.
    pub(crate) fn at(&self, place: usize) -> (&str, Option<&str>) {
        let node = &self.graph.nodes[place];
        (&node.label, node.layer.as_deref())
    }

    /// Adds a node and the constants it uses, and says where it stands.
    fn add<T: Float>(
        &mut self,
        recording: &Recording<T>,
        number: NodeNumber,
        places: &HashMap<NodeNumber, usize>,
    ) -> usize {
        let node = recording.node(number);
        let (mut inputs, mut params, mut ids) = (Vec::new(), Vec::new(), Vec::new());
        for input in recording.inputs(number) {
            let Some(input) = *input else {
                inputs.push(self.graph.nodes.len());
                self.graph.nodes.push(constant());
                continue;
            };
            if let Origin::Param(id) = recording.node(input).origin {
                params.push(Parameter {
                    path: String::new(),
                    shape: recording.shape(input).to_vec(),
                });
                ids.push(id);
            } else {
                inputs.push(places[&input]);
            }
        }
        let (kind, label) = match &node.origin {
            Origin::Operation(rule) => (Kind::Operation, rule.get().name()),
            Origin::Variable | Origin::Param(_) => (Kind::Variable, "variable"),
        };
        let place = self.graph.nodes.len();
        self.ids.extend(
            ids.into_iter()
                .enumerate()
                .map(|(index, id)| ((place, index), id)),
        );
        self.graph.nodes.push(graph::Node {
            kind,
            label: label.to_string(),
            shape: Some(recording.shape(number).to_vec()),
            inputs,
            params,
            scope: None,
            layer: None,
        });
        place
    }

    /// The picture with the names of `model`'s parameters, and a frame for each layer: around the operations that use its
    /// parameters, what ran between them, the activation that follows, and what ran in a [scope](crate::Tape::scope) of that name.
    #[must_use]
    pub fn named<T: Float, M: Module<T> + ?Sized>(mut self, model: &M) -> Self {
        let paths: HashMap<ParamId, String> = model
            .params()
            .into_iter()
            .map(|(path, param)| (param.id(), path))
            .collect();
        for (&(node, index), id) in &self.ids {
            if let Some(path) = paths.get(id) {
                self.graph.nodes[node].params[index].path.clone_from(path);
            }
        }
        self.graph.find_layers();
        self
    }

    /// The picture as SVG, laid out from top to bottom.
    pub fn to_svg(&self) -> String {
        svg::draw(&self.graph)
    }

    /// Writes the picture to an SVG file, whole or not at all.
    ///
    /// # Errors
    /// If the file can't be written.
    pub fn save_svg(&self, path: impl AsRef<Path>) -> Result<()> {
        let svg = self.to_svg();
        write_atomically(path, |file| file.write_all(svg.as_bytes()))
    }

    /// The picture in DOT, the language of Graphviz.
    pub fn to_dot(&self) -> String {
        dot::describe(&self.graph)
    }
}

/// The numbers of all nodes that `last` depends on, itself included, in ascending order.
fn ancestors<T: Float>(recording: &Recording<T>, last: NodeNumber) -> BTreeSet<NodeNumber> {
    let (mut met, mut open) = (BTreeSet::from([last]), vec![last]);
    while let Some(number) = open.pop() {
        for input in recording.inputs(number).iter().flatten() {
            if met.insert(*input) {
                open.push(*input);
            }
        }
    }
    met
}

fn constant() -> graph::Node {
    graph::Node {
        kind: Kind::Constant,
        label: "constant".to_string(),
        shape: None,
        inputs: Vec::new(),
        params: Vec::new(),
        scope: None,
        layer: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Param, Tape};
    use etude_tensor::Tensor;

    #[test]
    fn a_picture_shows_what_the_value_depends_on_and_nothing_else() {
        let weight = Param::new(Tensor::<f32>::ones([3, 2]));
        let model = vec![vec![weight]];
        let tape = Tape::new();
        let x = tape.var(Tensor::ones([4, 3]));
        let w = tape.param(&model[0][0]).unwrap();
        let unrelated = x.tanh().unwrap();
        let y = x.matmul(&w).unwrap();
        let loss = (&y * &tape.input(Tensor::ones([4, 2]))).sum(..).unwrap();

        let picture = Picture::of(&loss).unwrap().named(&model);
        let labels: Vec<&str> = picture
            .graph
            .nodes
            .iter()
            .map(|node| node.label.as_str())
            .collect();
        assert_eq!(labels, ["variable", "matmul", "constant", "mul", "sum"]);
        assert_eq!(picture.graph.nodes[1].params[0].path, "0.0");
        assert_eq!(picture.graph.layers(), [("0", vec![1, 2, 3])]);
        assert_eq!(picture.graph.nodes[3].inputs, [1, 2]);
        assert!(!picture.to_dot().contains("tanh"));
        drop(unrelated);

        let dot = picture.to_dot();
        assert!(dot.contains("n1 -> n3 [label=\"[4, 2]\"];"), "{dot}");
        let svg = picture.to_svg();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
    }

    #[test]
    fn a_layer_whose_constants_stand_beside_another_layer_is_framed() -> Result<()> {
        let model = vec![vec![Param::new(Tensor::<f32>::ones([3, 2]))]];
        let tape = Tape::new();
        let x = tape.var(Tensor::ones([4, 3]));
        let scope = tape.scope("0");
        let y = x.matmul(&tape.param(&model[0][0])?)?;
        drop(scope);
        let scope = tape.scope("1"); // as a dropout does it
        let kept = Tensor::from([true, false]);
        let y = y.div_scalar(0.5)?.where_(&kept, &tape.scalar(0.0))?;
        drop(scope);
        let svg = Picture::of(&y.sum(..)?)?.named(&model).to_svg();
        assert!(
            svg.contains(">0</text>") && svg.contains(">1</text>"),
            "{svg}"
        );
        Ok(())
    }

    #[test]
    fn a_constant_and_a_spent_recording_have_no_picture() {
        let tape = Tape::new();
        let err = Picture::of(&tape.input(Tensor::<f32>::ones([2])))
            .unwrap_err()
            .to_string();
        assert_eq!(
            err,
            "picture: a value of shape [2] is a constant: nothing of it is recorded"
        );
        let loss = tape.var(Tensor::ones([2])).sum(..).unwrap();
        loss.backward().unwrap();
        assert!(
            Picture::of(&loss)
                .unwrap_err()
                .to_string()
                .contains("spent")
        );
    }

    #[test]
    fn a_giant_recording_is_refused() {
        let tape = Tape::new();
        let mut x = tape.var(Tensor::<f32>::ones([1]));
        for _ in 0..MOST_NODES {
            x = x.tanh().unwrap();
        }
        let err = Picture::of(&x).unwrap_err().to_string();
        assert_eq!(err, "picture: 2001 operations; expected at most 2000");
    }
}

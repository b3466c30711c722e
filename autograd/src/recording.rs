//! What a tape has recorded and not yet spent.

use crate::anomaly::Site;
use crate::buffer::{BufferId, Update};
use crate::node::{Node, NodeNumber, Origin, SavedTensor};
use crate::param::ParamId;
use etude_tensor::{Float, Shape, Tensor};
use std::collections::HashMap;
use std::ops::Range;

/// Room for nodes that a spent recording leaves to the next one, so that a step pushes into memory it already has,
/// while one giant recording doesn't hold on to its own.
const KEPT_CAPACITY: usize = 4096;

/// The nodes, in the order of their numbers, and what belongs to them.
pub(crate) struct Recording<T: Float> {
    /// The number of `nodes[0]`: everything below belongs to a recording that has been spent.
    pub(crate) first: NodeNumber,
    pub(crate) nodes: Vec<Node<T>>,
    /// The shapes of all nodes' values, which their gradients must have.
    shapes: Vec<Shape>,
    /// The numbers of all nodes' inputs, in the order of the nodes; `None` for a constant.
    pub(crate) inputs: Vec<Option<NodeNumber>>,
    /// What all nodes have saved, slot by slot, in the order of the nodes.
    pub(crate) saved: Vec<Option<SavedTensor<T>>>,
    /// The leaves that users put on the tape, and the intermediate results whose gradient is to be kept.
    pub(crate) variables: Vec<NodeNumber>,
    /// The parameters met so far: each becomes one leaf, however often it is used.
    pub(crate) params: HashMap<ParamId, SavedTensor<T>>,
    /// The number of the scope in force.
    pub(crate) scope: u32,
    /// Where each operation was called from: kept only while anomalies are detected.
    pub(crate) sites: HashMap<NodeNumber, Site>,
    /// The variables that stand for parameters.
    pub(crate) bound: HashMap<ParamId, SavedTensor<T>>,
    /// The storage of each parameter that was asked for, by which constants are recognised as parameters too: kept only while
    /// anomalies are detected.
    pub(crate) param_storages: HashMap<usize, ParamId>,
    /// What forwards want changed in buffers, in the order in which they said so.
    pub(crate) updates: Vec<(BufferId, Update<T>)>,
}

impl<T: Float> Recording<T> {
    pub(crate) fn new() -> Self {
        Recording {
            first: NodeNumber::MIN,
            nodes: Vec::new(),
            shapes: Vec::new(),
            inputs: Vec::new(),
            saved: Vec::new(),
            variables: Vec::new(),
            params: HashMap::new(),
            scope: 0,
            sites: HashMap::new(),
            bound: HashMap::new(),
            param_storages: HashMap::new(),
            updates: Vec::new(),
        }
    }

    /// Which parameter a node is the leaf of, or stands for.
    pub(crate) fn param_of(&self, number: NodeNumber) -> Option<ParamId> {
        let stands =
            |(id, bound): (&ParamId, &SavedTensor<T>)| (bound.node == Some(number)).then_some(*id);
        let param = self.node(number).param();
        param.or_else(|| self.bound.iter().find_map(stands))
    }

    /// The number that the next node gets.
    #[inline]
    pub(crate) fn next_number(&self) -> NodeNumber {
        self.number(self.nodes.len())
    }

    /// The number of the node at `index`.
    #[inline]
    fn number(&self, index: usize) -> NodeNumber {
        self.first.saturating_add(index as u64)
    }

    /// Whether the node belongs to a recording that has been spent.
    #[inline]
    pub(crate) fn is_stale(&self, number: NodeNumber) -> bool {
        number < self.first
    }

    #[inline]
    pub(crate) fn index(&self, number: NodeNumber) -> usize {
        (number.get() - self.first.get()) as usize
    }

    #[inline]
    pub(crate) fn node(&self, number: NodeNumber) -> &Node<T> {
        &self.nodes[self.index(number)]
    }

    pub(crate) fn node_mut(&mut self, number: NodeNumber) -> &mut Node<T> {
        let index = self.index(number);
        &mut self.nodes[index]
    }

    /// The numbers of a node's inputs.
    pub(crate) fn inputs(&self, number: NodeNumber) -> &[Option<NodeNumber>] {
        &self.inputs[self.inputs_range(number)]
    }

    /// Where the part of a node in the list of inputs lies.
    fn inputs_range(&self, number: NodeNumber) -> Range<usize> {
        let index = self.index(number);
        self.begins(index).0..self.nodes[index].inputs_end
    }

    /// Where the part of a node in the list of saved tensors lies.
    pub(crate) fn saved_range(&self, number: NodeNumber) -> Range<usize> {
        let index = self.index(number);
        self.begins(index).1..self.nodes[index].saved_end
    }

    /// Where the parts of the node at `index` begin in the lists of inputs and of saved tensors.
    #[inline]
    pub(crate) fn begins(&self, index: usize) -> (usize, usize) {
        match index.checked_sub(1) {
            Some(before) => (self.nodes[before].inputs_end, self.nodes[before].saved_end),
            None => (0, 0),
        }
    }

    /// The shape of a node's value.
    #[inline]
    pub(crate) fn shape(&self, number: NodeNumber) -> &Shape {
        &self.shapes[self.index(number)]
    }

    /// A node whose inputs and saved tensors have just been put into the lists.
    #[inline(always)] // once an operation
    pub(crate) fn push(&mut self, origin: Origin<T>, shape: Shape) -> NodeNumber {
        let number = self.next_number();
        self.shapes.push(shape);
        self.nodes.push(Node {
            origin,
            inputs_end: self.inputs.len(),
            saved_end: self.saved.len(),
            scope: self.scope,
            retained: false,
        });
        number
    }

    /// Lets go of the nodes after `last`, and of what belongs to them.
    pub(crate) fn truncate(&mut self, last: NodeNumber) {
        let count = self.index(last) + 1;
        let (inputs_end, saved_end) = self.begins(count);
        self.nodes.truncate(count);
        self.shapes.truncate(count);
        self.inputs.truncate(inputs_end);
        self.saved.truncate(saved_end);
    }

    /// Takes everything out, for the walk that spends it. What is recorded afterwards counts on from here.
    pub(crate) fn spend(&mut self) -> Recording<T> {
        let next = Recording {
            first: self.next_number(),
            scope: self.scope,
            ..Recording::new()
        };
        std::mem::replace(self, next)
    }

    /// Leaves the room of a spent recording to this one.
    pub(crate) fn reuse_room(&mut self, spent: Recording<T>) {
        reuse(&mut self.nodes, spent.nodes);
        reuse(&mut self.shapes, spent.shapes);
        reuse(&mut self.inputs, spent.inputs);
        reuse(&mut self.saved, spent.saved);
    }

    /// The value of a buffer as the updates recorded so far would leave it.
    pub(crate) fn updated(
        &self,
        id: BufferId,
        value: &Tensor<T>,
    ) -> etude_tensor::Result<Tensor<T>> {
        let mut value = value.clone();
        for (_, update) in self.updates.iter().filter(|(of, _)| *of == id) {
            update.apply(&mut value)?;
        }
        Ok(value)
    }
}

/// Puts a spent list in the place of one that has no room yet.
fn reuse<A>(list: &mut Vec<A>, mut spent: Vec<A>) {
    spent.clear();
    if list.capacity() == 0 {
        spent.shrink_to(KEPT_CAPACITY);
        *list = spent;
    }
}

//! What a tape has recorded and not yet spent.

use crate::buffer::{BufferId, Update};
use crate::node::{Inputs, Node, NodeNumber, Origin, SavedTensor};
use crate::param::ParamId;
use etude_tensor::{Float, Shape, Tensor};
use smallvec::SmallVec;
use std::collections::HashMap;

/// Room for nodes that a spent recording leaves to the next one, so that a step pushes into memory it already has,
/// while one giant recording doesn't hold on to its own.
const KEPT_CAPACITY: usize = 4096;

/// The nodes, in the order of their numbers, and what belongs to them.
pub(crate) struct Recording<T: Float> {
    /// The number of `nodes[0]`: everything below belongs to a recording that has been spent.
    pub(crate) first: NodeNumber,
    pub(crate) nodes: Vec<Node<T>>,
    /// The leaves that users put on the tape, and the intermediate results whose gradient is to be kept.
    pub(crate) variables: Vec<NodeNumber>,
    /// The parameters met so far: each becomes one leaf, however often it is used.
    pub(crate) params: HashMap<ParamId, SavedTensor<T>>,
    /// What forwards want changed in buffers, in the order in which they said so.
    pub(crate) updates: Vec<(BufferId, Update<T>)>,
}

impl<T: Float> Recording<T> {
    pub(crate) fn new() -> Self {
        Recording {
            first: NodeNumber::MIN,
            nodes: Vec::new(),
            variables: Vec::new(),
            params: HashMap::new(),
            updates: Vec::new(),
        }
    }

    /// The number that the next node gets.
    pub(crate) fn next_number(&self) -> NodeNumber {
        self.first.saturating_add(self.nodes.len() as u64)
    }

    /// Whether the node belongs to a recording that has been spent.
    pub(crate) fn is_stale(&self, number: NodeNumber) -> bool {
        number < self.first
    }

    pub(crate) fn node(&self, number: NodeNumber) -> &Node<T> {
        &self.nodes[(number.get() - self.first.get()) as usize]
    }

    pub(crate) fn node_mut(&mut self, number: NodeNumber) -> &mut Node<T> {
        &mut self.nodes[(number.get() - self.first.get()) as usize]
    }

    pub(crate) fn push_leaf(&mut self, origin: Origin<T>, shape: Shape) -> NodeNumber {
        let number = self.next_number();
        self.nodes.push(Node {
            origin,
            inputs: Inputs::new(),
            saved: SmallVec::new(),
            shape,
            retained: false,
        });
        number
    }

    /// Takes everything out, for the walk that spends it. What is recorded afterwards counts on from here.
    pub(crate) fn spend(&mut self) -> Recording<T> {
        let next = Recording {
            first: self.next_number(),
            ..Recording::new()
        };
        std::mem::replace(self, next)
    }

    /// Leaves the room of a spent recording to this one.
    pub(crate) fn reuse_room(&mut self, spent: Recording<T>) {
        let mut nodes = spent.nodes;
        nodes.clear();
        if self.nodes.capacity() == 0 {
            nodes.shrink_to(KEPT_CAPACITY);
            self.nodes = nodes;
        }
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

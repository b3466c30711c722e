//! The tensor: a view into shared storage.

use crate::layout::Layout;
use crate::shape::{Shape, Strides};
use crate::storage::Storage;
use crate::{Element, Error, Result};
use std::fmt;
use std::sync::Arc;

/// An n-dimensional array: shape, strides and offset over shared storage.
///
/// Cloning, slicing, transposing, broadcasting and most reshapes copy nothing: the results are views of the same
/// storage. Writing ([`add_assign`](Tensor::add_assign), [`fill`](Tensor::fill), …) copies first if, and only if, the
/// storage is shared, so a view never changes behind its owner's back.
///
/// Every operation accepts any strides, sizes of 0 and rank 0.
///
/// ```
/// use etude_tensor::Tensor;
///
/// let x = Tensor::from([[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]]);
/// assert_eq!(x.shape(), [2, 3]);
/// let y = x.transpose(0, 1)?.try_mul(&x.transpose(0, 1)?)?.sum(0)?;
/// assert_eq!(y.to_vec(), [14.0, 77.0]);
/// # Ok::<(), etude_tensor::Error>(())
/// ```
#[derive(Clone)]
pub struct Tensor<T: Element = f32> {
    storage: Storage<T>,
    /// Which elements this is, and in which order; absent if it is all of the storage in row-major order. Most tensors
    /// are, and are then two words, of which one is empty: small ones cost what moving them costs.
    view: Option<Arc<Layout>>,
}

impl<T: Element> Tensor<T> {
    /// A row-major tensor whose elements `write` sets, given memory with arbitrary values.
    pub(crate) fn build(shape: Shape, write: impl FnOnce(&mut [T])) -> Self {
        Tensor::from_storage(Storage::build(&shape, write))
    }

    /// [`build`](Tensor::build) for the operation `op`, whose result may be larger than memory.
    pub(crate) fn try_build(
        op: &str,
        shape: impl Into<Shape>,
        write: impl FnOnce(&mut [T]),
    ) -> Result<Self> {
        let shape = shape.into();
        shape.check_fits(op, size_of::<T>())?;
        Ok(Tensor::build(shape, write))
    }

    /// The whole of a storage.
    #[inline]
    pub(crate) fn from_storage(storage: Storage<T>) -> Self {
        Tensor {
            storage,
            view: None,
        }
    }

    /// Another view of the same storage; whoever makes a layout sees to it that it stays inside.
    pub(crate) fn view(&self, layout: Layout) -> Self {
        let is_whole = layout.is_contiguous() && layout.shape() == self.storage.whole().shape();
        Tensor {
            storage: self.storage.clone(),
            view: (!is_whole).then(|| Arc::new(layout)),
        }
    }

    #[inline]
    pub(crate) fn layout(&self) -> &Layout {
        match &self.view {
            None => self.storage.whole(),
            Some(layout) => layout,
        }
    }

    /// The whole buffer, of which the layout names the tensor's part.
    pub(crate) fn buffer(&self) -> &[T] {
        self.storage.slice()
    }

    /// A row-major tensor of `shape` with the given elements.
    ///
    /// # Errors
    /// If the shape doesn't have as many elements as there are values.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let x = Tensor::from_slice([2, 2], &[1.0_f32, 2.0, 3.0, 4.0])?;
    /// assert_eq!(x.to_vec(), [1.0, 2.0, 3.0, 4.0]);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn from_slice(shape: impl Into<Shape>, values: &[T]) -> Result<Self> {
        let shape = shape.into();
        check_count("from_slice", &shape, values.len())?;
        Ok(Tensor::from_storage(Storage::copied(&shape, values)))
    }

    /// A row-major tensor of `shape` with the elements of a vector, which stay where they are.
    ///
    /// Vectors below 16 KiB are copied all the same: that takes a tenth of a microsecond at most, and makes what is computed with them faster. Copied as
    /// well are those with more room left than elements, so that the tensor doesn't hold memory that nobody uses.
    ///
    /// # Errors
    /// If the shape doesn't have as many elements as there are values.
    ///
    /// ```
    /// use etude_tensor::Tensor;
    ///
    /// let values = vec![0.5_f32; 10_000];
    /// let place = values.as_ptr();
    /// let x = Tensor::from_vec([100, 100], values)?;
    /// assert_eq!(x.as_slice().unwrap().as_ptr(), place);
    /// let values = x.into_vec();
    /// assert_eq!(values.as_ptr(), place);
    /// # Ok::<(), etude_tensor::Error>(())
    /// ```
    pub fn from_vec(shape: impl Into<Shape>, values: Vec<T>) -> Result<Self> {
        let shape = shape.into();
        check_count("from_vec", &shape, values.len())?;
        Ok(Tensor::from_storage(Storage::from_vec(&shape, values)))
    }

    /// A tensor with every element `value`.
    ///
    /// # Panics
    /// If the shape has more elements than memory can address.
    pub fn full(shape: impl Into<Shape>, value: T) -> Self {
        let shape = shape.into();
        if shape.checked_elements().is_none() {
            panic!("full: a tensor of shape {shape:?} is larger than memory can address");
        }
        Tensor::from_storage(Storage::filled(&shape, value))
    }

    /// A tensor of rank 0 with one element.
    pub fn scalar(value: T) -> Self {
        Tensor::full((), value)
    }

    /// The sizes along the axes, slowest first.
    #[inline]
    pub fn shape(&self) -> &[usize] {
        self.layout().shape()
    }

    /// The sizes along the axes, as a value.
    pub fn to_shape(&self) -> Shape {
        self.layout().shape().clone()
    }

    /// Whether the sizes along the axes are these.
    #[inline]
    pub fn has_shape(&self, shape: &Shape) -> bool {
        self.layout().shape() == shape
    }

    /// Whether both have the same sizes along all axes.
    #[inline]
    pub fn same_shape(&self, other: &Self) -> bool {
        self.has_shape(other.layout().shape())
    }

    /// The number of axes.
    #[inline]
    pub fn rank(&self) -> usize {
        self.layout().shape().rank()
    }

    /// The number of elements.
    #[inline]
    pub fn elements(&self) -> usize {
        self.layout().shape().elements()
    }

    /// The distance in memory, in elements, between neighbours along each axis.
    pub fn strides(&self) -> Strides {
        self.layout().strides()
    }

    /// Whether the elements lie in row-major order without gaps.
    #[inline]
    pub fn is_contiguous(&self) -> bool {
        self.layout().is_contiguous()
    }

    /// Whether both are views of the same storage: true of a clone or a slice until one of them is written.
    pub fn shares_storage(&self, other: &Self) -> bool {
        self.storage.is_same(&other.storage)
    }

    /// A number that says which storage this is a view of: two tensors that live at the same time have the same one if they share it.
    pub fn storage_id(&self) -> usize {
        self.storage.address()
    }

    /// The bytes of the whole storage, of which this may show a part.
    pub fn storage_bytes(&self) -> usize {
        size_of_val(self.storage.slice())
    }

    /// Whether no other tensor shares the storage, so that writing copies nothing.
    #[inline]
    pub fn is_unique(&self) -> bool {
        self.storage.is_unique()
    }

    /// The elements as a slice, if they lie in row-major order without gaps.
    #[inline(always)] // a test and a load for most tensors
    pub fn as_slice(&self) -> Option<&[T]> {
        match &self.view {
            None => Some(self.storage.slice()),
            Some(layout) => self.part(layout),
        }
    }

    /// [`as_slice`](Tensor::as_slice) where the tensor isn't the whole of its storage.
    fn part(&self, layout: &Layout) -> Option<&[T]> {
        let start = layout.offset();
        layout.is_contiguous().then(|| match self.elements() {
            0 => &[],
            n => &self.storage.slice()[start..start + n],
        })
    }

    /// The same elements in row-major order: a view where they lie so already, else a copy.
    #[must_use]
    pub fn contiguous(&self) -> Self {
        if self.is_contiguous() {
            self.clone()
        } else {
            self.copied()
        }
    }

    /// A row-major copy with storage of its own.
    pub(crate) fn copied(&self) -> Self {
        Tensor::build(self.layout().shape().clone(), |out| {
            crate::copy::copy(self, out)
        })
    }

    /// The elements in row-major order.
    pub fn to_vec(&self) -> Vec<T> {
        match self.as_slice() {
            Some(slice) => slice.to_vec(),
            None => {
                let mut values = vec![T::default(); self.elements()];
                crate::copy::copy(self, &mut values);
                values
            }
        }
    }

    /// The elements in row-major order: the vector that [the tensor was made of](Tensor::from_vec), if this is all of it, in its order, and no other
    /// tensor shares it; else a copy.
    pub fn into_vec(self) -> Vec<T> {
        // The shape may be another one: row-major and as many means the same elements in the same order.
        let is_whole = self.is_contiguous() && self.elements() == self.buffer().len();
        if is_whole {
            self.storage.into_vec()
        } else {
            self.to_vec()
        }
    }

    /// The elements for writing, in row-major order. Copies first where the storage is shared or the view isn't
    /// contiguous; from then on the tensor owns its storage.
    pub(crate) fn make_mut(&mut self) -> &mut [T] {
        if !(self.is_contiguous() && self.storage.is_unique()) {
            *self = self.copied();
        }
        let Some(layout) = &self.view else {
            return self.storage.slice_mut();
        };
        let n = layout.shape().elements();
        let start = if n == 0 { 0 } else { layout.offset() };
        &mut self.storage.slice_mut()[start..start + n]
    }

    /// Calls `write(own, others)` with the elements of both, in row-major order, if they are the whole of storages of one shape and this
    /// one is nobody else's. Says whether.
    #[inline]
    pub(crate) fn write_beside(
        &mut self,
        other: &Self,
        write: impl FnOnce(&mut [T], &[T]),
    ) -> bool {
        self.view.is_none()
            && other.view.is_none()
            && self.storage.write_beside(&other.storage, write)
    }

    /// The one element.
    ///
    /// # Errors
    /// If there isn't exactly one.
    pub fn item(&self) -> Result<T> {
        if self.elements() != 1 {
            return Err(Error::shape(
                "item",
                format!(
                    "a tensor of shape {:?} has {} elements; expected exactly 1",
                    self.shape(),
                    self.elements()
                ),
            ));
        }
        Ok(self.storage.slice()[self.layout().offset()])
    }

    /// The element at `index`, one number an axis, negative ones from the end.
    ///
    /// # Errors
    /// If `index` has another length than the shape, or leaves it.
    pub fn at(&self, index: &[isize]) -> Result<T> {
        if index.len() != self.rank() {
            return Err(Error::index(
                "at",
                format!(
                    "index {index:?} for shape {:?}; expected {} numbers",
                    self.shape(),
                    self.rank()
                ),
            ));
        }
        let mut place = self.layout().offset();
        for ((&i, &size), stride) in index.iter().zip(self.shape()).zip(self.strides()) {
            let from_front = if i < 0 { i + size as isize } else { i };
            if !(0..size as isize).contains(&from_front) {
                return Err(Error::index(
                    "at",
                    format!("index {index:?} leaves shape {:?}", self.shape()),
                ));
            }
            place = place.wrapping_add_signed(from_front * stride);
        }
        Ok(self.storage.slice()[place])
    }
}

/// Refuses a number of values other than that of the shape's elements.
fn check_count(op: &str, shape: &Shape, values: usize) -> Result<()> {
    let elements = shape.checked_elements();
    if elements == Some(values) {
        return Ok(());
    }
    let elements = elements.map_or("too many".to_string(), |n| n.to_string());
    Err(Error::shape(
        op,
        format!(
            "shape {shape:?} has {elements} elements, got {values} values; expected one value an element"
        ),
    ))
}

/// Equal shapes and equal elements (so a NaN makes a tensor unequal to itself).
impl<T: Element> PartialEq for Tensor<T> {
    fn eq(&self, other: &Self) -> bool {
        self.shape() == other.shape()
            && match (self.as_slice(), other.as_slice()) {
                (Some(a), Some(b)) => a == b,
                _ => self.to_vec() == other.to_vec(),
            }
    }
}

impl<T: Element> fmt::Debug for Tensor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor<{}>{:?} ", T::NAME, self.shape())?;
        fmt::Debug::fmt(&self.to_vec(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tensor_is_two_words() {
        assert_eq!(size_of::<Tensor<f32>>(), 16);
        assert_eq!(size_of::<Result<Tensor<f32>>>(), 16);
    }

    #[test]
    fn writing_copies_only_what_is_shared() {
        let mut a = Tensor::from_slice([3], &[1.0, 2.0, 3.0]).unwrap();
        let at = a.as_slice().unwrap().as_ptr();
        a.make_mut()[0] = 9.0;
        assert_eq!(
            a.as_slice().unwrap().as_ptr(),
            at,
            "the only owner writes in place"
        );
        let b = a.clone();
        a.make_mut()[0] = 5.0;
        assert_eq!((a.to_vec()[0], b.to_vec()[0]), (5.0, 9.0));
    }

    /// A vector that a tensor keeps where it is.
    fn large_vector() -> Vec<f64> {
        (0..6000).map(f64::from).collect()
    }

    #[test]
    fn a_large_vector_stays_where_it_is_through_shapes_and_writes() {
        let values = large_vector();
        let place = values.as_ptr();
        let mut x = Tensor::from_vec([60, 100], values).unwrap();
        x.add_assign(&Tensor::scalar(1.0)).unwrap();
        x.make_mut()[0] = 5.0;
        let reshaped = x.reshape([2, 3, 10, 10, 10]).unwrap();
        drop(x);
        let values = reshaped.into_vec();
        assert_eq!(values.as_ptr(), place);
        assert_eq!([values[0], values[5999]], [5.0, 6000.0]);
    }

    #[test]
    fn a_vector_that_others_see_or_that_has_another_order_is_copied() {
        let make = || Tensor::from_vec([60, 100], large_vector()).unwrap();
        let place = |x: &Tensor<f64>| x.buffer().as_ptr();
        let x = make();
        let at = place(&x);
        let (mut y, expected) = (x.clone(), x.to_vec());
        y.make_mut()[0] = -1.0;
        assert_eq!(
            (x.at(&[0, 0]).unwrap(), y.at(&[0, 0]).unwrap()),
            (0.0, -1.0)
        );
        let y = x.clone();
        let values = x.into_vec();
        assert!(values == expected && values.as_ptr() != at);
        let values = y.into_vec();
        assert_eq!(values.as_ptr(), at, "alone again");

        type View = fn(&Tensor<f64>) -> Result<Tensor<f64>>;
        let views: [View; 5] = [
            |x| x.transpose(0, 1),
            |x| x.flip(0),
            |x| x.narrow(0, 0, 59),
            |x| x.narrow(0, 1, 59),
            |x| x.narrow(0, 1, 0),
        ];
        for (i, view) in views.into_iter().enumerate() {
            let part = view(&make()).unwrap();
            assert!(part.is_unique());
            let (at, expected) = (place(&part), part.copied().to_vec());
            let values = part.into_vec();
            assert!(values == expected && values.as_ptr() != at, "{i}");
        }
    }

    #[test]
    fn as_many_values_as_the_shape_has_elements() {
        let message = |error: Error| error.to_string();
        assert_eq!(
            message(Tensor::from_slice([2, 3], &[1.0; 5]).unwrap_err()),
            "from_slice: shape [2, 3] has 6 elements, got 5 values; expected one value an element"
        );
        assert_eq!(
            message(Tensor::from_vec([60, 101], large_vector()).unwrap_err()),
            "from_vec: shape [60, 101] has 6060 elements, got 6000 values; expected one value an element"
        );
        assert_eq!(
            message(Tensor::from_vec([1 << 40, 1 << 40], vec![1_u8]).unwrap_err()),
            "from_vec: shape [1099511627776, 1099511627776] has too many elements, got 1 values; expected one value an element"
        );
        let empty = Tensor::<bool>::from_vec([3, 0], Vec::new()).unwrap();
        assert_eq!(empty.shape(), [3, 0]);
        assert!(empty.into_vec().is_empty());
        let scalar = Tensor::from_vec((), vec![2_i64]).unwrap();
        assert_eq!((scalar.rank(), scalar.into_vec()), (0, vec![2]));
    }

    #[test]
    fn views_have_the_id_of_their_storage() {
        let a = Tensor::from_slice([2, 3], &[1.0_f32; 6]).unwrap();
        let row = a.select(0, 1).unwrap();
        assert_eq!(
            (row.storage_id(), row.storage_bytes()),
            (a.storage_id(), 24)
        );
        assert_ne!(a.copied().storage_id(), a.storage_id());
    }

    #[test]
    fn elements_by_index() {
        let x = Tensor::from_slice([2, 2], &[1_i64, 2, 3, 4]).unwrap();
        assert_eq!(x.at(&[1, -2]).unwrap(), 3);
        assert_eq!(
            x.at(&[2, 0]).unwrap_err().to_string(),
            "at: index [2, 0] leaves shape [2, 2]"
        );
        assert_eq!(
            x.item().unwrap_err().to_string(),
            "item: a tensor of shape [2, 2] has 4 elements; expected exactly 1"
        );
    }
}

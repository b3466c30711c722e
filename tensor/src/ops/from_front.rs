//! Indices that may count from the end, counted from the front.

use crate::{Error, Result, Tensor};

/// `indices` of an axis of `size` positions, each from −size to below size, counted from the front: what every operation that reads or
/// writes at indices begins with. Where none is negative these are the indices themselves.
///
/// # Errors
/// If an index lies outside of the axis.
pub(super) fn from_front(
    op: &str,
    indices: &Tensor<i64>,
    axis: isize,
    size: usize,
) -> Result<Tensor<i64>> {
    let row = indices.contiguous();
    let list = row.as_slice().unwrap_or_default();
    // A sum without branches is vectorised; which one it was matters only when there is one. As numbers without a sign, negative
    // indices are beyond any size.
    let is_inside = |index: i64| (index as u64) < size as u64;
    if list.iter().fold(true, |all, &index| all & is_inside(index)) {
        return Ok(indices.clone());
    }
    let counted = list.iter().enumerate().map(|(place, &index)| {
        let counted = match index {
            ..0 => index.saturating_add_unsigned(size as u64),
            _ => index,
        };
        if is_inside(counted) {
            return Ok(counted);
        }
        Err(Error::index(
            op,
            format!(
                "index {index} (number {place} of {}) is out of range for axis {axis}, which has size {size}; \
                 expected -{size} to below {size}",
                list.len()
            ),
        ))
    });
    Tensor::from_slice(indices.shape(), &counted.collect::<Result<Vec<_>>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_negative_counts_from_the_end() {
        let count = |indices: &Tensor<i64>| from_front("op", indices, 0, 3);
        let turned = Tensor::from([[0_i64, -1], [-3, 2], [1, -2]]).transpose(0, 1);
        let turned = turned.unwrap();
        let counted = count(&turned).unwrap();
        assert_eq!(counted, Tensor::from([[0, 0, 1], [2, 2, 1]]));
        let plain = Tensor::from([2_i64, 0]);
        assert!(count(&plain).unwrap().shares_storage(&plain));
        assert_eq!(count(&Tensor::zeros([0])).unwrap().shape(), [0]);
    }

    #[test]
    fn what_lies_outside_is_named_with_the_range() {
        for (index, size) in [
            (-4, 3),
            (3, 3),
            (i64::MIN, 3),
            (i64::MAX, 3),
            (-1, 0),
            (0, 0),
        ] {
            let error = from_front("op", &Tensor::from([0, index]), -2, size);
            let error = error.map(|_| ()).unwrap_err().to_string();
            let place = usize::from(size > 0);
            let first = [0, index][place];
            assert_eq!(
                error,
                format!(
                    "op: index {first} (number {place} of 2) is out of range for axis -2, which has size {size}; expected -{size} to below {size}"
                )
            );
        }
    }
}

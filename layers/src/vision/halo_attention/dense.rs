//! Halo attention as the dense attention that it is under a mask, quadratic in the image: what the blocked one is held against.

use super::*;
use crate::vision::reference::assert_agree;
use etude_autograd::AttentionOptions;
use etude_tensor::Tensor;

/// Attention of every query to every position of the padded image, where a mask leaves the block's window.
fn dense(layer: &HaloAttention<f64>, x: &Var<f64>) -> Result<Var<f64>> {
    let HaloAttentionConfig {
        num_heads,
        key_dim,
        block_size,
        halo_size,
        ..
    } = layer.config;
    let (tape, window) = (x.tape(), layer.config.window());
    let [batch, height, width, _] = image(WHO, x)?;
    let border = [
        (0, 0),
        (halo_size, halo_size),
        (halo_size, halo_size),
        (0, 0),
    ];
    let key_value = x.matmul(&tape.param(&layer.key_value)?)?.pad(border, 0.0)?;
    let [_, rows, columns, _] = image(WHO, &key_value)?;
    let query = x
        .matmul(&tape.param(&layer.query)?)?
        .div_scalar((key_dim as f64).sqrt())?;
    let by_head = |x: &Var<f64>, positions: usize, depth: usize| {
        x.reshape([batch, positions, num_heads, depth])?
            .transpose(1, 2)
    };
    let query = by_head(&query, height * width, key_dim)?;
    let key_value = by_head(&key_value, rows * columns, 2 * key_dim)?;

    let by_row = query.matmul(&tape.param(&layer.r_height)?)?;
    let by_column = query.matmul(&tape.param(&layer.r_width)?)?;
    let (mut row, mut column, mut visible) = (Vec::new(), Vec::new(), Vec::new());
    for query in 0..height * width {
        let (i, j) = (query / width, query % width);
        for key in 0..rows * columns {
            // In the coordinates of the query's block, whose window starts at 0.
            let p = (key / columns).wrapping_sub(i - i % block_size);
            let r = (key % columns).wrapping_sub(j - j % block_size);
            let seen = p < window && r < window;
            visible.push(seen);
            row.push(if seen {
                p + window - 1 - i % block_size
            } else {
                0
            } as i64);
            column.push(if seen {
                r + window - 1 - j % block_size
            } else {
                0
            } as i64);
        }
    }
    let shape = [height * width, rows * columns];
    let all = [batch, num_heads, shape[0], shape[1]];
    let [row, column] =
        [row, column].map(|index| Tensor::from_slice(shape, &index)?.broadcast_to(all));
    let position = by_row
        .gather(-1, &row?)?
        .try_add(&by_column.gather(-1, &column?)?)?;
    let options = AttentionOptions::new()
        .scale(1.0)
        .mask(Tensor::from_slice(shape, &visible)?)
        .mask(position);
    let key = key_value.narrow(-1, 0, key_dim)?;
    let value = key_value.narrow(-1, key_dim, key_dim)?;
    let y = query.scaled_dot_product_attention(&key, &value, &options)?;
    let y = y
        .transpose(1, 2)?
        .reshape([batch, height, width, num_heads * key_dim])?;
    project(&y, &layer.output_weight, &layer.output_bias)
}

#[test]
fn it_agrees_with_dense_attention_under_a_mask() -> Result<()> {
    for (block, halo) in [(1, 0), (1, 2), (2, 0), (2, 1), (3, 2)] {
        let config = HaloAttentionConfig::new().block_size(block).halo_size(halo);
        let config = config.num_heads(2).key_dim(3).input_size(5);
        let layer: HaloAttention<f64> = config.init(&mut Rng::seed(1))?;
        let x = Tensor::randn([2, 6, 12, 5], &mut Rng::seed(2));
        let what = format!("block {block}, halo {halo}");
        assert_agree(
            &what,
            &layer,
            &x,
            |x| layer.forward(x),
            |x| dense(&layer, x),
        )?;
    }
    Ok(())
}

//! GELU of sixteen `f32` at once, for AVX-512.
//!
//! ```text
//! x·Φ(x) = max(x, 0) − e^{−x²/2}·S(|x|),   S(m) = m·Φ(−m)·e^{m²/2}
//! ```
//!
//! The [form of every level](super::maths::gelu) divides by 1 + m and approximates what is left by a rational function. Here a register holds sixteen
//! numbers, among which one instruction looks up one for each lane, and that is cheaper than both: S is cut into sixteen pieces, narrow where it bends, and each is a
//! polynomial in the distance d from its centre c,
//!
//! ```text
//! S(m) = S(c) + g,   g = s₁·d + s₂·d² + … + s₆·d⁶,   d = m − c
//! ```
//!
//! so that with e^{−m²/2} = 2ⁿ·(1 + b), see [`exp`](super::maths::exp),
//!
//! ```text
//! e^{−m²/2}·S(m) = 2ⁿ·(S(c) + (g + b·(S(c) + g)))
//! ```
//!
//! The centres are chosen so that S(c) is all but a number of this type, and the bracket beside it is small: hardly more than its last rounding counts. As in the
//! other form, the relative precision holds down to where the result underflows.

use std::arch::x86_64::*;
use std::array::from_fn;
use std::f32::consts::LOG2_E;

use super::maths::ExpTable;

/// From here on, e^{−m²/2}·S(m) rounds to 0.
const RANGE: f32 = 14.4;

/// With u = m + `OFFSET`, 1 < u < 16, a piece ends where u's exponent changes or one of the first two bits of its fraction does. These two and the last two of the
/// exponent's field are the piece's index: it is 12 to 15 for u < 2, and goes on from 0.
const OFFSET: f32 = 1.031_25;

/// The bits of u below the index.
const BELOW_INDEX: u32 = 21;

/// For each piece c, S(c), s₁, …, s₆. Minimax fits by relative error, which is below 2⁻²⁹. The piece with 0 in it has its centre there: its S(c) is 0, its s₁ ½.
#[rustfmt::skip]
const PIECES: [[f32; 16]; 8] = [
    [
        1.222_75, 1.741_062_5, 2.205_875, 2.742_937_6,
        3.442_5, 4.511_5, 5.463_25, 6.420_75,
        7.883_75, 10.025_5, 11.919_75, 13.646_983,
        0.0, 0.349_281_25, 0.602_5, 0.837_406_3,
    ],
    [
        0.285_886_26, 0.323_667_44, 0.344_191_37, 0.359_335_5,
        0.371_458_74, 0.381_693_57, 0.386_735_5, 0.389_896_1,
        0.392_810_97, 0.395_086_08, 0.396_191_72, 0.396_833_8,
        0.0, 0.134_926_83, 0.197_521_43, 0.239_221_35,
    ],
    [
        0.095_566_75, 0.054_844_04, 0.035_260_294, 0.022_365_006,
        0.013_291_682, 0.006_787_038_4, 0.004_099_839, 0.002_641_086_2,
        0.001_487_683_7, 0.000_747_776_5, 0.000_452_218_4, 0.000_304_202_4,
        0.5, 0.294_082_85, 0.206_480_32, 0.151_918_08,
    ],
    [
        -0.054_628_94, -0.027_531_419, -0.015_861, -0.008_933_862,
        -0.004_605_234, -0.001_938_856_7, -0.001_007_560_8, -0.000_567_308,
        -0.000_267_049_15, -0.000_107_784_865, -5.539_917_4e-5, -3.275_141e-5,
        -0.398_942_17, -0.212_656_66, -0.139_218_66, -0.096_112_34,
    ],
    [
        0.025_516_24, 0.011_443_771, 0.005_967_570_5, 0.003_014_049_3,
        0.001_361_083_9, 0.000_477_770_6, 0.000_215_052_64, 0.000_106_358_63,
        4.204_421_2e-5, 1.368_836_9e-5, 5.993_775e-6, 3.118_57e-6,
        0.249_993_1, 0.122_283_99, 0.075_280_994, 0.049_132_317,
    ],
    [
        -0.010_407_307, -0.004_194_244_7, -0.001_996_377_5, -0.000_911_101_35,
        -0.000_363_637_93, -0.000_107_275_43, -4.210_443e-5, -1.837_857_6e-5,
        -6.136_776_4e-6, -1.615_099e-6, -6.043_957e-7, -2.736_449_6e-7,
        -0.132_835_76, -0.060_199_47, -0.035_062_823, -0.021_754_7,
    ],
    [
        0.003_877_684, 0.001_411_470_1, 0.000_615_786_76, 0.000_256_360_8,
        9.203_694e-5, 2.291_811_7e-5, 7.864_046e-6, 3.022_81e-6,
        8.702_863e-7, 1.850_377e-7, 5.892_115e-8, 2.362_31e-8,
        0.061_150_976, 0.026_346_648, 0.014_594_278, 0.008_571_951,
    ],
    [
        -0.001_333_209_7, -0.000_458_618_16, -0.000_170_794_2, -6.549_516_5e-5,
        -2.076_772_4e-5, -4.858_629_4e-6, -1.389_342_4e-6, -4.502_205_7e-7,
        -1.084_226_2e-7, -2.095_819_3e-8, -5.306_007e-9, -5.849_279_3e-9,
        -0.020_738_667, -0.011_068_603, -0.005_843_240_3, -0.002_941_655,
    ],
];

/// y = x·Φ(x) for slices of one length.
#[target_feature(enable = "avx512f,avx512dq")]
pub(super) fn gelu(x: &[f32], y: &mut [f32]) {
    let pieces = PIECES.map(|row| load(&row));
    // Four registers at a time: while the steps of one wait for each other, those of the others go on.
    let (x_blocks, x_rest) = x.as_chunks::<64>();
    let (y_blocks, y_rest) = y.as_chunks_mut::<64>();
    for (x, y) in x_blocks.iter().zip(y_blocks) {
        let (x, y) = (x.as_chunks::<16>().0, y.as_chunks_mut::<16>().0);
        let values = in_registers::<4>(from_fn(|i| load(&x[i])), &pieces);
        for (y, value) in y.iter_mut().zip(values) {
            store(value, y);
        }
    }
    for (x, y) in x_rest.chunks(16).zip(y_rest.chunks_mut(16)) {
        let mut lanes = [0.0; 16];
        lanes[..x.len()].copy_from_slice(x);
        let [value] = in_registers([load(&lanes)], &pieces);
        store(value, &mut lanes);
        y.copy_from_slice(&lanes[..y.len()]);
    }
}

/// The same instruction in each of N registers.
macro_rules! each {
    ($($operand:ident),+ => $value:expr) => {
        from_fn::<_, N, _>(|i| {
            $(let $operand = $operand[i];)+
            $value
        })
    };
}

/// x·Φ(x), lane by lane.
#[inline]
#[target_feature(enable = "avx512f,avx512dq")]
fn in_registers<const N: usize>(x: [__m512; N], pieces: &[__m512; 8]) -> [__m512; N] {
    let of = |value: f32| _mm512_set1_ps(value);
    let h = |power: usize| of(f32::H[power]);

    // The smaller of |x| and the range, also for NaN, which max(x, 0) keeps.
    let m = each!(x => _mm512_range_ps::<0b1010>(x, of(RANGE)));
    let u = each!(m => _mm512_add_ps(m, of(OFFSET)));
    let piece = each!(u => _mm512_srli_epi32::<BELOW_INDEX>(_mm512_castps_si512(u)));
    // Reads no more than the last four bits of an index.
    let look_up = |row: usize, piece: __m512i| _mm512_permutexvar_ps(piece, pieces[row]);

    // −m² = n·2 ln 2 + s, with what the square has lost to rounding.
    let square = each!(m => _mm512_mul_ps(m, m));
    let lost = each!(m, square => _mm512_fmsub_ps(m, m, square));
    let n = each!(square => nearest_integer(_mm512_mul_ps(square, of(-0.5 * LOG2_E))));
    let exact = each!(n, square => _mm512_fnmsub_ps(n, of(2.0 * f32::LN2.0), square));
    let small = each!(n, lost => _mm512_fnmsub_ps(n, of(2.0 * f32::LN2.1), lost));
    let s = each!(exact, small => _mm512_add_ps(exact, small));

    // g, by pairs of coefficients (Estrin's scheme), whose chain of steps is shorter than Horner's.
    let d = each!(m, piece => _mm512_sub_ps(m, look_up(0, piece)));
    let d2 = each!(d => _mm512_mul_ps(d, d));
    let s45 = each!(d, piece => _mm512_fmadd_ps(look_up(6, piece), d, look_up(5, piece)));
    let s23 = each!(d, piece => _mm512_fmadd_ps(look_up(4, piece), d, look_up(3, piece)));
    let s456 = each!(d2, s45, piece => _mm512_fmadd_ps(look_up(7, piece), d2, s45));
    let tail = each!(d2, s456, s23 => _mm512_fmadd_ps(s456, d2, s23));
    let linear = each!(d, piece => _mm512_mul_ps(look_up(2, piece), d));
    let g = each!(tail, d2, linear => _mm512_fmadd_ps(tail, d2, linear));

    // b = ½s + s²·H(s), likewise.
    let s2 = each!(s => _mm512_mul_ps(s, s));
    let h01 = each!(s => _mm512_fmadd_ps(h(1), s, h(0)));
    let h23 = each!(s => _mm512_fmadd_ps(h(3), s, h(2)));
    let h234 = each!(s2, h23 => _mm512_fmadd_ps(h(4), s2, h23));
    let half = each!(s => _mm512_mul_ps(of(0.5), s));
    let tail = each!(h234, s2, h01 => _mm512_fmadd_ps(h234, s2, h01));
    let b = each!(tail, s2, half => _mm512_fmadd_ps(tail, s2, half));

    let at_centre = each!(piece => look_up(1, piece));
    let near = each!(at_centre, g => _mm512_add_ps(at_centre, g));
    let bracket = each!(b, near, g => _mm512_fmadd_ps(b, near, g));
    let sum = each!(at_centre, bracket => _mm512_add_ps(at_centre, bracket));
    // Of two zeros the maximum is its second operand: −0 stays −0.
    let whole = each!(x => _mm512_max_ps(of(-0.0), x));
    each!(whole, sum, n => _mm512_sub_ps(whole, _mm512_scalef_ps(sum, n)))
}

/// The integer next to each lane, of two the even one.
#[inline]
#[target_feature(enable = "avx512f")]
fn nearest_integer(x: __m512) -> __m512 {
    _mm512_roundscale_ps::<{ _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC }>(x)
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(from: &[f32; 16]) -> __m512 {
    // SAFETY: the array is what is read.
    unsafe { _mm512_loadu_ps(from.as_ptr()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(value: __m512, to: &mut [f32; 16]) {
    // SAFETY: the array is what is written.
    unsafe { _mm512_storeu_ps(to.as_mut_ptr(), value) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces, evaluated in `f64`, against S by the library's erfc.
    #[test]
    fn the_pieces_are_the_function_to_2_to_the_minus_29() {
        let mut seen = [false; 16];
        for step in 1..=28_800 {
            let m = f64::from(step) / 2000.0;
            let piece = ((m as f32 + OFFSET).to_bits() >> BELOW_INDEX) as usize % 16;
            seen[piece] = true;
            let [centre, coefficients @ ..] = PIECES.map(|row| f64::from(row[piece]));
            let d = m - centre;
            let value = coefficients.iter().rev().fold(0.0, |sum, s| sum * d + s);
            let tail = libm::erfc(m * std::f64::consts::FRAC_1_SQRT_2) / 2.0;
            let exact = m * tail * (m * m / 2.0).exp();
            let error = (value / exact - 1.0).abs();
            assert!(error < 2f64.powi(-29), "{error:e} at {m}");
        }
        assert_eq!(seen, [true; 16]);
    }
}

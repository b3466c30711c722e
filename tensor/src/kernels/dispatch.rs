//! One body, compiled for every level, and the choice between the copies.

/// Defines `fn $name<T: Real>(…)` that runs `$body::<M, T>(…)` compiled for the level in force, where `$body` is an
/// `#[inline(always)]` function generic over how a·b + c is rounded ([`MulAdd`](super::maps::maths::MulAdd)) and over the number type.
///
/// Being inlined, the loops of the body are compiled with the instructions of the entry point that they end up in.
macro_rules! at_every_level {
    (
        $(#[$doc:meta])*
        $visibility:vis fn $name:ident($($argument:ident: $type:ty),* $(,)?) $(-> $result:ty)? = $module:ident::$body:ident
    ) => {
        $(#[$doc])*
        $visibility fn $name<T: $crate::kernels::maps::maths::Real>($($argument: $type),*) $(-> $result)? {
            use $crate::kernels::maps::maths::{Baseline, Real};

            #[cfg(target_arch = "x86_64")]
            {
                use $crate::kernels::{Level, level, maps::maths::Fused};

                #[target_feature(enable = "avx2,fma")]
                fn avx2<T: Real>($($argument: $type),*) $(-> $result)? {
                    $module::$body::<Fused, T>($($argument),*)
                }
                #[target_feature(enable = "avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")]
                fn avx512<T: Real>($($argument: $type),*) $(-> $result)? {
                    $module::$body::<Fused, T>($($argument),*)
                }
                match level() {
                    // SAFETY: `level()` never returns a level that the machine lacks, and this one stands for these features.
                    Level::Avx512 => return unsafe { avx512($($argument),*) },
                    // SAFETY: as above.
                    Level::Avx2 => return unsafe { avx2($($argument),*) },
                    Level::Baseline => {}
                }
            }
            $module::$body::<Baseline, T>($($argument),*)
        }
    };
}

pub(in crate::kernels) use at_every_level;

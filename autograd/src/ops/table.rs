//! The table of operations: everything that [`Var`](crate::Var) offers, and what kind of derivative it has.
//!
//! The catalogue of the gradient checks is a `match` over it without a default, so an operation in the table can't lack an
//! entry; and a test holds the table against the methods and rules in this folder, so none can lack from the table.

/// What kind of derivative an operation has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A rule of its own.
    Rule,
    /// Written with other operations, and differentiated through them.
    Composed,
    /// A rule that gives zero: the operation is constant wherever it is smooth.
    Zero,
    /// No method of a variable: recorded by the rule of another operation, so that it can be differentiated again.
    Adjoint,
    /// An integer or boolean result, which has left the tape by its type.
    Plain,
}

macro_rules! table {
    ($($kind:ident { $($op:ident = $name:literal,)* })*) => {
        /// An operation, by name.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Op {
            $($(
                #[doc = concat!("`", $name, "`")]
                $op,
            )*)*
        }

        impl Op {
            /// Every operation.
            pub const ALL: &'static [Op] = &[$($(Op::$op,)*)*];

            /// The name: the method's, without its `try_`, and the rule's.
            pub fn name(self) -> &'static str {
                match self {
                    $($(Op::$op => $name,)*)*
                }
            }

            /// What kind of derivative it has.
            pub fn kind(self) -> Kind {
                match self {
                    $($(Op::$op)|* => Kind::$kind,)*
                }
            }

            /// A number for what the checks draw at random, from the name (by FNV-1a), so that it stays the same when other
            /// operations join the table.
            #[cfg(feature = "testing")]
            pub(crate) fn stream(self) -> u64 {
                let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
                self.name().bytes().fold(0xcbf2_9ce4_8422_2325, mix)
            }

            /// The operation of this name.
            pub fn from_name(name: &str) -> Option<Op> {
                Op::ALL.iter().copied().find(|op| op.name() == name)
            }
        }
    };
}

table! {
    Rule {
        Abs = "abs",
        Acos = "acos",
        Acosh = "acosh",
        AdaptiveAvgPool = "adaptive_avg_pool",
        AdaptiveLpPool = "adaptive_lp_pool",
        AdaptiveMaxPool = "adaptive_max_pool",
        Add = "add",
        Affine = "affine",
        AffineThen = "affine_then",
        AllReduceSum = "all_reduce_sum",
        Asin = "asin",
        Asinh = "asinh",
        Atan = "atan",
        Atan2 = "atan2",
        Atanh = "atanh",
        AvgPool = "avg_pool",
        BatchNorm = "batch_norm",
        BroadcastTo = "broadcast_to",
        ChannelsFirst = "channels_first",
        ChannelsLast = "channels_last",
        Cholesky = "cholesky",
        Clamp = "clamp",
        Concat = "concat",
        Conv = "conv",
        Copysign = "copysign",
        Cos = "cos",
        Cosh = "cosh",
        CrossEntropy = "cross_entropy",
        Cumprod = "cumprod",
        Cumsum = "cumsum",
        Determinant = "determinant",
        DiagEmbed = "diag_embed",
        Diagonal = "diagonal",
        Div = "div",
        Eigh = "eigh",
        Elu = "elu",
        EluWith = "elu_with",
        Erf = "erf",
        Erfc = "erfc",
        Exp = "exp",
        Exp2 = "exp2",
        ExpM1 = "exp_m1",
        Flip = "flip",
        Fold = "fold",
        Gather = "gather",
        Gelu = "gelu",
        GeluTanh = "gelu_tanh",
        HardSigmoid = "hard_sigmoid",
        HardSwish = "hard_swish",
        Hypot = "hypot",
        IndexAdd = "index_add",
        IndexAssign = "index_assign",
        IndexSelect = "index_select",
        LayerNorm = "layer_norm",
        LeakyRelu = "leaky_relu",
        LeakyReluWith = "leaky_relu_with",
        Lgamma = "lgamma",
        LinearRecurrence = "linear_recurrence",
        Ln = "ln",
        Ln1p = "ln_1p",
        Log10 = "log10",
        Log2 = "log2",
        LogSoftmax = "log_softmax",
        Logcumsumexp = "logcumsumexp",
        Logsumexp = "logsumexp",
        LpPool = "lp_pool",
        Lstm = "lstm",
        MaskedFill = "masked_fill",
        Matmul = "matmul",
        Max = "max",
        MaxPool = "max_pool",
        Maximum = "maximum",
        Min = "min",
        Minimum = "minimum",
        Mul = "mul",
        Narrow = "narrow",
        Neg = "neg",
        Norm = "norm",
        Pad = "pad",
        Permute = "permute",
        Polygamma = "polygamma",
        Pow = "pow",
        Prod = "prod",
        Qr = "qr",
        Recip = "recip",
        Relu = "relu",
        Relu6 = "relu6",
        Rem = "rem",
        Repeat = "repeat",
        Reshape = "reshape",
        Roll = "roll",
        Rot90 = "rot90",
        Rsqrt = "rsqrt",
        ScaledDotProductAttention = "scaled_dot_product_attention",
        Scatter = "scatter",
        ScatterAdd = "scatter_add",
        Select = "select",
        Selu = "selu",
        Sigmoid = "sigmoid",
        Sin = "sin",
        Sinh = "sinh",
        Slice = "slice",
        Softmax = "softmax",
        Softplus = "softplus",
        Softsign = "softsign",
        Solve = "solve",
        Sqrt = "sqrt",
        Square = "square",
        Std = "std",
        Sub = "sub",
        Sum = "sum",
        Svd = "svd",
        Swish = "swish",
        Tan = "tan",
        Tanh = "tanh",
        Tile = "tile",
        Transpose = "transpose",
        TriangularSolve = "triangular_solve",
        Tril = "tril",
        Triu = "triu",
        Unfold = "unfold",
        Var = "var",
        Where = "where_",
        Windows = "windows",
        Xlogy = "xlogy",
    }
    Composed {
        AddScalar = "add_scalar",
        AttentionWithWeights = "attention_with_weights",
        BooleanIndex = "boolean_index",
        BooleanIndexAssign = "boolean_index_assign",
        Chunk = "chunk",
        ConvTranspose = "conv_transpose",
        DivScalar = "div_scalar",
        Einsum = "einsum",
        Flatten = "flatten",
        GlobalAvgPool = "global_avg_pool",
        GlobalLpPool = "global_lp_pool",
        GlobalMaxPool = "global_max_pool",
        Index = "index",
        Inverse = "inverse",
        Kron = "kron",
        MaskedAssign = "masked_assign",
        MaskedSelect = "masked_select",
        MaskedSoftmax = "masked_softmax",
        Mean = "mean",
        Median = "median",
        Meshgrid = "meshgrid",
        Moveaxis = "moveaxis",
        MulScalar = "mul_scalar",
        Outer = "outer",
        PadWith = "pad_with",
        PowScalar = "pow_scalar",
        Quantile = "quantile",
        Quantiles = "quantiles",
        Resize = "resize",
        SliceAssign = "slice_assign",
        Slices = "slices",
        Sort = "sort",
        Split = "split",
        Squeeze = "squeeze",
        Stack = "stack",
        SubScalar = "sub_scalar",
        Take = "take",
        TakeAlongAxis = "take_along_axis",
        Tensordot = "tensordot",
        Topk = "topk",
        Unsqueeze = "unsqueeze",
        WeightedMean = "weighted_mean",
    }
    Zero {
        Ceil = "ceil",
        Floor = "floor",
        Round = "round",
        Sign = "sign",
        Trunc = "trunc",
    }
    Adjoint {
        AvgPoolGrad = "avg_pool_grad",
        ConvInputGrad = "conv_input_grad",
        ConvWeightGrad = "conv_weight_grad",
        MaxPoolGrad = "max_pool_grad",
    }
    Plain {
        All = "all",
        And = "and",
        Any = "any",
        Argmax = "argmax",
        Argmin = "argmin",
        Argsort = "argsort",
        Bincount = "bincount",
        Equal = "equal",
        Greater = "greater",
        GreaterEqual = "greater_equal",
        Less = "less",
        LessEqual = "less_equal",
        Not = "not",
        NotEqual = "not_equal",
        Or = "or",
        Unique = "unique",
        Xor = "xor",
    }
}

//! The keys of the sequence and vision layers and what each is when it is left out, written as configuration files write them.

use etude_layers::registry;
use etude_tensor::{Result, Rng};
use serde_json::{Value, json};

/// A layer, the keys that it must be given, and all others that have a default, with it. Keys that are absent unless they are given come
/// last: those have no default to show.
struct Keys {
    layer: &'static str,
    required: Value,
    defaults: Value,
    absent: Value,
}

fn keys(layer: &'static str, required: Value, defaults: Value, absent: Value) -> Keys {
    Keys {
        layer,
        required,
        defaults,
        absent,
    }
}

/// Both objects' entries.
fn both(a: &Value, b: &Value) -> Value {
    let (Value::Object(a), Value::Object(b)) = (a, b) else {
        panic!("two objects: {a} and {b}")
    };
    Value::Object(a.clone().into_iter().chain(b.clone()).collect())
}

fn sequence() -> Vec<Keys> {
    let weights = json!({"weight_initializer": "Xavier", "trainable": true});
    let biases = both(&weights, &json!({"bias_initializer": "zeros"}));
    let kernel = json!({"kernel_function": "gaussian", "kernel_approximation": "low_rank", "rank": 32, "sigma": 1.0});
    let linear = both(&biases, &kernel);
    let block = json!({"activation": "relu", "epsilon": 1e-6});
    let none = json!({});
    let input_size = json!({"input_size": 4});
    vec![
        keys(
            "AdaptiveConv2d",
            json!({"filters": 3, "kernel_size": [3, 3]}),
            both(
                &biases,
                &json!({"strides": 1, "padding": "VALID", "use_bias": true}),
            ),
            json!({"input_size": 1, "activation": "relu"}),
        ),
        keys(
            "AdditiveAttention",
            json!({"output_size": 3}),
            both(&weights, &json!({"context": "projection"})),
            input_size.clone(),
        ),
        keys(
            "Capsule",
            json!({"num_capsules": 3, "dim_capsules": 2}),
            both(&weights, &json!({"routings": 3})),
            input_size.clone(),
        ),
        keys(
            "MultiHeadFavorAttention",
            json!({"dim": 4, "nb_heads": 2, "nb_random_features": 6}),
            weights.clone(),
            none.clone(),
        ),
        keys(
            "LinearAttention",
            json!({"dim": 4, "num_heads": 2}),
            linear.clone(),
            none.clone(),
        ),
        keys(
            "Linformer",
            json!({"dim": 4, "num_heads": 2}),
            both(&linear, &json!({"epsilon": 1e-6})),
            none.clone(),
        ),
        keys(
            "Longformer",
            json!({"dim": 4, "num_heads": 2, "window_size": 1}),
            both(&both(&biases, &block), &json!({"global_tokens": []})),
            none.clone(),
        ),
        keys(
            "MultiHeadAttention",
            json!({"n_head": 2}),
            both(&biases, &json!({"use_bias": true, "dropout": 0.0})),
            json!({"n_state": 6, "input_size": 4}),
        ),
        keys(
            "Performer",
            json!({"dim": 4, "nb_heads": 2, "nb_random_features": 6}),
            both(&both(&biases, &block), &json!({"use_bias": true})),
            none.clone(),
        ),
        keys(
            "RippleAttention",
            json!({"dim": 4, "num_heads": 2}),
            both(&weights, &json!({"epsilon": 1e-6})),
            none,
        ),
        keys(
            "SelfAttention",
            json!({"output_size": 4, "num_heads": 2}),
            weights.clone(),
            input_size.clone(),
        ),
        keys(
            "SparseAttention",
            json!({"output_size": 4, "num_heads": 2}),
            both(&weights, &json!({"mask_params": {}})),
            input_size.clone(),
        ),
        keys(
            "SparseAttention",
            json!({"output_size": 4, "num_heads": 2, "mask_mode": "block", "mask_params": {"block_size": 2}}),
            weights,
            input_size.clone(),
        ),
        keys(
            "TransformerBlock",
            json!({"output_size": 4, "num_heads": 2}),
            both(&biases, &json!({"use_bias": true, "epsilon": 1e-6})),
            input_size,
        ),
    ]
}

fn vision() -> Vec<Keys> {
    let trained = json!({"trainable": true});
    let with = |other: Value| both(&trained, &other);
    let none = json!({});
    let channels = json!({"input_size": 8});
    let positional = with(json!({
        "num_heads": 4, "key_dim": 128, "out_weight": true, "out_bias": false, "attn_dropout": 0.0, "return_attention_scores": false,
    }));
    vec![
        keys(
            "AntiAliasDownsample",
            none.clone(),
            json!({"kernel_size": 3, "strides": 2, "trainable": false}),
            channels.clone(),
        ),
        keys(
            "BatchNormActivation",
            none.clone(),
            with(json!({"activation": "relu", "zero_gamma": false})),
            channels.clone(),
        ),
        keys(
            "SqueezeExcite",
            none.clone(),
            with(json!({"se_ratio": 0.25, "activation": "relu", "use_bias": true})),
            channels.clone(),
        ),
        keys(
            "MhsaWithPositionEmbedding",
            none.clone(),
            both(&positional, &json!({"relative": true})),
            json!({"out_shape": 3, "input_size": [2, 3, 4]}),
        ),
        keys(
            "CotAttention",
            none.clone(),
            with(json!({"kernel_size": 3, "activation": "relu"})),
            channels.clone(),
        ),
        keys(
            "ConvPositionalEncoding",
            none.clone(),
            with(json!({"kernel_size": 3})),
            channels.clone(),
        ),
        keys(
            "ConvRelativePositionalEncoding",
            none.clone(),
            with(json!({"head_splits": [2, 3, 3], "head_kernel_size": [3, 5, 7]})),
            channels.clone(),
        ),
        keys(
            "HaloAttention",
            none.clone(),
            both(&positional, &json!({"block_size": 2, "halo_size": 1})),
            json!({"out_shape": 3, "input_size": 4}),
        ),
        keys("RSoftmax", json!({"groups": 2}), none.clone(), none.clone()),
        keys(
            "SplitAttentionConv2d",
            json!({"filters": 4}),
            with(json!({"kernel_size": 3, "strides": 1, "groups": 2, "activation": "relu"})),
            channels.clone(),
        ),
        keys(
            "OutlookAttention",
            json!({"embed_dim": 4, "num_head": 2}),
            with(
                json!({"kernel_size": 3, "padding": 1, "strides": 2, "attn_dropout": 0.0, "output_dropout": 0.0}),
            ),
            channels.clone(),
        ),
        keys(
            "OutlookAttentionSimple",
            json!({"embed_dim": 6}),
            with(json!({"num_head": 6, "kernel_size": 3, "attn_dropout": 0.0})),
            channels.clone(),
        ),
        keys("BiasLayer", none.clone(), trained.clone(), channels.clone()),
        keys(
            "PositionalEmbedding",
            none.clone(),
            trained.clone(),
            json!({"input_size": [2, 3, 4]}),
        ),
        keys(
            "ClassToken",
            none.clone(),
            trained.clone(),
            channels.clone(),
        ),
        keys(
            "MlpBlock",
            json!({"hidden_dim": 4}),
            with(json!({"activation": "gelu"})),
            channels.clone(),
        ),
        keys(
            "MixerBlock",
            json!({"tokens_mlp_dim": 4, "channels_mlp_dim": 3}),
            with(json!({"drop_rate": 0.0, "activation": "gelu"})),
            json!({"input_size": [2, 4]}),
        ),
        keys(
            "ChannelAffine",
            none.clone(),
            with(json!({"use_bias": true, "weight_init_value": 1.0})),
            channels,
        ),
        keys(
            "SpatialGatingBlock",
            none,
            trained.clone(),
            json!({"input_size": [2, 4]}),
        ),
    ]
}

/// What the layer of this configuration says that its configuration is.
fn configuration(layer: &str, config: &Value) -> Result<Value> {
    registry::layer::<f64>(layer, config, &mut Rng::seed(1))?.config()
}

#[test]
fn what_is_left_out_is_the_default_and_what_is_given_stays() {
    for Keys {
        layer,
        required,
        defaults,
        absent,
    } in sequence().into_iter().chain(vision())
    {
        let least = both(&required, &defaults);
        assert_eq!(configuration(layer, &required).unwrap(), least, "{layer}");
        let all = both(&least, &absent);
        assert_eq!(configuration(layer, &all).unwrap(), all, "{layer}");
    }
}

#[test]
fn a_key_more_or_less_is_refused() {
    for Keys {
        layer,
        required,
        defaults,
        ..
    } in sequence().into_iter().chain(vision())
    {
        let more = both(&both(&required, &defaults), &json!({"colour": "red"}));
        let message = configuration(layer, &more).unwrap_err().to_string();
        assert!(message.contains("unknown field `colour`"), "{message}");
        let Value::Object(required) = required else {
            panic!("an object")
        };
        for key in required.keys().filter(|key| !key.starts_with("mask_")) {
            let mut less = required.clone();
            less.remove(key);
            let message = configuration(layer, &Value::Object(less)).unwrap_err();
            let missing = format!("missing field `{key}`");
            assert!(message.to_string().contains(&missing), "{message}");
        }
    }
}

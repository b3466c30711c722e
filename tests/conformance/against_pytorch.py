"""Holds PyTorch to étude's exported cases, values and derivatives of both orders: python against_pytorch.py DIR. Needs torch alone."""
import json, math, pathlib, struct, sys, torch, torch.nn.functional as F
from torch import linalg
DTYPES = {"F64": torch.float64, "I64": torch.int64, "BOOL": torch.bool}
def read(path):  # safetensors: the length of a JSON header, the header, and the bytes that it points into
    raw = path.read_bytes()
    head, data = json.loads(raw[8:8 + struct.unpack("<Q", raw[:8])[0]]), raw[8 + struct.unpack("<Q", raw[:8])[0]:]
    load = lambda it: torch.frombuffer(bytearray(data[slice(*it["data_offsets"])] or b"\0" * 8), dtype=DTYPES[it["dtype"]])
    return head.pop("__metadata__"), {name: load(it)[:math.prod(it["shape"])].reshape(it["shape"]) for name, it in head.items()}
over = lambda o, x: {"dim": o.get("axes", list(range(x.dim()))), "keepdim": o.get("keepdims", False)}
ends = lambda o: [n for pair in reversed(o["padding"]) for n in pair]  # (before, behind) of each axis, as F.pad wants it
part = lambda x, axis, s: x.index_select(axis, torch.tensor(range(x.shape[axis])[slice(*s)], dtype=torch.int64))
first, last = lambda x: x.movedim(-1, 1), lambda x: x.movedim(1, -1)  # étude's channels are the last axis, PyTorch's the first
def conv(o, x, w, b=None, n=0):
    x, w = F.pad(first(x), ends(o)), w.permute(-1, -2, *range(w.dim() - 2))
    return last(getattr(F, f"conv{w.dim() - 2}d")(x, w, b, o["stride"], 0, o["dilation"], o["groups"]))
def pool(o, x, edge, f):
    x = F.pad(first(x), ends(o), value=edge)
    for axis, (size, step) in enumerate(zip(o["kernel"], o["stride"])): x = x.unfold(axis + 2, size, step)
    return last(f(x.flatten(-len(o["kernel"])), -1))
def attention(o, q, k, v, m=None):  # by the backend that can be differentiated twice
    with torch.nn.attention.sdpa_kernel(torch.nn.attention.SDPBackend.MATH):
        return F.scaled_dot_product_attention(q, k, v, m, is_causal=o.get("causal", False), scale=o.get("scale"))
CALLS = {torch: """abs acos acosh add asin asinh atan atan2 atanh ceil copysign cos cosh div erf erfc exp exp2 floor hypot kron lgamma log10 log2
    mul matmul maximum minimum neg outer pow relu round rsqrt sigmoid sign sin sinh sqrt square sub tan tanh trunc xlogy rem=remainder ln=log
    ln_1p=log1p exp_m1=expm1 recip=reciprocal add_scalar=add sub_scalar=sub mul_scalar=mul div_scalar=div pow_scalar=pow softmax log_softmax cumsum
    cumprod logcumsumexp unsqueeze squeeze reshape flatten permute transpose narrow select diagonal diag_embed tile tril triu roll rot90 gather
    repeat=repeat_interleave broadcast_to scatter_add index_add masked_select sort topk all_reduce_sum=clone""",
    linalg: "inverse=inv determinant=det solve", F: "elu selu gelu relu6 softplus softsign swish=silu hard_swish=hardswish"}
def call(f):  # PyTorch's function on the first argument, the options, what has no gradient, and the other arguments, in this order
    return lambda o, x, *others: f(x, *o.values(), *sorted(others, key=torch.is_floating_point))
TABLE = {pair.split("=")[0]: call(getattr(at, pair.split("=")[-1])) for at, pairs in CALLS.items() for pair in pairs.split()}
for name, f in dict(sum=torch.sum, mean=torch.mean, max=torch.amax, min=torch.amin, logsumexp=torch.logsumexp).items():
    TABLE[name] = lambda o, x, f=f: f(x, **over(o, x))
TABLE |= dict(
    clamp=lambda o, x: x.clamp(o.get("low"), o["high"]), hard_sigmoid=lambda o, x: (0.2 * x + 0.5).clamp(0, 1), prod=lambda o, x: x.prod(),
    gelu_tanh=lambda o, x: F.gelu(x, approximate="tanh"), leaky_relu=lambda o, x: F.leaky_relu(x, 0.2), flip=lambda o, x: x.flip(over(o, x)["dim"]),
    polygamma=lambda o, x: torch.polygamma(o["order"], x), norm=lambda o, x: linalg.vector_norm(x, o["p"], **over(o, x)),
    var=lambda o, x: torch.var(x, correction=o["correction"], **over(o, x)), std=lambda o, x: torch.std(x, correction=o["correction"], **over(o, x)),
    weighted_mean=lambda o, x, w: (x * w).sum(**over(o, x)) / w.expand(x.shape).sum(**over(o, x)), concat=lambda o, *xs: torch.cat(xs, o["axis"]),
    stack=lambda o, *xs: torch.stack(xs, o["axis"]), where_=lambda o, a, b, mask: torch.where(mask, a, b), slice=lambda o, x: part(x, o["axis"], o["slice"]),
    pad=lambda o, x: F.pad(x, ends({"padding": o["border"]}), value=o["value"]), masked_fill=lambda o, x, mask: x.masked_fill(mask, o["value"]),
    index=lambda o, x, *i: x[i], index_select=lambda o, x, i: x[(slice(None),) * (o["axis"] % x.dim()) + (i,)],
    einsum=lambda o, *xs: torch.einsum(o["expression"], *xs), tensordot=lambda o, a, b: torch.tensordot(a, b, o["axes"]), conv=conv,
    affine=lambda o, x, w, b: x @ w + b, layer_norm=lambda o, x, g, b: F.layer_norm(x, g.shape, g, b, o["epsilon"]), scaled_dot_product_attention=attention,
    cross_entropy=lambda o, x, t: F.cross_entropy(x.movedim(-1, min(1, x.dim() - 1)), t, reduction="none"), cholesky=lambda o, a: linalg.cholesky((a + a.mT) / 2),
    max_pool=lambda o, x: pool(o, x, -math.inf, torch.amax), avg_pool=lambda o, x: pool(o, x, 0, torch.sum) / pool(o, torch.ones_like(x), +o["with_padding"], torch.sum))
def differences(meta, t):  # the names of what PyTorch gives otherwise
    names, o, near = json.loads(meta["arguments"]), json.loads(meta["options"]), {"rtol": float(meta["rtol"]), "atol": float(meta["atol"])}
    args = [t["arg." + name].requires_grad_(t["arg." + name].is_floating_point()) for name in names]
    names, xs, ct = [n for n in names if "grad.arg." + n in t], [x for x in args if x.requires_grad], t["ct.output"].requires_grad_()
    grad = lambda y, of, by=None: torch.autograd.grad(y, of, by, create_graph=True, materialize_grads=True) if y.requires_grad else list(map(torch.zeros_like, of))
    y = TABLE[meta["operation"]](o, *args)
    y = y[0] if isinstance(y, tuple) else y
    g = grad(y, xs, ct)
    g2 = grad(sum((g * t["ct.grad.arg." + n]).sum() for n, g in zip(names, g)), xs + [ct])
    got = {"out.output": y, "grad2.ct.output": g2[-1]} | {"grad.arg." + n: g for n, g in zip(names, g)} | {"grad2.arg." + n: g for n, g in zip(names, g2)}
    return [name for name, g in got.items() if g.shape != t[name].shape or not torch.allclose(g, t[name], equal_nan=True, **near)]
count = dict(passed=0, failed=0, unsupported=0)
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.safetensors")):
    meta, tensors = read(path)
    try: wrong = differences(meta, tensors) if "options" in meta and meta["operation"] in TABLE else None
    except Exception as err: wrong = [f"PyTorch refuses: {err}".split("\n")[0]]
    count["unsupported" if wrong is None else "failed" if wrong else "passed"] += 1
    if wrong: print(f"{path.name}: {', '.join(wrong)}")
print(", ".join(f"{n} {what}" for what, n in count.items()))

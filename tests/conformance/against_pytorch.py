"""Holds PyTorch to étude's exported cases, values and derivatives of both orders: python against_pytorch.py DIR. Needs torch alone."""
import json, math, pathlib, struct, sys, torch, torch.linalg as linalg, torch.nn.functional as F
def read(path):  # safetensors: the length of a JSON header, the header, and the bytes that it points into
    raw, dtypes = path.read_bytes(), {"F64": torch.float64, "I64": torch.int64, "BOOL": torch.bool}
    end = 8 + struct.unpack("<Q", raw[:8])[0]
    head = json.loads(raw[8:end])
    load = lambda it, a, b: torch.frombuffer(bytearray(raw[end + a:end + b]) or bytearray(8), dtype=dtypes[it["dtype"]])
    return head.pop("__metadata__"), {name: load(it, *it["data_offsets"])[:math.prod(it["shape"])].reshape(it["shape"]) for name, it in head.items()}
over = lambda o, x: {"dim": o.get("axes", list(range(x.dim()))), "keepdim": o.get("keepdims", False)}
part = lambda x, axis, s: x.select(axis, s) if isinstance(s, int) else x.index_select(axis, torch.tensor(range(x.shape[axis])[slice(*s)], dtype=torch.long))
widen = lambda x, border, value=0: F.pad(x, [n for pair in reversed(border) for n in pair], value=value)
def conv(o, x, w, b=None):  # étude's channels are the last axis, PyTorch's the first
    x, w = widen(x.movedim(-1, 1), o["padding"]), w.permute(-1, -2, *range(w.dim() - 2))
    return getattr(F, f"conv{w.dim() - 2}d")(x, w, b, o["stride"], 0, o["dilation"], o["groups"]).movedim(1, -1)
def pool(o, x, edge, f):
    x = widen(x.movedim(-1, 1), o["padding"], edge)
    for axis, (size, step) in enumerate(zip(o["kernel"], o["stride"])):
        gap = o.get("dilation", [1] * (axis + 1))[axis]
        x = x.unfold(axis + 2, (size - 1) * gap + 1, step)[..., ::gap]
    return f(x.flatten(-len(o["kernel"])), -1).movedim(1, -1)
CALLS = {torch: """abs acos acosh add asin asinh atan atan2 atanh ceil copysign cos cosh div erf erfc exp exp2 floor hypot kron lgamma log10 log2
    mul matmul maximum minimum neg outer pow relu round rsqrt sigmoid sign sin sinh sqrt square sub tan tanh trunc xlogy rem=remainder ln=log
    ln_1p=log1p exp_m1=expm1 recip=reciprocal add_scalar=add sub_scalar=sub mul_scalar=mul div_scalar=div pow_scalar=pow softmax log_softmax cumsum
    cumprod logcumsumexp unsqueeze squeeze reshape flatten permute transpose narrow select diagonal diag_embed tile tril triu roll rot90 gather
    repeat=repeat_interleave broadcast_to scatter_add index_add masked_select take moveaxis all_reduce_sum=clone""",
    linalg: "inverse=inv determinant=det solve", F: "elu elu_with=elu leaky_relu_with=leaky_relu selu gelu relu6 softplus softsign swish=silu hard_swish=hardswish"}
call = lambda f: lambda o, x, *others: f(x, *o.values(), *sorted(others, key=torch.is_floating_point))  # indices before what has gradients
TABLE = {pair.split("=")[0]: call(getattr(of, pair.split("=")[-1])) for of, pairs in CALLS.items() for pair in pairs.split()}
TABLE |= {name: lambda o, x, f=getattr(torch, it): f(x, **over(o, x)) for name, it in dict(sum="sum", mean="mean", max="amax", min="amin", logsumexp="logsumexp").items()}
TABLE |= dict(  # by name: what takes its options otherwise
    clamp=lambda o, x: x.clamp(o.get("low"), o["high"]), hard_sigmoid=lambda o, x: (x / 5 + 0.5).clamp(0, 1), flip=lambda o, x: x.flip(over(o, x)["dim"]),
    gelu_tanh=lambda o, x: F.gelu(x, approximate="tanh"), leaky_relu=lambda o, x: F.leaky_relu(x, 0.2), polygamma=lambda o, x: torch.polygamma(o["order"], x),
    var=lambda o, x: x.var(correction=o["correction"], **over(o, x)), std=lambda o, x: x.std(correction=o["correction"], **over(o, x)),
    norm=lambda o, x: linalg.vector_norm(x, o["p"], **over(o, x)), concat=lambda o, *xs: torch.cat(xs, o["axis"]), stack=lambda o, *xs: torch.stack(xs, o["axis"]),
    where_=lambda o, a, b, mask: torch.where(mask, a, b), masked_fill=lambda o, x, mask: x.masked_fill(mask, o["value"]), index=lambda o, x, *i: x[tuple(dict(zip(o.get("axes", range(len(i))), i)).get(axis, slice(None)) for axis in range(x.dim()))], boolean_index=lambda o, x, mask: x[mask], boolean_index_assign=lambda o, x, y, mask: x.index_put((mask,), y),
    pad=lambda o, x: widen(x, o["border"], o["value"]), index_select=lambda o, x, i: x[(slice(None),) * (o["axis"] % x.dim()) + (i,)],
    batch_norm=lambda o, x, g, b: F.batch_norm(x.flatten(0, -2), None, None, g, b, True, 0, o["epsilon"]).reshape(x.shape), slice=lambda o, x: part(x, o["axis"], o["slice"]),
    take_along_axis=lambda o, x, i: torch.take_along_dim(x, i, o["axis"]), split=lambda o, x: x.split(o["sizes"], o["axis"])[o["result"]],
    sort=lambda o, x: torch.sort(x, *o.values())[0], topk=lambda o, x: torch.topk(x, *o.values())[0],
    einsum=lambda o, *xs: torch.einsum(o["expression"], *xs), tensordot=lambda o, a, b: torch.tensordot(a, b, o["axes"]), affine=lambda o, x, w, b: x @ w + b,
    scatter=lambda o, x, s, i: x.scatter_reduce(o["axis"], i, s, dict(sum="sum", product="prod", max="amax", min="amin")[o["by"]]), conv=conv,
    layer_norm=lambda o, x, g, b: F.layer_norm(x, g.shape, g, b, o["epsilon"]), cholesky=lambda o, a: linalg.cholesky((a + a.mT) / 2),
    cross_entropy=lambda o, x, t: F.cross_entropy(x.movedim(-1, min(1, x.dim() - 1)), t, reduction="none"), max_pool=lambda o, x: pool(o, x, -math.inf, torch.amax),
    avg_pool=lambda o, x: pool(o, x, 0, torch.sum) / pool(o, torch.ones_like(x), int(o["with_padding"]), torch.sum))
def differences(case, t):  # the names of what PyTorch gives otherwise
    names, ct = json.loads(case["arguments"]), t["ct.output"].requires_grad_()
    args = [t["arg." + name].requires_grad_("grad.arg." + name in t) for name in names]
    xs, grad = [x for x in args if x.requires_grad], lambda y, xs, by=None: torch.autograd.grad(y, xs, by, create_graph=True, materialize_grads=True)
    y = TABLE[case["operation"]](json.loads(case["options"]), *args)
    first, names = grad(y, xs, ct), names[:len(xs)]
    twice = sum((g * t["ct.grad.arg." + name]).sum() for g, name in zip(first, names))
    *second, of_ct = grad(twice, [*xs, ct]) if twice.requires_grad else [torch.zeros_like(x) for x in [*xs, ct]]
    got = {"out.output": y, "grad2.ct.output": of_ct, **{k + n: g for k, gs in [("grad.arg.", first), ("grad2.arg.", second)] for n, g in zip(names, gs)}}
    return [name for name, g in got.items() if g.shape != t[name].shape or not torch.allclose(g, t[name], float(case["rtol"]), float(case["atol"]))]
count = dict(passed=0, failed=0, unsupported=0)
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.safetensors")):
    case, tensors = read(path)
    try: outcome = differences(case, tensors) if "options" in case and case["operation"] in TABLE else None
    except (IndexError, RuntimeError, ValueError) as err: print(f"{path.name}: PyTorch refuses: {err}".split("\n")[0]); outcome = None
    count["unsupported" if outcome is None else "failed" if outcome else "passed"] += 1
    if outcome: print(f"{path.name}: other {', '.join(outcome)}")
print(", ".join(f"{n} {what}" for what, n in count.items()))

"""Writes trajectories.json: what PyTorch's optimizers make of a small problem in 20 steps, in 64 bits.

    python trajectories.py > trajectories.json        (PyTorch 2.15)

The problem: loss = mean((tanh(X·w1 + b1)·w2 + b2 − Y)²), with the X, Y and first parameters that the file holds.
For each optimizer the file has its options as PyTorch spells them, the loss before each step, and all parameters after it,
row by row: w1 [3, 2], b1 [2], w2 [2, 1], b2 [1]. Python writes the shortest digits that give the same number back.
"""

import json
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)
STEPS = 20

X = torch.tensor([[((7 * i + 3 * j) % 11 - 5) / 4 for j in range(3)] for i in range(6)])
Y = torch.tensor([[((5 * i) % 7 - 3) / 2] for i in range(6)])
START = {
    "w1": torch.tensor([[0.5, -0.3], [-0.2, 0.7], [0.9, 0.1]]),
    "b1": torch.tensor([0.1, -0.1]),
    "w2": torch.tensor([[0.6], [-0.8]]),
    "b2": torch.tensor([0.05]),
}

CASES = {
    "sgd": (torch.optim.SGD, dict(lr=0.1)),
    "sgd-decay": (torch.optim.SGD, dict(lr=0.1, weight_decay=0.05)),
    "sgd-momentum": (torch.optim.SGD, dict(lr=0.05, momentum=0.9)),
    "sgd-dampening": (torch.optim.SGD, dict(lr=0.1, momentum=0.8, dampening=0.3)),
    "sgd-nesterov": (torch.optim.SGD, dict(lr=0.05, momentum=0.9, nesterov=True)),
    "sgd-everything": (torch.optim.SGD, dict(lr=0.03, momentum=0.85, nesterov=True, weight_decay=0.02)),
    "adam": (torch.optim.Adam, dict(lr=0.02)),
    "adam-decay": (torch.optim.Adam, dict(lr=0.02, weight_decay=0.1)),
    "adam-amsgrad": (torch.optim.Adam, dict(lr=0.1, betas=(0.8, 0.6), amsgrad=True)),
    "adam-betas-eps": (torch.optim.Adam, dict(lr=0.05, betas=(0.7, 0.95), eps=1e-3)),
    "adamw": (torch.optim.AdamW, dict(lr=0.02)),
    "adamw-decay": (torch.optim.AdamW, dict(lr=0.05, weight_decay=0.3)),
    "adamw-amsgrad": (torch.optim.AdamW, dict(lr=0.1, betas=(0.8, 0.6), weight_decay=0.1, amsgrad=True)),
}


def loss_of(p):
    return ((torch.tanh(X @ p["w1"] + p["b1"]) @ p["w2"] + p["b2"] - Y) ** 2).mean()


def trajectory(optimizer, options):
    p = {name: value.clone().requires_grad_() for name, value in START.items()}
    optimizer = optimizer(list(p.values()), **options)
    losses, params = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = loss_of(p)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        params.append([x for value in p.values() for x in value.detach().flatten().tolist()])
    return losses, params


def main():
    print("{")
    print(f' "x": {json.dumps(X.flatten().tolist())},')
    print(f' "y": {json.dumps(Y.flatten().tolist())},')
    start = {name: value.flatten().tolist() for name, value in START.items()}
    print(f' "start": {json.dumps(start)},')
    print(' "cases": [')
    for index, (name, (optimizer, options)) in enumerate(CASES.items()):
        losses, params = trajectory(optimizer, options)
        print(f'  {{"name": "{name}", "optimizer": "{optimizer.__name__}", "options": {json.dumps(options)},')
        print(f'   "losses": {json.dumps(losses)},')
        rows = ",\n    ".join(json.dumps(row) for row in params)
        print(f'   "params": [\n    {rows}]}}{"," if index + 1 < len(CASES) else ""}')
    print(" ]\n}")


main()

"""The network of plugin/network/src/network.rs in torch, to compare the speed of training steps; `trainer bench` runs it.

Reads the shape as JSON from the command line and prints notes a CPU second. Exits with 42 where there is no torch.
"""

import json
import sys
import time

try:
    import torch
    from torch.nn import functional as F
except ImportError:
    sys.exit(42)

shape = json.loads(sys.argv[1])
torch.set_num_threads(1)
torch.manual_seed(1)
DIM, LENGTH, BATCH, HEAD = shape["dim"], shape["length"], shape["batch"], 64
STEP_ROWS, ASKED_ROWS = 24, 6  # rows that a step and a question tell of, about


class Table(torch.nn.Module):
    """A sum of rows of a table, each with its weight."""

    def __init__(self, rows, each):
        super().__init__()
        self.table = torch.nn.Parameter(0.3 * torch.randn(rows, DIM))
        self.rows = torch.randint(rows, (BATCH * LENGTH, each))
        self.weights = torch.rand(BATCH * LENGTH, each)

    def forward(self):
        bag = F.embedding_bag(self.rows, self.table, per_sample_weights=self.weights, mode="sum")
        return bag.view(BATCH, LENGTH, DIM)


def linear(inputs, outputs):
    return torch.nn.Linear(inputs, outputs, bias=False)


class Gated(torch.nn.Module):
    """SwiGLU."""

    def __init__(self, hidden):
        super().__init__()
        self.norm, self.into, self.out = torch.nn.RMSNorm(DIM), linear(DIM, 2 * hidden), linear(hidden, DIM)

    def forward(self, x):
        gate, value = self.into(self.norm(x)).chunk(2, dim=-1)
        return x + self.out(F.silu(gate) * value)


place = torch.arange(LENGTH)
distance = place[:, None] - place[None, :]
angle = place[:, None] * 500.0 ** (-torch.arange(HEAD // 2) / (HEAD // 2))
COS, SIN = angle.cos(), angle.sin()


def turned(x):
    low, high = x.chunk(2, dim=-1)
    return torch.cat((low * COS - high * SIN, low * SIN + high * COS), dim=-1)


class Block(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.norm, self.qkv, self.out = torch.nn.RMSNorm(DIM), linear(DIM, 3 * DIM), linear(DIM, DIM)
        self.forward_part = Gated(shape["hidden"])
        self.seen = (distance >= 0) & (distance < shape["window"])

    def forward(self, x):
        heads = self.qkv(self.norm(x)).view(BATCH, LENGTH, 3, DIM // HEAD, HEAD).permute(2, 0, 3, 1, 4)
        query, key, value = turned(heads[0]), turned(heads[1]), heads[2]
        mixed = F.scaled_dot_product_attention(query, key, value, attn_mask=self.seen)
        return self.forward_part(x + self.out(mixed.transpose(1, 2).reshape(BATCH, LENGTH, DIM)))


class Head(torch.nn.Module):
    def __init__(self, symbols, copies):
        super().__init__()
        self.symbols, self.copies = symbols, copies
        self.input, self.asked = linear(DIM, DIM), Table(shape["head_rows"], ASKED_ROWS)
        self.forward_part, self.norm = Gated(DIM), torch.nn.RMSNorm(DIM)
        self.out, self.copy = torch.nn.Linear(DIM, symbols), linear(DIM, 2 * copies * HEAD)
        self.gate = torch.nn.Linear(DIM, copies)
        self.earlier = (distance > 0) & (distance <= shape["copy_window"])
        self.said = [F.one_hot(torch.randint(symbols, (BATCH, LENGTH)), symbols).float() for _ in range(copies)]
        self.answers = torch.randint(symbols, (BATCH * LENGTH,))

    def forward(self, states):
        z = self.norm(self.forward_part(self.input(states) + self.asked()))
        logits, gates = self.out(z), self.gate(z)
        parts = turned(self.copy(z).view(BATCH, LENGTH, 2 * self.copies, HEAD).transpose(1, 2))
        for copy in range(self.copies):
            query, key = parts[:, 2 * copy], parts[:, 2 * copy + 1]
            scores = (query @ key.transpose(1, 2) / HEAD**0.5).masked_fill(~self.earlier, -1e9)
            share = scores.softmax(-1) @ self.said[copy]
            logits = logits + gates[..., copy : copy + 1] * torch.log1p(8 * self.symbols * share)
        return F.cross_entropy(logits.view(-1, self.symbols), self.answers)


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.steps, self.norm = Table(shape["step_rows"], STEP_ROWS), torch.nn.RMSNorm(DIM)
        self.blocks = torch.nn.ModuleList(Block() for _ in range(shape["layers"]))
        self.heads = torch.nn.ModuleList(map(Head, shape["symbols"], shape["copies"]))

    def forward(self):
        x = self.steps()
        for block in self.blocks:
            x = block(x)
        x = self.norm(x)
        return sum(head(x) for head in self.heads)


net = Net()
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-4, betas=(0.9, 0.98), weight_decay=0.05)


def step():
    optimizer.zero_grad()
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=shape["precision"] == "bf16"):
        loss = net()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimizer.step()


step()
began, steps = time.process_time(), 0
while time.process_time() - began < shape["seconds"] or steps < 2:
    step()
    steps += 1
print(steps * BATCH * LENGTH / (time.process_time() - began))

"""Golden cases for the policy: what PyTorch computes in float64 for a small model, its adapter and a batch, as `lab check-policy` reads them.

    python3 lab/golden/make_case.py make NAME|SPEC.json DIR   a case of SPECS, or of a file that is like one
    python3 lab/golden/make_case.py check DIR                 computes a case that exists again: the largest relative error over its tensors

Needs PyTorch and numpy and nothing else: the forward pass is written out here (no transformers), gradients are autograd's, AdamW is written out.
"""
import json
import math
import struct
import sys
from pathlib import Path

import numpy as np
import torch

TARGETS = {"q_proj": "self_attn", "k_proj": "self_attn", "v_proj": "self_attn", "o_proj": "self_attn", "gate_proj": "mlp", "up_proj": "mlp", "down_proj": "mlp"}
LOSSES = ("grpo", "bnpo", "dr_grpo", "gspo")
BASE = {"hidden_act": "silu", "rms_norm_eps": 1e-5, "max_position_embeddings": 256, "rope_theta": 10000.0, "eos_token_id": 1}

# Sizes that divide by nothing convenient; heads that are wider or narrower than hidden / heads; every bias and every band of llama3's scaling somewhere.
SPECS = {
    "qwen3": {"seed": 11, "rank": 3, "alpha": 5, "lengths": [[9, [7, 4, 11]], [5, [8, 3, 6]]], "config": {
        "architectures": ["Qwen3ForCausalLM"], "vocab_size": 211, "hidden_size": 44, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2, "head_dim": 14,
        "intermediate_size": 67, "tie_word_embeddings": False, "attention_bias": False, "rope_theta": 1000000.0, "rms_norm_eps": 1e-6}},
    "llama": {"seed": 12, "rank": 4, "alpha": 4, "lengths": [[21, [14, 9, 17]], [13, [6, 11, 2]]], "config": {
        "architectures": ["LlamaForCausalLM"], "vocab_size": 149, "hidden_size": 54, "num_hidden_layers": 2, "num_attention_heads": 6, "num_key_value_heads": 3, "head_dim": 10,
        "intermediate_size": 61, "tie_word_embeddings": False, "attention_bias": True, "mlp_bias": True, "rope_theta": 100.0,
        "rope_scaling": {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 0.5, "high_freq_factor": 2.0, "original_max_position_embeddings": 16}}},
    "llama-tied": {"seed": 13, "rank": 2, "alpha": 3, "lengths": [[6, [9, 5]], [11, [3, 12]]], "config": {
        "architectures": ["LlamaForCausalLM"], "vocab_size": 173, "hidden_size": 36, "num_hidden_layers": 3, "num_attention_heads": 3, "num_key_value_heads": 3,
        "intermediate_size": 53, "tie_word_embeddings": True, "rope_scaling": {"type": "linear", "factor": 2.5}}},
}


def read_safetensors(path):
    data = Path(path).read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length])
    header.pop("__metadata__", None)
    start = 8 + length
    return {name: np.frombuffer(data[start + entry["data_offsets"][0]:start + entry["data_offsets"][1]], "<f4").reshape(entry["shape"]) for name, entry in header.items()}


def write_safetensors(path, tensors):
    header, offset, parts = {"__metadata__": {"format": "pt"}}, 0, []
    for name, array in tensors.items():
        part = np.ascontiguousarray(array, "<f4").tobytes()
        header[name] = {"dtype": "F32", "shape": list(np.shape(array)), "data_offsets": [offset, offset + len(part)]}
        offset += len(part)
        parts.append(part)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    Path(path).write_bytes(struct.pack("<Q", len(text)) + text + b"".join(parts))


class Shape:
    """What of config.json the forward pass needs."""

    def __init__(self, config):
        self.architecture = config["architectures"][0]
        self.vocabulary, self.hidden, self.layers = config["vocab_size"], config["hidden_size"], config["num_hidden_layers"]
        self.heads, self.kv_heads = config["num_attention_heads"], config.get("num_key_value_heads", config["num_attention_heads"])
        self.head_dim = config.get("head_dim") or self.hidden // self.heads
        self.intermediate, self.eps, self.tied = config["intermediate_size"], config["rms_norm_eps"], config.get("tie_word_embeddings", False)
        attention = config.get("attention_bias", False)
        self.qkv_bias = self.architecture == "Qwen2ForCausalLM" or attention
        self.o_bias = self.architecture != "Qwen2ForCausalLM" and attention
        self.mlp_bias = self.architecture == "LlamaForCausalLM" and config.get("mlp_bias", False)
        self.qk_norm = self.architecture == "Qwen3ForCausalLM"
        self.frequencies, self.magnitude = rotary(config, self.head_dim)

    def tensors(self):
        """Names and shapes of the checkpoint."""
        q, kv = self.heads * self.head_dim, self.kv_heads * self.head_dim
        yield "model.embed_tokens.weight", (self.vocabulary, self.hidden)
        for layer in range(self.layers):
            at = f"model.layers.{layer}"
            yield f"{at}.input_layernorm.weight", (self.hidden,)
            for name, out, inner, bias in (("q", q, self.hidden, self.qkv_bias), ("k", kv, self.hidden, self.qkv_bias), ("v", kv, self.hidden, self.qkv_bias), ("o", self.hidden, q, self.o_bias)):
                yield f"{at}.self_attn.{name}_proj.weight", (out, inner)
                if bias:
                    yield f"{at}.self_attn.{name}_proj.bias", (out,)
            if self.qk_norm:
                yield f"{at}.self_attn.q_norm.weight", (self.head_dim,)
                yield f"{at}.self_attn.k_norm.weight", (self.head_dim,)
            yield f"{at}.post_attention_layernorm.weight", (self.hidden,)
            for name, out, inner in (("gate", self.intermediate, self.hidden), ("up", self.intermediate, self.hidden), ("down", self.hidden, self.intermediate)):
                yield f"{at}.mlp.{name}_proj.weight", (out, inner)
                if self.mlp_bias:
                    yield f"{at}.mlp.{name}_proj.bias", (out,)
        yield "model.norm.weight", (self.hidden,)
        if not self.tied:
            yield "lm_head.weight", (self.vocabulary, self.hidden)


def rotary(config, dim):
    """Radians per position of each pair, and the factor of cosines and sines, from the papers: linear 2306.15595, YaRN 2309.00071, llama3 from Meta's model card."""
    scaling = config.get("rope_scaling") or {"rope_type": "default"}
    kind = scaling.get("rope_type", scaling.get("type"))
    theta = config.get("rope_theta", 10000.0)
    frequencies = theta ** (-torch.arange(0, dim, 2, dtype=torch.float64) / dim)
    if kind in ("default", "dynamic"):
        return frequencies, 1.0
    factor = scaling["factor"]
    if kind == "linear":
        return frequencies / factor, 1.0
    original = scaling["original_max_position_embeddings"]
    if kind == "llama3":
        low, high = scaling["low_freq_factor"], scaling["high_freq_factor"]
        out = []
        for frequency in frequencies.tolist():
            wavelength = 2 * math.pi / frequency
            if wavelength < original / high:
                out.append(frequency)
            elif wavelength > original / low:
                out.append(frequency / factor)
            else:
                smooth = (original / wavelength - low) / (high - low)
                out.append((1 - smooth) * frequency / factor + smooth * frequency)
        return torch.tensor(out, dtype=torch.float64), 1.0
    if kind == "yarn":
        def pair(rotations):
            return dim * math.log(original / (rotations * 2 * math.pi)) / (2 * math.log(theta))
        low, high = max(math.floor(pair(scaling.get("beta_fast", 32))), 0), min(math.ceil(pair(scaling.get("beta_slow", 1))), dim - 1)
        ramp = torch.clamp((torch.arange(dim // 2, dtype=torch.float64) - low) / max(high - low, 1e-3), 0, 1)
        return frequencies / factor * ramp + frequencies * (1 - ramp), scaling.get("attention_factor", 0.1 * math.log(factor) + 1)
    raise SystemExit(f"rotary scaling {kind} is not known")


def norm(x, weight, eps):
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * weight


def logits(shape, weights, adapter, scale, ids):
    """[T, vocabulary] of one sequence; `adapter` may be None."""
    def linear(x, name):
        y = x @ weights[f"{name}.weight"].T
        if f"{name}.bias" in weights:
            y = y + weights[f"{name}.bias"]
        a = adapter and adapter.get(f"base_model.model.{name}.lora_A.weight")
        return y if a is None else y + scale * (x @ a.T) @ adapter[f"base_model.model.{name}.lora_B.weight"].T

    def turned(x):  # [T, heads, D]
        angle = torch.arange(len(ids), dtype=torch.float64)[:, None] * shape.frequencies
        cos, sin = shape.magnitude * torch.cos(angle)[:, None], shape.magnitude * torch.sin(angle)[:, None]
        first, second = x.chunk(2, -1)
        return torch.cat([first * cos - second * sin, second * cos + first * sin], -1)

    x = weights["model.embed_tokens.weight"][torch.tensor(ids)]
    mask = torch.full((len(ids), len(ids)), -math.inf, dtype=torch.float64).triu(1)
    for layer in range(shape.layers):
        at = f"model.layers.{layer}"
        normed = norm(x, weights[f"{at}.input_layernorm.weight"], shape.eps)
        q, k, v = (linear(normed, f"{at}.self_attn.{name}_proj").view(len(ids), -1, shape.head_dim) for name in "qkv")
        if shape.qk_norm:
            q, k = norm(q, weights[f"{at}.self_attn.q_norm.weight"], shape.eps), norm(k, weights[f"{at}.self_attn.k_norm.weight"], shape.eps)
        group = shape.heads // shape.kv_heads
        q, k, v = turned(q), turned(k).repeat_interleave(group, 1), v.repeat_interleave(group, 1)
        share = torch.softmax(torch.einsum("ihd,jhd->hij", q, k) / math.sqrt(shape.head_dim) + mask, -1)
        x = x + linear(torch.einsum("hij,jhd->ihd", share, v).reshape(len(ids), -1), f"{at}.self_attn.o_proj")
        normed = norm(x, weights[f"{at}.post_attention_layernorm.weight"], shape.eps)
        gate, up = linear(normed, f"{at}.mlp.gate_proj"), linear(normed, f"{at}.mlp.up_proj")
        x = x + linear(gate * torch.sigmoid(gate) * up, f"{at}.mlp.down_proj")
    head = weights["model.embed_tokens.weight"] if shape.tied else weights["lm_head.weight"]
    return norm(x, weights["model.norm.weight"], shape.eps) @ head.T


def completion_logps(values, ids, start, temperature):
    at = torch.arange(start, len(ids))
    return torch.log_softmax(values[at - 1] / temperature, -1)[torch.arange(len(at)), torch.tensor(ids[start:])]


def loss_of(kind, logps, olds, refs, advantages, options):
    low, high, beta = options["epsilon_low"], options["epsilon_high"], options["beta"]
    terms = []
    for logp, old, ref, advantage in zip(logps, olds, refs, advantages):
        ratio = torch.exp((logp - old).mean() if kind == "gspo" else logp - old)
        surrogate = torch.minimum(ratio * advantage, torch.clamp(ratio, 1 - low, 1 + high) * advantage)
        divergence = torch.exp(ref - logp) - (ref - logp) - 1
        terms.append(-(surrogate - beta * (divergence.mean() if kind == "gspo" else divergence)))
    if kind in ("grpo", "gspo"):
        return torch.stack([term.mean() for term in terms]).mean()
    return torch.cat(terms).sum() / (len(torch.cat(terms)) if kind == "bnpo" else len(terms) * options["max_completion_length"])


def adamw_step(weights, gradients, settings):
    """The first step from zero moments after clipping by the global norm, as torch.optim.AdamW and clip_grad_norm_ do."""
    total = math.sqrt(sum(float((gradient ** 2).sum()) for gradient in gradients.values()))
    clip = min(1.0, settings["max_grad_norm"] / (total + 1e-6))
    out = {}
    for name, weight in weights.items():
        gradient = gradients[name] * clip
        (b1, b2), lr = settings["betas"], settings["lr"]
        m, v = (1 - b1) * gradient / (1 - b1), (1 - b2) * gradient ** 2 / (1 - b2)
        out[name] = weight.detach() * (1 - lr * settings["weight_decay"]) - lr * m / (torch.sqrt(v) + settings["eps"])
    return out, total


def compute(config, weights, adapter, adapter_config, case, old_logps=None):
    """Every tensor and loss of a case. Without `old_logps`, they are the policy's own with seeded noise, so that ratios leave 1."""
    shape = Shape(config)
    scale = adapter_config["lora_alpha"] / adapter_config["r"]
    weights, adapter = ({name: torch.tensor(np.array(value), dtype=torch.float64, requires_grad=True) for name, value in part.items()} for part in (weights, adapter))
    sequences, starts, temperature = case["sequences"], case["completion_starts"], case["options"]["temperature"]
    out, losses = {}, {}
    with_adapter = [logits(shape, weights, adapter, scale, ids) for ids in sequences]
    with torch.no_grad():
        without = [logits(shape, weights, None, scale, ids) for ids in sequences]
    logps = [completion_logps(values, ids, start, temperature) for values, ids, start in zip(with_adapter, sequences, starts)]
    refs = [completion_logps(values, ids, start, temperature) for values, ids, start in zip(without, sequences, starts)]
    if old_logps is None:
        generator = torch.Generator().manual_seed(case["seed"] + 1)
        old_logps = [(logp.detach() + 0.25 * torch.randn(logp.shape, generator=generator, dtype=torch.float64)).float().numpy() for logp in logps]
    olds = [torch.tensor(np.array(old), dtype=torch.float64) for old in old_logps]
    for i in range(len(sequences)):
        out.update({f"logits.{i}": with_adapter[i], f"base_logits.{i}": without[i], f"logps.{i}": logps[i], f"ref_logps.{i}": refs[i], f"old_logps.{i}": olds[i]})
    for kind in LOSSES:
        loss = loss_of(kind, logps, olds, refs, case["advantages"], case["options"])
        losses[kind] = float(loss)
        gradients = dict(zip(adapter, torch.autograd.grad(loss, list(adapter.values()), retain_graph=True)))
        out.update({f"grad.{kind}.{name}": gradient for name, gradient in gradients.items()})
        if kind == "grpo":
            stepped, losses["grad_norm.grpo"] = adamw_step(adapter, gradients, case["adamw"])
            out.update({f"adamw.{name}": value for name, value in stepped.items()})
    sft = -torch.cat([completion_logps(values, ids, start, 1.0) for values, ids, start in zip(with_adapter, sequences, starts)]).mean()
    losses["sft"] = float(sft)
    names = [f"grad.sft.{name}" for name in adapter] + [f"grad.sft.full.{name}" for name in weights]
    out.update(zip(names, torch.autograd.grad(sft, [*adapter.values(), *weights.values()])))
    return {name: value.detach().numpy() for name, value in out.items()}, losses


def make(spec, directory):
    config = {**BASE, **spec["config"]}
    config["model_type"] = config["architectures"][0].removesuffix("ForCausalLM").lower()
    shape, rng, rank = Shape(config), np.random.default_rng(spec["seed"]), spec["rank"]

    def drawn(name, sides):
        if name.endswith("norm.weight"):
            return 1 + 0.3 * rng.standard_normal(sides)
        return (0.3 if len(sides) == 1 else 1.2 / math.sqrt(sides[1])) * rng.standard_normal(sides)

    weights = {name: drawn(name, sides).astype("<f4") for name, sides in shape.tensors()}
    adapter = {}
    for layer in range(shape.layers):
        for target, block in TARGETS.items():
            out, inner = weights[f"model.layers.{layer}.{block}.{target}.weight"].shape
            at = f"base_model.model.model.layers.{layer}.{block}.{target}"
            adapter[f"{at}.lora_A.weight"] = (rng.standard_normal((rank, inner)) / math.sqrt(inner)).astype("<f4")
            adapter[f"{at}.lora_B.weight"] = (0.3 * rng.standard_normal((out, rank))).astype("<f4")
    adapter_config = {"peft_type": "LORA", "task_type": "CAUSAL_LM", "r": rank, "lora_alpha": spec["alpha"], "lora_dropout": 0.0, "bias": "none",
                      "target_modules": list(TARGETS), "fan_in_fan_out": False, "inference_mode": True, "base_model_name_or_path": ""}
    sequences, starts, rewards, advantages = [], [], [], []
    for prompt_length, completions in spec["lengths"]:
        prompt = rng.integers(2, shape.vocabulary, prompt_length).tolist()
        reward = rng.uniform(0, 1, len(completions)).round(4)
        advantages += ((reward - reward.mean()) / (reward.std(ddof=1) + 1e-4)).tolist()
        rewards += reward.tolist()
        for length in completions:
            sequences.append(prompt + rng.integers(2, shape.vocabulary, length - 1).tolist() + [1])
            starts.append(prompt_length)
    case = {"seed": spec["seed"], "rank": rank, "alpha": spec["alpha"], "group_size": len(spec["lengths"][0][1]),
            "options": {"temperature": 0.9, "epsilon_low": 0.2, "epsilon_high": 0.28, "beta": 0.04, "max_completion_length": 24, **spec.get("options", {})},
            "adamw": {"lr": 1e-3, "betas": [0.9, 0.95], "eps": 1e-8, "weight_decay": 0.01, "max_grad_norm": 1.0},
            "sequences": sequences, "completion_starts": starts, "rewards": rewards, "advantages": advantages}
    golden, case["losses"] = compute(config, weights, adapter, adapter_config, case)
    directory.mkdir(parents=True, exist_ok=True)
    write_safetensors(directory / "model.safetensors", weights)
    write_safetensors(directory / "adapter_model.safetensors", adapter)
    write_safetensors(directory / "golden.safetensors", golden)
    for name, value in (("config.json", config), ("adapter_config.json", adapter_config), ("case.json", case)):
        (directory / name).write_text(json.dumps(value) + "\n")
    print(json.dumps({"tensors": len(golden), "bytes": sum(file.stat().st_size for file in directory.iterdir()), "losses": case["losses"]}))


def check(directory):
    config, adapter_config, case = (json.loads((directory / f"{name}.json").read_text()) for name in ("config", "adapter_config", "case"))
    golden = read_safetensors(directory / "golden.safetensors")
    olds = [golden[f"old_logps.{i}"] for i in range(len(case["sequences"]))]
    found, losses = compute(config, read_safetensors(directory / "model.safetensors"), read_safetensors(directory / "adapter_model.safetensors"), adapter_config, case, olds)
    errors = {name: float(np.linalg.norm(found[name] - value) / max(np.linalg.norm(value), 1e-300)) for name, value in golden.items()}
    errors.update({f"losses.{name}": abs(losses[name] - value) / abs(value) for name, value in case["losses"].items()})
    name = max(errors, key=errors.get)
    print(json.dumps({"tensors": len(errors), "worst": {"name": name, "error": errors[name]}}))


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "make":
        make(SPECS[sys.argv[2]] if sys.argv[2] in SPECS else json.loads(Path(sys.argv[2]).read_text()), Path(sys.argv[3]))
    elif len(sys.argv) == 3 and sys.argv[1] == "check":
        check(Path(sys.argv[2]))
    else:
        raise SystemExit(__doc__)

// The GRPO family's loss per token and its derivatives, one thread per completion.
// starts: [sequences + 1] into the tokens; advantages: [sequences]; stats, references: [tokens] of (lse, logp, entropy, 0), of this policy and of the reference; olds, scales: [tokens];
// weights: [tokens] of (dLoss/dlogp, dLoss/dentropy); terms: [tokens] of (scale · loss, kl, clipped: −1 low, +1 high, 0 no, |logp − old|)
@group(0) @binding(0) var<storage, read> starts: array<u32>;
@group(0) @binding(1) var<storage, read> advantages: array<f32>;
@group(0) @binding(2) var<storage, read> stats: array<vec4f>;
@group(0) @binding(3) var<storage, read> olds: array<f32>;
@group(0) @binding(4) var<storage, read> references: array<vec4f>;
@group(0) @binding(5) var<storage, read> scales: array<f32>;
@group(0) @binding(6) var<storage, read_write> weights: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> terms: array<vec4f>;
struct Params { sequences: u32, bySequence: u32, withReference: u32, clipLow: f32, clipHigh: f32, klCoefficient: f32, entropyCoefficient: f32 }
@group(0) @binding(8) var<uniform> params: Params;

// exp(gap) − gap − 1; near zero by its series, where the difference would be all rounding and could come out negative.
fn k3(gap: f32) -> f32 {
  if (abs(gap) > 0.25) { return exp(gap) - gap - 1.0; }
  return gap * gap * (0.5 + gap * (1.0 / 6.0 + gap * (1.0 / 24.0 + gap * (1.0 / 120.0 + gap * (1.0 / 720.0 + gap * (1.0 / 5040.0))))));
}

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let sequence = id.x;
  if (sequence >= params.sequences) { return; }
  let start = starts[sequence];
  let end = starts[sequence + 1u];
  let advantage = advantages[sequence];
  var mean = 0.0;
  if (params.bySequence == 1u && end > start) {
    for (var t = start; t < end; t++) { mean += stats[t].y - olds[t]; }
    mean /= f32(end - start);
  }
  for (var t = start; t < end; t++) {
    let logp = stats[t].y;
    let difference = logp - olds[t];
    let ratio = exp(select(difference, mean, params.bySequence == 1u));
    let bounded = clamp(ratio, 1.0 - params.clipLow, 1.0 + params.clipHigh);
    let clipped = bounded * advantage < ratio * advantage;
    let surrogate = min(ratio * advantage, bounded * advantage);
    var kl = 0.0;
    var klSlope = 0.0;
    if (params.withReference == 1u) {
      let gap = references[t].y - logp;
      kl = k3(gap);
      klSlope = -(gap + kl);
    }
    let loss = -surrogate + params.klCoefficient * kl - params.entropyCoefficient * stats[t].z;
    let slope = select(-ratio * advantage, 0.0, clipped) + params.klCoefficient * klSlope;
    weights[t] = scales[t] * vec2f(slope, -params.entropyCoefficient);
    terms[t] = vec4f(scales[t] * loss, kl, select(0.0, select(1.0, -1.0, advantage < 0.0), clipped), abs(difference));
  }
}

// One AdamW step with decoupled decay (Loshchilov & Hutter 2019, as torch.optim.AdamW), gradient scaled by the clip factor; skipped when the norm is not finite.
// weights, grads, m, v: [count]; state: [4] of (norm, clip factor, finite, 0)
@group(0) @binding(0) var<storage, read_write> weights: array<f32>;
@group(0) @binding(1) var<storage, read> grads: array<f32>;
@group(0) @binding(2) var<storage, read_write> m: array<f32>;
@group(0) @binding(3) var<storage, read_write> v: array<f32>;
@group(0) @binding(4) var<storage, read> state: array<f32>;
// rest1 = 1 − beta1 and rest2 = 1 − beta2 are given, because float32 would take 1 − 0.999 to five digits only.
struct Params { count: u32, learningRate: f32, beta1: f32, beta2: f32, rest1: f32, rest2: f32, epsilon: f32, decay: f32, correction1: f32, correction2: f32 }
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let i = id.x + id.y * groups.x * 64u;
  if (i >= params.count || state[2] == 0.0) { return; }
  let gradient = grads[i] * state[1];
  let first = params.beta1 * m[i] + params.rest1 * gradient;
  let second = params.beta2 * v[i] + params.rest2 * gradient * gradient;
  m[i] = first;
  v[i] = second;
  let step = first / params.correction1 / (sqrt(second / params.correction2) + params.epsilon);
  weights[i] = weights[i] - params.learningRate * (params.decay * weights[i] + step);
}

// For graphics cards: log-sum-exp, log-probability of the target and entropy of a row by one workgroup, in one pass over its logits.
// Each lane keeps a running maximum of its columns (lane, lane + LANES, …); the lanes' parts are then joined in order. Tensors as in combine.wgsl.
@group(0) @binding(0) var<storage, read> logits: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<u32>;
@group(0) @binding(2) var<storage, read_write> stats: array<vec4f>;
struct Params { rows: u32, vocabulary: u32, firstRow: u32, inverseTemperature: f32 }
@group(0) @binding(3) var<uniform> params: Params;

const LANES = 256u;
var<workgroup> parts: array<vec3f, LANES>; // (m, Σ exp(z − m), Σ exp(z − m)·(z − m)) of a lane's columns

/// Two parts as one, about the larger of their maxima.
fn join(a: vec3f, b: vec3f) -> vec3f {
  let top = max(a.x, b.x);
  let fadeA = exp(a.x - top);
  let fadeB = exp(b.x - top);
  return vec3f(top, a.y * fadeA + b.y * fadeB, (a.z + a.y * (a.x - top)) * fadeA + (b.z + b.y * (b.x - top)) * fadeB);
}

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= params.rows) { return; }
  let base = row * params.vocabulary;
  var part = vec3f(-3.0e38, 0.0, 0.0);
  for (var c = lane; c < params.vocabulary; c += LANES) {
    let z = logits[base + c] * params.inverseTemperature;
    if (z > part.x) { part = select(join(part, vec3f(z, 0.0, 0.0)), vec3f(z, 0.0, 0.0), part.y == 0.0); }
    let e = exp(z - part.x);
    part += vec3f(0.0, e, e * (z - part.x));
  }
  parts[lane] = part;
  for (var half = LANES / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half && parts[lane + half].y > 0.0) { parts[lane] = join(parts[lane], parts[lane + half]); }
  }
  if (lane == 0u) {
    let whole = parts[0];
    let logSum = log(whole.y);
    let token = targets[params.firstRow + row];
    let logp = logits[base + token] * params.inverseTemperature - whole.x - logSum; // as the sampler has it
    stats[params.firstRow + row] = vec4f(whole.x + logSum, logp, max(0.0, logSum - whole.z / whole.y), 0.0);
  }
}

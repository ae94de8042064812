// For graphics cards, first of three: a workgroup per row and head normalises (HEAD_NORM) and turns queries in place and keys into the cache, and copies values there.
// qkv: [rows, (HEADS + 2·KV_HEADS)·HEAD_DIM]; norms: [2, HEAD_DIM]; table: [positions, HEAD_DIM] (cosines | sines); kv: [*, 2·KV_HEADS·HEAD_DIM]
@group(0) @binding(0) var<storage, read_write> qkv: array<f32>;
@group(0) @binding(1) var<storage, read> norms: array<f32>;
@group(0) @binding(2) var<storage, read> table: array<f32>;
@group(0) @binding(3) var<storage, read> state: array<DecodeRow>;
@group(0) @binding(4) var<storage, read_write> kv: array<f32>;
struct Params { rows: u32, splits: u32, scale: f32, eps: f32 }
@group(0) @binding(5) var<uniform> params: Params;

const LANES = 64u;
var<workgroup> sums: array<f32, LANES>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let head = group.x;
  let at = state[group.y];
  let base = (group.y * (HEADS + 2u * KV_HEADS) + head) * HEAD_DIM;
  let key = head >= HEADS;
  let place = (newest_of(at) * 2u * KV_HEADS + head - select(0u, HEADS, key)) * HEAD_DIM; // values follow keys here as they do in qkv
  if (head >= HEADS + KV_HEADS) {
    for (var d = lane; d < HEAD_DIM; d += LANES) { kv[place + d] = qkv[base + d]; }
    return;
  }
  var scale = 1.0;
  if (HEAD_NORM) {
    var sum = 0.0;
    for (var d = lane; d < HEAD_DIM; d += LANES) { sum = fma(qkv[base + d], qkv[base + d], sum); }
    sums[lane] = sum;
    for (var half = LANES / 2u; half > 0u; half >>= 1u) {
      workgroupBarrier();
      if (lane < half) { sums[lane] += sums[lane + half]; }
    }
    workgroupBarrier();
    scale = inverseSqrt(sums[0] / f32(HEAD_DIM) + params.eps);
  }
  let norm = select(0u, HEAD_DIM, key);
  let angle = position_of(at) * HEAD_DIM;
  for (var d = lane; d < HALF; d += LANES) {
    var first = qkv[base + d];
    var second = qkv[base + HALF + d];
    if (HEAD_NORM) {
      first *= scale * norms[norm + d];
      second *= scale * norms[norm + HALF + d];
    }
    let c = table[angle + d];
    let s = table[angle + HALF + d];
    let turned = first * c - second * s;
    let turnedFar = second * c + first * s;
    if (key) {
      kv[place + d] = turned;
      kv[place + HALF + d] = turnedFar;
    } else {
      qkv[base + d] = turned;
      qkv[base + HALF + d] = turnedFar;
    }
  }
}

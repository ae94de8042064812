// Causal grouped-query attention over ragged rows, softmax in one pass (online), one thread per query row and head.
// q: [rows, qStride], head h at column h·HEAD_DIM; kv: [kvRows, 2·KV_HEADS·HEAD_DIM] (keys | values);
// spans: [rows] of (prefix start, prefix end, own start, own end): the kv rows that row r attends to, in this order;
// out: [rows, HEADS·HEAD_DIM]; lse: [rows, HEADS], the log-sum-exp of the scaled scores.
@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> kv: array<f32>;
@group(0) @binding(2) var<storage, read> spans: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<storage, read_write> lse: array<f32>;
struct Params { rows: u32, qStride: u32, scale: f32 }
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x / HEADS;
  let head = id.x % HEADS;
  if (row >= params.rows) { return; }
  let span = spans[row];
  let qBase = row * params.qStride + head * HEAD_DIM;
  let kOffset = head / (HEADS / KV_HEADS) * HEAD_DIM;
  let prefix = span.y - span.x;
  let count = prefix + span.w - span.z;
  //! for D in HEAD_DIM
  let q$D = q[qBase + $Du] * params.scale;
  var o$D = 0.0;
  //! end
  var top = -3.0e38;
  var sum = 0.0;
  for (var t = 0u; t < count; t++) {
    let key = select(span.z + t - prefix, span.x + t, t < prefix);
    let k = key * 2u * KV_HEADS * HEAD_DIM + kOffset;
    var score = 0.0;
    //! for D in HEAD_DIM
    score += q$D * kv[k + $Du];
    //! end
    let v = k + KV_HEADS * HEAD_DIM;
    let highest = max(top, score);
    let fade = exp(top - highest);
    let weight = exp(score - highest);
    top = highest;
    sum = sum * fade + weight;
    //! for D in HEAD_DIM
    o$D = o$D * fade + weight * kv[v + $Du];
    //! end
  }
  let scale = 1.0 / sum;
  let outBase = (row * HEADS + head) * HEAD_DIM;
  //! for D in HEAD_DIM
  out[outBase + $Du] = o$D * scale;
  //! end
  lse[row * HEADS + head] = top + log(sum);
}

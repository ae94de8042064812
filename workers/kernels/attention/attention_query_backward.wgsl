// The gradient of attention in its queries: δ = rowsum(dout · out); dq = scale · Σ_j p_j (dout · v_j − δ) k_j with p_j = exp(scale · q · k_j − lse).
// q, dq: [rows, stride] with the queries in the first columns; kv: [kvRows, 2·KV_HEADS·HEAD_DIM]; spans: [rows];
// out, dout: [rows, HEADS·HEAD_DIM]; stats: [rows, HEADS] of (lse, δ), lse given in `lse` and both written here for the key pass.
@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> kv: array<f32>;
@group(0) @binding(2) var<storage, read> spans: array<vec4u>;
@group(0) @binding(3) var<storage, read> out: array<f32>;
@group(0) @binding(4) var<storage, read> dout: array<f32>;
@group(0) @binding(5) var<storage, read> lse: array<f32>;
@group(0) @binding(6) var<storage, read_write> stats: array<vec2f>;
@group(0) @binding(7) var<storage, read_write> dq: array<f32>;
struct Params { rows: u32, stride: u32, scale: f32 }
@group(0) @binding(8) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x / HEADS;
  let head = id.x % HEADS;
  if (row >= params.rows) { return; }
  let span = spans[row];
  let qBase = row * params.stride + head * HEAD_DIM;
  let oBase = (row * HEADS + head) * HEAD_DIM;
  let kOffset = head / (HEADS / KV_HEADS) * HEAD_DIM;
  let prefix = span.y - span.x;
  let count = prefix + span.w - span.z;
  var delta = 0.0;
  //! for D in HEAD_DIM
  let q$D = q[qBase + $Du] * params.scale;
  let d$D = dout[oBase + $Du];
  var g$D = 0.0;
  delta += d$D * out[oBase + $Du];
  //! end
  let norm = lse[row * HEADS + head];
  for (var t = 0u; t < count; t++) {
    let key = select(span.z + t - prefix, span.x + t, t < prefix);
    let k = key * 2u * KV_HEADS * HEAD_DIM + kOffset;
    let v = k + KV_HEADS * HEAD_DIM;
    var score = 0.0;
    var dp = 0.0;
    //! for D in HEAD_DIM
    let k$D = kv[k + $Du];
    score += q$D * k$D;
    dp += d$D * kv[v + $Du];
    //! end
    let ds = exp(score - norm) * (dp - delta) * params.scale;
    //! for D in HEAD_DIM
    g$D += ds * k$D;
    //! end
  }
  //! for D in HEAD_DIM
  dq[qBase + $Du] = g$D;
  //! end
  stats[row * HEADS + head] = vec2f(norm, delta);
}

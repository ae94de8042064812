// The gradient of attention in its keys and values, one thread per row and key head: dv_j = Σ p_ij dout_i; dk_j = scale · Σ p_ij (dout_i · v_j − δ_i) q_i,
// summed over query rows i in [r, ends[r]) that attend to row r, and over the query heads that share the key head, in this order.
// q, dqkv: [rows, stride] (queries | keys | values); kv: [rows, 2·KV_HEADS·HEAD_DIM]; ends: [rows]; dout: [rows, HEADS·HEAD_DIM]; stats: [rows, HEADS] of (lse, δ)
@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> kv: array<f32>;
@group(0) @binding(2) var<storage, read> ends: array<u32>;
@group(0) @binding(3) var<storage, read> dout: array<f32>;
@group(0) @binding(4) var<storage, read> stats: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> dqkv: array<f32>;
struct Params { end: u32, stride: u32, scale: f32, first: u32 } // rows [first, end) are written
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = params.first + id.x / KV_HEADS;
  let kvHead = id.x % KV_HEADS;
  if (row >= params.end) { return; }
  let k = row * 2u * KV_HEADS * HEAD_DIM + kvHead * HEAD_DIM;
  let v = k + KV_HEADS * HEAD_DIM;
  //! for D in HEAD_DIM
  let k$D = kv[k + $Du] * params.scale;
  let v$D = kv[v + $Du];
  var gk$D = 0.0;
  var gv$D = 0.0;
  //! end
  let group = HEADS / KV_HEADS;
  let end = ends[row];
  for (var i = row; i < end; i++) {
    for (var member = 0u; member < group; member++) {
      let head = kvHead * group + member;
      let qBase = i * params.stride + head * HEAD_DIM;
      let oBase = (i * HEADS + head) * HEAD_DIM;
      let stat = stats[i * HEADS + head];
      var score = 0.0;
      var dp = 0.0;
      //! for D in HEAD_DIM
      let q$D = q[qBase + $Du];
      let d$D = dout[oBase + $Du];
      score += q$D * k$D;
      dp += d$D * v$D;
      //! end
      let p = exp(score - stat.x);
      let ds = p * (dp - stat.y) * params.scale;
      //! for D in HEAD_DIM
      gv$D += p * d$D;
      gk$D += ds * q$D;
      //! end
    }
  }
  let at = row * params.stride + (HEADS + kvHead) * HEAD_DIM;
  //! for D in HEAD_DIM
  dqkv[at + $Du] = gk$D;
  dqkv[at + KV_HEADS * HEAD_DIM + $Du] = gv$D;
  //! end
}

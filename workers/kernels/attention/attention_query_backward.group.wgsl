// The gradient of attention in its queries, for graphics cards. Tensors as in attention_query_backward.wgsl.
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

var<workgroup> others: array<f32, LANES * BLOCK>; // [row, key, quarter] of dout · v

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let top = group.x * TILE;
  let head = group.y;
  let kvHead = head / (HEADS / KV_HEADS);
  let own = lane / 4u;
  let part = lane % 4u;
  let row = top + own;
  let held = min(row, params.rows - 1u);
  read_spans(top, lane);
  let keys = workgroupUniformLoad(&range);
  let span = spans_of[own];
  let base = held * params.stride + head * HEAD_DIM + part * PART;
  let outBase = (held * HEADS + head) * HEAD_DIM + part * PART;
  var quarter = 0.0;
  //! for I in PART
  var q$I = 0.0;
  var d$I = 0.0;
  var g$I = 0.0;
  if (part * PART + $Iu < HEAD_DIM) {
    q$I = q[base + $Iu] * params.scale;
    d$I = dout[outBase + $Iu];
    quarter = fma(d$I, out[outBase + $Iu], quarter);
  }
  //! end
  quarters[own * BLOCK * 4u + part] = quarter;
  workgroupBarrier();
  let delta = product_of(own, 0u);
  let norm = lse[held * HEADS + head];
  for (var key = keys.x; key < keys.y; key += BLOCK) {
    if (!block_wanted(key, lane)) { continue; }
    load_block(key, keys.y, kvHead, lane, true, true);
    workgroupBarrier();
    for (var j = 0u; j < BLOCK; j++) {
      let at = j * WIDTH + part * PART;
      var score = 0.0;
      var dp = 0.0;
      //! for I in PART
      score = fma(q$I, near[at + $Iu], score);
      dp = fma(d$I, far[at + $Iu], dp);
      //! end
      quarters[(own * BLOCK + j) * 4u + part] = score;
      others[(own * BLOCK + j) * 4u + part] = dp;
    }
    workgroupBarrier();
    for (var j = part; j < BLOCK; j += 4u) {
      let at = (own * BLOCK + j) * 4u;
      let dp = others[at] + others[at + 1u] + others[at + 2u] + others[at + 3u];
      weights[own * BLOCK + j] = select(0.0, exp(product_of(own, j) - norm) * (dp - delta) * params.scale, attends(span, key + j));
    }
    workgroupBarrier();
    for (var j = 0u; j < BLOCK; j++) {
      let weight = weights[own * BLOCK + j];
      let at = j * WIDTH + part * PART;
      //! for I in PART
      g$I = fma(weight, near[at + $Iu], g$I);
      //! end
    }
  }
  if (row >= params.rows) { return; }
  //! for I in PART
  if (part * PART + $Iu < HEAD_DIM) { dq[base + $Iu] = g$I; }
  //! end
  if (part == 0u) { stats[row * HEADS + head] = vec2f(norm, delta); }
}

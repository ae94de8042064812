// The gradient of attention in its keys and values, for graphics cards: here tiles are keys, and BLOCK query rows of one head at a time pass through workgroup memory.
// Tensors as in attention_key_backward.wgsl.
@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> kv: array<f32>;
@group(0) @binding(2) var<storage, read> ends: array<u32>;
@group(0) @binding(3) var<storage, read> dout: array<f32>;
@group(0) @binding(4) var<storage, read> stats: array<vec2f>;
@group(0) @binding(5) var<storage, read_write> dqkv: array<f32>;
struct Params { end: u32, stride: u32, scale: f32, first: u32 } // rows [first, end) are written
@group(0) @binding(6) var<uniform> params: Params;

var<workgroup> others: array<f32, LANES * BLOCK>; // [key, query, quarter] of dout · v
var<workgroup> gradients: array<f32, TILE * BLOCK>; // of scores
var<workgroup> block_stats: array<vec2f, BLOCK>;
var<workgroup> last: u32; // one beyond the last row that attends to the tile

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let top = params.first + group.x * TILE;
  let kvHead = group.y;
  let own = lane / 4u;
  let part = lane % 4u;
  let row = top + own;
  let held = min(row, params.end - 1u);
  if (lane == 0u) {
    last = 0u;
    for (var i = 0u; i < TILE; i++) { last = max(last, ends[min(top + i, params.end - 1u)]); }
  }
  let until = workgroupUniformLoad(&last);
  let end = select(0u, ends[held], row < params.end);
  let base = (held * 2u * KV_HEADS + kvHead) * HEAD_DIM + part * PART;
  //! for I in PART
  var k$I = 0.0;
  var v$I = 0.0;
  var gk$I = 0.0;
  var gv$I = 0.0;
  if (part * PART + $Iu < HEAD_DIM) {
    k$I = kv[base + $Iu] * params.scale;
    v$I = kv[base + KV_HEADS * HEAD_DIM + $Iu];
  }
  //! end
  for (var first = top; first < until; first += BLOCK) {
    for (var member = 0u; member < HEADS / KV_HEADS; member++) {
      let head = kvHead * (HEADS / KV_HEADS) + member;
      workgroupBarrier();
      for (var i = lane; i < BLOCK * WIDTH; i += LANES) {
        let d = i % WIDTH;
        let query = first + i / WIDTH;
        let inside = d < HEAD_DIM && query < until;
        near[i] = select(0.0, q[select(0u, query * params.stride + head * HEAD_DIM + d, inside)], inside);
        far[i] = select(0.0, dout[select(0u, (query * HEADS + head) * HEAD_DIM + d, inside)], inside);
      }
      if (lane < BLOCK) { block_stats[lane] = stats[min(first + lane, until - 1u) * HEADS + head]; }
      workgroupBarrier();
      for (var j = 0u; j < BLOCK; j++) {
        let at = j * WIDTH + part * PART;
        var score = 0.0;
        var dp = 0.0;
        //! for I in PART
        score = fma(k$I, near[at + $Iu], score);
        dp = fma(v$I, far[at + $Iu], dp);
        //! end
        quarters[(own * BLOCK + j) * 4u + part] = score;
        others[(own * BLOCK + j) * 4u + part] = dp;
      }
      workgroupBarrier();
      for (var j = part; j < BLOCK; j += 4u) {
        let at = (own * BLOCK + j) * 4u;
        let dp = others[at] + others[at + 1u] + others[at + 2u] + others[at + 3u];
        let query = first + j;
        let weight = select(0.0, exp(product_of(own, j) - block_stats[j].x), query >= row && query < end);
        weights[own * BLOCK + j] = weight;
        gradients[own * BLOCK + j] = weight * (dp - block_stats[j].y) * params.scale;
      }
      workgroupBarrier();
      for (var j = 0u; j < BLOCK; j++) {
        let weight = weights[own * BLOCK + j];
        let gradient = gradients[own * BLOCK + j];
        let at = j * WIDTH + part * PART;
        //! for I in PART
        gv$I = fma(weight, far[at + $Iu], gv$I);
        gk$I = fma(gradient, near[at + $Iu], gk$I);
        //! end
      }
    }
  }
  if (row >= params.end) { return; }
  let at = row * params.stride + (HEADS + kvHead) * HEAD_DIM + part * PART;
  //! for I in PART
  if (part * PART + $Iu < HEAD_DIM) {
    dqkv[at + $Iu] = gk$I;
    dqkv[at + KV_HEADS * HEAD_DIM + $Iu] = gv$I;
  }
  //! end
}

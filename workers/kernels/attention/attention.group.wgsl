// Causal grouped-query attention over ragged rows for graphics cards, in two passes over the keys: the maximum, then weights and their sums, so that a row's bytes
// depend on its keys alone and not on where blocks begin. Tensors as in attention.wgsl.
@group(0) @binding(0) var<storage, read> q: array<f32>;
@group(0) @binding(1) var<storage, read> kv: array<f32>;
@group(0) @binding(2) var<storage, read> spans: array<vec4u>;
@group(0) @binding(3) var<storage, read_write> out: array<f32>;
@group(0) @binding(4) var<storage, read_write> lse: array<f32>;
struct Params { rows: u32, qStride: u32, scale: f32 }
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let top = group.x * TILE;
  let head = group.y;
  let kvHead = head / (HEADS / KV_HEADS);
  let own = lane / 4u; // the lane's row in the tile
  let part = lane % 4u;
  let row = top + own;
  read_spans(top, lane);
  let keys = workgroupUniformLoad(&range);
  let span = spans_of[own];
  let base = min(row, params.rows - 1u) * params.qStride + head * HEAD_DIM + part * PART;
  //! for I in PART
  var q$I = 0.0;
  var o$I = 0.0;
  if (part * PART + $Iu < HEAD_DIM) { q$I = q[base + $Iu] * params.scale; }
  //! end
  var highest = -3.0e38;
  var sum = 0.0;
  for (var turn = 0u; turn < 2u; turn++) {
    for (var key = keys.x; key < keys.y; key += BLOCK) {
      if (!block_wanted(key, lane)) { continue; }
      load_block(key, keys.y, kvHead, lane, true, turn == 1u);
      workgroupBarrier();
      for (var j = 0u; j < BLOCK; j++) {
        let at = j * WIDTH + part * PART;
        var dot = 0.0;
        //! for I in PART
        dot = fma(q$I, near[at + $Iu], dot);
        //! end
        quarters[(own * BLOCK + j) * 4u + part] = dot;
      }
      workgroupBarrier();
      if (turn == 0u) {
        for (var j = 0u; j < BLOCK; j++) {
          if (attends(span, key + j)) { highest = max(highest, product_of(own, j)); }
        }
      } else {
        for (var j = part; j < BLOCK; j += 4u) {
          weights[own * BLOCK + j] = select(0.0, exp(product_of(own, j) - highest), attends(span, key + j));
        }
        workgroupBarrier();
        for (var j = 0u; j < BLOCK; j++) {
          let weight = weights[own * BLOCK + j];
          let at = j * WIDTH + part * PART;
          sum += weight;
          //! for I in PART
          o$I = fma(weight, far[at + $Iu], o$I);
          //! end
        }
      }
    }
  }
  if (row >= params.rows) { return; }
  let outBase = (row * HEADS + head) * HEAD_DIM + part * PART;
  //! for I in PART
  if (part * PART + $Iu < HEAD_DIM) { out[outBase + $Iu] = o$I / sum; }
  //! end
  if (part == 0u) { lse[row * HEADS + head] = highest + log(sum); }
}

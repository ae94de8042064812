// A row's part of the weights' gradient: products[row] = sum over query heads of dy · x · r | the same over key heads
// x, dqkv: [rows, (HEADS + 2·KV_HEADS)·D]; rstd: [rows, HEADS + KV_HEADS]; products: [rows, 2, D]
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> rstd: array<f32>;
@group(0) @binding(2) var<storage, read> dqkv: array<f32>;
@group(0) @binding(3) var<storage, read_write> products: array<f32>;
struct Params { rows: u32 }
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(32)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x / (2u * HEAD_DIM);
  let column = id.x % (2u * HEAD_DIM);
  if (row >= params.rows) { return; }
  let keys = column >= HEAD_DIM;
  let end = select(HEADS, HEADS + KV_HEADS, keys);
  var sum = 0.0;
  for (var head = select(0u, HEADS, keys); head < end; head++) {
    let at = (row * (HEADS + 2u * KV_HEADS) + head) * HEAD_DIM + column % HEAD_DIM;
    sum += dqkv[at] * x[at] * rstd[row * (HEADS + KV_HEADS) + head];
  }
  products[id.x] = sum;
}

// Turns the gradients of queries and keys back, in place    dqkv: [rows, (HEADS + 2·KV_HEADS)·D]; positions: [rows]; table: [positions, D] (cosines | sines)
@group(0) @binding(0) var<storage, read_write> dqkv: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<f32>;
@group(0) @binding(2) var<storage, read> positions: array<u32>;
struct Params { rows: u32 }
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let half = HEAD_DIM / 2u;
  let head = id.x / half;
  let pair = id.x % half;
  let row = id.y;
  if (head >= HEADS + KV_HEADS || row >= params.rows) { return; }
  let at = (row * (HEADS + 2u * KV_HEADS) + head) * HEAD_DIM + pair;
  let angle = positions[row] * HEAD_DIM + pair;
  let c = table[angle];
  let s = table[angle + half];
  let first = dqkv[at];
  let second = dqkv[at + half];
  dqkv[at] = first * c + second * s;
  dqkv[at + half] = second * c - first * s;
}

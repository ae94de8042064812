// Rotates queries and keys by their position and stores keys and values: pairs (i, i + D/2) of each head turn by the table's angle.
// qkv: [rows, (HEADS + 2·KV_HEADS)·D], query part rotated in place; kv: [kvRows, 2·KV_HEADS·D] (keys | values) written at row slots[r];
// positions, slots: [rows]; table: [positions, D] (cosines of D/2 angles | sines)
@group(0) @binding(0) var<storage, read_write> qkv: array<f32>;
@group(0) @binding(1) var<storage, read> table: array<f32>;
@group(0) @binding(2) var<storage, read> positions: array<u32>;
@group(0) @binding(3) var<storage, read> slots: array<u32>;
@group(0) @binding(4) var<storage, read_write> kv: array<f32>;
struct Params { rows: u32 }
@group(0) @binding(5) var<uniform> params: Params;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let half = HEAD_DIM / 2u;
  let head = id.x / half;
  let pair = id.x % half;
  let row = id.y;
  if (head >= HEADS + 2u * KV_HEADS || row >= params.rows) { return; }
  let at = (row * (HEADS + 2u * KV_HEADS) + head) * HEAD_DIM + pair;
  let first = qkv[at];
  let second = qkv[at + half];
  if (head >= HEADS + KV_HEADS) {
    let value = (slots[row] * 2u * KV_HEADS + (head - HEADS)) * HEAD_DIM + pair;
    kv[value] = first;
    kv[value + half] = second;
    return;
  }
  let angle = positions[row] * HEAD_DIM + pair;
  let c = table[angle];
  let s = table[angle + half];
  let turned = first * c - second * s;
  let turnedSecond = second * c + first * s;
  if (head < HEADS) {
    qkv[at] = turned;
    qkv[at + half] = turnedSecond;
  } else {
    let key = (slots[row] * 2u * KV_HEADS + (head - HEADS)) * HEAD_DIM + pair;
    kv[key] = turned;
    kv[key + half] = turnedSecond;
  }
}

// for the software adapter and heads that are wide or not read in fours: one thread per row and query head normalises (HEAD_NORM) and turns its query and the newest key, stores key and value
// (the first head of each key head), and attends, softmax in one pass.
// qkv: [rows, (HEADS + 2·KV_HEADS)·HEAD_DIM] as projected; norms: [2, HEAD_DIM] (for queries | for keys); table: [positions, HEAD_DIM] (cosines | sines);
// kv: [*, 2·KV_HEADS·HEAD_DIM] (keys | values); out: [rows, HEADS·HEAD_DIM]
@group(0) @binding(0) var<storage, read> qkv: array<f32>;
@group(0) @binding(1) var<storage, read> norms: array<f32>;
@group(0) @binding(2) var<storage, read> table: array<f32>;
@group(0) @binding(3) var<storage, read> state: array<DecodeRow>;
@group(0) @binding(4) var<storage, read_write> kv: array<f32>;
@group(0) @binding(5) var<storage, read_write> out: array<f32>;
struct Params { rows: u32, splits: u32, scale: f32, eps: f32 }
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.x / HEADS;
  let head = id.x % HEADS;
  if (row >= params.rows) { return; }
  let at = state[row];
  let kvHead = head / (HEADS / KV_HEADS);
  let base = row * (HEADS + 2u * KV_HEADS) * HEAD_DIM;
  let qAt = base + head * HEAD_DIM;
  let kAt = base + (HEADS + kvHead) * HEAD_DIM;
  let vAt = kAt + KV_HEADS * HEAD_DIM;
  let angle = position_of(at) * HEAD_DIM;
  var qScale = 1.0;
  var kScale = 1.0;
  if (HEAD_NORM) {
    var qSum = 0.0;
    var kSum = 0.0;
    for (var d = 0u; d < HEAD_DIM; d++) {
      qSum = fma(qkv[qAt + d], qkv[qAt + d], qSum);
      kSum = fma(qkv[kAt + d], qkv[kAt + d], kSum);
    }
    qScale = inverseSqrt(qSum / f32(HEAD_DIM) + params.eps);
    kScale = inverseSqrt(kSum / f32(HEAD_DIM) + params.eps);
  }
  let stores = head % (HEADS / KV_HEADS) == 0u;
  let place = (newest_of(at) * 2u * KV_HEADS + kvHead) * HEAD_DIM;
  var newest = 0.0;
  var q: array<f32, HEAD_DIM>;
  var o: array<f32, HEAD_DIM>;
  for (var d = 0u; d < HALF; d++) {
    var near = qkv[qAt + d];
    var far = qkv[qAt + HALF + d];
    var first = qkv[kAt + d];
    var second = qkv[kAt + HALF + d];
    if (HEAD_NORM) {
      near *= qScale * norms[d];
      far *= qScale * norms[HALF + d];
      first *= kScale * norms[HEAD_DIM + d];
      second *= kScale * norms[HEAD_DIM + HALF + d];
    }
    let c = table[angle + d];
    let s = table[angle + HALF + d];
    q[d] = (near * c - far * s) * params.scale;
    q[HALF + d] = (far * c + near * s) * params.scale;
    let key = first * c - second * s;
    let keyFar = second * c + first * s;
    newest = fma(q[HALF + d], keyFar, fma(q[d], key, newest));
    o[d] = qkv[vAt + d];
    o[HALF + d] = qkv[vAt + HALF + d];
    if (stores) {
      kv[place + d] = key;
      kv[place + HALF + d] = keyFar;
      kv[place + KV_HEADS * HEAD_DIM + d] = o[d];
      kv[place + KV_HEADS * HEAD_DIM + HALF + d] = o[HALF + d];
    }
  }
  // The newest key comes first: its score starts the running maximum.
  var top = newest;
  var sum = 1.0;
  let past = at.length + at.drawn - 1u;
  for (var t = 0u; t < past; t++) {
    let k = (key_of(at, t) * 2u * KV_HEADS + kvHead) * HEAD_DIM;
    var score = 0.0;
    for (var d = 0u; d < HEAD_DIM; d++) { score = fma(q[d], kv[k + d], score); }
    let v = k + KV_HEADS * HEAD_DIM;
    let less = exp(-abs(score - top));
    let fade = select(1.0, less, score > top);
    let weight = select(less, 1.0, score > top);
    top = max(top, score);
    sum = fma(sum, fade, weight);
    for (var d = 0u; d < HEAD_DIM; d++) { o[d] = fma(o[d], fade, weight * kv[v + d]); }
  }
  let share = 1.0 / sum;
  let outAt = (row * HEADS + head) * HEAD_DIM;
  for (var d = 0u; d < HEAD_DIM; d++) { out[outAt + d] = o[d] * share; }
}

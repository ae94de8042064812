// For the software adapter: one thread per row and query head normalises (HEAD_NORM) and turns its query and the newest key, stores key and value
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
  //! for D in HALF
  var q$D = qkv[qAt + $Du];
  var r$D = qkv[qAt + HALF + $Du];
  //! end
  {
    //! for D in HALF
    {
      var first = qkv[kAt + $Du];
      var second = qkv[kAt + HALF + $Du];
      if (HEAD_NORM) {
        first *= kScale * norms[HEAD_DIM + $Du];
        second *= kScale * norms[HEAD_DIM + HALF + $Du];
        q$D *= qScale * norms[$Du];
        r$D *= qScale * norms[HALF + $Du];
      }
      let c = table[angle + $Du];
      let s = table[angle + HALF + $Du];
      let turned = (q$D * c - r$D * s) * params.scale;
      r$D = (r$D * c + q$D * s) * params.scale;
      q$D = turned;
      let key = first * c - second * s;
      let keyFar = second * c + first * s;
      newest = fma(r$D, keyFar, fma(q$D, key, newest));
      if (stores) {
        kv[place + $Du] = key;
        kv[place + HALF + $Du] = keyFar;
        kv[place + KV_HEADS * HEAD_DIM + $Du] = qkv[vAt + $Du];
        kv[place + KV_HEADS * HEAD_DIM + HALF + $Du] = qkv[vAt + HALF + $Du];
      }
    }
    //! end
  }
  // The newest key comes first: its score starts the running maximum.
  //! for D in HALF
  var o$D = qkv[vAt + $Du];
  var p$D = qkv[vAt + HALF + $Du];
  //! end
  var top = newest;
  var sum = 1.0;
  let past = at.length + at.drawn - 1u;
  for (var t = 0u; t < past; t++) {
    let k = (key_of(at, t) * 2u * KV_HEADS + kvHead) * HEAD_DIM;
    var score = 0.0;
    //! for D in HALF
    score = fma(r$D, kv[k + HALF + $Du], fma(q$D, kv[k + $Du], score));
    //! end
    let v = k + KV_HEADS * HEAD_DIM;
    let less = exp(-abs(score - top));
    let fade = select(1.0, less, score > top);
    let weight = select(less, 1.0, score > top);
    top = max(top, score);
    sum = fma(sum, fade, weight);
    //! for D in HALF
    o$D = fma(o$D, fade, weight * kv[v + $Du]);
    p$D = fma(p$D, fade, weight * kv[v + HALF + $Du]);
    //! end
  }
  let share = 1.0 / sum;
  let outAt = (row * HEADS + head) * HEAD_DIM;
  //! for D in HALF
  out[outAt + $Du] = o$D * share;
  out[outAt + HALF + $Du] = p$D * share;
  //! end
}

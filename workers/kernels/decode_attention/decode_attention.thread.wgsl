// For the software adapter and heads that are read in fours: one thread per row and HEADS_EACH query heads (one or two) of a key head normalises (HEAD_NORM) and
// turns its queries and the newest key, stores key and value, and attends, softmax in one pass; keys and values are loaded once for its heads.
// qkv: [rows, (HEADS + 2·KV_HEADS)·HEAD_DIM] as projected; norms: [2, HEAD_DIM] (for queries | for keys); table: [positions, HEAD_DIM] (cosines | sines);
// kv: [*, 2·KV_HEADS·HEAD_DIM] (keys | values); out: [rows, HEADS·HEAD_DIM]
@group(0) @binding(0) var<storage, read> qkv: array<vec4f>;
@group(0) @binding(1) var<storage, read> norms: array<vec4f>;
@group(0) @binding(2) var<storage, read> table: array<vec4f>;
@group(0) @binding(3) var<storage, read> state: array<DecodeRow>;
@group(0) @binding(4) var<storage, read_write> kv: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> out: array<vec4f>;
struct Params { rows: u32, splits: u32, scale: f32, eps: f32 }
@group(0) @binding(6) var<uniform> params: Params;

const FOURS = 2u * HALVES; // vectors of a head
const TWO = HEADS_EACH == 2u;
const ROW = 2u * KV_HEADS * FOURS; // vectors of a cache row

fn rstd(at: u32) -> f32 {
  var sum = 0.0;
  for (var d = 0u; d < FOURS; d++) { sum += dot(qkv[at + d], qkv[at + d]); }
  return inverseSqrt(sum / f32(HEAD_DIM) + params.eps);
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let threads = HEADS / HEADS_EACH;
  let row = id.x / threads;
  let head = id.x % threads * HEADS_EACH;
  if (row >= params.rows) { return; }
  let at = state[row];
  let kvHead = head / (HEADS / KV_HEADS);
  let base = row * (HEADS + 2u * KV_HEADS) * FOURS;
  let qAt = base + head * FOURS;
  let kAt = base + (HEADS + kvHead) * FOURS;
  let vAt = kAt + KV_HEADS * FOURS;
  let angle = position_of(at) * FOURS;
  var qScale = params.scale;
  var uScale = params.scale;
  var kScale = 1.0;
  if (HEAD_NORM) {
    qScale *= rstd(qAt);
    kScale = rstd(kAt);
    if (TWO) { uScale *= rstd(qAt + FOURS); }
  }
  let stores = head % (HEADS / KV_HEADS) == 0u;
  let place = newest_of(at) * ROW + kvHead * FOURS;
  var top = 0.0; // scores of the newest key: they start the running maxima
  var top2 = 0.0;
  //! for D in HALVES
  var q$D = qkv[qAt + $Du] * qScale;
  var r$D = qkv[qAt + HALVES + $Du] * qScale;
  var u$D = vec4f();
  var w$D = vec4f();
  if (TWO) {
    u$D = qkv[qAt + FOURS + $Du] * uScale;
    w$D = qkv[qAt + FOURS + HALVES + $Du] * uScale;
  }
  var o$D = qkv[vAt + $Du];
  var p$D = qkv[vAt + HALVES + $Du];
  var x$D = o$D;
  var y$D = p$D;
  {
    var near = qkv[kAt + $Du] * kScale;
    var far = qkv[kAt + HALVES + $Du] * kScale;
    if (HEAD_NORM) {
      let nearNorm = norms[$Du];
      let farNorm = norms[HALVES + $Du];
      near *= norms[FOURS + $Du];
      far *= norms[FOURS + HALVES + $Du];
      q$D *= nearNorm;
      r$D *= farNorm;
      u$D *= nearNorm;
      w$D *= farNorm;
    }
    let c = table[angle + $Du];
    let s = table[angle + HALVES + $Du];
    let q = q$D * c - r$D * s;
    r$D = r$D * c + q$D * s;
    q$D = q;
    let key = near * c - far * s;
    let keyFar = far * c + near * s;
    top += dot(q$D, key) + dot(r$D, keyFar);
    if (TWO) {
      let u = u$D * c - w$D * s;
      w$D = w$D * c + u$D * s;
      u$D = u;
      top2 += dot(u$D, key) + dot(w$D, keyFar);
    }
    if (stores) {
      kv[place + $Du] = key;
      kv[place + HALVES + $Du] = keyFar;
      kv[place + KV_HEADS * FOURS + $Du] = o$D;
      kv[place + KV_HEADS * FOURS + HALVES + $Du] = p$D;
    }
  }
  //! end
  var sum = 1.0;
  var sum2 = 1.0;
  let past = at.length + at.drawn - 1u;
  for (var t = 0u; t < past; t++) {
    let k = key_of(at, t) * ROW + kvHead * FOURS;
    var score = 0.0;
    var score2 = 0.0;
    //! for D in HALVES
    {
      let key = kv[k + $Du];
      let keyFar = kv[k + HALVES + $Du];
      score += dot(q$D, key) + dot(r$D, keyFar);
      if (TWO) { score2 += dot(u$D, key) + dot(w$D, keyFar); }
    }
    //! end
    let v = k + KV_HEADS * FOURS;
    let less = exp(-abs(score - top));
    let fade = select(1.0, less, score > top);
    let weight = select(less, 1.0, score > top);
    top = max(top, score);
    sum = fma(sum, fade, weight);
    var fade2 = 0.0;
    var weight2 = 0.0;
    if (TWO) {
      let less2 = exp(-abs(score2 - top2));
      fade2 = select(1.0, less2, score2 > top2);
      weight2 = select(less2, 1.0, score2 > top2);
      top2 = max(top2, score2);
      sum2 = fma(sum2, fade2, weight2);
    }
    //! for D in HALVES
    {
      let value = kv[v + $Du];
      let valueFar = kv[v + HALVES + $Du];
      o$D = fma(o$D, vec4f(fade), weight * value);
      p$D = fma(p$D, vec4f(fade), weight * valueFar);
      if (TWO) {
        x$D = fma(x$D, vec4f(fade2), weight2 * value);
        y$D = fma(y$D, vec4f(fade2), weight2 * valueFar);
      }
    }
    //! end
  }
  let share = 1.0 / sum;
  let share2 = 1.0 / sum2;
  let outAt = (row * HEADS + head) * FOURS;
  //! for D in HALVES
  out[outAt + $Du] = o$D * share;
  out[outAt + HALVES + $Du] = p$D * share;
  if (TWO) {
    out[outAt + FOURS + $Du] = x$D * share2;
    out[outAt + FOURS + HALVES + $Du] = y$D * share2;
  }
  //! end
}

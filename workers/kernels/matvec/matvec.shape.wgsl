// A few rows times a matrix, with what stands around such a product in a decoder: x may be normalised first, the output gated, biased and added to.
// x: [m, k]; w: [n, k] ([2·n, k] when GATED: gate rows, then up rows), rows `stride` apart; gain: [k]; bias: [n] ([2·n]); add: [m, n]; y: [m, n], rows `row` apart.
// k and stride are multiples of four; w is read by w4 (see kernels/packed).
// low: B, [n, rank] ([2·n, rank] when GATED), then at `inner` x·Aᵀ, [m, parts, rank], not yet divided by the norm; part 1 is of the weight rows from `cut1` on, part 2 from `cut2` on.
struct Shape {
  m: u32, n: u32, k4: u32, stride: u32, offset: u32, row: u32, first: u32, inverseWidth: f32, eps: f32, // first: of the columns' workgroups
  rank4: u32, inner: u32, parts: u32, cut1: u32, cut2: u32, alpha: f32,
}
@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(2) var<storage, read> gain: array<vec4f>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read> add: array<f32>;
@group(0) @binding(5) var<storage, read_write> y: array<f32>;
@group(0) @binding(6) var<storage, read> low: array<vec4f>;
@group(0) @binding(SHAPE) var<uniform> s: Shape;

const COLUMNS = select(4u, 2u, GATED);

/// Row `i` of a lane's four weight rows: four columns, or two gates and their two ups. What lies beyond the edge repeats the last column.
fn weight_row(column: u32, i: u32) -> u32 {
  if (GATED) { return min(column + (i & 1u), s.n - 1u) + select(0u, s.n, i > 1u); }
  return min(column + i, s.n - 1u);
}

/// Where it begins.
fn weight_at(column: u32, i: u32) -> u32 { return weight_row(column, i) * s.stride; }

/// The part of the low-rank addition that weight row `at` is of.
fn part_of(at: u32) -> u32 { return select(0u, 1u, at >= s.cut1) + select(0u, 1u, at >= s.cut2); }

/// The low-rank addition goes on with the sums where k ends: x·Aᵀ of all parts follows x, and B, zero in the columns of other parts, the weight.
/// Of its vectors, those from x to y hold the parts of the columns [column, column + count).
fn low_span(column: u32, count: u32) -> vec2u {
  let last = min(column + count, s.n) - 1u;
  return vec2u(part_of(min(column, last)), part_of(select(last, s.n + last, GATED)) + 1u) * s.rank4;
}

fn low_row(row: u32) -> u32 { return s.inner + row * s.parts * s.rank4; }

/// As the weight's vectors: those of a lane's four columns, one per element of the rank.
fn low_at(column: u32, q: u32) -> mat4x4f {
  let part = q / s.rank4;
  var t = mat4x4f();
  for (var i = 0u; i < 4u; i++) {
    let at = weight_row(column, i);
    t = mat4x4f(t[1], t[2], t[3], select(vec4f(), s.alpha * low[at * s.rank4 + q % s.rank4], part_of(at) == part));
  }
  return transpose(t);
}

/// sums[i] += Σ over four k of w[i] · u, k ascending; t holds one vector of the four columns per k.
fn step(sums: vec4f, t: mat4x4f, u: vec4f) -> vec4f {
  return fma(vec4f(u.w), t[3], fma(vec4f(u.z), t[2], fma(vec4f(u.y), t[1], fma(vec4f(u.x), t[0], sums))));
}

fn squares(sum: f32, u: vec4f) -> f32 {
  return fma(u.w, u.w, fma(u.z, u.z, fma(u.y, u.y, fma(u.x, u.x, sum))));
}

/// 1 / sqrt(mean(x²) + eps) of a row from the sum of its squares.
fn rstd_of(sum: f32) -> f32 { return inverseSqrt(fma(sum, s.inverseWidth, s.eps)); }

/// Written out where all four columns are there: a turn of a loop and a branch cost the software adapter more than a column's arithmetic.
fn put(row: u32, column: u32, sums: vec4f, rstd: f32) {
  if (row >= s.m) { return; }
  var v = sums;
  if (NORM && !UNSCALED) { v *= rstd; }
  let place = s.offset + row * s.row + column;
  if (GATED) {
    let next = min(column + 1u, s.n - 1u);
    if (BIAS) { v += vec4f(bias[min(column, s.n - 1u)], bias[next], bias[s.n + min(column, s.n - 1u)], bias[s.n + next]); }
    var two = v.xy / (1.0 + exp(-v.xy)) * v.zw;
    if (column >= s.n) { return; }
    if (ADD) { two.x += add[place]; }
    y[place] = two.x;
    if (column + 1u >= s.n) { return; }
    if (ADD) { two.y += add[place + 1u]; }
    y[place + 1u] = two.y;
  } else if (column + 3u < s.n) {
    if (BIAS) { v += vec4f(bias[column], bias[column + 1u], bias[column + 2u], bias[column + 3u]); }
    if (ADD) { v += vec4f(add[place], add[place + 1u], add[place + 2u], add[place + 3u]); }
    y[place] = v.x;
    y[place + 1u] = v.y;
    y[place + 2u] = v.z;
    y[place + 3u] = v.w;
  } else {
    for (var i = 0u; column + i < s.n; i++) {
      var one = v.x;
      if (BIAS) { one += bias[column + i]; }
      if (ADD) { one += add[place + i]; }
      y[place + i] = one;
      v = v.yzwx;
    }
  }
}

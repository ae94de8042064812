// The sum of one number from each of LANES lanes of a workgroup, for all of them: by halves in shared memory, one order on every card.
var<workgroup> sums: array<f32, LANES>;
fn sum_of(lane: u32, own: f32) -> f32 {
  sums[lane] = own;
  for (var half = LANES / 2u; half > 0u; half >>= 1u) {
    workgroupBarrier();
    if (lane < half) { sums[lane] += sums[lane + half]; }
  }
  workgroupBarrier();
  return sums[0];
}

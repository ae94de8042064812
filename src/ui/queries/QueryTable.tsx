// Every query of a split as a table: what each of two systems made of it, and which is better.
export function QueryTable() {
  return null
}

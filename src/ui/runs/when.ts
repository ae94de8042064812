// Moments as the person's own clock and calendar have them.

const full = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' })

export function when(time: number): string {
  return full.format(time)
}

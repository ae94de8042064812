// What a data set tells besides texts and judgements, in a line: numbers and tags of products, strengths and profiles of people.
import type { IngestReport } from '../../client/ingest.ts'

const whole = new Intl.NumberFormat('en')

/** `of 40 of 100`, or nothing where it is all of them. */
function partOf(told: number, all: number, plural: string): string {
  return told >= all ? '' : ` (${whole.format(told)} of ${whole.format(all)} ${plural})`
}

/** Undefined where it tells nothing besides. A set that was stored before such things were kept says so. */
export function besidesOf({ facts, products, strengths = 0, interactions, profiles, users }: IngestReport): string | undefined {
  if (facts === undefined) return 'It was read before numbers, tags, strengths and profiles were kept; add its files again to have them.'
  const names = Object.entries(facts.numbers)
  const most = Math.max(0, ...names.map(([, count]) => count))
  const parts = [
    names.length === 0 ? '' : `${names.map(([name]) => name).join(', ')}${partOf(most, products, 'products')}`,
    facts.tagged === 0 ? '' : `tags${partOf(facts.tagged, products, 'products')}`,
    strengths === 0 ? '' : `strengths${partOf(strengths, interactions, 'interactions')}`,
    profiles === undefined || profiles.people === 0 ? '' : `people’s ${profiles.names.join(', ')}${partOf(profiles.people, users, 'people')}`,
  ].filter((part) => part !== '')
  return parts.length === 0 ? undefined : parts.join(' · ')
}

// Checks which settings are shown for which recommender, and how it is put in a few words.
import { expect, test } from 'vitest'
import { parseSettings } from '../../domain/config.ts'
import { SETTINGS } from '../../domain/settings.ts'
import { specOf } from '../../domain/spec.ts'
import { recommenderSettings, specLines } from './recommending.ts'

const shown = (...pairs: readonly string[]) => recommenderSettings(parseSettings(pairs))

test('every recommender shows its own settings and nobody else’s', () => {
  expect(shown('recommender=bm25')).toEqual(expect.arrayContaining(['k1', 'b', 'titleWeight', 'mode']))
  expect(shown('recommender=bm25')).not.toContain('encoder')
  expect(shown('recommender=dense')).toEqual(['recommender', 'encoder', 'pooling', 'queryPrefix', 'productPrefix', 'mode'])
  expect(shown('recommender=http', 'httpEngine=json')).not.toContain('httpTemplate')
  expect(shown('recommender=http')).toContain('httpTemplate')
})

test('a hybrid shows its own settings and those of its parts', () => {
  const names = shown('recommender=hybrid', 'hybridParts=lucene,dense', 'hybridFusion=weighted')
  expect(names).toEqual(expect.arrayContaining(['hybridWeights', 'encoder', 'k1']))
  expect(names).not.toContain('rrfConstant')
  expect(names).not.toContain('httpUrl')
})

test('every setting of the group is shown for some recommender', () => {
  const some = [...shown('recommender=hybrid', 'hybridParts=all'), ...shown('recommender=minisearch')]
  expect(SETTINGS.filter(({ group }) => group === 'recommender').map(({ name }) => name).filter((name) => !some.includes(name))).toEqual([])
})

test('a recommender is put in a few words', () => {
  expect(specLines(specOf(parseSettings(['recommender=bm25'])))).toEqual(['plain words · bag of words', 'k1 1.2 · b 0.75 · all fields weigh 1'])
  expect(specLines(specOf(parseSettings(['recommender=lucene', 'brandWeight=0'])))).toEqual(
    ['Lucene’s English words · bag of words', 'k1 1.2 · b 0.75 · title, description, bullets, color as one text'])
  expect(specLines(specOf(parseSettings(['recommender=bm25', 'titleWeight=2'])))[1]).toContain('title 2, description 1')
  const weighted = specOf(parseSettings(['recommender=hybrid', 'hybridFusion=weighted', 'hybridWeights=0.4,0.6']))
  expect(specLines(weighted)[0]).toBe('0.4 × bm25 + 0.6 × dense')
})

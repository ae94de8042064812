// What file names say, what departments are called, how reasons are counted, and how ids and groups are kept as numbers.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { departmentList, departmentName } from '../../../src/domain/department.ts'
import { kindOf } from '../report.ts'
import { departmentOfName, splitOfName } from './names.ts'
import { Growing, groupBy, Numbered, own } from './numbers.ts'

describe('a file name', () => {
  it.each([
    ['All_Beauty.train.csv', 'train'],
    ['c4_Video_Games_test.json', 'test'],
    ['qrels/dev.tsv', 'validation'],
    ['esci-VALID-00000-of-00001.parquet', 'validation'],
    ['esci_Video_Games.json', undefined],
    ['contest_training_test.json', undefined],
    ['latest.json', undefined],
  ])('%s says the split %s', (name, split) => {
    expect(splitOfName(name)).toBe(split)
  })

  it.each([
    ['esci_Sports_and_Outdoors.json', 'Sports_and_Outdoors'],
    ['c4_Video_Games_test.json', 'Video_Games'],
    ['meta_Health_and_Personal_Care.jsonl.gz', 'Health_and_Personal_Care'],
    ['Beauty and Personal Care.csv', 'Beauty_and_Personal_Care'],
    ['notebooks.json', undefined],
  ])('%s says the department %s', (name, department) => {
    expect(departmentOfName(name)).toBe(department)
  })
})

describe('a department', () => {
  it('has one spelling, whoever writes it', () => {
    expect(['Sports & Outdoors', 'Sports and Outdoors', ' Sports_and_Outdoors '].map(departmentName)).toEqual(Array(3).fill('Sports_and_Outdoors'))
    expect(departmentName('Clothing, Shoes & Jewelry')).toBe('Clothing_Shoes_and_Jewelry')
    expect(departmentList('Video Games, Books,,')).toEqual(['Video_Games', 'Books'])
    expect(departmentList('')).toEqual([])
  })
})

describe('a reason', () => {
  it('is counted without the values of its row', () => {
    expect(kindOf('query_id 17 has the text "a "b" c" here and "d" before')).toBe('query_id … has the text "…" before')
    expect(kindOf('product_id is missing for query_id 4')).toBe(kindOf('product_id is missing for query_id 99'))
    expect(kindOf("the buyer's id can't be read")).toBe("the buyer's id can't be read")
  })
})

describe('numbers', () => {
  it('texts are numbered once, and what was cut from a larger text is a copy', () => {
    const numbered = new Numbered()
    expect(['a', 'b', 'a'].map((text) => numbered.of(text))).toEqual([0, 1, 0])
    expect([numbered.find('b'), numbered.find('c'), numbered.texts]).toEqual([1, undefined, ['a', 'b']])
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => own(text) === text))
    expect(own(`${'x'.repeat(20)}\ud800`)).toBe(`${'x'.repeat(20)}\ud800`)
  })

  it('columns grow, and groups keep the order within a group', () => {
    fc.assert(fc.property(fc.array(fc.nat(6), { maxLength: 60 }), (keys) => {
      const column = new Growing((length) => new Int32Array(length), 1)
      for (const key of keys) column.push(key)
      expect([...column.view]).toEqual(keys)
      const { starts, order } = groupBy(column.view, 7)
      for (let key = 0; key < 7; key++) {
        expect([...order.subarray(starts[key]!, starts[key + 1]!)]).toEqual(keys.flatMap((other, i) => (other === key ? [i] : [])))
      }
    }))
  })
})

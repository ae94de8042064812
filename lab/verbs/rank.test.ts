// A file of queries is read line by line, and what cannot be a query is refused by its line.
import { describe, expect, it } from 'vitest'
import { readQueries } from './rank.ts'

describe('a file of queries', () => {
  it('has an id, a tab and a text on each line, whatever ends it and whatever the text holds', () => {
    expect(readQueries('\ufeff7\tred mug\r\nq8\ta\tb "c"\n\n9\t\n', 'q.tsv')).toEqual([{ id: '7', text: 'red mug' }, { id: 'q8', text: 'a\tb "c"' }, { id: '9', text: '' }])
  })

  it.each([
    ['red mug', 'q.tsv line 1 is "red mug"; give an id, a tab and the query'],
    ['1\ta\n\tb', 'q.tsv line 2 is "\\tb"; give an id, a tab and the query'],
    ['1\ta\n1\tb', 'q.tsv line 2: id "1" stands on line 1 too'],
    ['a b\tc', 'holds white space, which a TREC run cannot'],
    ['\n', 'q.tsv holds no query'],
  ])('refuses %j', (content, sentence) => expect(() => readQueries(content, 'q.tsv')).toThrow(sentence))
})

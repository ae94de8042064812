// Files of other systems: what they wrote for each query, or how they ranked.
import { useId } from 'react'
import { useWorkbench } from '../parts/stores.ts'

export function AddFiles() {
  const { sources } = useWorkbench()
  const id = useId()
  return (
    <section aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>Outputs or rankings from files</h3>
      <p>
        <span className="drop-button">
          <input
            id={id} type="file" multiple className="visually-hidden"
            onChange={(event) => {
              void sources.addFiles([...(event.currentTarget.files ?? [])])
              event.currentTarget.value = ''
            }}
          />
          <label htmlFor={id} className="button">Choose files</label>
        </span>{' '}
        <span className="quiet">or drop them anywhere on the page</span>
      </p>
      <dl className="sources-formats">
        <div><dt>Outputs</dt><dd>JSON lines, CSV, TSV or Parquet with <code>query_id</code> or <code>query</code>, and <code>output</code>, <code>generated_text</code>, <code>rewrite</code> or the like; Rec-R1’s generations</dd></div>
        <div><dt>Rankings</dt><dd>a TREC run (query, Q0, product, rank, score, tag); Rec-R1’s result files</dd></div>
      </dl>
      <p className="quiet">Queries are met by id, by their words, or by their relevant products. What is read stays in this browser.</p>
    </section>
  )
}

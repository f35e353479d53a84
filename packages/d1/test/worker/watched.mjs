/**
 * A D1 database whose sessions are counted, with their statements and the rows that those read.
 *
 * @param meanwhile - Called with the number of the batch after it was carried out, before its answer is given.
 */
export function watched(db, meanwhile = async () => {}) {
  const seen = { constraints: [], batches: 0, statements: 0, rowsRead: 0 }
  return {
    seen,
    withSession(constraint) {
      const session = db.withSession(constraint)
      seen.constraints.push(constraint)
      return {
        prepare: (text) => session.prepare(text),
        async batch(statements) {
          seen.batches += 1
          seen.statements += statements.length
          const number = seen.batches
          const results = await session.batch(statements)
          for (const { meta } of results) seen.rowsRead += meta.rows_read
          await meanwhile(number)
          return results
        },
      }
    },
  }
}

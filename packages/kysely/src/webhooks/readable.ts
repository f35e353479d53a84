/** What can be made of rows. One that cannot be read is left out, so that it keeps nobody from the others. */
export function readable<Row, T>(rows: readonly Row[], parse: (row: Row) => T): readonly T[] {
  return rows.flatMap((row) => {
    try {
      return [parse(row)]
    } catch {
      return []
    }
  })
}

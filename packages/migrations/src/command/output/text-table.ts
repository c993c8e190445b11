/** Rows in columns as wide as their widest cell; those in `right` are set flush right. */
export function textTable(
  rows: readonly (readonly string[])[],
  { right = [] }: { readonly right?: readonly number[] } = {},
): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  )
  return rows
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0
          return right.includes(column) ? cell.padStart(width) : cell.padEnd(width)
        })
        .join('   ')
        .trimEnd(),
    )
    .join('\n')
}

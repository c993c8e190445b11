/** `INSERT 0 5` → INSERT and 5; `CREATE TABLE` → CREATE and 0, as `pg` reads it. */
export function parseCommandTag(tag: string): { command: string; rowCount: number } {
  const firstSpace = tag.indexOf(' ')
  if (firstSpace === -1) return { command: tag, rowCount: 0 }
  const count = Number(tag.slice(tag.lastIndexOf(' ') + 1))
  return {
    command: tag.slice(0, firstSpace),
    rowCount: Number.isNaN(count) ? 0 : count,
  }
}

/** Whether what has ended took prepared statements away from its session. */
export function dropsPreparedStatements(tag: string): boolean {
  return tag === 'DISCARD ALL' || tag.startsWith('DEALLOCATE')
}

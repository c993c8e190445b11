const PRIVILEGES: ReadonlyMap<string, string> = new Map([
  ['r', 'SELECT'],
  ['a', 'INSERT'],
  ['w', 'UPDATE'],
  ['d', 'DELETE'],
  ['D', 'TRUNCATE'],
  ['x', 'REFERENCES'],
  ['t', 'TRIGGER'],
  ['m', 'MAINTAIN'],
  ['X', 'EXECUTE'],
  ['U', 'USAGE'],
  ['C', 'CREATE'],
])

/** `aclitem` as text: role, privileges, and behind the slash who gave them. */
const ITEM = /^(?:"((?:[^"]|"")*)"|([^=]*))=([^/]*)\//

/**
 * Who may do what. All that the kind of object knows is `ALL`, because later versions of PostgreSQL
 * know more; an owner is left out where it holds everything, and has `NONE` where it holds nothing.
 *
 * @param every what the kind of object gives to its owner by itself
 */
export function grants(
  items: readonly string[],
  every: readonly string[],
  owner?: string,
): Record<string, readonly string[]> {
  const all = every.map(parse).find(([role]) => role !== 'public')?.[1]
  const held = items
    .map(parse)
    .map(([role, privileges]): [string, readonly string[]] => [
      role,
      privileges === all && privileges.length > 1 ? ['ALL'] : names(privileges),
    ])
  const found = new Map(held)
  if (owner === undefined || all === undefined) return Object.fromEntries(found)
  const own = items.map(parse).find(([role]) => role === owner)?.[1]
  if (own === all) found.delete(owner)
  if (own === undefined) found.set(owner, ['NONE'])
  return Object.fromEntries(found)
}

function parse(item: string): [role: string, privileges: string] {
  const [, quoted, plain = '', privileges = ''] = ITEM.exec(item) ?? []
  const role = quoted?.replaceAll('""', '"') ?? plain
  return [role === '' ? 'public' : role, privileges]
}

function names(privileges: string): readonly string[] {
  const found = privileges.matchAll(/(.)(\*?)/g)
  return Array.from(found, ([, letter = '', option]) => {
    const name = PRIVILEGES.get(letter) ?? letter
    return option === '*' ? `${name} WITH GRANT OPTION` : name
  }).sort()
}

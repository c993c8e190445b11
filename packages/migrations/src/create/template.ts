/** What a new file has before anybody has written in it. */
export function templateOf(kind: 'sql' | 'ts', version: string | undefined): string {
  const members = [
    ...(version === undefined ? [] : [['version', `"${version}"`]]),
    ['dependencies', '[]'],
  ]
  if (kind === 'sql') {
    const json = members.map(([key, value]) => `"${key}": ${value}`).join(', ')
    return `-- @metadata {${json}}\n\n\n-- @down\n\n`
  }
  const object = members.map(([key, value]) => `${key}: ${value?.replaceAll('"', "'")}`).join(', ')
  return `import type { MigrationDatabase } from '@plataforma/migrations'

export const metadata = { ${object} }

export async function up(db: MigrationDatabase): Promise<void> {
}

export async function down(db: MigrationDatabase): Promise<void> {
}
`
}

const SQL = /^\s*(?:--\s*@metadata\b[^\n]*)?\s*(?:--\s*@down\b[^\n]*)?\s*$/

/** Whether the text of a migration is such a template still, whatever its metadata, or has nothing. */
export function isTemplate(kind: 'sql' | 'code', text: string): boolean {
  if (kind === 'sql') return SQL.test(text)
  return withoutMetadata(text) === CODE
}

function withoutMetadata(code: string): string {
  return code
    .replace(/^export const metadata = \{[^{}]*\}$/m, '')
    .replace(/[\s;]+/g, '')
    .replaceAll('"', "'")
}

const CODE = withoutMetadata(templateOf('ts', undefined))

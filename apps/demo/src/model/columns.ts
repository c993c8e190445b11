import type { ColumnDefinition } from '@plataforma/database-system'

/** A number of money with centavos, zero or more. */
export function amount(name: string): ColumnDefinition {
  return { name, type: 'NUMERIC(14,2)', nullable: false, check: `${name} >= 0` }
}

/** A short text that is one of a few. */
export function choice(name: string, values: readonly string[]): ColumnDefinition {
  const list = values.map((value) => `'${value}'`).join(', ')
  return { name, type: 'VARCHAR(20)', nullable: false, check: `${name} in (${list})` }
}

/** Points at a row of the same module and tenant; it goes when that row goes. */
export function partOf(parent: string, name: string): ColumnDefinition {
  const references = { table: parent, onDelete: 'cascade' } as const
  return { name, type: 'UUID', nullable: false, references }
}

/** Points at a row of the same module and tenant, which cannot go before this one. */
export function reference(parent: string, name: string): ColumnDefinition {
  return { name, type: 'UUID', nullable: false, references: { table: parent } }
}

/** Text that may not be empty. */
export function text(name: string, length = 200): ColumnDefinition {
  return { name, type: `VARCHAR(${length})`, nullable: false, check: `${name} <> ''` }
}

/** The identifier of a row in another module: modules share no foreign keys. */
export function foreignId(name: string): ColumnDefinition {
  return { name, type: 'UUID', nullable: false }
}

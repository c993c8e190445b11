import type { CatalogType } from './catalog-type.js'

/** What a column gives when it is read. */
export interface ValueShape {
  /** Domains and arrays resolved. */
  readonly type: CatalogType
  /** 0 for what is no array. */
  readonly dimensions: number
  /** Whether an array arrives as its text, because nothing reads it. */
  readonly isUnread: boolean
  /** Whether digits are lost: `pg` reads the elements of numeric[] as numbers. */
  readonly isFloat: boolean
  /** Whether a domain on the way refuses NULL. */
  readonly notNull: boolean
  readonly hasDefault: boolean
}

type Types = ReadonlyMap<number, CatalogType>

/** Arrays of PostgreSQL's own types that `pg` takes apart; those of other own types stay text. */
const READ_ARRAYS: ReadonlySet<string> = new Set([
  'bool',
  'bpchar',
  'bytea',
  'cidr',
  'date',
  'float4',
  'float8',
  'inet',
  'int2',
  'int4',
  'int8',
  'interval',
  'json',
  'jsonb',
  'macaddr',
  'money',
  'numeric',
  'numrange',
  'oid',
  'point',
  'regproc',
  'text',
  'time',
  'timestamp',
  'timestamptz',
  'timetz',
  'uuid',
  'varchar',
])

/** How values of a type are read, with `declared` dimensions where the column says them. */
export function valueShape(oid: number, declared: number, types: Types): ValueShape {
  const type = typeOf(oid, types)
  const plain = {
    type,
    dimensions: 0,
    isUnread: false,
    isFloat: false,
    notNull: false,
    hasDefault: false,
  }
  if (type.kind === 'domain') {
    const base = valueShape(type.of ?? 0, type.dimensions, types)
    const { notNull, hasDefault } = type
    return { ...base, notNull: notNull || base.notNull, hasDefault: hasDefault || base.hasDefault }
  }
  if (type.kind !== 'array') return plain
  const element = typeOf(type.of ?? 0, types)
  const item = valueShape(element.oid, 0, types)
  return {
    ...plain,
    type: item.type,
    dimensions: Math.max(1, declared) + item.dimensions,
    isUnread: item.isUnread || !isRead(type, element),
    isFloat: type.schema === 'pg_catalog' && element.name === 'numeric',
  }
}

function isRead(array: CatalogType, element: CatalogType): boolean {
  if (array.schema === 'pg_catalog') return READ_ARRAYS.has(element.name)
  return ['base', 'domain', 'enum'].includes(element.kind) && element.delimiter === ','
}

function typeOf(oid: number, types: Types): CatalogType {
  const type = types.get(oid)
  if (type === undefined) throw new Error(`The type ${oid} vanished while row types were read.`)
  return type
}

import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import { assertGiven } from '../error/assert-given.js'
import { toPlataformaError } from '../error/from-database-error.js'
import { PlataformaError } from '../error/plataforma-error.js'
import { withData } from '../error/with-data.js'
import { featureIsOn } from '../plugin/feature.js'
import type { ColumnDefinition } from './column-definition.js'
import { createTableStatements, type ResolvedTable } from './create-table-statements.js'
import { defineTable } from './define-table.js'
import { expressionTexts } from './expression-texts.js'
import { checkIdentifier } from './identifier.js'
import { type CatalogReader, readTables } from './read-tables.js'
import { resolveForeignKeys } from './resolve-foreign-keys.js'
import { plainTypes, resolveTypes } from './resolve-types.js'
import type { TableDefinition } from './table-definition.js'
import { describeTable } from './table-description.js'
import { tableDifferences } from './table-differences.js'
import type { OwnerTransaction, TableHost } from './table-host.js'
import type { TableInfo } from './table-info.js'
import type { TableOptions } from './table-options.js'

/** Another process made the same table, type or role at the same moment. */
const RACES: ReadonlySet<string> = new Set(['23505', '42P07', '42710', 'XX000', '40P01'])
const ATTEMPTS = 8

/** Creates and drops the tables of a module. */
export class ModuleTables {
  readonly #host: TableHost
  #uuidFunction: string | undefined

  constructor(host: TableHost) {
    this.#host = host
  }

  /**
   * Creates the table, or does nothing where an equal one exists. Safe while other processes
   * create the same table.
   * @throws PlataformaError `PLT_TABLE_DIFFERS` and those of a definition
   */
  async create(
    name: string,
    columns: readonly ColumnDefinition[],
    options: TableOptions,
  ): Promise<void> {
    const { module, schema, tenantColumn } = this.#host
    let changed: boolean
    try {
      const written = defineTable({ module, schema, name, columns, options, tenantColumn })
      const definition = await this.#host.tableDefined(this.#withFeatures(written))
      changed = await this.#retried(name, () => this.#createDefined(definition))
    } catch (error) {
      throw error instanceof PlataformaError ? withData(error, { module, table: name }) : error
    }
    if (changed) await this.#host.tableChanged(name)
  }

  async has(name: string): Promise<boolean> {
    assertName(name)
    return (await this.#host.findTable(name)) !== undefined
  }

  /** @throws PlataformaError `PLT_TABLE_NOT_FOUND` unless `ifExists` */
  async drop(
    name: string,
    options: { readonly ifExists?: boolean; readonly cascade?: boolean },
  ): Promise<void> {
    assertGiven.object('options', options)
    const { ifExists = false, cascade = false } = options
    const table = sql.id(this.#host.schema, checkIdentifier('table', name))
    const condition = ifExists ? sql`if exists ` : sql``
    const behaviour = cascade ? sql` cascade` : sql``
    try {
      await this.#host.asOwner((trx) =>
        sql`drop table ${condition}${table}${behaviour}`.execute(trx),
      )
    } catch (error) {
      throw toPlataformaError(error, { module: this.#host.module, table: name })
    } finally {
      await this.#host.tableChanged(name, { others: cascade })
    }
  }

  /** Options whose feature is switched off are left out; without its package they are refused. */
  #withFeatures(definition: TableDefinition): TableDefinition {
    const { features } = this.#host
    const subject = `table "${definition.name}"`
    const audit =
      definition.audit && featureIsOn(features, 'audit', { option: 'enableAudit', subject })
    if (definition.partitioning !== undefined) {
      featureIsOn(features, 'partition', { option: 'partitioning', subject })
    }
    return { ...definition, audit }
  }

  /**
   * Gives whether anything may have changed.
   *
   * The catalog is read before the transaction: whatever changes until the statements of a new table
   * are sent makes them fail, and a table that was made meanwhile is found by the next attempt.
   */
  async #createDefined(definition: TableDefinition): Promise<boolean> {
    const { schema, name, columns, foreignKeys } = definition
    const referenced = foreignKeys.map((key) => key.table)
    const tables = await readTables(schema, [name, ...referenced], this.#host.readCatalog)
    const uuidDefault = await this.#uuidDefault(definition)
    const info = tables.get(name)
    const types = plainTypes(columns)
    const resolve = (known: ResolvedTable['types']): ResolvedTable => {
      const keys = resolveForeignKeys(definition, tables)
      return { definition, types: known, foreignKeys: keys, uuidDefault }
    }
    if (info !== undefined && types !== undefined) {
      const statements = createTableStatements(resolve(types))
      if (await this.#host.stands(definition, statements)) {
        await this.#host.tableStood(info)
        return false
      }
    }
    await this.#host.asOwner(async (trx) => {
      const resolved = resolve(types ?? (await resolveTypes(columns, trx)))
      const statements = createTableStatements(resolved)
      if (info === undefined) await runTogether(statements, trx)
      else await this.#compare(trx, resolved, info)
      await this.#host.ensureTable(definition, trx, { created: info === undefined, statements })
    })
    return true
  }

  /** Asked once: version 7 came with PostgreSQL 18. */
  async #uuidDefault({ columns }: TableDefinition): Promise<string> {
    if (!columns.some((column) => column.default === 'uuid')) return ''
    this.#uuidFunction ??= await serverUuidFunction(this.#host.readCatalog)
    return this.#uuidFunction
  }

  async #compare(trx: OwnerTransaction, wanted: ResolvedTable, info: TableInfo): Promise<void> {
    const { definition } = wanted
    const description = await describeTable(definition, trx)
    if (description === undefined) return
    const texts = await expressionTexts(wanted, description, trx)
    const differences = tableDifferences(wanted, { info, description, texts })
    if (differences.length === 0) return
    const list = differences.map(
      ({ subject, expected, actual }) => `${subject} (expected ${expected}, found ${actual})`,
    )
    throw new PlataformaError(
      'PLT_TABLE_DIFFERS',
      `Table "${definition.name}" exists with another definition: ${list.join('; ')}.`,
      {
        remedy: 'Alter the table in `asOwner`, or change the definition to what exists.',
        module: definition.module,
        table: definition.name,
        details: { differences },
      },
    )
  }

  async #retried<T>(table: string, run: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await run()
      } catch (cause) {
        const error = toPlataformaError(cause, { module: this.#host.module, table })
        const state = error instanceof PlataformaError ? error.sqlState : undefined
        if (attempt === ATTEMPTS || !RACES.has(state ?? '')) throw error
        await setTimeout(Math.random() * 20 * attempt)
      }
    }
  }
}

/** Names that `createTable` would not make may exist all the same. */
function assertName(name: unknown): void {
  if (typeof name !== 'string' || name.includes('\0')) checkIdentifier('table', name)
}

/** In one round trip, unless an expression holds a semicolon, which might end a statement there. */
async function runTogether(texts: readonly string[], trx: OwnerTransaction): Promise<void> {
  const isSafe = !texts.some((text) => text.includes(';'))
  for (const text of isSafe ? [texts.join(';\n')] : texts) await sql.raw(text).execute(trx)
}

async function serverUuidFunction(read: CatalogReader): Promise<string> {
  const [row] = await read("select current_setting('server_version_num')::int as version", [])
  const version = row !== undefined && 'version' in row ? Number(row.version) : 0
  return version >= 180_000 ? 'uuidv7()' : 'gen_random_uuid()'
}
